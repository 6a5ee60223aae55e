// Labelled images of 8 bits per value.
#pragma once

#include <cstdint>

#include "intaglio/core/instruction_set.hpp"
#include "intaglio/data/dataset.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET {

/// Images of one shape with one label each; pixels are the sensor's 8-bit codes.
using ImageDataset = BasicDataset<std::uint8_t>;

/// A data set as it is usually published: images to train on and images to test with, of the same shape and classes.
struct TrainTest {
    ImageDataset train;
    ImageDataset test;
};

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET
