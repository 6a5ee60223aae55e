// The integer program of dropout: nothing.
#pragma once

#include <cstddef>

#include "intaglio/integer/operation.hpp"
#include "intaglio/model/dropout.hpp"

namespace intaglio::integer {

template <Rate Drop>
struct Operation<primitive::Dropout<Drop>> : NoMemory {
    // The codes stay where they are.
    template <class Tag, class Net, std::size_t Index>
    static void run(const Frame&) {}
};

}  // namespace intaglio::integer
