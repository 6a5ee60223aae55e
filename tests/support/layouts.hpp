// What a program has decided about the layouts of a network's values, as text.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "intaglio/integer/plan.hpp"

namespace tools {

using namespace intaglio;

/// The planes of each value, 0 for codes; only of values that steps, pools and other layers hand on, which own their
/// memory.
template <class Net, class Set = simd::Portable>
std::string layouts_of() {
    std::string text;
    for (std::int32_t v = 1; v < facts<Net>.value_count; ++v) {
        const Value& value = facts<Net>.value(v);
        if (value.pending || value.memory != v || v == facts<Net>.output) continue;
        text += static_cast<char>('0' + integer::layouts<Net, Set>[static_cast<std::size_t>(v)].planes);
    }
    return text;
}

}  // namespace tools
