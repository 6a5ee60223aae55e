/* Prints the hash of the logits and classes of all images. C99 and C++. */
#include <stdio.h>

#include "images.h"
#include "net.h"

int main(void) {
    static PIXEL image[NET_PIXELS];
    static int32_t arena[(NET_ARENA_BYTES + 3) / 4];
    static int64_t logits[NET_CLASSES];
    for (int i = 0; i < IMAGES; ++i) {
        next_image(image, NET_PIXELS);
        net_logits(image, arena, logits);
        for (int c = 0; c < NET_CLASSES; ++c) add_to_hash((uint64_t)logits[c]);
        add_to_hash((uint64_t)net_predict(image, arena));
    }
    printf("%lu\n", (unsigned long)hash);
    return 0;
}
