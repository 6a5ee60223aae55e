// C sources of all primitive operations but products.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "intaglio/core/inside_taps.hpp"
#include "intaglio/core/instruction_set.hpp"
#include "intaglio/io/c/operation.hpp"
#include "intaglio/io/c/product.hpp"
#include "intaglio/model/code_table.hpp"
#include "intaglio/model/concat.hpp"
#include "intaglio/model/dropout.hpp"
#include "intaglio/model/integer_scale.hpp"
#include "intaglio/model/max_pool.hpp"
#include "intaglio/model/multiply.hpp"
#include "intaglio/model/padded_pool.hpp"
#include "intaglio/model/primitives.hpp"
#include "intaglio/model/rearrange.hpp"
#include "intaglio/model/transposed_convolution.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET {

template <class Normalization, bool OneGain>
struct CSource<primitive::Norm<Normalization, OneGain>> : CIdle {};
template <class Mode>
struct CSource<primitive::IntegerScale<Mode>> : CIdle {};
template <Rate Drop>
struct CSource<primitive::Dropout<Drop>> : CIdle {};

/// A step of its own: after an addition or a pool.
template <class Target>
struct CSource<primitive::Quantize<Target>> : CNoWorkspace {
    static void write(const COperation& op, CWriter& functions, CWriter& body) {
        const io_detail::CStep step(op, op.index, functions);
        const Shape shape = op.in().shape;
        body.loop("p", shape.pixels());
        step.begin(body);
        body.loop("c", shape.channels);
        body.line({"const int32_t acc = *in++;"});
        body.line({"*out++ = ", step.code(), ";"});
        step.advance(body);
        body.close();
        body.close();
    }
};

template <>
struct CSource<primitive::SumPool> : CNoWorkspace {
    static void write(const COperation& op, CWriter&, CWriter& body) {
        const ConvolutionExtents& e = op.row().extents;
        const std::int64_t channels = e.in.channels;
        const std::int64_t row = e.in.width * channels;
        body.loop("y", e.out.height, joined({", in += ", e.stride_height * row}));
        body.line({"const ", op.type(op.in()), " *column = in;"});
        body.loop("x", e.out.width, joined({", column += ", e.stride_width * channels}));
        body.loop("c", channels);
        body.line({"const ", op.type(op.in()), " *from = column + c;"});
        body.line({"int32_t sum = 0;"});
        body.loop("i", e.kernel_height, joined({", from += ", row}));
        body.line({"for (int32_t j = 0; j < ", e.kernel_width * channels, "; j += ", channels, ") sum += from[j];"});
        body.close();
        body.line({"*out++ = (", op.type(op.out()), ")sum;"});
        for (int blocks = 0; blocks < 3; ++blocks) body.close();
    }
};

/// Sums inside of the image; where windows hold fewer codes, these count more often.
template <bool CountsPadding>
struct CSource<primitive::PaddedSumPool<CountsPadding>> : CNoWorkspace {
    static void write(const COperation& op, CWriter&, CWriter& body) {
        const ConvolutionExtents& e = op.row().extents;
        const std::int64_t channels = e.in.channels;
        const std::int64_t row = e.in.width * channels;
        const auto factors = [&](const char* name, std::int32_t positions, std::int32_t stride, std::int32_t padding,
                                 std::int32_t taps, std::int32_t size, std::int64_t multiple) {
            std::vector<std::int64_t> list;
            for (std::int32_t p = 0; p < positions; ++p) {
                list.push_back(multiple / inside_taps(p, stride, padding, taps, size).count);
            }
            op.arrays.add(joined({name, "_", op.index}), list);
        };
        if (!CountsPadding) {
            factors("row_factors", e.out.height, e.stride_height, e.padding_height, e.kernel_height, e.in.height,
                    op.row().settings[0]);
            factors("column_factors", e.out.width, e.stride_width, e.padding_width, e.kernel_width, e.in.width,
                    op.row().settings[1]);
        }
        body.line({"int32_t top = ", -e.padding_height, ", row = ", -e.padding_height * row, ";"});
        body.loop("y", e.out.height, joined({", top += ", e.stride_height, ", row += ", e.stride_height * row}));
        body.line({"int32_t left = ", -e.padding_width, ", column = row - ", e.padding_width * channels, ";"});
        body.loop("x", e.out.width, joined({", left += ", e.stride_width, ", column += ", e.stride_width * channels}));
        body.loop("c", channels);
        body.line({"int32_t sum = 0, at = column + c, i = top;"});
        body.loop("ky", e.kernel_height, joined({", ++i, at += ", row}));
        body.line({"int32_t from = at, j = left;"});
        body.loop("kx", e.kernel_width, joined({", ++j, from += ", channels}));
        body.line({"if (i < 0 || i >= ", e.in.height, " || j < 0 || j >= ", e.in.width, ") continue;"});
        body.line({"sum += in[from];"});
        body.close();
        body.close();
        if (!CountsPadding) {
            body.line(
                {"sum *= (int32_t)", op.name("row_factors"), "[y] * (int32_t)", op.name("column_factors"), "[x];"});
        }
        body.line({"*out++ = (", op.type(op.out()), ")sum;"});
        for (int blocks = 0; blocks < 3; ++blocks) body.close();
    }
};

template <>
struct CSource<primitive::MaxPool> : CNoWorkspace {
    static void write(const COperation& op, CWriter&, CWriter& body) {
        const ConvolutionExtents& e = op.row().extents;
        const std::int64_t channels = e.in.channels;
        const std::int64_t row = e.in.width * channels;
        body.line({"int32_t top = ", -e.padding_height, ", row = ", -e.padding_height * row, ";"});
        body.loop("y", e.out.height, joined({", top += ", e.stride_height, ", row += ", e.stride_height * row}));
        body.line({"int32_t left = ", -e.padding_width, ", column = row - ", e.padding_width * channels, ";"});
        body.loop("x", e.out.width, joined({", left += ", e.stride_width, ", column += ", e.stride_width * channels}));
        body.loop("c", channels);
        body.line({"int32_t largest = INT32_MIN, at = column + c, i = top;"});
        body.loop("ky", e.kernel_height, joined({", i += ", e.dilation, ", at += ", e.dilation * row}));
        body.line({"int32_t from = at, j = left;"});
        body.loop("kx", e.kernel_width, joined({", j += ", e.dilation, ", from += ", e.dilation * channels}));
        body.line({"if (i < 0 || i >= ", e.in.height, " || j < 0 || j >= ", e.in.width, ") continue;"});
        body.line({"largest = in[from] > largest ? in[from] : largest;"});
        body.close();
        body.close();
        body.line({"*out++ = (", op.type(op.out()), ")largest;"});
        for (int blocks = 0; blocks < 3; ++blocks) body.close();
    }
};

template <>
struct CSource<primitive::Add> : CNoWorkspace {
    static void write(const COperation& op, CWriter&, CWriter& body) {
        body.line({"for (int32_t i = 0; i < ", op.out().shape.size(), "; ++i) *out++ = (", op.type(op.out()),
                   ")(*in++ + *second++);"});
    }
};

template <>
struct CSource<primitive::Multiply> : CNoWorkspace {
    static void write(const COperation& op, CWriter&, CWriter& body) {
        const Shape shape = op.in().shape;
        const bool one_pixel = op.second().shape.pixels() == 1;
        body.loop("p", shape.pixels());
        if (one_pixel) body.line({"const ", op.type(op.second()), " *factors = second;"});
        body.line({"for (int32_t c = 0; c < ", shape.channels, "; ++c) *out++ = (", op.type(op.out()),
                   ")((int32_t)*in++ * *", one_pixel ? "factors" : "second", "++);"});
        body.close();
    }
};

template <class Function>
struct CSource<primitive::CodeTable<Function>> : CNoWorkspace {
    static void write(const COperation& op, CWriter&, CWriter& body) {
        op.arrays.add(joined({"table_", op.index}), op.numbers().numbers);
        const std::int64_t lowest = op.in().codes.lowest;
        body.line({"for (int32_t i = 0; i < ", op.out().shape.size(), "; ++i) *out++ = (", op.type(op.out()), ")",
                   op.name("table"), "[*in++ ", lowest < 0 ? "+ " : "- ", lowest < 0 ? -lowest : lowest, "];"});
    }
};

template <>
struct CSource<primitive::Concat> : CNoWorkspace {
    static void write(const COperation& op, CWriter&, CWriter& body) {
        body.loop("p", op.in().shape.pixels());
        const auto copy = [&](std::int32_t channels, std::string_view from) {
            body.line(
                {"for (int32_t c = 0; c < ", channels, "; ++c) *out++ = (", op.type(op.out()), ")*", from, "++;"});
        };
        copy(op.in().shape.channels, "in");
        copy(op.second().shape.channels, "second");
        body.close();
    }
};

template <>
struct CSource<primitive::Subsample> : CNoWorkspace {
    static void write(const COperation& op, CWriter&, CWriter& body) {
        const ConvolutionExtents& e = op.row().extents;
        const Shape in = op.in().shape;
        const Shape out = op.out().shape;
        const std::int64_t channels = in.channels;
        body.loop("y", out.height, joined({", in += ", e.stride_height * in.width * channels}));
        body.line({"const ", op.type(op.in()), " *from = in;"});
        body.loop("x", out.width, joined({", from += ", e.stride_width * channels}));
        body.line({"for (int32_t c = 0; c < ", channels, "; ++c) *out++ = from[c];"});
        body.close();
        body.close();
    }
};

template <>
struct CSource<primitive::InsertZeros> : CNoWorkspace {
    static void write(const COperation& op, CWriter&, CWriter& body) {
        const ConvolutionExtents& e = op.row().extents;
        const Shape in = op.in().shape;
        const Shape out = op.out().shape;
        const std::int64_t channels = in.channels;
        body.line({"for (int32_t i = 0; i < ", out.size(), "; ++i) out[i] = 0;"});
        body.loop("y", in.height, joined({", out += ", e.stride_height * out.width * channels}));
        body.line({op.type(op.out()), " *to = out;"});
        body.loop("x", in.width, joined({", to += ", e.stride_width * channels}));
        body.line({"for (int32_t c = 0; c < ", channels, "; ++c) to[c] = (", op.type(op.out()), ")*in++;"});
        body.close();
        body.close();
    }
};

template <>
struct CSource<primitive::PadChannels> : CNoWorkspace {
    static void write(const COperation& op, CWriter&, CWriter& body) {
        const std::int32_t before = op.row().channels_before;
        const std::int32_t channels = op.in().shape.channels;
        const std::int32_t after = op.out().shape.channels - channels - before;
        body.loop("p", op.in().shape.pixels());
        if (before > 0) body.line({"for (int32_t c = 0; c < ", before, "; ++c) *out++ = 0;"});
        body.line({"for (int32_t c = 0; c < ", channels, "; ++c) *out++ = (", op.type(op.out()), ")*in++;"});
        if (after > 0) body.line({"for (int32_t c = 0; c < ", after, "; ++c) *out++ = 0;"});
        body.close();
    }
};

template <>
struct CSource<primitive::Upsample> : CNoWorkspace {
    static void write(const COperation& op, CWriter&, CWriter& body) {
        const Shape in = op.in().shape;
        const Shape out = op.out().shape;
        const std::int64_t row = std::int64_t{in.width} * in.channels;
        body.loop("y", in.height, joined({", in += ", row}));
        body.loop("i", out.height / in.height);
        body.line({"const ", op.type(op.in()), " *from = in;"});
        body.loop("x", in.width, joined({", from += ", in.channels}));
        body.loop("j", out.width / in.width);
        body.line({"for (int32_t c = 0; c < ", in.channels, "; ++c) *out++ = from[c];"});
        for (int blocks = 0; blocks < 4; ++blocks) body.close();
    }
};

/// Writes 64-bit integers to `out`.
template <>
struct CSource<primitive::Logits> : CNoWorkspace {
    static void write(const COperation& op, CWriter&, CWriter& body) {
        const ScaleForm& scale = op.row().scale;
        op.arrays.add(joined({"multipliers_", op.index}), op.numbers().multipliers);
        op.arrays.add(joined({"addends_", op.index}), op.numbers().addends);
        body.loop("c", op.in().shape.channels);
        body.line({"*out++ = (int64_t)*in++ * ", op.name("multipliers"), scale.one_multiplier ? "[0]" : "[c]", " + ",
                   op.name("addends"), scale.one_addend ? "[0]" : "[c]", ";"});
        body.close();
    }
};

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET
