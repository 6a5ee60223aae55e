// The worker of XNNPACK: its operators one after another. Codes are signed there: 0 ... 255 become -128 ... 127.
#include <xnnpack.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <utility>

#include "peer.hpp"

#ifndef PEERS_XNNPACK_VERSION
#define PEERS_XNNPACK_VERSION ""
#endif

namespace {

using peers::Layer;

void require(xnn_status status, const std::string& what) {
    if (status != xnn_status_success) throw std::runtime_error("XNNPACK refuses " + what);
}

class Xnnpack {
  public:
    static std::string version() { return "XNNPACK " PEERS_XNNPACK_VERSION; }

    explicit Xnnpack(const peers::Job& job) : batch_(static_cast<std::size_t>(job.batch)), variant_(job.variant) {
        require(xnn_initialize(nullptr), "this machine");
        std::int8_t* in = memory(job.input.size());
        for (std::size_t i = 0; i < job.input.size(); ++i) in[i] = static_cast<std::int8_t>(job.input[i] - 128);
        for (std::size_t i = 0; i < job.layers.size(); ++i) {
            const Layer& layer = job.layers[i];
            out_size_ = static_cast<std::size_t>(layer.out_size()) * batch_;
            in = layer.kind == "convolution" ? add_convolution(layer, i, in)
                 : layer.kind == "dense"
                     ? (variant_ == "qc4w" ? add_dense_of_4_bits(layer, i, in) : add_dense(layer, i, in))
                     : add_pool(layer, in);
        }
        result_ = in;
    }

    void run() {
        for (const xnn_operator_t work : operators_) xnn_run_operator(work, nullptr);
    }

    std::vector<std::uint8_t> output() const {
        std::vector<std::uint8_t> codes(out_size_);
        for (std::size_t i = 0; i < codes.size(); ++i) codes[i] = static_cast<std::uint8_t>(result_[i] + 128);
        return codes;
    }

  private:
    /// Memory that lives as long as this; XNNPACK reads a little beyond its ends.
    std::int8_t* memory(std::size_t bytes) {
        memory_.push_back(std::make_unique<std::int8_t[]>(bytes + 256));
        return memory_.back().get() + 64;
    }

    static std::int8_t* aligned(std::int8_t* place, std::size_t alignment) {
        const std::size_t beyond = alignment == 0 ? 0 : reinterpret_cast<std::uintptr_t>(place) % alignment;
        return place + (beyond == 0 ? 0 : alignment - beyond);
    }

    std::int8_t* add_convolution(const Layer& layer, std::size_t place, const std::int8_t* in) {
        const auto size = [](std::int32_t number) { return static_cast<std::uint32_t>(number); };
        const std::vector<std::int8_t> weights = peers::make_weights(layer, place);
        const std::vector<float> scales(static_cast<std::size_t>(layer.out_channels), std::ldexp(1.0F, -layer.shift));
        const std::vector<std::int32_t> bias(scales.size(), 0);
        xnn_operator_t work = nullptr;
        require(xnn_create_convolution2d_nhwc_qs8_qc8w(
                    size(layer.padding_above), size(layer.padding_right), size(layer.padding_below),
                    size(layer.padding_left), size(layer.kernel_height), size(layer.kernel_width),
                    size(layer.stride_height), size(layer.stride_width), 1, 1, size(layer.groups),
                    size(layer.in_channels / layer.groups), size(layer.out_channels / layer.groups),
                    size(layer.in_channels), size(layer.out_channels), -128, 1.0F, scales.data(), weights.data(),
                    bias.data(), -128, 1.0F, -128, 127, 0, nullptr, nullptr, &work),
                "a convolution");
        std::size_t workspace = 0;
        std::size_t alignment = 0;
        require(xnn_reshape_convolution2d_nhwc_qs8_qc8w(work, batch_, size(layer.in_height), size(layer.in_width),
                                                        &workspace, &alignment, nullptr, nullptr, nullptr),
                "the shape of a convolution");
        std::int8_t* const out = memory(out_size_);
        require(xnn_setup_convolution2d_nhwc_qs8_qc8w(work, aligned(memory(workspace + alignment), alignment), in, out),
                "the memory of a convolution");
        operators_.push_back(work);
        return out;
    }

    std::int8_t* add_dense(const Layer& layer, std::size_t place, const std::int8_t* in) {
        const auto ins = static_cast<std::size_t>(layer.in_size());
        const auto outs = static_cast<std::size_t>(layer.out_channels);
        const std::vector<std::int8_t> weights = peers::make_weights(layer, place);
        const std::vector<float> scales(outs, std::ldexp(1.0F, -layer.shift));
        const std::vector<std::int32_t> bias(outs, 0);
        xnn_operator_t work = nullptr;
        require(xnn_create_fully_connected_nc_qs8_qc8w(ins, outs, ins, outs, -128, 1.0F, scales.data(), weights.data(),
                                                       bias.data(), -128, 1.0F, -128, 127, 0, nullptr, nullptr, &work),
                "a dense layer");
        require(xnn_reshape_fully_connected_nc_qs8_qc8w(work, batch_, nullptr), "the shape of a dense layer");
        std::int8_t* const out = memory(out_size_);
        require(xnn_setup_fully_connected_nc_qs8_qc8w(work, in, out), "the memory of a dense layer");
        operators_.push_back(work);
        return out;
    }

    /// Weights of 4 bits, results as floats; the input has been quantised before.
    std::int8_t* add_dense_of_4_bits(const Layer& layer, std::size_t place, const std::int8_t* in) {
        const auto ins = static_cast<std::size_t>(layer.in_size());
        const auto outs = static_cast<std::size_t>(layer.out_channels);
        std::vector<std::uint8_t> weights(ins * outs / 2);
        for (std::size_t i = 0; i < weights.size(); ++i) {
            weights[i] = static_cast<std::uint8_t>(peers::number(peers::weight_series(place), i, 0, 255));
        }
        const std::vector<float> scales(outs, std::ldexp(1.0F, -layer.shift));
        const std::vector<float> bias(outs, 0);
        xnn_operator_t work = nullptr;
        require(xnn_create_fully_connected_nc_qd8_f32_qc4w(ins, outs, ins, outs, 8, scales.data(), weights.data(),
                                                           bias.data(), 0, 255, 0, nullptr, nullptr, &work),
                "a dense layer of 4 bits");
        require(xnn_reshape_fully_connected_nc_qd8_f32_qc4w(work, batch_, nullptr), "the shape of a dense layer");
        scales_.assign(batch_ + XNN_EXTRA_QUANTIZATION_PARAMS, {-128, 1.0F});
        std::int8_t* const out = memory(out_size_ * sizeof(float));
        require(xnn_setup_fully_connected_nc_qd8_f32_qc4w(work, in, reinterpret_cast<float*>(out), scales_.data()),
                "the memory of a dense layer");
        operators_.push_back(work);
        return out;
    }

    std::int8_t* add_pool(const Layer& layer, const std::int8_t* in) {
        const auto size = [](std::int32_t number) { return static_cast<std::uint32_t>(number); };
        const auto channels = static_cast<std::size_t>(layer.in_channels);
        std::int8_t* const out = memory(out_size_);
        xnn_operator_t work = nullptr;
        std::size_t bytes = 0;
        std::size_t alignment = 0;
        if (layer.kind == "max_pool") {
            require(xnn_create_max_pooling2d_nhwc_s8(
                        size(layer.padding_above), size(layer.padding_right), size(layer.padding_below),
                        size(layer.padding_left), size(layer.kernel_height), size(layer.kernel_width),
                        size(layer.stride_height), size(layer.stride_width), 1, 1, -128, 127, 0, &work),
                    "a max pool");
            require(xnn_reshape_max_pooling2d_nhwc_s8(work, batch_, size(layer.in_height), size(layer.in_width),
                                                      channels, channels, channels, nullptr, nullptr, nullptr),
                    "the shape of a max pool");
            require(xnn_setup_max_pooling2d_nhwc_s8(work, in, out), "the memory of a max pool");
        } else if (layer.out_height == 1 && layer.out_width == 1) {
            const xnn_quantization_params form{-128, 1.0F};
            require(xnn_create_reduce_nd(xnn_reduce_mean, xnn_datatype_qint8, &form, &form, 0, &work), "a global pool");
            const std::int64_t axes[] = {1, 2};
            const std::size_t shape[] = {batch_, static_cast<std::size_t>(layer.in_height),
                                         static_cast<std::size_t>(layer.in_width), channels};
            require(xnn_reshape_reduce_nd(work, 2, axes, 4, shape, &bytes, &alignment, nullptr),
                    "the shape of a global pool");
            require(xnn_setup_reduce_nd(work, aligned(memory(bytes + alignment), alignment), in, out),
                    "the memory of a global pool");
        } else {
            throw std::runtime_error("XNNPACK has no average pool of signed bytes");
        }
        operators_.push_back(work);
        return out;
    }

    std::size_t batch_;
    std::string variant_;
    std::size_t out_size_ = 0;
    std::vector<std::unique_ptr<std::int8_t[]>> memory_;
    std::vector<xnn_quantization_params> scales_;
    std::vector<xnn_operator_t> operators_;
    const std::int8_t* result_ = nullptr;
};

}  // namespace

int main(int argc, char** argv) {
    return peers::peer_main<Xnnpack>(argc, argv);
}
