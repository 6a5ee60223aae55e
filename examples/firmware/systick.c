/* Processor clocks by SysTick, which counts down in 24 bits. */
#include "board.h"

static volatile uint32_t* const control = (volatile uint32_t*)0xe000e010U;
static volatile uint32_t* const reload = (volatile uint32_t*)0xe000e014U;
static volatile uint32_t* const current = (volatile uint32_t*)0xe000e018U;

static volatile uint32_t overflows;

void board_tick_overflow(void) {
    overflows = overflows + 1;
}

void board_start_ticks(void) {
    overflows = 0;
    *reload = 0xffffffU;
    *current = 0;
    *control = 7; /* the processor's clock, with interrupt */
}

uint64_t board_ticks(void) {
    uint32_t before;
    uint32_t left;
    do {
        before = overflows;
        left = *current;
    } while (before != overflows);
    return ((uint64_t)before << 24) + (0xffffffU - left);
}
