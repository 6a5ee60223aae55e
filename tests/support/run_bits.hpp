// All bits of a training run: losses, parameters, statistics, evaluations. And networks with every kind of reduction
// over a batch.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "intaglio/model/network.hpp"
#include "intaglio/model/sample_norms.hpp"
#include "intaglio/train/loop/evaluation.hpp"
#include "intaglio/train/trainer.hpp"
#include "support/training_tools.hpp"

namespace tools {

/// Products of images and of single pixels, grouped and strided, norms of integers by layer and channel, dropout,
/// joins.
struct IntegerNet
    : intaglio::Network<
          intaglio::Image<2, 8, 8>,
          intaglio::Defaults<intaglio::QInt<2>, intaglio::Lbn, intaglio::Act<intaglio::M_a{4}>>,
          intaglio::Conv<intaglio::QInt<8>, intaglio::Out<6>>, intaglio::Dropout<intaglio::Rate{0.25}>,
          intaglio::Conv<intaglio::Out<6>, intaglio::Groups<2>, intaglio::BatchNorm>, intaglio::AvgPool<2>,
          intaglio::Residual<intaglio::Conv<intaglio::Out<6>>,
                             intaglio::Conv<intaglio::Out<6>, intaglio::Kernel<1>, intaglio::NoActivation>>,
          intaglio::Activate<intaglio::Act<intaglio::M_a{32}>>,
          intaglio::Classifier<intaglio::QInt<8>, intaglio::Out<3>>> {};

/// Products of real weights, and norms of real numbers, whose statistics depend on the order of their terms.
struct RealNet : intaglio::Network<intaglio::Image<2, 8, 8>,
                                   intaglio::Defaults<intaglio::FloatWeights, intaglio::NoWeightStandardization,
                                                      intaglio::BatchNorm, intaglio::Relu, intaglio::FloatBranchGrid>,
                                   intaglio::Conv<intaglio::Out<5>>, intaglio::Conv<intaglio::Out<5>, intaglio::Lbn>,
                                   intaglio::AvgPool<2>, intaglio::Classifier<intaglio::Out<3>>> {};

/// Quantisers that own trained parameters.
struct TrainedNet
    : intaglio::Network<
          intaglio::Image<2, 8, 8>,
          intaglio::Defaults<intaglio::Lsq<3, intaglio::Per::channel>, intaglio::PactAct<4>, intaglio::Lbn>,
          intaglio::Conv<intaglio::QInt<8>, intaglio::Out<6>>, intaglio::AvgPool<2>,
          intaglio::Conv<intaglio::Out<6>, intaglio::LsqAct<3>>, intaglio::Classifier<intaglio::Out<3>>> {};

/// Norms of samples: a gain for each element, for each channel, and one for all.
struct SampleNet
    : intaglio::Network<intaglio::Image<2, 8, 8>,
                        intaglio::Defaults<intaglio::QInt<2>, intaglio::LayerNorm<>, intaglio::Act<intaglio::M_a{4}>>,
                        intaglio::Conv<intaglio::QInt<8>, intaglio::Out<6>>, intaglio::AvgPool<2>,
                        intaglio::Conv<intaglio::Out<6>, intaglio::GroupNorm<2>>,
                        intaglio::Classifier<intaglio::Out<3>>> {};

using Bits = std::vector<std::uint64_t>;

inline void add_bits(Bits& bits, std::span<const float> numbers) {
    for (const float v : numbers) bits.push_back(std::bit_cast<std::uint32_t>(v));
}
inline void add_bits(Bits& bits, std::span<const double> numbers) {
    for (const double v : numbers) bits.push_back(std::bit_cast<std::uint64_t>(v));
}
inline void add_bits(Bits& bits, const intaglio::Evaluation& evaluation) {
    for (const std::int32_t p : evaluation.predictions) bits.push_back(static_cast<std::uint64_t>(p));
    bits.push_back(static_cast<std::uint64_t>(evaluation.correct));
    bits.push_back(static_cast<std::uint64_t>(evaluation.float_correct));
    add_bits(bits, std::vector<double>{evaluation.loss});
    add_bits(bits, evaluation.activity);
}

/// All bits that `steps` steps leave behind, and statistics and evaluation after them.
template <class Net, class Optimizer>
Bits run_bits(intaglio::Training<Net>& training, const intaglio::Samples& samples,
              const intaglio::TrainerOptions<Optimizer>& options, int steps) {
    intaglio::Trainer<Net, Optimizer> trainer(training, samples, options);
    Bits bits;
    for (int i = 0; i < steps; ++i) {
        const intaglio::EpochMetrics& metrics = trainer.train_batch();
        add_bits(bits, std::vector<double>{metrics.loss, metrics.accuracy, metrics.gradient_norm});
    }
    add_bits(bits, training.gradients());
    add_bits(bits, training.parameters());
    add_bits(bits, running_statistics(training));
    for (const auto how : {intaglio::Reestimation::one_pass, intaglio::Reestimation::exact}) {
        trainer.reestimate_statistics(how);
        add_bits(bits, running_statistics(training));
    }
    add_bits(bits, evaluate(training, samples));
    return bits;
}

}  // namespace tools
