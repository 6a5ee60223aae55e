// Every check of the analysis at its border and one past it, and the choice of the kernel whose products saturate.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <vector>

#include "intaglio/integer/kernel_choice.hpp"
#include "intaglio/model/network.hpp"
#include "intaglio/train/lowering.hpp"

namespace borders_test {

namespace {

using namespace intaglio;

constexpr std::int64_t most = INT32_MAX;
constexpr Value bytes_of(Shape shape) {
    return {.shape = shape, .codes = {0, 255}, .denominator = 255};
}

/// What the analysis says of one layer behind this value.
struct Verdict {
    Problem problem;
    Value out;

    [[nodiscard]] bool good() const { return !problem.exists(); }
    [[nodiscard]] bool says(const ErrorKind& kind, std::int64_t expected, std::int64_t found) const {
        return problem.kind == &kind && problem.expected == expected && problem.found == found;
    }
};

template <class Describe>
Verdict analysis(const Value& in, const Describe& describe) {
    std::vector<Row> rows(16);
    std::vector<Value> values(17);
    Builder b(rows.data(), values.data(), 16, in);
    describe(b);
    return {b.problem(), b.in()};
}
template <class Layer>
Verdict layer(const Value& in) {
    return analysis(in, [](Builder& b) { Layer::template resolved<boost::mp11::mp_list<>>::describe(b); });
}
/// A value of these codes, behind an operation.
Verdict codes(std::int64_t lowest, std::int64_t highest) {
    return analysis(bytes_of({1, 1, 1}), [&](Builder& b) {
        b.append(Row{}, Value{.shape = {1, 1, 1}, .codes = {lowest, highest}, .storage = Storage::int32});
    });
}
template <class Weight>
Verdict dense(CodeRange in, std::int32_t fan_in) {
    const Value value{.shape = {1, 1, fan_in}, .codes = in, .storage = smallest_storage(in)};
    return analysis(value, [&](Builder& b) {
        primitive::Product<Weight, NoWeightStandardization>::describe(b, {.in = value.shape, .out = {1, 1, 2}});
    });
}

}  // namespace

TEST_CASE("accumulators have 32 bits, and one value at each end to spare") {
    CHECK(codes(-most, most - 1).good());
    CHECK(codes(0, most).says(accumulator_needs_more_than_32_bits, 32, 31));
    CHECK(codes(0, most + 1).says(accumulator_needs_more_than_32_bits, 32, 32));
    CHECK(codes(-most - 1, 0).says(accumulator_needs_more_than_32_bits, 32, 32));
    CHECK(codes(-most - 2, 0).says(accumulator_needs_more_than_32_bits, 32, 33));
    // 255 * 127 * 66311 is 1912 below 2^31.
    CHECK(dense<QuantizerOf<QInt<8>>::type>({0, 255}, 66311).out.codes == CodeRange{-2147481735, 2147481735});
    CHECK(dense<QuantizerOf<QInt<8>>::type>({0, 255}, 66312).says(accumulator_needs_more_than_32_bits, 32, 33));
    // 2^31 exactly, on one side and on both.
    CHECK(dense<BinaryWeights>({-32768, 32767}, 65535).good());
    CHECK(dense<BinaryWeights>({-32768, 32767}, 65536).says(accumulator_needs_more_than_32_bits, 32, 33));
    CHECK(dense<BinaryWeights>({0, 32768}, 65536).problem.exists());
    const Value words{
        .shape = {1, 65536, 1}, .codes = {-32768, 32767}, .denominator = 32768, .storage = Storage::int16};
    CHECK(layer<AvgPool<Window{1, 65535}, Stride<1>>>(words).out.codes == CodeRange{-32768LL * 65535, 32767LL * 65535});
    CHECK(layer<AvgPool<Window{1, 65535}, Stride<1>>>(words).out.denominator == 32768LL * 65535);
    CHECK(layer<AvgPool<Window{1, 65536}>>(words).says(accumulator_needs_more_than_32_bits, 32, 32));
    // The sum of two values.
    const auto sum = [](CodeRange main, CodeRange shortcut) {
        return analysis(bytes_of({1, 1, 1}), [&](Builder& b) {
            b.append(Row{}, Value{.shape = {1, 1, 1}, .codes = main, .storage = Storage::int32});
            const std::int32_t first = b.current();
            b.append(Row{}, Value{.shape = {1, 1, 1}, .codes = shortcut, .storage = Storage::int32});
            primitive::Add::describe(b, first, b.current());
        });
    };
    CHECK(sum({-1, most - 11}, {-most + 1, 10}).out.codes == CodeRange{-most, most - 1});
    CHECK(sum({-1, most - 11}, {-most + 1, 11}).says(accumulator_needs_more_than_32_bits, 32, 32));
    CHECK(sum({-1, most - 11}, {-most, 10}).says(accumulator_needs_more_than_32_bits, 32, 32));
}

TEST_CASE("the colour of a padding is no reason for an error of its own where a pool's sums are too large") {
    Value colour{.shape = {300, 300, 1}, .codes = {-32768, 32767}, .denominator = 32768, .storage = Storage::int16};
    colour.padding_codes = PaddingValue<32767>::codes;
    colour.padding_code = 32767;
    CHECK(layer<AvgPool<300>>(colour).says(accumulator_needs_more_than_32_bits, 32, 33));
    CHECK(layer<AvgPool<2>>(colour).out.padding_codes.code[0] == 4 * 32767);
    CHECK(layer<AvgPool<2>>(colour).out.padding_code == 4 * 32767);
}

TEST_CASE("sizes of tensors and weights") {
    const auto sized = [](Shape shape) {
        return analysis(bytes_of({1, 1, 1}), [&](Builder& b) { b.check_size(shape); });
    };
    CHECK(sized({1, 1, INT32_MAX}).good());
    CHECK(sized({1, INT32_MAX, 1}).good());
    CHECK(sized({2, 1 << 30, 1}).says(tensor_has_too_many_values, most, most + 1));
    CHECK(sized({1 << 15, 1 << 15, 2}).says(tensor_has_too_many_values, most, most + 1));
    CHECK(sized({46341, 46341, 1}).says(tensor_has_too_many_values, most, std::int64_t{46341} * 46341));
    const auto weights = [](const ConvolutionExtents& e) {
        return analysis(bytes_of(e.in), [&](Builder& b) {
            primitive::Product<BinaryWeights, NoWeightStandardization>::describe(b, e);
        });
    };
    CHECK(weights({.in = {1, 1, 1}, .out = {1, 1, INT32_MAX}}).good());
    CHECK(weights({.in = {1, 2, 1}, .out = {1, 1, 1 << 30}, .kernel_width = 2})
              .says(layer_has_too_many_weights, most, most + 1));
    CHECK(weights({.in = {1, 1, 4}, .out = {1, 1, 1 << 30}, .groups = 4}).good());
    CHECK(weights({.in = {1, 1, 2}, .out = {1, 1, 1 << 30}}).says(layer_has_too_many_weights, most, most + 1));
}

TEST_CASE("codes that products read, of activations and of weights") {
    using Weight = QuantizerOf<QInt<2>>::type;
    CHECK(dense<Weight>({-32768, 32767}, 3).good());
    CHECK(dense<Weight>({-32768, 32768}, 3).says(activation_code_needs_more_than_16_bits, 16, 17));
    CHECK(dense<Weight>({-32769, 32767}, 3).says(activation_code_needs_more_than_16_bits, 16, 17));
    CHECK(dense<Weight>({0, 32768}, 3).says(activation_code_needs_more_than_16_bits, 16, 17));
    CHECK(dense<States<M_w{255}>>({0, 255}, 3).good());
    CHECK(dense<States<M_w{257}>>({0, 255}, 3).says(weight_code_needs_more_than_8_bits, 8, 9));
    CHECK(dense<DoReFa<8>>({0, 255}, 3).good());
    CHECK(dense<States<M_w{3}>>({0, 255}, 3).good());
    CHECK(dense<States<M_w{1}>>({0, 255}, 3).says(M_w_must_be_at_least_3, 3, 1));
    CHECK(dense<States<M_w{4}>>({0, 255}, 3).says(M_w_must_be_odd, 5, 4));
    const Value in = bytes_of({4, 4, 2});
    CHECK(layer<Conv<QInt<2>, Out<2>, Act<M_a{256}>>>(in).good());
    CHECK(layer<Conv<QInt<2>, Out<2>, Act<M_a{257}>>>(in).says(activation_code_needs_more_than_8_bits, 256, 257));
    CHECK(layer<Conv<QInt<2>, Out<2>, Act<M_a{2}>>>(in).good());
    CHECK(layer<Conv<QInt<2>, Out<2>, Act<M_a{1}>>>(in).says(M_a_must_be_at_least_2, 2, 1));
    CHECK(!SignedAct<M_a{3}>::problem().exists());
    CHECK(SignedAct<M_a{1}>::problem().kind == &M_a_of_signed_codes_must_be_at_least_3);
    CHECK(SignedAct<M_a{4}>::problem().kind == &M_a_of_signed_codes_must_be_odd);
    CHECK(!BranchGrid<QInt<15>>::problem().exists());
    CHECK(BranchGrid<QInt<16>>::problem().kind == &branch_grid_needs_more_than_15_bits);
    CHECK(!BranchGrid<QInt<8>, Range{128}>::problem().exists());
    CHECK(BranchGrid<QInt<8>, Range{256}>::problem().kind == &branch_grid_range_does_not_divide_its_grid);
    CHECK(BranchGrid<QInt<8>, Range{3}>::problem().kind == &branch_grid_range_does_not_divide_its_grid);
    // Thresholds up to 15 positions.
    CHECK(Row{.steps = 15}.has_thresholds());
    CHECK(!Row{.steps = 16}.has_thresholds());
    CHECK(!Row{.steps = 15, .scale = {.given = true}}.has_thresholds());
    CHECK(Row{.steps = 2, .code_spacing = 2, .scale = {.given = true}}.has_thresholds());
}

TEST_CASE("windows: kernel, stride, padding, dilation, positions") {
    struct Found {
        std::int32_t size;
        Problem problem;
    };
    const auto positions = [](std::int32_t in, const detail::Taps& taps) {
        Found found{};
        found.problem = analysis(bytes_of({1, 1, 1}), [&](Builder& b) {
                            detail::check_taps(b, taps);
                            found.size = detail::positions(b, in, taps);
                        }).problem;
        return found;
    };
    const auto says = [](const Found& found, const ErrorKind& kind, std::int64_t expected, std::int64_t number) {
        return found.problem.kind == &kind && found.problem.expected == expected && found.problem.found == number &&
               found.size == 1;
    };
    CHECK(positions(5, {.count = 5}).size == 1);
    CHECK(says(positions(5, {.count = 6}), kernel_is_larger_than_padded_input, 5, 6));
    CHECK(positions(4, {.count = 6, .before = 1, .after = 1}).size == 1);
    CHECK(says(positions(3, {.count = 6, .before = 1, .after = 1}), kernel_is_larger_than_padded_input, 5, 6));
    CHECK(positions(7, {.count = 3, .dilation = 3}).size == 1);
    CHECK(says(positions(6, {.count = 3, .dilation = 3}), kernel_is_larger_than_padded_input, 6, 7));
    CHECK(says(positions(5, {.count = 0}), kernel_and_stride_must_be_positive, 1, 0));
    CHECK(says(positions(5, {.stride = 0}), kernel_and_stride_must_be_positive, 1, 0));
    CHECK(positions(5, {.count = 3, .before = 2, .after = 2}).size == 7);
    CHECK(says(positions(5, {.count = 3, .before = 3, .after = 3}), padding_must_be_smaller_than_kernel, 3, 3));
    CHECK(says(positions(5, {.count = 3, .before = -1, .after = -1}), padding_must_not_be_negative, 0, -1));
    // The last window ends at the last pixel, or before it.
    CHECK(positions(9, {.count = 3, .stride = 2}).size == 4);
    CHECK(positions(10, {.count = 3, .stride = 2}).size == 4);
    CHECK(positions(11, {.count = 3, .stride = 2}).size == 5);
    CHECK(positions(INT32_MAX, {}).size == INT32_MAX);
    CHECK(positions(INT32_MAX, {.count = 3, .before = 1, .after = 1}).size == INT32_MAX);
    CHECK(
        says(positions(INT32_MAX, {.count = 2, .before = 1, .after = 1}), tensor_has_too_many_values, most, most + 1));
    // A window longer than any image.
    CHECK(positions(INT32_MAX, {.count = INT32_MAX}).size == 1);
    CHECK(positions(INT32_MAX, {.count = 1 << 30, .before = 2, .after = 2, .dilation = 2}).size == 5);
    CHECK(says(positions(INT32_MAX, {.count = (1 << 30) + 1, .before = 1, .after = 1, .dilation = 2}),
               kernel_is_larger_than_padded_input, most, most + 2));
    // Each end by itself.
    CHECK(positions(4, {.count = 6, .before = 2}).size == 1);
    CHECK(positions(4, {.count = 6, .after = 2}).size == 1);
    CHECK(positions(4, {.count = 6, .before = 5, .after = 0}).size == 4);
    CHECK(says(positions(4, {.count = 6, .after = 1}), kernel_is_larger_than_padded_input, 5, 6));
    CHECK(says(positions(5, {.count = 3, .before = 3}), padding_must_be_smaller_than_kernel, 3, 3));
    CHECK(says(positions(5, {.count = 3, .after = 3}), padding_must_be_smaller_than_kernel, 3, 3));
    CHECK(says(positions(5, {.count = 3, .after = -1}), padding_must_not_be_negative, 0, -1));
    const auto same_padding = [](detail::Taps taps) {
        taps.keep_size();
        CHECK(taps.before == taps.after);
        return taps.after;
    };
    CHECK(same_padding({.count = 5}) == 2);
    CHECK(same_padding({.count = 3, .dilation = 4}) == 4);
    CHECK(positions(4, {.count = 3, .stride = 2, .after = 1}).size == 2);
    CHECK(says(positions(4, {.count = 3, .before = -1}), padding_must_not_be_negative, 0, -1));
}

TEST_CASE("pools: windows that cover the image, averages that are rounded") {
    CHECK(layer<AvgPool<2>>(bytes_of({4, 6, 1})).out.shape == Shape{2, 3, 1});
    CHECK(layer<AvgPool<2>>(bytes_of({4, 5, 1})).says(window_does_not_divide_the_image, 2, 5));
    CHECK(layer<AvgPool<2, Stride<2>>>(bytes_of({4, 5, 1})).out.shape == Shape{2, 2, 1});
    CHECK(layer<AvgPool<1>>(bytes_of({4, 5, 1})).good());
    CHECK(layer<AvgPool<0>>(bytes_of({4, 5, 1})).says(window_must_be_positive, 1, 0));
    CHECK(layer<AvgPool1d<5>>(bytes_of({1, 5, 1})).good());
    CHECK(layer<AvgPool1d<5>>(bytes_of({2, 5, 1})).says(one_dimensional_layer_needs_a_signal, 1, 2));
    const auto signal = [](std::int32_t length) {
        return Value{
            .shape = {1, length, 1}, .codes = {-32768, 32767}, .denominator = 32768, .storage = Storage::int16};
    };
    // 65535 n <= 2^31 - 3
    CHECK(layer<AvgPool1d<32768, Requantize>>(signal(32768)).good());
    CHECK(layer<AvgPool1d<32769, Requantize>>(signal(32769))
              .says(window_is_too_large_for_an_average_that_is_rounded, 32768, 32769));
    CHECK(layer<AvgPool<Window{1, 8421504}, Requantize>>(bytes_of({1, 8421504, 1})).good());
    CHECK(layer<AvgPool<Window{1, 8421505}, Requantize>>(bytes_of({1, 8421505, 1}))
              .says(window_is_too_large_for_an_average_that_is_rounded, 8421504, 8421505));
    // 18 n = 2^31 - 2
    const auto codes_of_19 = [](std::int32_t length) {
        return Value{.shape = {1, length, 1}, .codes = {0, 18}, .denominator = 18, .storage = Storage::uint8};
    };
    CHECK(layer<AvgPool1d<119304646, Requantize>>(codes_of_19(119304646)).good());
    CHECK(layer<AvgPool1d<119304647, Requantize>>(codes_of_19(119304647))
              .says(window_is_too_large_for_an_average_that_is_rounded, 119304646, 119304647));
    CHECK(layer<MaxPool<3, Padding<1>>>(bytes_of({4, 4, 1})).good());
    CHECK(layer<MaxPool<3, Padding<3>>>(bytes_of({3, 3, 1})).problem.exists());
}

TEST_CASE("rearranging and joining: factors, channels, sizes") {
    CHECK(layer<Subsample<1>>(bytes_of({3, 5, 1})).out.shape == Shape{3, 5, 1});
    CHECK(layer<Subsample<2>>(bytes_of({3, 5, 1})).out.shape == Shape{2, 3, 1});
    CHECK(layer<Subsample<2>>(bytes_of({4, 6, 1})).out.shape == Shape{2, 3, 1});
    CHECK(layer<Subsample<0>>(bytes_of({3, 5, 1})).says(factor_must_be_positive, 1, 0));
    CHECK(layer<Subsample<2, 0>>(bytes_of({3, 5, 1})).says(factor_must_be_positive, 1, 0));
    CHECK(layer<Upsample<1>>(bytes_of({3, 5, 1})).good());
    CHECK(layer<Upsample<0>>(bytes_of({3, 5, 1})).says(factor_must_be_positive, 1, 0));
    CHECK(layer<Upsample<INT32_MAX, 1>>(bytes_of({1, 1, 1})).good());
    CHECK(layer<Upsample<1 << 30, 1>>(bytes_of({2, 1, 1})).says(tensor_has_too_many_values, most, most + 1));
    CHECK(layer<Upsample<1, 1 << 30>>(bytes_of({1, 2, 1})).says(tensor_has_too_many_values, most, most + 1));
    CHECK(layer<PadChannels<0, 0>>(bytes_of({1, 1, 1})).good());
    CHECK(layer<PadChannels<-1, 0>>(bytes_of({1, 1, 1})).says(number_of_channels_must_not_be_negative, 0, -1));
    CHECK(layer<PadChannels<0, -1>>(bytes_of({1, 1, 1})).says(number_of_channels_must_not_be_negative, 0, -1));
    CHECK(layer<PadChannels<1, INT32_MAX - 2>>(bytes_of({1, 1, 1})).good());
    CHECK(layer<PadChannels<1, INT32_MAX - 1>>(bytes_of({1, 1, 1})).says(tensor_has_too_many_values, most, most + 1));
    using Many = PadChannels<0, (1 << 30) - 1>;
    CHECK(layer<Concat<Many, PadChannels<0, (1 << 30) - 2>>>(bytes_of({1, 1, 1})).out.shape.channels == INT32_MAX);
    CHECK(layer<Concat<Many, Many>>(bytes_of({1, 1, 1})).says(tensor_has_too_many_values, most, most + 1));
    CHECK(layer<Concat<Identity, Identity>>(bytes_of({1, 1, 1})).good());
    CHECK(layer<Concat<Identity>>(bytes_of({1, 1, 1})).says(concat_needs_two_branches, 2, 1));
    CHECK(layer<Concat<Identity, Subsample<2, 1>>>(bytes_of({2, 2, 1})).says(concat_branches_differ_in_height, 2, 1));
    CHECK(layer<Concat<Identity, Subsample<1, 2>>>(bytes_of({2, 2, 1})).says(concat_branches_differ_in_width, 2, 1));
    CHECK(layer<DepthwiseConv<QInt<2>, ChannelMultiplier<1>>>(bytes_of({3, 3, 2})).good());
    CHECK(layer<DepthwiseConv<QInt<2>, ChannelMultiplier<0>>>(bytes_of({3, 3, 2}))
              .says(number_of_channels_must_be_positive, 1, 0));
    CHECK(layer<Conv<QInt<2>, Out<4>, Groups<2>>>(bytes_of({3, 3, 4})).good());
    CHECK(
        layer<Conv<QInt<2>, Out<4>, Groups<2>>>(bytes_of({3, 3, 3})).says(channels_are_not_a_multiple_of_groups, 2, 3));
    CHECK(
        layer<Conv<QInt<2>, Out<5>, Groups<2>>>(bytes_of({3, 3, 4})).says(channels_are_not_a_multiple_of_groups, 2, 5));
    CHECK(layer<Conv<QInt<2>, Out<4>, Groups<0>>>(bytes_of({3, 3, 4})).says(number_of_groups_must_be_positive, 1, 0));
    CHECK(layer<Repeat<1, Identity>>(bytes_of({1, 1, 1})).good());
    CHECK(layer<Repeat<0, Identity>>(bytes_of({1, 1, 1})).says(number_of_repetitions_must_be_positive, 1, 0));
}

TEST_CASE("paths and rows of the analysis") {
    const auto nested = [](int depth) {
        return analysis(bytes_of({1, 1, 1}), [&](Builder& b) {
            for (int i = 0; i < depth; ++i) b.enter(i);
        });
    };
    CHECK(nested(Path::capacity).good());
    CHECK(nested(Path::capacity + 1).says(layers_are_nested_too_deeply, Path::capacity, Path::capacity + 1));
    const auto rows = [](int count) {
        return analysis(bytes_of({1, 1, 1}), [&](Builder& b) {
            for (int i = 0; i < count; ++i) b.append(Row{}, b.in());
        });
    };
    CHECK(rows(16).good());
    CHECK(rows(17).says(layers_append_another_number_of_rows_than_they_have_primitives, 16, 17));
}

TEST_CASE("bits of multipliers") {
    CHECK(!MultiplierBits<1>::problem().exists());
    CHECK(!MultiplierBits<31>::problem().exists());
    CHECK(MultiplierBits<0>::problem().expected == 1);
    CHECK(MultiplierBits<32>::problem().expected == 31);
    CHECK(
        layer<Conv<QInt<2>, Out<1>, Act<M_a{4}>, IntegerScale<Scale::Precision<Scale::Layer, 1>>>>(bytes_of({3, 3, 1}))
            .good());
    CHECK(
        layer<Conv<QInt<2>, Out<1>, Act<M_a{4}>, IntegerScale<Scale::Precision<Scale::Layer, 0>>>>(bytes_of({3, 3, 1}))
            .says(integer_scale_takes_1_to_15_bits, 1, 0));
    CHECK(
        layer<Conv<QInt<2>, Out<1>, Act<M_a{4}>, IntegerScale<Scale::Precision<Scale::Layer, 16>>>>(bytes_of({3, 3, 1}))
            .says(integer_scale_takes_1_to_15_bits, 15, 16));
}

namespace {

/// A product of `Weight` behind an activation.
template <class Weight, class Activation>
struct After : Network<Image<2, 3, 3>, Defaults<NoWeightStandardization, AffineNorm>,
                       Conv<QInt<8>, Kernel<1>, Out<24>, Activation>, Classifier<Weight, Out<20>>> {};
/// Behind codes 0 ... States - 1.
template <class Weight, std::int32_t States>
using Behind = After<Weight, Act<M_a{States}>>;
/// Behind codes -(States - 1) / 2 ... (States - 1) / 2.
template <class Weight, std::int32_t States>
using BehindSigned = After<Weight, SignedAct<M_a{States}>>;

/// Whether the last product runs on a kernel of the library on the set Set.
template <class Net, class Set, class Kernel>
constexpr bool runs_on() {
    const Row* last = nullptr;
    for (const Row& row : facts<Net>.rows) last = row.weights > 0 ? &row : last;
    return integer::choose_product<Set>(facts<Net>.view(), *last) ==
           boost::mp11::mp_find<kernels::ProductKernels::list, Kernel>::value;
}

/// All codes and all weights at their ends: the integer programs on every set give the same logits.
template <class Net, class Set>
void check_extremes() {
    Training<Net> training(1);
    for (const float sign : {1.0F, -1.0F}) {
        for (const ParameterRange& range : Training<Net>::ranges()) {
            for (std::int64_t i = range.begin; i < range.begin + range.count; ++i) {
                float& p = training.parameters()[static_cast<std::size_t>(i)];
                // Large activations; last weights of one sign, one unit of both.
                p = range.kind == ParameterKind::bias ? 9.0F : range.kind == ParameterKind::gain ? 1.0F : 9.0F * sign;
                if (range.kind == ParameterKind::weight && range.row > 0 && i % 7 == 0 && i < range.begin + 200) p = -p;
            }
        }
        training.parameters_changed();
        const std::vector<std::uint8_t> white(static_cast<std::size_t>(Training<Net>::pixels), 255);
        const IntegerNetwork<Net, simd::Portable> portable = lower(training);
        const IntegerNetwork<Net, Set> network = lower(training);
        const auto portable_scratch = portable.make_scratch();
        const auto scratch = network.make_scratch();
        const std::int64_t* expected = portable.program().logits(white.data(), *portable_scratch);
        const std::int64_t* found = network.program().logits(white.data(), *scratch);
        CHECK(std::equal(expected, expected + 20, found));
        CHECK(std::abs(expected[19]) > 1000);
    }
}

}  // namespace

TEST_CASE("two byte products that fit 16 bits take the kernel that saturates, one more does not") {
    using kernels::ByteProduct;
    using kernels::SmallByteProduct;
    using simd::Avx2;
    using simd::Avx2Vnni;
    // 2 * 127 * 129 = 32766, 2 * 127 * 130 = 33020
    CHECK((runs_on<Behind<QInt<8>, 130>, Avx2, SmallByteProduct>()));
    CHECK((runs_on<Behind<QInt<8>, 131>, Avx2, ByteProduct>()));
    // 2 * 128 * 127 = 32512, 2 * 128 * 128 = 32768
    CHECK((runs_on<Behind<DoReFa<8>, 128>, Avx2, SmallByteProduct>()));
    CHECK((runs_on<Behind<DoReFa<8>, 129>, Avx2, ByteProduct>()));
    // 2 * 63 * 255 = 32130, 2 * 64 * 255 = 32640, 2 * 65 * 255 = 33150
    CHECK((runs_on<Behind<States<M_w{127}>, 256>, Avx2, SmallByteProduct>()));
    CHECK((runs_on<Behind<States<M_w{129}>, 256>, Avx2, SmallByteProduct>()));
    CHECK((runs_on<Behind<States<M_w{131}>, 256>, Avx2, ByteProduct>()));
    CHECK((runs_on<Behind<DoReFa<7>, 256>, Avx2, SmallByteProduct>()));
    CHECK((runs_on<Behind<QInt<8>, 130>, Avx2Vnni, ByteProduct>()));
    CHECK((runs_on<Behind<DoReFa<8>, 129>, Avx2Vnni, ByteProduct>()));
}

TEST_CASE("two products of signed bytes that fit 16 bits take a kernel that saturates, one more does not") {
    using kernels::SignedByteProduct;
    using kernels::SmallSignedByteProduct;
    using kernels::WordProduct;
    using simd::Avx2;
    using simd::Avx2Vnni;
    // Codes + 64: 2 * 127 * (64 + 64) = 32512, 2 * 128 * (63 + 64) = 32512, 2 * 128 * (64 + 64) = 32768
    CHECK((runs_on<BehindSigned<QInt<8>, 129>, Avx2, SmallSignedByteProduct<64>>()));
    CHECK((runs_on<BehindSigned<DoReFa<8>, 127>, Avx2, SmallSignedByteProduct<64>>()));
    CHECK((runs_on<BehindSigned<DoReFa<8>, 129>, Avx2, WordProduct>()));
    // Codes + 128: 2 * 84 * (65 + 128) = 32424, 2 * 85 * (65 + 128) = 32810
    CHECK((runs_on<BehindSigned<States<M_w{169}>, 131>, Avx2, SmallSignedByteProduct<128>>()));
    CHECK((runs_on<BehindSigned<States<M_w{171}>, 131>, Avx2, WordProduct>()));
    // 2 * 64 * (127 + 128) = 32640, 2 * 65 * (127 + 128) = 33150
    CHECK((runs_on<BehindSigned<States<M_w{129}>, 255>, Avx2, SmallSignedByteProduct<128>>()));
    CHECK((runs_on<BehindSigned<States<M_w{131}>, 255>, Avx2, WordProduct>()));
    CHECK((runs_on<BehindSigned<QInt<8>, 255>, Avx2Vnni, SignedByteProduct>()));
    CHECK((runs_on<BehindSigned<QInt<8>, 255>, simd::Portable, SignedByteProduct>()));
}

TEST_CASE("the kernel of byte products is chosen so at run time, too") {
    using kernels::ByteProduct;
    using kernels::SmallByteProduct;
    using simd::Avx2;
    using simd::Avx2Vnni;
    CHECK((runs_on<Behind<DoReFa<8>, 128>, Avx2, SmallByteProduct>()));
    CHECK((runs_on<Behind<DoReFa<8>, 129>, Avx2, ByteProduct>()));
    CHECK((runs_on<Behind<DoReFa<8>, 128>, Avx2Vnni, ByteProduct>()));
}

#if INTAGLIO_HAS_AVX2
TEST_CASE("on both sides of that border AVX2 without a byte dot product gives what the portable program gives") {
    check_extremes<Behind<QInt<8>, 130>, simd::Avx2>();
    check_extremes<Behind<QInt<8>, 131>, simd::Avx2>();
    check_extremes<Behind<DoReFa<8>, 128>, simd::Avx2>();
    check_extremes<Behind<DoReFa<8>, 129>, simd::Avx2>();
    check_extremes<Behind<States<M_w{131}>, 256>, simd::Avx2>();
    check_extremes<BehindSigned<QInt<8>, 129>, simd::Avx2>();
    check_extremes<BehindSigned<States<M_w{169}>, 131>, simd::Avx2>();
    check_extremes<BehindSigned<States<M_w{129}>, 255>, simd::Avx2>();
}
#endif

}  // namespace borders_test
