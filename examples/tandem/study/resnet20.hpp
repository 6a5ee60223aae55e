// ResNet-20 for CIFAR-10: from the real numbers that another framework has trained to integers, without a norm.
#pragma once

#include <filesystem>
#include <intaglio/io/load_weights.hpp>
#include <intaglio/io/weight_names.hpp>
#include <intaglio/zoo/resnet.hpp>
#include <stdexcept>
#include <string>

#include "../run.hpp"

namespace teachers {

// Bytes as they are, padded with the mean; what the file's network does to them first moves into the first layer.
using Colours = Image<3, 32, 32, UInt8, PaddingValue<124, 116, 104>>;

struct FloatResNet20 : zoo::ResNet20<Colours, 10, zoo::WidthMultiplier<1>,
                                     Defaults<FloatWeights, NoWeightStandardization, BatchNorm, Relu, FloatBranchGrid>,
                                     zoo::LastOptions<TrainedBias>> {};
// What its students compute with; the first and the last weights have 8 bits.
template <int Bits>
struct ResNet20 : zoo::ResNet20<Colours, 10, zoo::WidthMultiplier<1>, DoReFaNet<Bits>, DoReFa<8>> {};

}  // namespace teachers

namespace conversions {

// Stage 1 alone, unless the command line asks for more. A rate of 0.001 destroys weights of 4 bits in the joint stage.
template <int Bits>
[[gnu::cold]] int run_resnet20(Settings settings, const Parts& data) {
    using namespace intaglio;
    if (settings.epochs > 0) throw std::runtime_error("resnet20: the teacher is not trained here: leave --epochs out");
    if (settings.teacher.empty()) settings.teacher = "../shared/data/models/resnet20-cifar10.safetensors";
    if (!std::filesystem::exists(settings.teacher)) {
        throw std::runtime_error("resnet20: the teacher's weights are not in " + settings.teacher.string() +
                                 ": give a safetensors file with --teacher");
    }
    tandem::Options& tandem = settings.tandem;
    tandem.stage1.samples = tandem.stage1.minimum = 1000;
    tandem.stage2.epochs = settings.stage2_epochs.value_or(0);
    tandem.joint.epochs = settings.joint_epochs.value_or(0);
    tandem.joint.learning_rate = settings.joint_rate.value_or(1e-4);

    const auto load = [&](Training<teachers::FloatResNet20>& teacher, const std::filesystem::path&, Results& results) {
        load_weights(teacher, SafetensorsFile(settings.teacher), resnet_names(3),
                     {.normalization = {.mean = {0.485, 0.456, 0.406}, .deviation = {0.229, 0.224, 0.225}}});
        results.teacher_file = settings.teacher.string();
        results.teacher_note = ", real numbers (published: 91.73 %); it was trained on the validation images, too";
        results.validation_unseen = false;
    };
    const Augmentation augment{
        .shape = {32, 32, 3}, .shift_height = 4, .shift_width = 4, .horizontal_flip = true, .fill = 116};
    return convert_teacher<teachers::FloatResNet20, teachers::ResNet20<Bits>>(settings, Bits, data, augment, load);
}

}  // namespace conversions
