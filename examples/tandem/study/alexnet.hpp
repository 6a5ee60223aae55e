// AlexNet with random weights on random images: that a network of this size can be converted, and what it costs.
#pragma once

#include <cstdint>
#include <intaglio/core/random.hpp>
#include <intaglio/train/loop/reestimation.hpp>
#include <intaglio/zoo/alexnet.hpp>
#include <stdexcept>
#include <vector>

#include "../run.hpp"

namespace teachers {

// The first and the last weights have 8 bits.
template <int Bits>
struct AlexNet : zoo::AlexNet<Image<3, 224, 224>, 1000, zoo::WidthMultiplier<1>, DoReFaNet<Bits>, DoReFa<8>> {};

}  // namespace teachers

namespace conversions {

struct RandomImages {
    std::vector<std::uint8_t> pixels;
    std::vector<std::uint16_t> labels;

    RandomImages(std::uint64_t seed, std::int64_t count, std::int64_t size, std::uint32_t classes)
        : pixels(static_cast<std::size_t>(count * size)), labels(static_cast<std::size_t>(count)) {
        intaglio::Random random(seed, 0);
        for (auto& pixel : pixels) pixel = static_cast<std::uint8_t>(random.below(256));
        for (auto& label : labels) label = static_cast<std::uint16_t>(random.below(classes));
    }
};

template <int Bits>
[[gnu::cold]] int run_alexnet(Settings settings) {
    using namespace intaglio;
    using Teacher = teachers::AlexNet<Bits>;
    if (!settings.teacher.empty() || settings.epochs > 0) {
        throw std::runtime_error("alexnet: the teacher is random: leave --teacher and --epochs out");
    }
    // 16 images validate, and the same are compared.
    const std::int64_t used = settings.limit > 0 ? settings.limit : 32;
    const std::int64_t compared = 16;
    const RandomImages images(settings.seed, used + compared, Training<Teacher>::pixels, Training<Teacher>::classes);
    const std::span<const std::uint8_t> pixels(images.pixels);
    const Labels labels(images.labels);
    const auto first = static_cast<std::size_t>(used * Training<Teacher>::pixels);
    const Samples train{pixels.first(first), labels.first(static_cast<std::size_t>(used))};
    const Samples rest{pixels.subspan(first),
                       labels.subspan(static_cast<std::size_t>(used), static_cast<std::size_t>(compared))};

    tandem::Options& tandem = settings.tandem;
    tandem.batch = 8;
    tandem.stage1.samples = used;
    tandem.stage1.minimum = 2;
    // Random weights of equal variance leave nothing to choose.
    tandem.stage1.latents = tandem::Latents::copied;
    tandem.stage2.epochs = settings.stage2_epochs.value_or(0);
    tandem.joint.epochs = settings.joint_epochs.value_or(0);

    const auto make = [&](Training<Teacher>& teacher, const std::filesystem::path&, Results& results) {
        reestimate_statistics(teacher, train.pixels);
        results.random_images = true;
    };
    using Modes = boost::mp11::mp_list<Scale::LayerBias>;
    return convert_teacher<Teacher, Teacher, Modes>(settings, Bits, {train, rest, rest}, {}, make);
}

}  // namespace conversions
