/* The board of firmware.c on RISC-V with 32 bits: a program of its own start-up code and no library, which an emulator
   of Linux runs. */
#include <stddef.h>

#include "board.h"

int main(void);

static void call(long number, long first, const void* second, size_t third) {
    register long a0 __asm__("a0") = first;
    register const void* a1 __asm__("a1") = second;
    register size_t a2 __asm__("a2") = third;
    register long a7 __asm__("a7") = number;
    __asm__ volatile("ecall" : "+r"(a0) : "r"(a1), "r"(a2), "r"(a7) : "memory");
}

void board_write(const char* text) {
    size_t size = 0;
    while (text[size] != 0) ++size;
    call(64, 1, text, size);
}

void board_exit(int status) {
    call(93, status, NULL, 0);
    for (;;) {
    }
}

void board_start_ticks(void) {}
uint64_t board_ticks(void) {
    return 0;
}
uint32_t board_stack_bytes(void) {
    return 0;
}

/* The linker shortens addresses to distances from gp. */
__asm__(
    ".globl start\n"
    "start:\n"
    ".option push\n"
    ".option norelax\n"
    "    la gp, __global_pointer$\n"
    ".option pop\n"
    "    call begin\n");
void begin(void);
void begin(void) {
    board_exit(main());
}

/* What compilers call on their own. */
void* memcpy(void* to, const void* from, size_t count) {
    for (size_t i = 0; i < count; ++i) ((unsigned char*)to)[i] = ((const unsigned char*)from)[i];
    return to;
}
void* memset(void* to, int value, size_t count) {
    for (size_t i = 0; i < count; ++i) ((unsigned char*)to)[i] = (unsigned char)value;
    return to;
}
