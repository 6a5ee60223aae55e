// An exporter of your own: a network as text that another program can run. docs/extending.md goes through this file.
#pragma once

#include <cstdint>
#include <intaglio/canonical/check.hpp>
#include <intaglio/canonical/describe.hpp>
#include <intaglio/canonical/model.hpp>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

namespace app {

template <class Number>
void write_numbers(std::ostream& out, const char* name, const std::vector<Number>& numbers) {
    out << name << ' ' << numbers.size();
    for (const Number number : numbers) out << ' ' << static_cast<std::int64_t>(number);
    out << '\n';
}

// Everything that an exporter needs: the facts say what the operations are and what they read, the canonical model has
// their integers. Its code exists once for all networks. Here a network is a chain of convolutions or dense layers,
// steps by thresholds, and the logits; what else it holds is refused by name.
inline std::string to_text(const intaglio::FactsView& facts, const intaglio::ModelNumbers& model) {
    std::ostringstream out;
    for (std::size_t i = 0; i < facts.rows.size; ++i) {
        const intaglio::Row& row = facts.rows[i];
        const intaglio::RowNumbers& numbers = model.rows[i];
        const intaglio::Value& written = facts.value(row.output);
        if (facts.value(row.output).norm_row == static_cast<std::int32_t>(i))
            continue;  // a norm is in the step after it
        if (row.weights > 0 && row.weight_spacing == 1 && row.weight_offset == 0) {
            const intaglio::ConvolutionExtents& e = row.extents;
            out << "product " << e.in.height << ' ' << e.in.width << ' ' << e.in.channels << ' ' << e.kernel_height
                << ' ' << e.kernel_width << ' ' << e.stride_height << ' ' << e.stride_width << ' ' << e.padding_height
                << ' ' << e.padding_width << ' ' << e.padding_code << ' ' << e.groups << ' ' << e.out.height << ' '
                << e.out.width << ' ' << e.out.channels << '\n';
            write_numbers(out, "weights", numbers.weights);
        } else if (row.steps > 0 && row.has_thresholds()) {
            out << "step " << row.codes.lowest << ' ' << row.code_spacing << ' ' << row.steps << '\n';
            write_numbers(out, "thresholds", numbers.thresholds);
            write_numbers(out, "falling", numbers.falling);
        } else if (i + 1 == facts.rows.size) {
            out << "logits " << written.shape.channels << '\n';
            write_numbers(out, "multipliers", numbers.multipliers);
            write_numbers(out, "addends", numbers.addends);
        } else {
            throw std::invalid_argument("to_text: " + intaglio::place_text(row) + " has no words in this format");
        }
    }
    return out.str();
}

}  // namespace app
