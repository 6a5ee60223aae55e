// Prints a hash of weight codes, steps and logits, made of parameters that come from integers: each compiler,
// instruction set and set of flags must print the same. Exit status 0 if it is the one below.
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <stdexcept>
#include <vector>

#include "intaglio/core/random.hpp"
#include "intaglio/model/network.hpp"
#include "intaglio/train/operations/product_state.hpp"
#include "intaglio/train/steps/steps.hpp"

namespace {

using namespace intaglio;

constexpr std::uint64_t expected = 0x6de2c1abffe6fc7b;

/// FNV-1a over 64-bit numbers.
class Hash {
  public:
    void add(std::int64_t number) {
        for (int i = 0; i < 8; ++i) {
            value_ = (value_ ^ (static_cast<std::uint64_t>(number) >> (8 * i) & 255)) * 1099511628211U;
        }
    }
    [[nodiscard]] std::uint64_t value() const { return value_; }

  private:
    std::uint64_t value_ = 14695981039346656037U;
};

Random random_numbers(1);

std::int64_t below(std::uint32_t n) {
    return random_numbers.below(n);
}
/// Between -1 and 1, with 31 bits.
double real() {
    return std::ldexp(static_cast<double>(static_cast<std::int32_t>(random_numbers())), -31);
}
/// A sum of three of them; the order of calls is fixed.
double bell() {
    double sum = 0;
    for (int i = 0; i < 3; ++i) sum += real();
    return sum;
}
/// The float that lies `steps` behind.
float neighbour(float x, std::int64_t steps) {
    return std::bit_cast<float>(static_cast<std::uint32_t>(std::bit_cast<std::uint32_t>(x) + steps));
}

/// The floats around w, with both signs.
void add_around(std::vector<float>& weights, double w) {
    for (std::int64_t i = -3; i <= 3; ++i) {
        weights.push_back(neighbour(static_cast<float>(w), i));
        weights.push_back(-weights.back());
    }
}

/// Weights around every border of two codes.
template <class Weight>
std::vector<float> border_weights() {
    constexpr auto highest = static_cast<double>(Weight::codes.highest);
    std::vector<float> weights;
    for (std::int64_t k = 0; k < Weight::codes.highest; ++k) {
        add_around(weights, static_cast<double>(2 * k + 1) * 3 / (2 * highest));
    }
    return weights;
}
template <int Bits, Maximum Divisor>
std::vector<float> dorefa_border_weights() {
    std::vector<float> weights{0.75F};
    const double half = static_cast<double>(DoReFa<Bits>::denominator) / 2;
    for (int k = 1; k <= DoReFa<Bits>::codes.highest; ++k) {
        double low = 0;
        double high = 0.75;
        for (int i = 0; i < 60; ++i) {
            const double middle = (low + high) / 2;
            const double t = train::detail::quotient(train::detail::tanh(middle), train::detail::tanh(0.75));
            (train::detail::product(half, t) < k ? low : high) = middle;
        }
        add_around(weights, low);
    }
    return weights;
}

template <class Weight, class Standardization>
void add_codes(Hash& hash, std::int32_t units, const std::vector<float>& latent) {
    Row row;
    if constexpr (has_trained_parameters<Weight>) {  // which stand behind the weights
        row.trained = &Weight::trained;
        row.trained_parameters = Weight::trained.total(units);
    }
    row.weights = static_cast<std::int64_t>(latent.size()) - row.trained_parameters;
    row.extents.in = {1, 1, static_cast<std::int32_t>(row.weights / units)};
    row.extents.out = {1, 1, units};
    row.weight_states = Weight::states;
    row.weight_codes = Weight::codes;
    row.weight_spacing = WeightTraits<Weight>::spacing;
    row.weight_offset = WeightTraits<Weight>::offset;
    row.weight_denominator = Weight::denominator;
    ThreadPool pool(1);
    train::QuantizedWeights<Weight, Standardization> weights(row, WeightTraits<Weight>::scaled, 0, 0);
    weights.quantize(row, latent.data(), pool);
    for (const std::int8_t code : weights.codes) hash.add(code);
    for (const double scale : weights.weight_scale) hash.add(std::bit_cast<std::int64_t>(scale));
}

template <class Weight, class... Standardizations>
void add_shapes(Hash& hash) {
    const std::int32_t shapes[][2] = {{1, 1}, {3, 2}, {2, 7}, {16, 27}, {5, 576}, {2, 4608}};
    for (const auto& [units, fan_in] : shapes) {
        for (int repetition = 0; repetition < 6; ++repetition) {
            std::vector<float> latent(static_cast<std::size_t>(units) * static_cast<std::size_t>(fan_in));
            const double mean = repetition % 2 == 0 ? 0 : 4 * real();
            for (float& w : latent) w = static_cast<float>(std::ldexp(bell(), -repetition) + mean);
            if (repetition == 5) {  // one constant unit
                for (std::int32_t i = 0; i < fan_in; ++i) latent[static_cast<std::size_t>(i)] = 0.25F;
            }
            (add_codes<Weight, Standardizations>(hash, units, latent), ...);
        }
    }
}
template <class Weight>
void add_states(Hash& hash) {
    add_shapes<Weight, WeightStandardization>(hash);
    add_codes<Weight, NoWeightStandardization>(hash, 1, border_weights<Weight>());
}
template <int Bits>
void add_dorefa(Hash& hash) {
    add_shapes<DoReFa<Bits>, NoWeightStandardization>(hash);
    add_codes<DoReFa<Bits>, NoWeightStandardization>(hash, 1, dorefa_border_weights<Bits, Maximum::constant>());
}
/// Weights around every border of two codes, for several steps.
template <int Bits>
void add_lsq(Hash& hash) {
    for (int repetition = 0; repetition < 20; ++repetition) {
        const auto step = static_cast<float>(std::ldexp(1 + std::fabs(real()), -repetition));
        std::vector<float> weights;
        for (std::int64_t k = 0; k <= -Lsq<Bits>::codes.lowest; ++k) {
            add_around(weights, train::detail::product(static_cast<double>(k) + 0.5, static_cast<double>(step)));
        }
        weights.push_back(step);
        add_codes<Lsq<Bits>, NoWeightStandardization>(hash, 1, weights);
    }
}

void add_steps(Hash& hash) {
    for (int repetition = 0; repetition < 5000; ++repetition) {
        const std::int64_t denominator = 1 + below(repetition % 2 == 0 ? 65536 : 12);
        const std::int64_t out = 1 + below(repetition % 3 == 0 ? 255 : 15);
        const auto exponent = static_cast<int>(below(8)) - 4;
        const double deviation = std::ldexp(1.5 + real() / 2, exponent);
        const double gain = real();
        const double bias = 2 * real();
        const double mean = train::detail::product(4 * real(), deviation);
        train::Affine affine = train::norm_affine(gain, bias, mean, deviation, denominator);
        if (repetition % 4 == 1) affine = train::norm_affine(1, 0, 0, 1, denominator);
        if (repetition % 4 == 2) {
            const double power = std::ldexp(1.0, -static_cast<int>(below(6)));
            affine = train::norm_affine(power, static_cast<double>(below(5)) / 4, 0, 1, denominator);
        }
        if (repetition % 8 == 3) affine = train::scaled(affine, 1 + real() / 2);
        if (repetition % 16 == 7) affine = train::divided(affine, 1 + real() / 2);
        const CodeRange range{-8 * denominator, 8 * denominator};
        const CodeRange codes{repetition % 5 == 0 ? -out : 0, out};
        if (codes.states() <= 16) {
            std::int32_t thresholds[15];
            std::int32_t flip = 0;
            train::make_thresholds(affine, range, codes, out, thresholds, 1, flip);
            for (std::int64_t i = 0; i < codes.states() - 1; ++i) hash.add(thresholds[i]);
            hash.add(flip);
        }
        for (const int bits : {31, 15}) {
            const train::Dyadic step = train::make_dyadic(affine, range, codes, out, bits);
            hash.add(step.multiplier);
            hash.add(step.addend);
            hash.add(step.shift);
        }
        const train::Affine both[] = {affine, {affine.slope, affine.offset / 2}};
        for (const int precision : {1, 8, 15}) {
            const ScaleForm form{.given = true, .one_multiplier = repetition % 2 == 0, .precision = precision};
            std::int64_t addend[2]{};
            std::int32_t multiplier[2]{};
            std::uint8_t shift[2]{};
            train::make_scale(both, out, form, addend, multiplier, shift);
            for (int i = 0; i < 2; ++i) {
                hash.add(addend[i]);
                hash.add(multiplier[i]);
                hash.add(shift[i]);
            }
        }
        std::int64_t addend[2];
        std::int32_t multiplier[2];
        hash.add(train::make_logits(both, multiplier, addend));
        for (int i = 0; i < 2; ++i) {
            hash.add(addend[i]);
            hash.add(multiplier[i]);
        }
    }
}

/// Infinity and NaN are found whatever the flags.
bool finds_what_is_not_finite() {
    const auto throws = [](auto f) {
        try {
            f();
        } catch (const std::runtime_error&) {
            return true;
        }
        return false;
    };
    bool all = true;
    for (const std::uint64_t bits : {0x7ff0000000000000U, 0xfff0000000000000U, 0x7ff8000000000000U}) {
        const volatile auto bad = std::bit_cast<double>(bits);
        Hash hash;
        const std::vector<float> weights{1, 2, static_cast<float>(bad), 3};
        const double numbers[4] = {1, 0, 0, 1};
        for (int i = 0; i < 4; ++i) {
            double n[4] = {numbers[0], numbers[1], numbers[2], numbers[3]};
            n[i] = bad;
            all = all && throws([&] { train::norm_affine(n[0], n[1], n[2], n[3], 3); });
        }
        std::int32_t threshold = 0;
        std::int32_t flip = 0;
        all = all && throws([&] { train::make_thresholds({1, bad}, {-9, 9}, {0, 1}, 1, &threshold, 1, flip); });
        all = all && throws([&] { train::make_dyadic({bad, 0}, {-9, 9}, {0, 255}, 255); });
        all = all && throws([&] { add_codes<States<M_w{15}>, WeightStandardization>(hash, 2, weights); });
        all = all && throws([&] { add_codes<DoReFa<4>, NoWeightStandardization>(hash, 2, weights); });
    }
    return all;
}

}  // namespace

int main() {
    if (!finds_what_is_not_finite()) {
        std::puts("a number that is not finite was accepted");
        return 1;
    }
    Hash hash;
    add_states<States<M_w{3}>>(hash);
    add_states<States<M_w{15}>>(hash);
    add_states<States<M_w{255}>>(hash);
    add_shapes<States<M_w{7}>, ScaledWeightStandardization, PrintedWeightStandardization>(hash);
    add_shapes<SignWeights<WeightScale::mean>, WeightStandardization>(hash);
    add_shapes<SignWeights<WeightScale::mean, Per::layer>, NoWeightStandardization>(hash);
    add_shapes<TernaryWeights<>, NoWeightStandardization>(hash);
    add_shapes<TernaryWeights<ThresholdFactor{0.75}, Per::channel, WeightScale::mean>, NoWeightStandardization>(hash);
    add_shapes<DoReFa<1>, NoWeightStandardization>(hash);
    add_dorefa<2>(hash);
    add_dorefa<4>(hash);
    add_dorefa<8>(hash);
    add_lsq<2>(hash);
    add_lsq<4>(hash);
    add_lsq<8>(hash);
    add_steps(hash);
    std::printf("%016llx\n", static_cast<unsigned long long>(hash.value()));
    return hash.value() == expected ? 0 : 1;
}
