/* What the programs of this folder ask of a board. semihosting.c answers through a debugger or an emulator; a product
   replaces it by its own UART. */
#ifndef BOARD_H
#define BOARD_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

void board_write(const char* text);
void board_write_number(int64_t number);

/* Ends the program; 0 is success. */
void board_exit(int status);

/* Starts the clock of board_ticks. */
void board_start_ticks(void);

/* Processor clocks since then, by the timer that every Cortex-M has. */
uint64_t board_ticks(void);

/* The handler of this timer's interrupt, every 2^24 clocks. */
void board_tick_overflow(void);

/* The most that the stack has had on it so far. */
uint32_t board_stack_bytes(void);

#ifdef __cplusplus
}
#endif
#endif
