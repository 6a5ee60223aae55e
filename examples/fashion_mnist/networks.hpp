// One function per network, each compiled by itself. They return the exit status.
#pragma once

#include <intaglio/data/image_dataset.hpp>

#include "../job/options.hpp"

int run_convolutional(const Options& options, const intaglio::TrainTest& data);
int run_dense(const Options& options, const intaglio::TrainTest& data);
