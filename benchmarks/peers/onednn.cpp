// The worker of oneDNN: primitives one after another, in the memory formats that they prefer.
#include <algorithm>
#include <cmath>
#include <cstring>
#include <oneapi/dnnl/dnnl.hpp>
#include <unordered_map>
#include <utility>

#include "peer.hpp"

namespace {

using dnnl::memory;
using peers::Layer;
using Tag = memory::format_tag;
using Type = memory::data_type;

class OneDnn {
  public:
    static std::string version() {
        const dnnl_version_t* v = dnnl_version();
        return "oneDNN " + std::to_string(v->major) + "." + std::to_string(v->minor) + "." + std::to_string(v->patch);
    }

    explicit OneDnn(const peers::Job& job) : layers_(job.layers), batch_(job.batch), exact_(job.compares_codes) {
        memory in(value(layers_.front(), true, Type::u8, Tag::nhwc), engine_);
        std::memcpy(in.get_data_handle(), job.input.data(), job.input.size());
        for (std::size_t i = 0; i < layers_.size(); ++i) {
            const bool last = i + 1 == layers_.size();
            in = layers_[i].is_product() ? add_product(i, in, last) : add_pool(layers_[i], in);
        }
        result_ = in;
    }

    void run() {
        for (const auto& [primitive, arguments] : calls_) primitive.execute(stream_, arguments);
        stream_.wait();
    }

    /// The accumulators of the last layer after the integer step.
    std::vector<std::uint8_t> output() {
        const Layer& layer = layers_.back();
        const memory plain = reordered(result_, value(layer, false, result_.get_desc().get_data_type(), Tag::nhwc));
        std::vector<std::uint8_t> codes(static_cast<std::size_t>(layer.out_size() * batch_));
        if (!layer.is_product()) {
            std::memcpy(codes.data(), plain.get_data_handle(), codes.size());
            return codes;
        }
        const auto* sums = static_cast<const std::int32_t*>(plain.get_data_handle());
        for (std::size_t i = 0; i < codes.size(); ++i) {
            const std::int64_t shifted =
                (std::int64_t{sums[i]} + (std::int64_t{1} << (layer.shift - 1))) >> layer.shift;
            codes[i] = static_cast<std::uint8_t>(std::clamp<std::int64_t>(shifted, 0, peers::highest_code));
        }
        return codes;
    }

  private:
    memory::desc value(const Layer& layer, bool input, Type type, Tag tag) const {
        const memory::dims dims = input ? memory::dims{batch_, layer.in_channels, layer.in_height, layer.in_width}
                                        : memory::dims{batch_, layer.out_channels, layer.out_height, layer.out_width};
        return {dims, type, tag};
    }

    /// A memory with what another holds, in a format of its own; only before the clock runs.
    memory reordered(memory from, const memory::desc& desc) {
        if (from.get_desc() == desc) return from;
        memory to(desc, engine_);
        dnnl::reorder(from, to).execute(stream_, from, to);
        stream_.wait();
        return to;
    }

    memory add_product(std::size_t place, memory in, bool last) {
        const Layer& layer = layers_[place];
        const Type result = exact_ && last ? Type::s32 : is_logits(place) ? Type::f32 : Type::u8;
        const bool steps = result == Type::u8;
        dnnl::primitive_attr attributes;
        if (steps) attributes.set_scales_mask(DNNL_ARG_WEIGHTS, layer.groups > 1 ? 3 : 1);
        const memory::dim outs = layer.out_channels / layer.groups;
        const memory::dim ins = layer.in_channels / layer.groups;
        const memory::dims window{layer.kernel_height, layer.kernel_width};
        const memory::dims weight_dims = layer.groups > 1 ? memory::dims{layer.groups, outs, ins, window[0], window[1]}
                                                          : memory::dims{outs, ins, window[0], window[1]};
        const std::vector<std::int8_t> codes = peers::make_weights(layer, place);
        memory weights({weight_dims, Type::s8, layer.groups > 1 ? Tag::gohwi : Tag::ohwi}, engine_);
        std::memcpy(weights.get_data_handle(), codes.data(), codes.size());
        const memory::desc bias({layer.out_channels}, Type::f32, Tag::a);
        const memory::desc in_desc = place == 0 ? in.get_desc() : value(layer, true, Type::u8, Tag::any);
        // A step has an addend for each channel: the peer's bias.
        const dnnl::convolution_forward::primitive_desc chosen(
            engine_, dnnl::prop_kind::forward_inference, dnnl::algorithm::convolution_direct, in_desc,
            {weight_dims, Type::s8, Tag::any}, steps ? bias : memory::desc(),
            value(layer, false, result, place == 0 && last ? Tag::nhwc : Tag::any),
            {layer.stride_height, layer.stride_width}, {0, 0}, {layer.padding_above, layer.padding_left},
            {layer.padding_below, layer.padding_right}, attributes);
        in = converted(in, chosen.src_desc());
        memory out(chosen.dst_desc(), engine_);
        std::unordered_map<int, memory> arguments{
            {DNNL_ARG_SRC, in}, {DNNL_ARG_WEIGHTS, reordered(weights, chosen.weights_desc())}, {DNNL_ARG_DST, out}};
        if (steps) {
            arguments.insert({DNNL_ARG_BIAS, filled(bias, 0.25F)});
            arguments.insert({DNNL_ARG_ATTR_SCALES | DNNL_ARG_WEIGHTS, filled(bias, std::ldexp(1.0F, -layer.shift))});
        }
        calls_.emplace_back(dnnl::convolution_forward(chosen), std::move(arguments));
        return out;
    }

    memory add_pool(const Layer& layer, const memory& in) {
        const Type type = in.get_desc().get_data_type();
        const auto algorithm =
            layer.kind == "max_pool" ? dnnl::algorithm::pooling_max : dnnl::algorithm::pooling_avg_exclude_padding;
        const dnnl::pooling_forward::primitive_desc chosen(
            engine_, dnnl::prop_kind::forward_inference, algorithm, in.get_desc(), value(layer, false, type, Tag::any),
            {layer.stride_height, layer.stride_width}, {layer.kernel_height, layer.kernel_width}, {0, 0},
            {layer.padding_above, layer.padding_left}, {layer.padding_below, layer.padding_right});
        memory out(chosen.dst_desc(), engine_);
        calls_.emplace_back(dnnl::pooling_forward(chosen),
                            std::unordered_map<int, memory>{{DNNL_ARG_SRC, in}, {DNNL_ARG_DST, out}});
        return out;
    }

    /// The last product of a network of several layers has no step.
    [[nodiscard]] bool is_logits(std::size_t place) const {
        if (layers_.size() == 1) return false;
        for (std::size_t i = place + 1; i < layers_.size(); ++i) {
            if (layers_[i].is_product()) return false;
        }
        return true;
    }

    /// A reorder that is part of the work, where neighbours prefer different formats.
    memory converted(const memory& from, const memory::desc& desc) {
        if (from.get_desc() == desc) return from;
        memory to(desc, engine_);
        calls_.emplace_back(dnnl::reorder(from, to),
                            std::unordered_map<int, memory>{{DNNL_ARG_FROM, from}, {DNNL_ARG_TO, to}});
        return to;
    }

    memory filled(const memory::desc& desc, float number) {
        memory values(desc, engine_);
        auto* const data = static_cast<float*>(values.get_data_handle());
        std::fill(data, data + desc.get_dims()[0], number);
        return values;
    }

    std::vector<Layer> layers_;
    memory::dim batch_;
    bool exact_;
    dnnl::engine engine_{dnnl::engine::kind::cpu, 0};
    dnnl::stream stream_{engine_};
    std::vector<std::pair<dnnl::primitive, std::unordered_map<int, memory>>> calls_;
    memory result_;
};

}  // namespace

int main(int argc, char** argv) {
    return peers::peer_main<OneDnn>(argc, argv);
}
