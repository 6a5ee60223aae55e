/* Prints the hash of the logits and classes of all images, the clocks of one inference and the bytes of its stack. */
#ifdef INTEGER_PROGRAM
#include "integer_program.h"
#else
#include "net.h"
#endif

#include "board.h"
#include "export_c/images.h"

static PIXEL image[NET_PIXELS];
static int32_t arena[(NET_ARENA_BYTES + 3) / 4];
static int64_t logits[NET_CLASSES];

static void write_line(int64_t number) {
    board_write_number(number);
    board_write("\n");
}

int main(void) {
    uint64_t ticks = 0;
    for (int i = 0; i < IMAGES; ++i) {
        next_image(image, NET_PIXELS);
        net_logits(image, arena, logits);
        for (int c = 0; c < NET_CLASSES; ++c) add_to_hash((uint64_t)logits[c]);
        board_start_ticks();
        const int found = net_predict(image, arena);
        ticks += board_ticks();
        add_to_hash((uint64_t)found);
    }
    write_line(hash);
    write_line((int64_t)(ticks / IMAGES));
    write_line(board_stack_bytes());
    return 0;
}
