// The part of the naive implementation that knows pools, joins and layers that move codes; included by
// reference_network.hpp.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "support/reference_network.hpp"

namespace reference {

/// Calls f(image, y, x, channel, element) for all elements of a batch.
template <class F>
void each_element(std::int64_t images, intaglio::Shape shape, const F& f) {
    std::size_t element = 0;
    for (std::int64_t n = 0; n < images; ++n)
        for (std::int32_t y = 0; y < shape.height; ++y)
            for (std::int32_t x = 0; x < shape.width; ++x)
                for (std::int32_t c = 0; c < shape.channels; ++c) f(n, y, x, c, element++);
}
inline std::size_t element_at(intaglio::Shape shape, std::int64_t n, std::int64_t y, std::int64_t x, std::int64_t c) {
    return static_cast<std::size_t>(((n * shape.height + y) * shape.width + x) * shape.channels + c);
}

/// Calls f(element of the output, elements of the input under its window, row by row) for all windows of a pool.
template <class F>
void each_window(const Network& network, std::size_t row, const F& f) {
    const intaglio::ConvolutionExtents& e = network.rows[row].extents;
    each_element(network.images, e.out, [&](std::int64_t n, int y, int x, int c, std::size_t to) {
        std::vector<std::size_t> from;
        for (std::int32_t i = 0; i < e.kernel_height; ++i)
            for (std::int32_t j = 0; j < e.kernel_width; ++j) {
                const std::int32_t in_y = y * e.stride_height - e.padding_height + i;
                const std::int32_t in_x = x * e.stride_width - e.padding_width + j;
                if (in_y < 0 || in_y >= e.in.height || in_x < 0 || in_x >= e.in.width) continue;
                from.push_back(element_at(e.in, n, in_y, in_x, c));
            }
        f(to, from);
    });
}

/// Calls f(element of the output, element of the input) for all elements of the output that are copies.
template <class F>
void each_copy(const Network& network, std::size_t i, const F& f) {
    const intaglio::Row& row = network.rows[i];
    const std::string_view kind = row.kind;
    const intaglio::Shape in = network.values[static_cast<std::size_t>(row.input)].shape;
    const intaglio::Shape out = network.values[static_cast<std::size_t>(row.output)].shape;
    each_element(network.images, out, [&](std::int64_t n, int y, int x, int c, std::size_t to) {
        if (kind == "subsample") {
            f(to, element_at(in, n, std::int64_t{y} * row.extents.stride_height,
                             std::int64_t{x} * row.extents.stride_width, c));
        } else if (kind == "insert zeros") {
            const std::int32_t height = row.extents.stride_height;
            const std::int32_t width = row.extents.stride_width;
            if (y % height == 0 && x % width == 0) f(to, element_at(in, n, y / height, x / width, c));
        } else if (kind == "upsample") {
            f(to, element_at(in, n, y / (out.height / in.height), x / (out.width / in.width), c));
        } else if (c >= row.channels_before && c < row.channels_before + in.channels) {
            f(to, element_at(in, n, y, x, c - row.channels_before));
        }
    });
}

inline std::size_t first_largest(const std::vector<double>& codes, const std::vector<std::size_t>& window) {
    std::size_t best = window.front();
    for (const std::size_t k : window) best = codes[k] > codes[best] ? k : best;
    return best;
}

inline bool pools(std::string_view kind) {
    return kind == "pool" || kind == "pool with zeros" || kind == "max pool";
}
inline bool copies(std::string_view kind) {
    return kind == "subsample" || kind == "insert zeros" || kind == "upsample" || kind == "pad channels";
}

inline void run_layer(Network& network, std::size_t i) {
    const intaglio::Row& row = network.rows[i];
    const std::string_view kind = row.kind;
    const std::vector<double>& in = network.codes[static_cast<std::size_t>(row.input)];
    std::vector<double>& out = network.codes[static_cast<std::size_t>(row.output)];
    const intaglio::Shape shape = network.values[static_cast<std::size_t>(row.output)].shape;
    const auto size = static_cast<std::size_t>(network.images * shape.size());
    if (pools(kind)) {
        out.assign(size, 0.0);
        // What a window of fewer codes is multiplied with, so that one divisor serves all.
        const auto codes_of_sum = static_cast<double>(network.values[static_cast<std::size_t>(row.output)].denominator /
                                                      network.values[static_cast<std::size_t>(row.input)].denominator);
        each_window(network, i, [&](std::size_t to, const std::vector<std::size_t>& from) {
            if (kind == "max pool") {
                out[to] = in[first_largest(in, from)];
            } else {
                for (const std::size_t k : from) out[to] += in[k];
                if (kind == "pool") out[to] *= codes_of_sum / static_cast<double>(from.size());
            }
        });
    }
    if (copies(kind)) {
        out.assign(size, 0.0);
        each_copy(network, i, [&](std::size_t to, std::size_t from) { out[to] = in[from]; });
    }
    if (kind == "dropout") out = in;  // in evaluation
    if (row.second_input == intaglio::none) return;
    const std::vector<double>& second = network.codes[static_cast<std::size_t>(row.second_input)];
    const intaglio::Shape a = network.values[static_cast<std::size_t>(row.input)].shape;
    const intaglio::Shape b = network.values[static_cast<std::size_t>(row.second_input)].shape;
    out.resize(size);
    each_element(network.images, shape, [&](std::int64_t n, int y, int x, int c, std::size_t to) {
        if (kind == "add") out[to] = in[to] + second[to];
        if (kind == "multiply") {
            out[to] = in[to] * second[element_at(b, n, b.pixels() == 1 ? 0 : y, b.pixels() == 1 ? 0 : x, c)];
        }
        if (kind == "concat") {
            out[to] = c < a.channels ? in[element_at(a, n, y, x, c)] : second[element_at(b, n, y, x, c - a.channels)];
        }
    });
}

inline void run_layer_backward(const Network& network, std::size_t i, std::vector<std::vector<double>>& gradient) {
    const intaglio::Row& row = network.rows[i];
    const std::string_view kind = row.kind;
    const auto input = static_cast<std::size_t>(row.input);
    const std::vector<double>& in = network.codes[input];
    const std::vector<double>& dout = gradient[static_cast<std::size_t>(row.output)];
    std::vector<double>& din = gradient[input];
    if (pools(kind)) {
        const intaglio::ConvolutionExtents& e = row.extents;
        each_window(network, i, [&](std::size_t to, const std::vector<std::size_t>& from) {
            const std::size_t count =
                kind == "pool" ? from.size() : static_cast<std::size_t>(e.kernel_height * e.kernel_width);
            if (kind == "max pool") {
                din[first_largest(in, from)] += dout[to];
            } else {
                for (const std::size_t k : from) din[k] += dout[to] / static_cast<double>(count);
            }
        });
    }
    if (copies(kind)) {
        each_copy(network, i, [&](std::size_t to, std::size_t from) { din[from] += dout[to]; });
    }
    if (row.second_input == intaglio::none) return;
    const auto other = static_cast<std::size_t>(row.second_input);
    const std::vector<double>& second = network.codes[other];
    const intaglio::Value& a = network.values[input];
    const intaglio::Value& b = network.values[other];
    const intaglio::Shape shape = network.values[static_cast<std::size_t>(row.output)].shape;
    each_element(network.images, shape, [&](std::int64_t n, int y, int x, int c, std::size_t to) {
        if (kind == "add") {
            din[to] += dout[to];
            gradient[other][to] += dout[to];
        }
        if (kind == "multiply") {
            const bool one = b.shape.pixels() == 1;
            const std::size_t k = element_at(b.shape, n, one ? 0 : y, one ? 0 : x, c);
            din[to] += dout[to] * second[k] / static_cast<double>(b.denominator);
            gradient[other][k] += dout[to] * in[to] / static_cast<double>(a.denominator);
        }
        if (kind == "concat") {
            const bool first = c < a.shape.channels;
            const std::size_t k =
                first ? element_at(a.shape, n, y, x, c) : element_at(b.shape, n, y, x, c - a.shape.channels);
            gradient[first ? input : other][k] += dout[to];
        }
    });
}

}  // namespace reference
