/* The two macros that exported code leaves to its user: a place for constants, and a trace of values. */
#ifndef OPTIONS_H
#define OPTIONS_H

#include <stdint.h>

#define net_CONST __attribute__((section("net_flash")))
#define net_TRACE(number, layer, codes, count)                                            \
    do {                                                                                  \
        trace_value(number, layer);                                                       \
        for (int32_t traced = 0; traced < (count); ++traced) trace_code((codes)[traced]); \
    } while (0)

void trace_value(int number, const char* layer);
void trace_code(int64_t code);

#endif
