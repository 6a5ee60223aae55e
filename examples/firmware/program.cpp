// The integer program of a network, as a firmware runs it: net.hpp defines the type `Net`, parameters.inc holds its
// packed weights and steps. Prints the class of an image and how long it took.
#include <cstddef>
#include <cstdint>
#include <intaglio/integer/program.hpp>

#include "board.h"
#include "net.hpp"

// In flash.
static constexpr intaglio::Parameters<Net> parameters{{
#include "parameters.inc"
}};
static intaglio::Scratch<Net> scratch;

// Yours: codes from a sensor, rows of pixels, channels innermost.
static intaglio::Program<Net>::Pixel image[intaglio::Program<Net>::pixels];

int main() {
    for (std::size_t i = 0; i < intaglio::Program<Net>::pixels; ++i) image[i] = static_cast<std::uint8_t>(7 * i);
    board_start_ticks();
    const std::int32_t found = intaglio::Program<Net>(parameters).predict(image, scratch);
    const std::uint64_t ticks = board_ticks();
    board_write("class ");
    board_write_number(found);
    board_write(", clocks ");
    board_write_number(static_cast<std::int64_t>(ticks));
    board_write("\n");
    return 0;
}
