// C source of convolutions and dense layers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "intaglio/core/instruction_set.hpp"
#include "intaglio/integer/kernel_choice.hpp"
#include "intaglio/io/c/operation.hpp"
#include "intaglio/model/primitives.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET {

namespace io_detail {

/// How a run of weights is stored and multiplied.
enum class CWeightForm : std::uint8_t {
    planes,   ///< words of 32 signs and, for ternary weights, of 32 magnitudes, beside bit planes of activations
    signs,    ///< a bit for each, which adds or subtracts
    ternary,  ///< two bits for each: 1 adds, 2 subtracts
    packed,   ///< 2 or 4 bits for each: weight = lowest + spacing * number
    numbers   ///< one number each
};

/// Writes the function of a product. A run is what is contiguous in image and weights: the channels of a tap, or, where
/// no tap lies on padding, those of a row of taps.
class CProduct {
  public:
    [[gnu::cold]] CProduct(const COperation& operation, CWriter& body)
        : op_(operation), e_(operation.row().extents), body_(body), form_(form_of(operation)) {
        const bool joins_columns =
            !e_.has_padding() && e_.dilation == 1 && e_.groups == 1 && form_ != CWeightForm::planes;
        taps_ = joins_columns ? 1 : e_.kernel_width;
        run_ = (joins_columns ? e_.kernel_width : 1) * e_.channels_per_group();
        pads_ = e_.has_padding();
        pads_with_codes_ = pads_ && has_padding_codes();
    }

    [[nodiscard]] [[gnu::cold]] static std::int64_t workspace_bytes(const COperation& operation) {
        const ConvolutionExtents& e = operation.row().extents;
        return form_of(operation) == CWeightForm::planes ? e.in.pixels() * words_of(e) * planes_of(operation) * 4 : 0;
    }

    [[gnu::cold]] void write(const CStep* step) {
        write_weights();
        const std::int32_t pixel = form_ == CWeightForm::planes ? words_of(e_) * planes_of(op_) : e_.in.channels;
        const std::string image = form_ == CWeightForm::planes ? "words" : "in";
        const std::string element = form_ == CWeightForm::planes ? joined({op_.prefix, "_uint32"}) : op_.type(op_.in());
        if (form_ == CWeightForm::planes) write_packing();
        if (pads_with_codes_) write_padding();
        const std::int64_t row = std::int64_t{e_.in.width} * pixel;
        // Places by counting up: no address is a product. Where there is padding, rows and columns are counted, too.
        begin_position("top", e_.padding_height);
        body_.line({"int32_t row = ", -e_.padding_height * row, ";"});
        body_.loop("y", e_.out.height, joined({counted("top", e_.stride_height), ", row += ", e_.stride_height * row}));
        begin_position("left", e_.padding_width);
        body_.line({"int32_t column = row - ", std::int64_t{e_.padding_width} * pixel, ";"});
        body_.loop("x", e_.out.width,
                   joined({counted("left", e_.stride_width), ", column += ", std::int64_t{e_.stride_width} * pixel}));
        body_.line({"const ", weight_type_, " *w = ", op_.name("weights"), ";"});
        if (form_ == CWeightForm::planes) body_.line({"const ", constant_type_, " *n = ", op_.name("constants"), ";"});
        if (step != nullptr) step->begin(body_);
        if (e_.groups > 1) {
            body_.line({"int32_t c = 0, first = column;"});
            body_.loop("g", e_.groups, joined({", first += ", e_.channels_per_group()}));
            body_.loop("o", e_.out.channels / e_.groups, ", ++c");
        } else {
            body_.loop("c", e_.out.channels);
        }
        body_.line({"int32_t acc = 0, at = ", e_.groups > 1 ? "first" : "column", ";"});
        if (pads_) body_.line({"int32_t i = top;"});
        write_taps(row, pixel, image, element);
        body_.line({"*out++ = ", step != nullptr ? step->code() : joined({"(", op_.type(op_.out()), ")acc"}), ";"});
        if (step != nullptr) step->advance(body_);
        for (int blocks = e_.groups > 1 ? 4 : 3; blocks > 0; --blocks) body_.close();
    }

  private:
    void begin_position(std::string_view name, std::int32_t before) {
        if (pads_) body_.line({"int32_t ", name, " = ", -before, ";"});
    }
    [[nodiscard]] std::string counted(std::string_view name, std::int32_t stride) const {
        return pads_ ? joined({", ", name, " += ", stride}) : "";
    }
    [[nodiscard]] static std::int32_t words_of(const ConvolutionExtents& e) { return (e.in.channels + 31) / 32; }
    /// The weight of a code, without its denominator.
    [[nodiscard]] std::int32_t weight(std::int32_t code) const {
        return op_.row().weight_spacing * code + op_.row().weight_offset;
    }
    [[nodiscard]] bool has_padding_codes() const {
        for (std::int32_t c = 0; c < e_.in.channels; ++c) {
            if (e_.padding_code_of(c) != 0) return true;
        }
        return false;
    }

    /// Whether weights are never 0, if they are within -1 ... 1.
    [[nodiscard]] static bool is_binary(const Row& row) {
        return row.weight_states == 2 && row.weight_spacing * (row.weight_codes.highest - row.weight_codes.lowest) == 2;
    }
    [[nodiscard]] static bool has_signs(const COperation& operation) {
        return operation.in().codes == CodeRange{-1, 1} &&
               integer::code_spacing(operation.facts, operation.row().input) == 2;
    }
    /// Bit planes of the activations; signs are one.
    [[nodiscard]] static std::int32_t planes_of(const COperation& operation) {
        return has_signs(operation) ? 1 : operation.in().codes.bits();
    }

    [[nodiscard]] static CWeightForm form_of(const COperation& operation) {
        const Row& row = operation.row();
        const Value& in = operation.in();
        const std::int64_t lowest = row.weight_spacing * row.weight_codes.lowest + row.weight_offset;
        const std::int64_t highest = row.weight_spacing * row.weight_codes.highest + row.weight_offset;
        const bool units = lowest >= -1 && highest <= 1;
        const bool few_states = (in.codes.lowest == 0 && in.codes.highest <= 15) || has_signs(operation);
        const bool words = row.extents.groups == 1 && row.extents.in.channels >= 16;
        if (units && few_states && words) return CWeightForm::planes;
        if (units) return is_binary(row) ? CWeightForm::signs : CWeightForm::ternary;
        return row.weight_codes.states() <= 16 ? CWeightForm::packed : CWeightForm::numbers;
    }

    /// For each run: words [word][sign, and magnitude if it is not 1 everywhere], and what the counts of ones are
    /// beyond the sum: a sign turns bits round.
    [[gnu::cold]] void write_planes() {
        const std::vector<std::int8_t>& codes = op_.numbers().weights;
        const auto run = static_cast<std::size_t>(run_);
        const std::size_t kinds = is_binary(op_.row()) ? 1 : 2;
        elements_ = words_of(e_) * static_cast<std::int32_t>(kinds);
        const auto elements = static_cast<std::size_t>(elements_);
        std::vector<std::int64_t> words(codes.size() / run * elements);
        std::vector<std::int64_t> constants;
        for (std::size_t r = 0; r < codes.size() / run; ++r) {
            std::int64_t negative = 0;
            std::int64_t nonzero = 0;
            for (std::size_t i = 0; i < run; ++i) {
                const std::int32_t value = weight(codes[r * run + i]);
                const std::int64_t bit = std::int64_t{1} << i % 32;
                std::int64_t* const word = &words[r * elements + i / 32 * kinds];
                if (value < 0) word[0] |= bit;
                if (value != 0) word[kinds - 1] |= kinds == 2 ? bit : 0;
                negative += value < 0 ? 1 : 0;
                nonzero += value != 0 ? 1 : 0;
            }
            constants.push_back(has_signs(op_) ? nonzero : negative * ((1 << planes_of(op_)) - 1));
        }
        weight_type_ = "uint32_t";
        op_.arrays.add(joined({"weights_", op_.index}), weight_type_, words);
        constant_type_ = op_.arrays.add(joined({"constants_", op_.index}), constants);
    }

    [[gnu::cold]] void write_weights() {
        if (form_ == CWeightForm::planes) return write_planes();
        const auto runs = static_cast<std::size_t>(std::int64_t{e_.out.channels} * e_.kernel_height * taps_);
        const auto run = static_cast<std::size_t>(run_);
        const std::vector<std::int8_t>& codes = op_.numbers().weights;
        const auto at = [&](std::size_t r, std::size_t i) { return weight(codes[r * run + i]); };
        bits_ = form_ == CWeightForm::signs ? 1 : form_ == CWeightForm::ternary || states() <= 4 ? 2 : 4;
        const auto bits = static_cast<std::size_t>(bits_);
        const std::size_t per_element = form_ == CWeightForm::numbers ? 1 : 8 / bits;
        elements_ = static_cast<std::int32_t>((run + per_element - 1) / per_element);
        std::vector<std::int64_t> packed(runs * static_cast<std::size_t>(elements_));
        for (std::size_t r = 0; r < runs; ++r) {
            for (std::size_t i = 0; i < run; ++i) {
                std::int64_t number = at(r, i);
                if (form_ == CWeightForm::signs) number = number > 0 ? 1 : 0;
                if (form_ == CWeightForm::ternary) number = number < 0 ? 2 : number;
                if (form_ == CWeightForm::packed) number = codes[r * run + i] - op_.row().weight_codes.lowest;
                std::int64_t& element = packed[r * static_cast<std::size_t>(elements_) + i / per_element];
                element = form_ == CWeightForm::numbers ? number : element | number << (i % per_element * bits);
            }
        }
        if (form_ == CWeightForm::numbers) {
            weight_type_ = op_.arrays.add(joined({"weights_", op_.index}), packed);
            return;
        }
        weight_type_ = "uint8_t";
        op_.arrays.add(joined({"weights_", op_.index}), weight_type_, packed);
    }
    [[nodiscard]] std::int64_t states() const { return op_.row().weight_codes.states(); }

    /// The bit planes of all codes: [pixel][word of 32 channels][plane].
    [[gnu::cold]] void write_packing() {
        const std::int32_t planes = planes_of(op_);
        const std::string type = joined({op_.prefix, "_uint32"});
        body_.line({"const ", op_.type(op_.in()), " *from = in;"});
        body_.line({type, " *words = (", type, " *)workspace;"});
        body_.loop("p", e_.in.pixels());
        body_.loop("k", words_of(e_));
        const std::int32_t last = e_.in.channels - 32 * (words_of(e_) - 1);
        if (last == 32) {
            body_.line({"const int32_t count = 32;"});
        } else {
            body_.line({"const int32_t count = k < ", words_of(e_) - 1, " ? 32 : ", last, ";"});
        }
        std::string names;
        for (std::int32_t plane = 0; plane < planes; ++plane) {
            names += joined({plane == 0 ? "" : ", ", "plane_", plane, " = 0"});
        }
        body_.line({"uint32_t ", names, ";"});
        body_.open({"for (int32_t b = 0; b < count; ++b)"});
        if (has_signs(op_)) {
            body_.line({"plane_0 |= (uint32_t)(*from++ > 0 ? 1 : 0) << b;"});
        } else {
            body_.line({"const uint32_t code = (uint32_t)*from++;"});
            for (std::int32_t plane = 0; plane < planes; ++plane) {
                body_.line({"plane_", plane, " |= (code >> ", plane, " & 1U) << b;"});
            }
        }
        body_.close();
        for (std::int32_t plane = 0; plane < planes; ++plane) body_.line({"*words++ = plane_", plane, ";"});
        body_.close();
        body_.close();
        body_.line({"words = (", type, " *)workspace;"});
    }

    /// The pixel that stands for all of the padding.
    [[gnu::cold]] void write_padding() {
        if (form_ == CWeightForm::planes) {
            const auto planes = static_cast<std::size_t>(planes_of(op_));
            std::vector<std::int64_t> words(static_cast<std::size_t>(words_of(e_)) * planes);
            for (std::int32_t c = 0; c < e_.in.channels; ++c) {
                const std::int32_t code = has_signs(op_) ? (e_.padding_code_of(c) > 0 ? 1 : 0) : e_.padding_code_of(c);
                for (std::size_t plane = 0; plane < planes; ++plane) {
                    words[static_cast<std::size_t>(c / 32) * planes + plane] |= std::int64_t{code >> plane & 1}
                                                                                << c % 32;
                }
            }
            op_.arrays.add(joined({"padding_", op_.index}), "uint32_t", words);
            return;
        }
        std::vector<std::int64_t> pixel;
        for (std::int32_t c = 0; c < e_.in.channels; ++c) pixel.push_back(e_.padding_code_of(c));
        const Storage storage = op_.in().storage;
        op_.arrays.add(joined({"padding_", op_.index}), storage == Storage::int16 ? "int16_t" : op_.type(op_.in()),
                       pixel);
    }

    [[gnu::cold]] void write_taps(std::int64_t row, std::int32_t pixel, const std::string& image,
                                  const std::string& element) {
        const std::int64_t next_row = e_.dilation * row;
        body_.loop("ky", e_.kernel_height, joined({counted("i", e_.dilation), ", at += ", next_row}));
        std::string offset = "at";
        if (taps_ > 1) {
            body_.line({"int32_t from_column = at;"});
            if (pads_) body_.line({"int32_t j = left;"});
            body_.loop("kx", taps_,
                       joined({counted("j", e_.dilation), ", from_column += ", std::int64_t{e_.dilation} * pixel}));
            offset = "from_column";
        } else if (pads_) {
            body_.line({"const int32_t j = left;"});
        }
        const std::string inside = joined({"i >= 0 && i < ", e_.in.height, " && j >= 0 && j < ", e_.in.width});
        if (pads_with_codes_) {
            // The pixel of the padding has codes of all groups.
            const std::string padding =
                e_.groups > 1 ? joined({op_.name("padding"), " + (first - column)"}) : op_.name("padding");
            body_.line({"const ", element, " *p = ", inside, " ? ", image, " + ", offset, " : (const ", element, " *)(",
                        padding, ");"});
        } else if (pads_) {
            body_.open({"if (!(", inside, "))"});
            body_.line({"w += ", elements_, ";"});
            if (form_ == CWeightForm::planes) body_.line({"++n;"});
            body_.line({"continue;"});
            body_.close();
            body_.line({"const ", element, " *p = ", image, " + ", offset, ";"});
        } else {
            body_.line({"const ", element, " *p = ", image, " + ", offset, ";"});
        }
        write_run();
        if (taps_ > 1) body_.close();
        body_.close();
    }

    [[gnu::cold]] void write_run() {
        switch (form_) {
            case CWeightForm::planes:
                return write_plane_counts();
            case CWeightForm::numbers:
                return write_numbers();
            default:
                return write_packed();
        }
    }
    [[gnu::cold]] void write_plane_counts() {
        const bool is_ternary = !is_binary(op_.row());
        body_.loop("k", words_of(e_));
        body_.line({"const uint32_t sign = *w++;"});
        if (is_ternary) body_.line({"const uint32_t magnitude = *w++;"});
        for (std::int32_t plane = 0; plane < planes_of(op_); ++plane) {
            const std::int32_t shift = has_signs(op_) ? 1 : plane;
            body_.line({"acc += ", op_.prefix, "_ones(", is_ternary ? "(*p++ ^ sign) & magnitude" : "*p++ ^ sign", ")",
                        shift > 0 ? joined({" << ", shift}) : "", ";"});
        }
        body_.close();
        body_.line({"acc -= *n++;"});
    }
    [[gnu::cold]] void write_numbers() {
        const Storage storage = op_.in().storage;
        if (weight_type_ == "int8_t" && storage == Storage::uint8 && run_ >= 4) {
            body_.line({"acc = ", op_.prefix, "_dot(p, w, ", run_, ", acc);"});
            body_.line({"w += ", run_, ";"});
            return;
        }
        body_.line({"for (int32_t k = 0; k < ", run_, "; ++k) acc += (int32_t)*p++ * *w++;"});
    }
    /// The product of *p with the lowest number of `bits`.
    [[nodiscard]] [[gnu::cold]] std::string add_one() const {
        switch (form_) {
            case CWeightForm::signs:
                return "if ((bits & 1U) != 0) acc += *p++; else acc -= *p++;";
            case CWeightForm::ternary:
                // Masks and conditions would do: compilers make products of them.
                return "switch (bits & 3U) { case 1: acc += *p; break; case 2: acc -= *p; break; default: break; } "
                       "++p;";
            default: {
                const std::int64_t lowest = weight(static_cast<std::int32_t>(op_.row().weight_codes.lowest));
                const std::int32_t spacing = op_.row().weight_spacing;
                const std::string number = joined({"(int32_t)(bits & ", bits_ == 2 ? 3 : 15, "U)"});
                return joined({"acc += (int32_t)*p++ * (", spacing == 1 ? number : joined({number, " * ", spacing}),
                               lowest < 0 ? " - " : " + ", lowest < 0 ? -lowest : lowest, ");"});
            }
        }
    }
    [[gnu::cold]] void write_packed() {
        const std::int32_t per_byte = 8 / bits_;
        const std::int32_t whole = run_ / per_byte;
        const auto turn = [&](std::int32_t count) {
            body_.line({"uint32_t bits = *w++;"});
            if (count == 1) {
                body_.line({add_one()});
                return;
            }
            body_.open({"for (int32_t b = 0; b < ", count, "; ++b, bits >>= ", bits_, ")"});
            body_.line({add_one()});
            body_.close();
        };
        if (whole > 0) {
            body_.loop("k", whole);
            turn(per_byte);
            body_.close();
        }
        if (const std::int32_t left = run_ - whole * per_byte; left > 0) {
            body_.open_block();
            turn(left);
            body_.close();
        }
    }

    const COperation& op_;
    const ConvolutionExtents& e_;
    CWriter& body_;
    CWeightForm form_;
    std::string weight_type_;
    std::string constant_type_;
    std::int32_t taps_ = 1;      ///< runs of a row of taps
    std::int32_t run_ = 1;       ///< weights of a run
    std::int32_t elements_ = 1;  ///< of the array, in a run
    int bits_ = 8;
    bool pads_ = false;
    bool pads_with_codes_ = false;
};

}  // namespace io_detail

template <class Weight, class Standardization>
struct CSource<primitive::Product<Weight, Standardization>> {
    static std::int64_t workspace_bytes(const COperation& operation) {
        return io_detail::CProduct::workspace_bytes(operation);
    }
    static void write(const COperation& operation, CWriter& functions, CWriter& body) {
        io_detail::CProduct product(operation, body);
        if (operation.step == none) return product.write(nullptr);
        const io_detail::CStep step(operation, operation.step, functions);
        product.write(&step);
    }
};

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET
