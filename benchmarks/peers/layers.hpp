// A network as peers see it: layers of 8 bits, one after another. The library's worker writes them as lines of text,
// and those of the peers build them.
#pragma once

#include <cstdint>
#include <istream>
#include <ostream>
#include <stdexcept>
#include <string>
#include <vector>

namespace peers {

/// A convolution, a dense layer or a pool, in pixels and channels of one image. After a product comes a step to codes
/// of 0 ... 255, except after the last one.
struct Layer {
    std::string kind;  ///< convolution, dense, average_pool, max_pool
    std::int32_t in_height = 1, in_width = 1, in_channels = 1;
    std::int32_t out_height = 1, out_width = 1, out_channels = 1;
    std::int32_t kernel_height = 1, kernel_width = 1;
    std::int32_t stride_height = 1, stride_width = 1;
    std::int32_t padding_above = 0, padding_left = 0, padding_below = 0, padding_right = 0;
    std::int32_t groups = 1;
    std::int32_t shift = 0;  ///< the step is code = clamp((accumulator + half) >> shift)

    [[nodiscard]] bool is_product() const { return kind == "convolution" || kind == "dense"; }
    [[nodiscard]] std::int64_t in_size() const { return std::int64_t{in_height} * in_width * in_channels; }
    [[nodiscard]] std::int64_t out_size() const { return std::int64_t{out_height} * out_width * out_channels; }
    [[nodiscard]] std::int64_t weights() const {
        return std::int64_t{out_channels} * kernel_height * kernel_width * (in_channels / groups);
    }
};

/// Calls a function with each number of a layer, in the order of the text.
template <class AnyLayer, class Function>
void for_each_number(AnyLayer& layer, Function function) {
    for (auto* number : {&layer.in_height, &layer.in_width, &layer.in_channels, &layer.out_height, &layer.out_width,
                         &layer.out_channels, &layer.kernel_height, &layer.kernel_width, &layer.stride_height,
                         &layer.stride_width, &layer.padding_above, &layer.padding_left, &layer.padding_below,
                         &layer.padding_right, &layer.groups, &layer.shift}) {
        function(*number);
    }
}

inline void write_layers(std::ostream& out, const std::vector<Layer>& layers) {
    for (const Layer& layer : layers) {
        out << layer.kind;
        for_each_number(layer, [&](std::int32_t number) { out << ' ' << number; });
        out << '\n';
    }
}

inline std::vector<Layer> read_layers(std::istream& in) {
    std::vector<Layer> layers;
    Layer layer;
    while (in >> layer.kind) {
        for_each_number(layer, [&](std::int32_t& number) { in >> number; });
        if (!in) throw std::runtime_error("a layer breaks off after its kind, " + layer.kind);
        layers.push_back(layer);
    }
    if (layers.empty()) throw std::runtime_error("there are no layers");
    return layers;
}

}  // namespace peers
