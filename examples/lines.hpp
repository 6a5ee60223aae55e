// Data for the examples: grey images of one bright line on a dark ground.
#pragma once

#include <cstddef>
#include <cstdint>
#include <intaglio/train/trainer.hpp>
#include <vector>

struct Lines {
    std::vector<std::uint8_t> pixels;
    std::vector<std::uint8_t> labels;  // 0: the line lies, 1: it stands

    // `count` images of side x side pixels. The line goes through all places; the ground is not quite dark.
    Lines(unsigned count, unsigned side) {
        for (unsigned i = 0; i < count; ++i) {
            const bool upright = i % 2 != 0;
            const unsigned place = i / 2 % side;
            labels.push_back(upright ? 1 : 0);
            for (unsigned y = 0; y < side; ++y) {
                for (unsigned x = 0; x < side; ++x) {
                    const bool bright = (upright ? x : y) == place;
                    pixels.push_back(static_cast<std::uint8_t>(bright ? 200 : (7 * i + 3 * x + 5 * y) % 40));
                }
            }
        }
    }

    // What the library reads: it refers to the vectors and copies nothing.
    [[nodiscard]] intaglio::Samples samples() const { return {pixels, labels}; }
};
