// Targets: profiles of costs decide about kernels alone. Results are equal, code is shared, and the reasons are told.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <random>
#include <sstream>
#include <string>
#include <type_traits>
#include <vector>

#include "intaglio/core/random.hpp"
#include "intaglio/report/kernel_reasons.hpp"
#include "intaglio/train/lowering.hpp"
#include "intaglio/train/program.hpp"
#include "support/program_comparison.hpp"

namespace targets_test {

namespace {

using namespace intaglio;

/// A target of which one kind of product costs nearly nothing.
template <std::int32_t simd::CostProfile::*Number>
struct Cheap {
    using instruction_set = simd::Native;
    static constexpr simd::CostProfile profile = [] {
        simd::CostProfile costs = simd::cost_profile(instruction_set{});
        costs.*Number = 1;
        return costs;
    }();
};
using CheapWords = Cheap<&simd::CostProfile::word_product>;
using CheapSmallBytes = Cheap<&simd::CostProfile::small_byte_product>;
using CheapBytes = Cheap<&simd::CostProfile::byte_product>;
struct OnlyASet {
    using instruction_set = simd::Portable;
};

/// Two values of both operands, more of them, groups, signed codes, sums of pools.
// clang-format off
struct Net : Network<Image<2, 9, 8>, Defaults<BinaryWeights, Act<M_a{2}>>,
    Conv<Out<40>>, Conv<Out<33>>, MaxPool<Window{3, 2}>, Conv<QInt<3>, Out<20>, Act<M_a{4}>>,
    Conv<Out<20>, Groups<2>, SignedAct<M_a{5}>>, AvgPool<Window{3, 2}>, Dense<Flatten, Out<40>, Sign<>>, Dense<Out<36>>,
    Classifier<Out<3>>> {};
// clang-format on

template <class Target>
std::vector<std::string> chosen() {
    std::vector<std::string> names;
    for (const KernelReasons& reasons : kernel_reasons<Net, Target>()) names.push_back(reasons.kernel);
    return names;
}

template <class Target>
std::vector<std::int64_t> all_logits(const Model<Net>& model, const std::vector<std::uint8_t>& images) {
    const IntegerNetwork<Net, Target> network(model);
    CHECK(certify(model, network).proven());
    const auto scratch = network.make_scratch();
    std::vector<std::int64_t> all;
    for (std::size_t at = 0; at < images.size(); at += Program<Net, Target>::pixels) {
        const std::int64_t* logits = network.program().logits(images.data() + at, *scratch);
        all.insert(all.end(), logits, logits + Program<Net, Target>::classes);
    }
    return all;
}

/// Code is keyed by the set: a target that chooses the same kernels runs the same functions.
template <class A, class B>
bool same_functions() {
    const auto& a = integer::instructions<Net, A>;
    const auto& b = integer::instructions<Net, B>;
    if (a.size() != b.size()) return false;
    for (std::size_t i = 0; i < a.size(); ++i) {
        if (a[i].run != b[i].run) return false;
    }
    return true;
}

struct Renamed {
    using instruction_set = simd::Native;
    static constexpr simd::CostProfile profile = simd::cost_profile(simd::Native{});
};

/// Twice as slow in everything: the same choices.
struct Slower {
    using instruction_set = simd::Native;
    static constexpr simd::CostProfile profile = [] {
        simd::CostProfile costs = simd::cost_profile(instruction_set{});
        for (auto number :
             {&simd::CostProfile::byte_product, &simd::CostProfile::small_byte_product,
              &simd::CostProfile::short_product, &simd::CostProfile::word_product, &simd::CostProfile::bit_product,
              &simd::CostProfile::plane_product, &simd::CostProfile::looked_up_byte, &simd::CostProfile::packed_code,
              &simd::CostProfile::near_weight_byte, &simd::CostProfile::far_weight_byte}) {
            costs.*number *= 2;
        }
        return costs;
    }();
};

}  // namespace

TEST_CASE("targets: results are the same whatever the profile prefers") {
    constexpr std::int64_t count = 12;
    std::mt19937 random(11);
    std::vector<std::uint8_t> images(static_cast<std::size_t>(count) * Training<Net>::pixels);
    for (std::uint8_t& pixel : images) pixel = static_cast<std::uint8_t>(random());
    Training<Net> training(count);
    tools::randomize_parameters(training, random, tools::Biases::mixed);
    training.forward(images.data(), count, train::Statistics::batch);
    const Model<Net> model = lower(training);

    const std::vector<std::int64_t> expected = all_logits<simd::Portable>(model, images);
    CHECK(std::any_of(expected.begin(), expected.end(), [](std::int64_t logit) { return logit != 0; }));
    CHECK(all_logits<simd::Native>(model, images) == expected);
    CHECK(all_logits<CheapWords>(model, images) == expected);
    CHECK(all_logits<CheapSmallBytes>(model, images) == expected);
    CHECK(all_logits<CheapBytes>(model, images) == expected);
    CHECK(all_logits<OnlyASet>(model, images) == expected);

    const std::vector<std::string> words = chosen<CheapWords>();
    CHECK(std::count(words.begin(), words.end(), "words") >= 4);
    CHECK(chosen<CheapSmallBytes>() != chosen<CheapWords>());
    CHECK(chosen<CheapBytes>() != chosen<CheapSmallBytes>());
    CHECK(chosen<OnlyASet>() == chosen<simd::Portable>());
    CHECK(chosen<Slower>() == chosen<simd::Native>());
}

TEST_CASE("targets: those of one set share their code") {
    CHECK(same_functions<simd::Native, Renamed>());
    CHECK(same_functions<simd::Native, Slower>());
    CHECK(same_functions<simd::Portable, OnlyASet>());
    CHECK(!same_functions<simd::Native, CheapWords>());
}

TEST_CASE("targets: the reasons of a choice in words") {
    KernelReasons reasons{"4", "bytes", {}};
    reasons.offers.push_back({"bits", "weights are not -1 and 1", 0});
    reasons.offers.push_back({"words", nullptr, 16'500'000'000});
    reasons.offers.push_back({"signed bytes", "codes are no signed bytes", 0});
    reasons.offers.push_back({"bytes", nullptr, 8'000'000'000});
    CHECK(reasons_text(reasons) ==
          "bytes 8.00, words 16.50; not legal: bits, as weights are not -1 and 1; signed bytes, as codes are no signed "
          "bytes");
    std::ostringstream text;
    kernel_reasons_table({reasons}).print(text);
    CHECK(text.str().find("4      bytes   bytes 8.00, words 16.50; not legal: bits") != std::string::npos);

    const std::vector<KernelReasons> all = kernel_reasons<Net, simd::Portable>();
    REQUIRE(all.size() == 7);
    CHECK(all[1].kernel == "bits");
    CHECK(all[2].path == "5");
    for (const KernelReasons& each : all) {
        // The chosen kernel is told first.
        CHECK(reasons_text(each).rfind(each.kernel + " ", 0) == 0);
    }
    const auto refusal_of = [&](std::size_t product, const std::string& kernel) -> std::string {
        for (const integer::KernelOffer& offer : all[product].offers) {
            if (offer.name == kernel) return offer.refusal == nullptr ? "" : offer.refusal;
        }
        return "no such kernel";
    };
    CHECK(refusal_of(0, "bits") == "codes have other planes");
    CHECK(refusal_of(2, "bits") == "weights have other planes");
    CHECK(refusal_of(0, "bytes").empty());
    CHECK(refusal_of(0, "signed bytes") == "codes are no signed bytes");
    CHECK(refusal_of(0, "words").empty());
}

}  // namespace targets_test
