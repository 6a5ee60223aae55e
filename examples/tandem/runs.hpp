// One function for each network and width, each compiled by itself. They return the exit status.
#pragma once

#include <intaglio/train/samples.hpp>

#include "settings.hpp"

namespace conversions {

// The parts of a data set: the validation samples are the last ones of the training set.
struct Parts {
    intaglio::Samples train;
    intaglio::Samples validation;
    intaglio::Samples test;
};

int run_mlp_8(const Settings& settings, const Choice& choice, const Parts& data);
int run_mlp_4(const Settings& settings, const Choice& choice, const Parts& data);
int run_mlp_1(const Settings& settings, const Choice& choice, const Parts& data);
int run_convolutional_8(const Settings& settings, const Choice& choice, const Parts& data);
int run_convolutional_4(const Settings& settings, const Choice& choice, const Parts& data);
int run_convolutional_1(const Settings& settings, const Choice& choice, const Parts& data);
int run_vgg_small_8(const Settings& settings, const Choice& choice, const Parts& data);
int run_vgg_small_4(const Settings& settings, const Choice& choice, const Parts& data);
int run_vgg_small_1(const Settings& settings, const Choice& choice, const Parts& data);

}  // namespace conversions
