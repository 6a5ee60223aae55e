/* The images of the tests of exported C, as expected.hpp makes them, and the hash of what comes out. C99 and C++. */
#ifndef IMAGES_H
#define IMAGES_H

#include <stdint.h>

#include "config.h"

static uint32_t image_state = 12345;
static uint32_t hash = 2166136261U;

static void next_image(PIXEL* image, int pixels) {
    for (int p = 0; p < pixels; ++p) {
        image_state = image_state * 1664525U + 1013904223U;
        image[p] = (PIXEL)(LOWEST + (int32_t)((image_state >> 8) % STATES));
    }
}

static void add_to_hash(uint64_t number) {
    for (int byte = 0; byte < 8; ++byte) hash = (uint32_t)(hash ^ (uint32_t)(number >> (8 * byte) & 255U)) * 16777619U;
}
#endif
