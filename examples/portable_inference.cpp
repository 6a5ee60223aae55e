// The integer program alone: one block of parameters, one scratch for each thread, plain C++ without vectors. This is
// what runs on a device; the result is the same as with any instruction set.
#include <algorithm>
#include <cstdio>
#include <intaglio/intaglio.hpp>
#include <thread>
#include <vector>

#include "lines.hpp"

using namespace intaglio;

struct Net : Network<Image<1, 8, 8>, Defaults<QInt<2>, Act<M_a{4}>>, Conv<QInt<8>, Out<8>>, AvgPool<2>, Conv<Out<16>>,
                     Classifier<QInt<8>, Out<2>>> {};

using Portable = Target::portable;
static_assert(sizeof(Parameters<Net, Portable>) == parameter_bytes<Net, Portable>);
static_assert(sizeof(Scratch<Net, Portable>::arena) == arena_bytes<Net, Portable>);

// On a device: constant data in read-only memory, and working memory that is known when the program is linked.
static Parameters<Net, Portable> constants;
static Scratch<Net, Portable> scratch[2];

int main() {
    const Lines lines(100, 8);
    Training<Net> training(50);
    Trainer<Net>(training, lines.samples(), {.epochs = 3, .batch = 50}).fit();
    const IntegerNetwork<Net> native = lower(training);  // for the best instruction set of this compilation
    constants = IntegerNetwork<Net, Portable>(lower(training)).parameters();

    // A program is a reference to parameters. Threads share it; each brings its own scratch.
    const Program<Net, Portable> program(constants);
    std::vector<std::int64_t> logits(200);
    const auto infer = [&](int thread) {
        for (int i = thread; i < 100; i += 2) {
            const std::int64_t* found =
                program.logits(&lines.pixels[static_cast<std::size_t>(i) * 64], scratch[thread]);
            std::copy_n(found, 2, &logits[static_cast<std::size_t>(i) * 2]);
        }
    };
    std::thread second(infer, 1);
    infer(0);
    second.join();

    // All at once, 16 by 16, on the threads of a pool; on a device without threads, leave the pool out.
    ThreadPool pool(2);
    const auto batch = native.make_scratch<16, 2>();
    std::vector<std::int32_t> classes(100);
    native.predict_batch(lines.pixels.data(), 100, *batch, classes.data(), pool);

    const auto native_scratch = native.make_scratch();
    for (std::size_t i = 0; i < 100; ++i) {
        const std::int64_t* found = native.program().logits(&lines.pixels[i * 64], *native_scratch);
        if (!std::equal(found, found + 2, &logits[i * 2])) return 1;
        if (classes[i] != (found[1] > found[0] ? 1 : 0)) return 1;
    }
    std::printf("100 images: portable and %s logits are equal; %zu bytes of parameters, %zu of scratch\n",
                simd::name(simd::Native{}), sizeof constants, sizeof scratch[0]);
}
