// Facts: what the compiler knows about a network before anything runs. Nothing is trained here.
#include <cstdio>
#include <intaglio/integer/program.hpp>
#include <intaglio/report/model_facts.hpp>
#include <iostream>

using namespace intaglio;

// clang-format off
struct Net : Network<Image<3, 32, 32>,
    Defaults<QInt<2>, Lbn, Act<M_a{4}>>,
    Conv<QInt<8>, In<3>, Out<32>, Kernel<5>, Stride<2>, Padding<2>>,  // 32 x 32 to 16 x 16
    Repeat<2, Conv<Out<32>, Groups<4>>>,
    Conv<States<M_w{15}>, Out<64>, Kernel<1, 3>>,
    AvgPool<2>,                                                       // the sum of four codes: 0 ... 12
    Residual<Sequence<Conv<Out<64>>, Conv<Out<64>, NoActivation>>>,   // the other branch hands on its input
    Activate<>,
    GlobalAvgPool,
    Classifier<QInt<8>, Out<10>>> {};

// With ternary weights everywhere and few activation states, nothing is multiplied before the logits.
struct Ternary : Network<Image<1, 28, 28>,
    Defaults<QInt<2>, ActBits<2>>, Conv<Out<16>>, AvgPool<2>, Classifier<Out<10>>> {};
// clang-format on

// The facts are constants: a change of the network that breaks a budget does not compile.
static_assert(facts<Net>.input_shape() == Shape{32, 32, 3});
static_assert(facts<Net>.classes() == 10);
static_assert(facts<Net>.weights() == facts<Net>.row(0).weights + 2 * 32 * 9 * 8 + 64 * 3 * 32 + 2 * 64 * 9 * 64 + 640);
static_assert(facts<Net>.accumulator_bits() <= 24);
static_assert(facts<Net>.weight_bytes() < 32 * 1024);
static_assert(facts<Net>.integer_only());
static_assert(!facts<Net>.multiplier_free());
static_assert(facts<Ternary>.multiplier_free());
static_assert(arena_bytes<Net, Target::portable> <= 64 * 1024);
static_assert(arena_bytes<Net, Target::avx512> <= 64 * 1024);

int main() {
    facts_table(layer_facts<Net>()).print(std::cout);
    std::printf("\n%lld parameters, %lld multiply-accumulates per image, accumulators of %d bits\n",
                static_cast<long long>(facts<Net>.parameters()), static_cast<long long>(facts<Net>.macs()),
                facts<Net>.accumulator_bits());
    std::printf("weights %lld bytes; packed with steps %zu bytes, arena %zu bytes (portable)\n",
                static_cast<long long>(facts<Net>.weight_bytes()), parameter_bytes<Net>, arena_bytes<Net>);

    // The rows behind the table: one for each primitive operation.
    std::int64_t macs = 0;
    for (const Row& row : facts<Net>.view().rows) macs += row.macs;
    return macs == facts<Net>.macs() ? 0 : 1;
}
