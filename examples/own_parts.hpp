// Parts that a user adds: a surrogate, an activation, two weight quantisers, a norm, a layer and a block of layers.
// Each is an empty type in the user's namespace, and a few specialisations with qualified names: namespace intaglio is
// not opened. docs/extending.md goes through this file from top to bottom.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <intaglio/intaglio.hpp>

// 1. A surrogate: the derivative of a step function in the backward pass. This one is an arch over the whole staircase.

namespace app {

struct Parabola {
    static constexpr const char* name = "parabola";  // the facts and checkpoints call it so
};

}  // namespace app

template <>
class intaglio::train::SurrogateGradient<app::Parabola> {
  public:
    // Once for each step function: its values, its thresholds.
    explicit SurrogateGradient(const Staircase& s)
        : middle_(static_cast<float>((s.highest_value() + s.lowest_value()) / 2)),
          inverse_reach_(static_cast<float>(2 / (s.highest_value() - s.lowest_value()))) {}

    // Value is float, double or a vector of floats. The area of the arch is the height of the staircase.
    template <class Value>
    Value operator()(Value value) const {
        using std::fmax;
        const Value distance = (value - Value(middle_)) * Value(inverse_reach_);
        return fmax((Value(1.0F) - distance * distance) * Value(1.5F), Value(0.0F));
    }

  private:
    float middle_;
    float inverse_reach_;
};

// 2. An activation: the codes -1 ... 6 for the values -0.25 ... 1.5.

namespace app {

struct OffsetAct {
    using option = intaglio::option::activation;
    using surrogate = Parabola;
    static constexpr intaglio::CodeRange codes{-1, 6};
    static constexpr std::int64_t denominator = 4;
};

}  // namespace app

// 3. A weight quantiser: -1, 0, 1 with a narrower zero than States<M_w{3}> has.

namespace app {

struct DenseTernary {
    using option = intaglio::option::weight;
    static constexpr std::int32_t states = 3;
    static constexpr intaglio::CodeRange codes{-1, 1};
    static constexpr std::int32_t denominator = 1;
    static constexpr const char* name = "dense ternary";
};

}  // namespace app

template <>
struct intaglio::train::WeightCode<app::DenseTernary> {
    // The integer of a weight, which has been standardised.
    template <class Float>
    static std::int8_t code(Float w) {
        constexpr Float threshold = static_cast<Float>(0.3);
        return w > threshold ? std::int8_t{1} : w < -threshold ? std::int8_t{-1} : std::int8_t{0};
    }
    // What stands for the derivative of its value.
    template <class Float>
    static Float gradient(Float w) {
        return std::fabs(w) < Float{1} ? Float{1} : Float{0};
    }
};

// 4. A quantiser with a scale: codes of which the largest stands for the largest weight of an output unit.

namespace app {

template <int Bits>
struct MaxScaled {
    using option = intaglio::option::weight;
    using standardization = intaglio::NoWeightStandardization;  // unless an option says otherwise
    static constexpr std::int32_t highest = (1 << (Bits - 1)) - 1;
    static constexpr std::int32_t states = 2 * highest + 1;
    static constexpr intaglio::CodeRange codes{-highest, highest};
    static constexpr std::int32_t denominator = highest;
    static constexpr bool scaled = true;  // a weight is scale() * code / denominator
    static constexpr const char* name = "scaled by the maximum";
};

}  // namespace app

template <int Bits>
struct intaglio::train::WeightCode<app::MaxScaled<Bits>> {
    static constexpr Per scope = Per::channel;

    // Once for the weights of each output unit.
    template <class Float>
    WeightCode(const Float* w, std::int64_t count) {
        for (std::int64_t i = 0; i < count; ++i) largest_ = std::fmax(largest_, std::fabs(static_cast<double>(w[i])));
    }
    [[nodiscard]] double scale() const { return largest_; }
    template <class Float>
    [[nodiscard]] std::int8_t code(Float w) const {
        if (largest_ == 0) return 0;
        return static_cast<std::int8_t>(std::lround(static_cast<double>(w) / largest_ * app::MaxScaled<Bits>::highest));
    }
    // Of the whole value, scale included: it follows the weight.
    template <class Float>
    [[nodiscard]] Float gradient(Float) const {
        return Float{1};
    }

  private:
    double largest_ = 0;
};

// 5. A norm over batch statistics of the library: one mean and deviation for all channels.

namespace app {

struct WholeLayerNorm {
    using option = intaglio::option::norm;
    static constexpr const char* name = "whole-layer norm";
    static constexpr intaglio::Per statistics = intaglio::Per::layer;
    static constexpr bool has_gain = true;
};

}  // namespace app

// 6. A layer with an operation of its own: maxout, the largest of every `Pieces` neighbouring channels.
// 6.1 The arithmetic, once for both programs: on integers, without floating point.

namespace app {

template <class Code>
constexpr std::int64_t largest_piece(const Code* in, std::int64_t pieces) {
    std::int64_t best = 0;
    for (std::int64_t p = 1; p < pieces; ++p) best = in[p] > in[best] ? p : best;
    return best;
}
template <class Code>
constexpr void maxout(const Code* in, std::int64_t results, std::int64_t pieces, Code* out) {
    for (std::int64_t i = 0; i < results; ++i, in += pieces) out[i] = in[largest_piece(in, pieces)];
}

// 6.2 The operation: the row of the facts and the value that it writes.
struct MaxoutOperation {
    static constexpr void describe(intaglio::Builder& b, std::int32_t pieces) {
        intaglio::Value out = b.in();  // same codes, same denominator
        out.shape.channels /= pieces;
        b.append(intaglio::Row{.kind = "maxout", .picks_codes = true, .keeps_affine = true, .settings = {{pieces, 0}}},
                 out);
    }
};

// 6.3 Mistakes: a sentence, and the kind of mistake that it spells.
template <class...>
struct maxout_needs_two_channels_to_choose_from;
template <class...>
struct channels_of_maxout_are_not_a_multiple_of_its_pieces;
inline constexpr intaglio::ErrorKind too_few_pieces{};
inline constexpr intaglio::ErrorKind channels_left_over{};

}  // namespace app

template <>
struct intaglio::Sentence<&app::too_few_pieces> {
    template <class... Words>
    using type = app::maxout_needs_two_channels_to_choose_from<Words...>;
};
template <>
struct intaglio::Sentence<&app::channels_left_over> {
    template <class... Words>
    using type = app::channels_of_maxout_are_not_a_multiple_of_its_pieces<Words...>;
};

// 6.4 The layer: its operations, and what must hold in front of it.

namespace app {

template <std::int32_t Pieces>
struct Maxout {
    template <class Defaults>
    struct resolved {
        using primitives = boost::mp11::mp_list<MaxoutOperation>;
        static constexpr void describe(intaglio::Builder& b) {
            const intaglio::Value& in = b.in();
            if (Pieces < 2) b.fail(too_few_pieces, 2, Pieces);
            if (in.pending) b.fail(intaglio::this_layer_reads_codes_put_the_activation_before_it, 8, in.codes.bits());
            if (b.failed()) return;
            const std::int32_t rest = in.shape.channels % Pieces;
            if (rest != 0) b.fail(channels_left_over, in.shape.channels - rest, in.shape.channels);
            if (!b.failed()) MaxoutOperation::describe(b, Pieces);
        }
    };
};

}  // namespace app

// 6.5 The integer program. A Site has the numbers of the row, a Kind the types of the codes.
template <>
struct intaglio::integer::Operation<app::MaxoutOperation> : intaglio::integer::NoMemory {
    template <class Set, class Kind>
    static void run(const Site& site, const Frame& frame) {
        app::maxout(input<Kind>(site, frame), site.extents.out.size(), site.settings[0], output<Kind>(site, frame));
    }
};

// 6.6 The training program. There is nothing to lower: Stateless says so.
template <>
struct intaglio::train::Operation<app::MaxoutOperation> : intaglio::train::Stateless {
    template <class Kind>
    static void forward(NoState&, const Site& site, Context& context) {
        keep_scales(site, context);  // of codes behind a dropout: one scale for all channels
        each_image<Kind>(site, context, [&](const auto* in, auto* out) {
            app::maxout(in, site.output.size(), site.row->settings[0], out);
        });
    }
    // The gradient goes to the channel that was chosen. `add`: another layer reads the same value.
    template <class Kind>
    static void backward(NoState&, const Site& site, Context& context) {
        const std::int64_t pieces = site.row->settings[0];
        const auto* codes_in = codes<typename Kind::input>(context, site.input);
        each_gradient(site, site.input, context,
                      [&](std::int64_t image, const Gradient* dout, bool add, Gradient* din) {
                          const auto* in = codes_in + image * site.input.size();
                          for (std::int64_t i = 0; i < site.output.size(); ++i) {
                              const std::int64_t chosen = app::largest_piece(in + i * pieces, pieces);
                              for (std::int64_t p = 0; p < pieces; ++p) {
                                  const Gradient d = p == chosen ? dout[i] : Gradient{0};
                                  din[i * pieces + p] = add ? din[i * pieces + p] + d : d;
                              }
                          }
                      });
    }
};

// 7. A block made of layers that are there: an alias.

namespace app {

template <std::int32_t Channels, std::int32_t Expansion>
using InvertedResidual = intaglio::Residual<intaglio::Sequence<
    intaglio::Conv<intaglio::Out<Channels * Expansion>, intaglio::Kernel<1>>, intaglio::DepthwiseConv<>,
    intaglio::Conv<intaglio::Out<Channels>, intaglio::Kernel<1>, intaglio::NoActivation>>>;

}  // namespace app
