// The works of the library's worker: what can be timed, by name.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "intaglio/canonical/network.hpp"
#include "intaglio/integer/program.hpp"
#include "layers.hpp"
#include "numbers.hpp"

namespace peers {

/// Codes of the inputs and a place for those of the result.
using Codes = std::vector<std::uint8_t>;

struct Work {
    std::string name;
    std::function<std::vector<Layer>()> layers;                        ///< what a peer does for it
    std::function<std::function<void()>(std::int32_t batch)> prepare;  ///< what the clock runs
    /// Codes of the result for an input of 0 ... highest, for 8-bit operations that read the network's input.
    std::function<Codes(std::int32_t highest)> output;
};
using Works = std::vector<Work>;

void add_convolutions(Works& works);
void add_dense_layers(Works& works);
void add_pools(Works& works);
void add_networks(Works& works);
void add_vgg(Works& works);

/// The products and pools of a network, with 8 bits for all codes.
std::vector<Layer> layers_of(const intaglio::FactsView& facts);

/// Numbers for a network that has not been trained: random weights, steps that use all codes.
intaglio::ModelNumbers random_numbers(const intaglio::FactsView& facts);

template <class Net>
intaglio::Model<Net> random_model() {
    return {random_numbers(intaglio::facts<Net>.view())};
}

/// Images that a program takes through each layer together; batches of peers are no larger.
inline constexpr std::int32_t most_images = 16;

/// A network with all that it needs to run a batch of up to `Batch` images.
template <class Net, std::int32_t Batch>
struct Runnable {
    using Target = intaglio::simd::NativeTarget;

    Runnable(std::int32_t image_count, std::int32_t highest)
        : network(random_model<Net>()), count(image_count), scratch(network.template make_scratch<Batch>()) {
        if (count > Batch) throw std::invalid_argument("batches have at most 16 images");
        images.resize(static_cast<std::size_t>(count) * intaglio::Program<Net, Target>::pixels);
        for (std::size_t i = 0; i < images.size(); ++i) {
            images[i] = static_cast<std::uint8_t>(number(input_series, i, 0, highest));
        }
    }
    void run_all() const { network.program().logits_batch(images.data(), count, *scratch); }
    void run(const auto& instruction) const {
        const intaglio::integer::Frame frame{network.parameters().bytes, images.data(), scratch->arena, scratch->logits,
                                             count};
        intaglio::integer::run_images(instruction, frame);
    }

    intaglio::IntegerNetwork<Net, Target> network;
    std::int32_t count;
    std::unique_ptr<intaglio::Scratch<Net, Target, Batch>> scratch;
    Codes images;
};

/// What the clock runs: `make(network)` gives it for a network with a batch.
template <class Net, class Make>
std::function<void()> for_batch(std::int32_t batch, const Make& make) {
    if (batch == 1) return make(std::make_shared<Runnable<Net, 1>>(batch, highest_code));
    return make(std::make_shared<Runnable<Net, most_images>>(batch, highest_code));
}

/// All of a network, from pixels to logits.
template <class Net>
void add_network(Works& works, const std::string& name) {
    const auto prepare = [](std::int32_t batch) {
        return for_batch<Net>(batch,
                              [](auto network) -> std::function<void()> { return [network] { network->run_all(); }; });
    };
    works.push_back({name, [] { return layers_of(intaglio::facts<Net>.view()); }, prepare, {}});
}

/// One operation of a network alone, the first that makes `out` of `in`, as it runs there: with the step that is fused
/// into it, and in the layouts that its neighbours agree on.
template <class Net>
void add_operation(Works& works, const std::string& name, intaglio::Shape in, intaglio::Shape out) {
    using Target = intaglio::simd::NativeTarget;
    const auto layers = [in, out] {
        for (const Layer& layer : layers_of(intaglio::facts<Net>.view())) {
            if (layer.in_size() == in.size() && layer.out_size() == out.size()) return std::vector<Layer>{layer};
        }
        throw std::runtime_error("the network has no such layer");
    };
    const auto run_until = [in, out]<std::int32_t Batch>(const Runnable<Net, Batch>& network) {
        for (const auto& instruction : intaglio::integer::instructions<Net, Target, Batch>) {
            network.run(instruction);
            const intaglio::ConvolutionExtents& extents = instruction.site.extents;
            if (extents.in.size() == in.size() && extents.out.size() == out.size()) return &instruction;
        }
        throw std::runtime_error("the operation is part of another one");
    };
    const auto prepare = [run_until](std::int32_t batch) {
        return for_batch<Net>(batch, [run_until](auto network) -> std::function<void()> {
            const auto* const instruction = run_until(*network);
            return [network, instruction] { network->run(*instruction); };
        });
    };
    const auto output = [run_until, out](std::int32_t highest) {
        const Runnable<Net, 1> network(1, highest);
        const auto* const instruction = run_until(network);
        const auto* codes = reinterpret_cast<const std::uint8_t*>(network.scratch->arena + instruction->site.output);
        return Codes(codes, codes + out.size());
    };
    works.push_back({name, layers, prepare, output});
}

}  // namespace peers
