// One function per network, each compiled by itself. They return the exit status.
#pragma once

#include <intaglio/data/augmentation.hpp>
#include <intaglio/data/image_dataset.hpp>
#include <intaglio/zoo/vgg.hpp>

#include "../job/options.hpp"

// The width of the networks is 1 / CIFAR10_WIDTH_DIVISOR of the paper's: a setting of the build.
#ifndef CIFAR10_WIDTH_DIVISOR
#define CIFAR10_WIDTH_DIVISOR 4
#endif
using ChosenWidth = intaglio::zoo::WidthMultiplier<1, CIFAR10_WIDTH_DIVISOR>;

int run_15_8(const Options& options, const intaglio::TrainTest& data);
int run_3_2(const Options& options, const intaglio::TrainTest& data);

// What both share: the papers' loss, and crops of the image padded by 4, and flips (papers' digest, chapter 3).
template <class Settings>
Settings cifar10_settings() {
    Settings settings;
    settings.weight_decay = 1e-4;
    settings.augment = intaglio::Augmentation{
        .shape = {32, 32, 3}, .shift_height = 4, .shift_width = 4, .horizontal_flip = true, .fill = 128};
    return settings;
}
