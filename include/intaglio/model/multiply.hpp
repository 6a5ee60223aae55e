// The product of two branches, code by code: gates and squeeze-and-excitation.
#pragma once

#include "intaglio/model/concat.hpp"

namespace intaglio {

INTAGLIO_MODEL_ERROR(multiplied_branches_differ_in_channels)
INTAGLIO_MODEL_ERROR(gate_is_neither_one_pixel_nor_as_high_as_its_factor)
INTAGLIO_MODEL_ERROR(gate_is_neither_one_pixel_nor_as_wide_as_its_factor)

namespace primitive {

/// The products of the codes of two values; the second is as large as the first, or one pixel for all.
struct Multiply {
    static constexpr void describe(Builder& b, std::int32_t main_value, std::int32_t gate_value) {
        const Value& main = b.value(main_value);
        const Value& gate = b.value(gate_value);
        Value out{.shape = main.shape,
                  .codes = product_range(main.codes, gate.codes, 1),
                  .denominator = main.denominator * gate.denominator,
                  .storage = Storage::float32,
                  .pending = true};
        if (main.storage != Storage::float32 && gate.storage != Storage::float32)
            out.storage = smallest_storage(out.codes);
        b.set_current(main_value);
        b.append(Row{.kind = "multiply", .multiplies = true, .second_input = gate_value}, out);
    }
};

}  // namespace primitive

/// Main(x) * Gate(x), element by element. Gate gives an image like that of Main, or one pixel that multiplies all
/// pixels of Main: Multiply<Identity, Sequence<GlobalAvgPool, Normalize<>, Activate<>, Dense<...>>> is
/// squeeze-and-excitation (Hu et al. 2018). Both give codes; the products have a known range and wait for a norm or an
/// activation.
template <class Main, class Gate>
struct Multiply {
    template <class Defaults>
    struct resolved {
        using MainBranch = detail::resolve<Main, Defaults>;
        using GateBranch = detail::resolve<Gate, Defaults>;
        using primitives = detail::mp_append<typename MainBranch::primitives, typename GateBranch::primitives,
                                             detail::mp_list<primitive::Multiply>>;

        static constexpr void describe(Builder& b) {
            const std::int32_t start = b.current();
            const std::int32_t main_value = branch<MainBranch>(b, Part::main);
            b.set_current(start);
            const std::int32_t gate_value = branch<GateBranch>(b, Part::gate);
            check(b, b.value(main_value).shape, b.value(gate_value).shape);
            if (!b.failed()) primitive::Multiply::describe(b, main_value, gate_value);
        }

      private:
        template <class Branch>
        static constexpr std::int32_t branch(Builder& b, Part part) {
            if (b.failed()) return b.current();
            b.enter(part);
            Branch::describe(b);
            if (!b.failed()) detail::check_joined(b);
            b.leave();
            return b.current();
        }

        static constexpr void check(Builder& b, Shape main, Shape gate) {
            if (main.channels != gate.channels) {
                b.fail(multiplied_branches_differ_in_channels, main.channels, gate.channels);
            }
            if (gate.pixels() == 1) return;
            if (gate.height != main.height) {
                b.fail(gate_is_neither_one_pixel_nor_as_high_as_its_factor, main.height, gate.height);
            }
            if (gate.width != main.width) {
                b.fail(gate_is_neither_one_pixel_nor_as_wide_as_its_factor, main.width, gate.width);
            }
        }
    };
};

}  // namespace intaglio
