// A canonical model as a C++ header: a constant of the network's type.
#pragma once

#include <cctype>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "intaglio/canonical/check.hpp"
#include "intaglio/canonical/describe.hpp"
#include "intaglio/canonical/model.hpp"
#include "intaglio/canonical/packed_codes.hpp"
#include "intaglio/core/instruction_set.hpp"
#include "intaglio/integer/plan.hpp"
#include "intaglio/io/atomic_file.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET {

/// How a model is written as C++.
struct CppOptions {
    std::string type;                 ///< the network's type, as C++ names it: "Net", "shop::Net"
    std::string network_header = "";  ///< what defines it: "net.hpp" or "<shop/net.hpp>"; empty: the includer does
    std::string name = "network";     ///< of the namespace around the model
};

namespace io_detail {

/// Throws std::invalid_argument if a text that becomes C++ could be more than the one word that it is meant to be.
[[gnu::cold]] inline void require_word(const char* option, const std::string& text, std::string_view allowed) {
    bool valid = !text.empty() && std::isdigit(static_cast<unsigned char>(text.front())) == 0;
    for (const char c : text) {
        valid = valid && (std::isalnum(static_cast<unsigned char>(c)) != 0 || allowed.find(c) != allowed.npos);
    }
    if (!valid) throw std::invalid_argument(joined({"export_cpp: ", option, " '", text, "' is no name of C++"}));
}

/// Writes the lists of a model as arrays.
class CppArrays {
  public:
    /// Adds an array unless it is empty; what stands for it in the table of rows is added to `row`.
    template <class T>
    [[gnu::cold]] void add(std::string_view list, std::size_t index, const std::vector<T>& numbers, std::string& row) {
        if (numbers.empty()) return;
        constexpr bool is_signed = T(-1) < T(0);
        const std::string name = joined({list, "_", index});
        text_ += joined({"inline constexpr std::", is_signed ? "int" : "uint", 8 * sizeof(T), "_t ", name, "[",
                         numbers.size(), "] = {"});
        for (std::size_t i = 0; i < numbers.size(); ++i) {
            text_ += i % 24 == 0 ? "\n    " : " ";
            // The smallest number of 64 bits has no literal.
            const std::int64_t number = numbers[i];
            text_ += number == INT64_MIN ? std::string("INT64_MIN") : std::to_string(number);
            text_ += ',';
        }
        text_.back() = '}';
        text_ += ";\n";
        row += joined({row.empty() ? "." : ", .", list, " = ", name});
    }
    [[nodiscard]] const std::string& text() const { return text_; }

  private:
    std::string text_;
};

[[gnu::cold]] inline std::string signature_lines(const FactsView& facts) {
    std::string text;
    for (std::size_t line = 0; line <= facts.rows.size; ++line) {
        text += joined({"    ", signature_hash(facts, line), "U,  // ", signature_line(facts, line), "\n"});
    }
    return text;
}

[[gnu::cold]] inline std::string cpp_source(const ModelNumbers& model, const FactsView& facts,
                                            const CppOptions& options) {
    require_word("type", options.type, "_:<>, ");
    require_word("name", options.name, "_:");
    if (options.network_header.find_first_of("\"\n\r\\") != std::string::npos) {
        throw std::invalid_argument(
            joined({"export_cpp: network_header has a quote, a backslash or an end of a line"}));
    }
    require_fitting(model, facts);
    CppArrays arrays;
    std::string rows;
    for (std::size_t i = 0; i < model.rows.size(); ++i) {
        const RowNumbers& numbers = model.rows[i];
        std::string row;
        if (!numbers.weights.empty()) arrays.add("weights", i, pack_units(facts.rows[i], numbers.weights), row);
        arrays.add("thresholds", i, numbers.thresholds, row);
        arrays.add("falling", i, numbers.falling, row);
        arrays.add("multipliers", i, numbers.multipliers, row);
        arrays.add("addends", i, numbers.addends, row);
        arrays.add("shifts", i, numbers.shifts, row);
        arrays.add("numbers", i, numbers.numbers, row);
        rows += joined({"    {", row, "},  // ", place_text(facts.rows[i]), "\n"});
    }
    const bool quoted = !options.network_header.empty() && options.network_header.front() != '<';
    const std::string include =
        options.network_header.empty()
            ? std::string()
            : joined({"\n#include ", quoted ? "\"" : "", options.network_header, quoted ? "\"" : "", "\n"});
    return joined(
        {"// The trained integers of the network ",
         options.type,
         ", by intaglio: ",
         shape_text(facts.value(0).shape),
         " codes ",
         range_text(facts.value(0).codes),
         " -> ",
         facts.value(facts.rows[facts.rows.size - 1].output).shape.channels,
         " logits.\n// One unit of an integer logit is worth 2^",
         -model.logit_exponent,
         ".\n#pragma once\n\n#include <cstdint>\n#include <intaglio/canonical/constant_model.hpp>\n",
         include,
         "\nnamespace ",
         options.name,
         " {\n\n// The network that this is a model of: a number for each line of its signature. If the type has "
         "changed "
         "since,\n// the compiler names the first layer that has.\ninline constexpr std::uint64_t signature[] = {\n",
         signature_lines(facts),
         "};\n\n// Weights are packed by their bits, the others are as docs/files.md says.\n",
         arrays.text(),
         "\ninline constexpr intaglio::ConstantRow rows[] = {\n",
         rows,
         "};\n\n// intaglio::IntegerNetwork<",
         options.type,
         ", Target> packs it for any target.\ninline constexpr intaglio::ConstantModel<",
         options.type,
         "> model =\n    intaglio::constant_model<",
         options.type,
         ", signature>(rows, ",
         model.logit_exponent,
         ");\n\n}  // namespace ",
         options.name,
         "\n"});
}

}  // namespace io_detail

/// The header of a model, as text. Throws std::invalid_argument if the model is not one of Net, or an option is no
/// name.
template <class Net>
[[gnu::cold]] std::string cpp_source(const Model<Net>& model, const CppOptions& options) {
    static_assert(raise<integer::Refusal<Net>>());
    return io_detail::cpp_source(model, facts<Net>.view(), options);
}

/// Writes a model as a C++ header with the constant `model` in a namespace. Whoever includes it needs the library's
/// headers of networks and integer programs, and nothing of training. The file is complete or the old one. Throws
/// std::runtime_error that names the file, std::invalid_argument as cpp_source.
template <class Net>
[[gnu::cold]] void export_cpp(const Model<Net>& model, const std::filesystem::path& path, const CppOptions& options) {
    write_file_atomically(path, cpp_source(model, options));
}

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET
