// The worker of RTNeural, which has no packages: built from sources that a user names. Layers are types there, as here;
// this one knows the perceptron of 784, 256, 256 and 10, in floats.
#include <RTNeural/RTNeural.h>

#include <utility>

#include "peer.hpp"

namespace {

class RtNeural {
  public:
    static std::string version() { return "RTNeural (Eigen)"; }

    explicit RtNeural(const peers::Job& job) : input_(job.input.begin(), job.input.end()) {
        std::vector<std::int64_t> sizes{job.layers.front().in_size()};
        for (const peers::Layer& layer : job.layers) sizes.push_back(layer.kind == "dense" ? layer.out_size() : 0);
        if (sizes != std::vector<std::int64_t>{784, 256, 256, 10} || job.batch != 1) {
            throw std::runtime_error("RTNeural's worker has only the perceptron 784-256-256-10, batch 1");
        }
        set<0>(job.layers[0], 0);
        set<2>(job.layers[1], 1);
        set<4>(job.layers[2], 2);
    }

    void run() { sum_ = sum_ + model_.forward(input_.data()); }

    static std::vector<std::uint8_t> output() { throw std::runtime_error("RTNeural has no codes to compare"); }

  private:
    template <int Place>
    void set(const peers::Layer& layer, std::size_t place) {
        const std::vector<std::int8_t> codes = peers::make_weights(layer, place);
        const auto ins = static_cast<std::size_t>(layer.in_size());
        std::vector<std::vector<float>> weights(static_cast<std::size_t>(layer.out_channels), std::vector<float>(ins));
        for (std::size_t i = 0; i < codes.size(); ++i) {
            weights[i / ins][i % ins] = static_cast<float>(codes[i]) / 4096;
        }
        const std::vector<float> bias(weights.size(), 0);
        model_.template get<Place>().setWeights(weights);
        model_.template get<Place>().setBias(bias.data());
    }

    using Activation = RTNeural::ReLuActivationT<float, 256>;
    RTNeural::ModelT<float, 784, 10, RTNeural::DenseT<float, 784, 256>, Activation, RTNeural::DenseT<float, 256, 256>,
                     Activation, RTNeural::DenseT<float, 256, 10>>
        model_;
    std::vector<float> input_;
    volatile float sum_ = 0;  // so that the compiler keeps the work
};

}  // namespace

int main(int argc, char** argv) {
    return peers::peer_main<RtNeural>(argc, argv);
}
