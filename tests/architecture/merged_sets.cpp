// A function that belongs to no instruction set, although the compiler makes vectors of its loop: sets_apart.sh must
// find it.
#include <cstdint>

namespace intaglio {

template <class Number>
[[gnu::noinline]] void scale_numbers(Number* numbers, std::int64_t count, Number factor) {
    for (std::int64_t i = 0; i < count; ++i) numbers[i] *= factor;
}

}  // namespace intaglio

void scale(float* numbers, std::int64_t count);
void scale(float* numbers, std::int64_t count) {
    intaglio::scale_numbers(numbers, count, 0.5F);
}
