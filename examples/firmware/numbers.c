/* Decimal numbers without the C library's printf, which is larger than a network. */
#include "board.h"

void board_write_number(int64_t number) {
    char digits[21];
    int first = 20;
    uint64_t rest = number < 0 ? 0U - (uint64_t)number : (uint64_t)number;
    digits[first] = 0;
    do {
        digits[--first] = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest > 0);
    if (number < 0) digits[--first] = '-';
    board_write(digits + first);
}
