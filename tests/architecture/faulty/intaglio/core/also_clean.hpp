#include <bit>
