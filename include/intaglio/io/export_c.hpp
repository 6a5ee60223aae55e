// A canonical model as C: one header, or header and source, that needs nothing but <stdint.h>.
//
// The code is C99 and C++: loops with constant extents over `static const` arrays, no float, no heap, no library, no
// division, nothing that depends on byte order. Its logits are those of every other program, bit for bit.
#pragma once

#include <boost/mp11/list.hpp>
#include <cctype>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <vector>

#include "intaglio/canonical/check.hpp"
#include "intaglio/canonical/describe.hpp"
#include "intaglio/canonical/model.hpp"
#include "intaglio/core/instruction_set.hpp"
#include "intaglio/integer/plan.hpp"
#include "intaglio/io/atomic_file.hpp"
#include "intaglio/io/c/helpers.hpp"
#include "intaglio/io/c/memory.hpp"
#include "intaglio/io/c/operations.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET {

/// How a model is written as C.
struct COptions {
    std::string prefix = "network";  ///< of every name: letters, digits and _
    /// Arrays and code in a file of their own, beside the header, with the extension .c; otherwise the header has all.
    bool separate_source = false;
    /// Arrays in a file of their own, beside the header, with the extension _arrays.h, which the code includes. Both
    /// belong together: the types of some arrays follow from their numbers.
    bool separate_arrays = false;
};

/// The texts; those that the options do not ask for are empty.
struct CSourceText {
    std::string header;
    std::string source;
    std::string arrays;
};

namespace io_detail {

/// What is written for one row; null for idle operations.
struct CRow {
    void (*write)(const COperation&, CWriter& functions, CWriter& body) = nullptr;
    std::int64_t (*workspace_bytes)(const COperation&) = nullptr;
};
template <class... Primitive>
[[nodiscard]] std::vector<CRow> c_rows(boost::mp11::mp_list<Primitive...>) {
    const auto row = []<class P>(boost::mp11::mp_identity<P>) -> CRow {
        if constexpr (requires { CSource<P>::is_idle; }) {
            return {};
        } else {
            return {&CSource<P>::write, &CSource<P>::workspace_bytes};
        }
    };
    return {row(boost::mp11::mp_identity<Primitive>{})...};
}

/// "net_arrays.h" of "net.h".
[[gnu::cold]] inline std::string arrays_name(const std::filesystem::path& header) {
    return header.stem().string() + "_arrays.h";
}

/// Puts the program together.
class CProgram {
  public:
    [[gnu::cold]] CProgram(const FactsView& facts, const ModelNumbers& model, const COptions& options,
                           const std::vector<CRow>& rows, const std::vector<std::int32_t>& fused,
                           CMemory (*plan)(const FactsView&, const std::vector<std::int64_t>&))
        : facts_(facts), model_(model), options_(options), prefix_(options.prefix), arrays_(prefix_) {
        require_name(prefix_);
        require_fitting(model, facts);
        std::vector<std::int64_t> workspaces;
        std::vector<bool> runs_elsewhere(rows.size());
        for (std::size_t i = 0; i < rows.size(); ++i) {
            const COperation operation = this->operation(i, fused);
            workspaces.push_back(rows[i].write == nullptr ? 0 : rows[i].workspace_bytes(operation));
            if (fused[i] != none) runs_elsewhere[static_cast<std::size_t>(fused[i])] = true;
        }
        memory_ = plan(facts, workspaces);
        for (std::size_t i = 0; i < rows.size(); ++i) {
            if (rows[i].write == nullptr || runs_elsewhere[i]) continue;
            write_row(operation(i, fused), rows[i], workspaces[i]);
        }
    }

    [[nodiscard]] [[gnu::cold]] CSourceText text(const std::string& header_name) const {
        CSourceText text;
        std::string arrays = arrays_.text();
        if (options_.separate_arrays) {
            const std::string guard = joined({upper(), "_ARRAYS_H"});
            text.arrays = joined({"/* The numbers of ", header_name, ". */\n#ifndef ", guard, "\n#define ", guard,
                                  "\n\n", arrays, "\n#endif\n"});
            arrays = joined({"#include \"", arrays_name(header_name), "\"\n"});
        }
        const std::string inside =
            joined({c_helpers(prefix_, functions_.text()), arrays, "\n", functions_.text(), calls()});
        if (options_.separate_source) {
            text.header = joined({head(), prototypes(), tail()});
            text.source = joined({"#include \"", header_name, "\"\n\n", inside});
        } else {
            text.header = joined({head(), inside, tail()});
        }
        return text;
    }

  private:
    [[gnu::cold]] static void require_name(const std::string& prefix) {
        const auto is_letter = [](char c) { return std::isalpha(static_cast<unsigned char>(c)) != 0 || c == '_'; };
        bool valid = !prefix.empty() && is_letter(prefix.front());
        for (const char c : prefix) valid = valid && (is_letter(c) || std::isdigit(static_cast<unsigned char>(c)) != 0);
        if (!valid) throw std::invalid_argument(joined({"export_c: prefix '", prefix, "' is no name of C"}));
    }

    [[nodiscard]] COperation operation(std::size_t row, const std::vector<std::int32_t>& fused) {
        return {facts_, model_, prefix_, arrays_, static_cast<std::int32_t>(row), fused[row]};
    }

    [[nodiscard]] std::string upper() const {
        std::string text = prefix_;
        for (char& c : text) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
        return text;
    }
    [[nodiscard]] std::string_view linkage() const { return options_.separate_source ? "" : "static inline "; }
    [[nodiscard]] std::string pixel_type() const {
        const Storage storage = facts_.value(0).storage;
        return storage == Storage::int16 ? "int16_t" : c_type(prefix_, storage);
    }
    [[nodiscard]] bool is_last(const COperation& op) const {
        return static_cast<std::size_t>(op.index) + 1 == facts_.rows.size;
    }

    /// Where a value lies, for the caller of its function.
    [[nodiscard]] std::string place(std::int32_t value, const std::string& type) const {
        const std::int32_t memory = facts_.value(value).memory;
        if (memory == 0) return "image";
        return joined({"(", type, " *)(void *)(bytes + ", memory_.values[static_cast<std::size_t>(memory)], ")"});
    }

    void write_row(const COperation& op, const CRow& row, std::int64_t workspace) {
        const std::string place_words =
            joined({place_text(op.row()), ", ", shape_text(op.in().shape), " -> ", shape_text(op.out().shape)});
        CWriter body;
        const std::string in = op.row().input == 0 || op.in().memory == 0 ? pixel_type() : op.type(op.in());
        std::string arguments = joined({"const ", in, " *in"});
        std::string call = joined({prefix_, "_row_", op.index, "(", place(op.row().input, joined({"const ", in}))});
        if (op.row().second_input != none) {
            arguments += joined({", const ", op.type(op.second()), " *second"});
            call += joined({", ", place(op.row().second_input, joined({"const ", op.type(op.second())}))});
        }
        const std::int32_t written = facts_.row(op.step == none ? op.index : op.step).output;
        arguments += joined({", ", is_last(op) ? "int64_t" : op.type(op.out()), " *out"});
        call += is_last(op) ? std::string(", logits") : joined({", ", place(written, op.type(op.out()))});
        if (workspace > 0) {
            arguments += ", void *workspace";
            call += joined({", bytes + ", memory_.workspaces[static_cast<std::size_t>(op.index)]});
        }
        body.line({"/* ", place_words, " */"});
        body.open({"static inline void ", prefix_, "_row_", op.index, "(", arguments, ")"});
        row.write(op, functions_, body);
        body.close();
        body.blank();
        functions_.append(body);
        calls_.line({call, ");"});
        if (is_last(op)) return;
        calls_.line({prefix_, "_TRACE(", written, ", \"", place_text(op.row()), "\", ",
                     place(written, op.type(op.out())), ", ", op.out().shape.size(), ");"});
    }

    [[nodiscard]] std::string head() const {
        const Value& input = facts_.value(0);
        const std::string name = upper();
        return joined({"/* An integer neural network: ",
                       shape_text(input.shape),
                       " codes ",
                       range_text(input.codes),
                       " (rows, columns, channels innermost) -> ",
                       classes(),
                       " logits.\n",
                       "   Made by intaglio from a trained model; the logits are the model's, bit for bit.\n",
                       "   One unit of a logit is worth 2^",
                       -model_.logit_exponent,
                       ". */\n#ifndef ",
                       name,
                       "_H\n#define ",
                       name,
                       "_H\n\n#include <stdint.h>\n#if defined(__ARM_FEATURE_DSP) && defined(__GNUC__)\n#include "
                       "<arm_acle.h>\n#endif\n\n/* Codes of an image. */\n#define ",
                       name,
                       "_PIXELS ",
                       input.shape.size(),
                       "\n#define ",
                       name,
                       "_CLASSES ",
                       classes(),
                       "\n/* Bytes of the arena, which begins at a multiple of 4. */\n#define ",
                       name,
                       "_ARENA_BYTES ",
                       memory_.arena_bytes > 0 ? memory_.arena_bytes : 4,
                       "\n\n#ifdef __cplusplus\nextern \"C\" {\n#endif\n\n"});
    }
    [[nodiscard]] std::string tail() const { return "\n#ifdef __cplusplus\n}\n#endif\n#endif\n"; }
    [[nodiscard]] std::int32_t classes() const {
        return facts_.value(facts_.rows[facts_.rows.size - 1].input).shape.channels;
    }

    [[nodiscard]] std::string signature(std::string_view result, std::string_view name,
                                        std::string_view last_argument) const {
        return joined(
            {result, " ", prefix_, name, "(const ", pixel_type(), " *image, void *arena", last_argument, ")"});
    }
    [[nodiscard]] std::string prototypes() const {
        return joined({"/* The integer logits of an image. */\n", signature("void", "_logits", ", int64_t *logits"),
                       ";\n/* Its class; the lowest index on ties. */\n", signature("int", "_predict", ""), ";\n"});
    }

    [[nodiscard]] std::string calls() const {
        CWriter text;
        text.line({"/* The integer logits of an image. */"});
        text.open({linkage(), signature("void", "_logits", ", int64_t *logits")});
        text.line({"uint8_t *bytes = (uint8_t *)arena;"});
        text.line({"(void)bytes;"});
        text.append(calls_, 1);
        text.close();
        text.blank();
        text.line({"/* Its class; the lowest index on ties. */"});
        text.open({linkage(), signature("int", "_predict", "")});
        text.line({"int64_t logits[", upper(), "_CLASSES];"});
        text.line({"int best = 0;"});
        text.line({prefix_, "_logits(image, arena, logits);"});
        text.line({"for (int c = 1; c < ", upper(), "_CLASSES; ++c) best = logits[c] > logits[best] ? c : best;"});
        text.line({"return best;"});
        text.close();
        return text.text();
    }

    const FactsView& facts_;
    const ModelNumbers& model_;
    const COptions& options_;
    const std::string& prefix_;
    CArrays arrays_;
    CMemory memory_;
    CWriter functions_;
    CWriter calls_;
};

}  // namespace io_detail

/// The C program of a model; its source, if it has one, includes `header_name`. Throws std::invalid_argument if the
/// model is not one of Net, or the prefix no name of C.
template <class Net>
[[gnu::cold]] CSourceText c_source(const Model<Net>& model, const COptions& options = {},
                                   const std::string& header_name = "network.h") {
    static_assert(raise<integer::Refusal<Net>>());
    const auto plan = [](const FactsView& facts, const std::vector<std::int64_t>& workspaces) {
        return io_detail::plan_memory(facts, integer::fused<Net>, workspaces);
    };
    return io_detail::CProgram(facts<Net>.view(), model, options, io_detail::c_rows(typename Net::primitives{}),
                               {integer::fused<Net>.begin(), integer::fused<Net>.end()}, plan)
        .text(header_name);
}

/// Writes the C program of a model to `path`, a header, and beside it what the options ask for. Each file is complete
/// or the old one. Throws std::runtime_error that names the file, std::invalid_argument as c_source.
template <class Net>
[[gnu::cold]] void export_c(const Model<Net>& model, const std::filesystem::path& path, const COptions& options = {}) {
    const CSourceText text = c_source(model, options, path.filename().string());
    if (options.separate_source) {
        std::filesystem::path source = path;
        write_file_atomically(source.replace_extension(".c"), text.source);
    }
    if (options.separate_arrays) {
        std::filesystem::path arrays = path;
        write_file_atomically(arrays.replace_filename(io_detail::arrays_name(path)), text.arrays);
    }
    write_file_atomically(path, text.header);
}

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET
