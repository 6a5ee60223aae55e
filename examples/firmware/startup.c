/* What runs before main on any Cortex-M: the vectors, and variables as C and C++ expect them. */
#include <stdint.h>

#include "board.h"

extern uint32_t data_in_flash[], data_begin[], data_end[], bss_begin[], bss_end[], stack_top[];
typedef void (*handler)(void);
extern handler init_array_begin[], init_array_end[];
int main(void);
void reset(void);

static const uint32_t unused_stack = 0xa5a5a5a5U;

void reset(void) {
    const uint32_t* from = data_in_flash;
    for (uint32_t* to = data_begin; to < data_end; ++to) *to = *from++;
    for (uint32_t* to = bss_begin; to < bss_end; ++to) *to = 0;
    /* The stack grows down to the variables; the last 64 words of it are this function's own. */
    volatile uint32_t here;
    const uintptr_t end = (uintptr_t)&here - 256;
    for (volatile uint32_t* to = bss_end; (uintptr_t)to < end; ++to) *to = unused_stack;
    for (handler* construct = init_array_begin; construct < init_array_end; ++construct) (*construct)();
    board_exit(main());
}

uint32_t board_stack_bytes(void) {
    const volatile uint32_t* word = bss_end;
    while (word < stack_top && *word == unused_stack) ++word;
    return (uint32_t)((const volatile uint32_t*)stack_top - word) * 4;
}

static void fault(void) {
    board_write("fault\n");
    board_exit(1);
}

/* The first stack, then the handlers of the core's 15 exceptions; those of the chip's interrupts would follow. */
__attribute__((section(".vectors"), used)) static const handler vectors[16] = {
    (handler)(uintptr_t)stack_top,
    reset,
    fault, /* non-maskable */
    fault, /* all others that have no handler */
    fault, /* memory */
    fault, /* bus */
    fault, /* usage */
    0,
    0,
    0,
    0,
    fault, /* supervisor call */
    fault, /* debug monitor */
    0,
    fault, /* pending supervisor call */
    board_tick_overflow,
};
