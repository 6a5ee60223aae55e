/* The integer program of a network with the functions of its exported C, so that one main serves both. */
#ifndef INTEGER_PROGRAM_H
#define INTEGER_PROGRAM_H

#include <stdint.h>

#include "export_c/images.h"
#include "sizes.h"

/* Its memory is its own. */
#define NET_ARENA_BYTES 4

int net_predict(const PIXEL* image, void* arena);
void net_logits(const PIXEL* image, void* arena, int64_t* logits);

#endif
