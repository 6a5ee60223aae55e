/* A network that was exported as C, as a firmware runs it: network.h is what export_c wrote. Prints the class of an
   image and how long it took. */
#include "board.h"
#include "network.h"

/* Yours: codes from a sensor, rows of pixels, channels innermost. */
static uint8_t image[NETWORK_PIXELS];
static int32_t arena[NETWORK_ARENA_BYTES / 4];

int main(void) {
    for (int i = 0; i < NETWORK_PIXELS; ++i) image[i] = (uint8_t)(7 * i);
    board_start_ticks();
    const int found = network_predict(image, arena);
    const uint64_t ticks = board_ticks();
    board_write("class ");
    board_write_number(found);
    board_write(", clocks ");
    board_write_number((int64_t)ticks);
    board_write("\n");
    return 0;
}
