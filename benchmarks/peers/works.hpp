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

/// A network with all that it needs to run a batch.
template <class Net>
struct Runnable {
    using Set = intaglio::simd::Native;
    using Scratch = intaglio::Scratch<Net, Set>;

    Runnable(std::int32_t batch, std::int32_t highest) : network(random_model<Net>()) {
        const std::size_t pixels = intaglio::Program<Net, Set>::pixels;
        images.resize(static_cast<std::size_t>(batch) * pixels);
        for (std::size_t i = 0; i < images.size(); ++i) {
            images[i] = static_cast<std::uint8_t>(number(input_series, i, 0, highest));
        }
        for (std::int32_t b = 0; b < batch; ++b) scratches.push_back(network.make_scratch());
    }
    [[nodiscard]] const std::uint8_t* image(std::size_t b) const {
        return images.data() + b * intaglio::Program<Net, Set>::pixels;
    }
    [[nodiscard]] intaglio::integer::Frame frame(std::size_t b) const {
        return {network.parameters().bytes, image(b), scratches[b]->arena, scratches[b]->logits};
    }

    intaglio::IntegerNetwork<Net, Set> network;
    Codes images;
    std::vector<std::unique_ptr<Scratch>> scratches;
};

/// All of a network, from pixels to logits.
template <class Net>
void add_network(Works& works, const std::string& name) {
    const auto prepare = [](std::int32_t batch) -> std::function<void()> {
        auto net = std::make_shared<Runnable<Net>>(batch, highest_code);
        return [net] {
            for (std::size_t b = 0; b < net->scratches.size(); ++b) {
                net->network.program().logits(net->image(b), *net->scratches[b]);
            }
        };
    };
    works.push_back({name, [] { return layers_of(intaglio::facts<Net>.view()); }, prepare, {}});
}

/// One operation of a network alone, the first that makes `out` of `in`, as it runs there: with the step that is fused
/// into it, and in the layouts that its neighbours agree on.
template <class Net>
void add_operation(Works& works, const std::string& name, intaglio::Shape in, intaglio::Shape out) {
    using Set = intaglio::simd::Native;
    const auto layers = [in, out] {
        for (const Layer& layer : layers_of(intaglio::facts<Net>.view())) {
            if (layer.in_size() == in.size() && layer.out_size() == out.size()) return std::vector<Layer>{layer};
        }
        throw std::runtime_error("the network has no such layer");
    };
    const auto run_until = [in, out](const Runnable<Net>& net, std::size_t b) {
        const auto& list = intaglio::integer::instructions<Net, Set>;
        for (const intaglio::integer::Instruction& instruction : list) {
            instruction.run(instruction.site, net.frame(b));
            const intaglio::ConvolutionExtents& extents = instruction.site.extents;
            if (extents.in.size() == in.size() && extents.out.size() == out.size()) return &instruction;
        }
        throw std::runtime_error("the operation is part of another one");
    };
    const auto prepare = [run_until](std::int32_t batch) -> std::function<void()> {
        auto net = std::make_shared<Runnable<Net>>(batch, highest_code);
        const intaglio::integer::Instruction* instruction = nullptr;
        for (std::size_t b = 0; b < net->scratches.size(); ++b) instruction = run_until(*net, b);
        return [net, instruction] {
            for (std::size_t b = 0; b < net->scratches.size(); ++b) instruction->run(instruction->site, net->frame(b));
        };
    };
    const auto output = [run_until, out](std::int32_t highest) {
        const Runnable<Net> net(1, highest);
        const intaglio::integer::Instruction* const instruction = run_until(net, 0);
        const auto* codes = reinterpret_cast<const std::uint8_t*>(net.scratches[0]->arena + instruction->site.output);
        return Codes(codes, codes + out.size());
    };
    works.push_back({name, layers, prepare, output});
}

}  // namespace peers
