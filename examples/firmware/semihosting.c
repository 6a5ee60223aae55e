/* Text and exit through the debugger or emulator that is attached: ARM's semihosting. Without one, the breakpoint is a
   fault. */
#include "board.h"

enum { write_text = 0x04, exit_extended = 0x20, application_exit = 0x20026 };

static void ask(uint32_t operation, const void* argument) {
    register uint32_t r0 __asm__("r0") = operation;
    register const void* r1 __asm__("r1") = argument;
    __asm__ volatile("bkpt 0xab" : "+r"(r0) : "r"(r1) : "memory", "cc");
}

void board_write(const char* text) {
    ask(write_text, text);
}

void board_exit(int status) {
    const uint32_t block[2] = {application_exit, (uint32_t)status};
    ask(exit_extended, block);
    for (;;) {
    }
}
