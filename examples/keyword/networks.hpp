// One function per network, each compiled by itself. They return the exit status.
#pragma once

#include <cstdint>
#include <intaglio/data/dataset.hpp>

#include "../job/options.hpp"

int run_dilated(const Options& options, const intaglio::BasicDataset<std::int16_t>& train,
                const intaglio::BasicDataset<std::int16_t>& test);
int run_separable(const Options& options, const intaglio::BasicDataset<std::int16_t>& train,
                  const intaglio::BasicDataset<std::int16_t>& test);
