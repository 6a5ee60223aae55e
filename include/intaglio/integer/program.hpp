// The integer program of a network: codes, additions, products, steps; no norm, no floating point, no allocation.
#pragma once

#include <boost/mp11/algorithm.hpp>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "intaglio/integer/operations.hpp"
#include "intaglio/model/memory.hpp"

namespace intaglio {

/// Instruction sets for which memory can be asked for by name.
struct Target {
    using portable = simd::Portable;
    using avx2 = simd::Avx2;
    using avx512 = simd::Avx512;
};

/// Bytes of the packed parameters of a network. A number that the processor cannot address does not compile.
template <class Net, class Tag = simd::Portable>
inline constexpr std::size_t parameter_bytes = addressable<integer::plan<Net, Tag>.parameter_bytes>();

/// Bytes of working memory that one call of the integer program needs.
template <class Net, class Tag = simd::Portable>
inline constexpr std::size_t arena_bytes = addressable<integer::plan<Net, Tag>.arena_bytes>();

/// Packed weights and steps of a network, in one block that can lie in read-only memory.
template <class Net, class Tag = simd::Portable>
struct Parameters {
    alignas(64) std::byte bytes[parameter_bytes<Net, Tag>];
};

/// Working memory of one call at a time; one for each thread.
template <class Net, class Tag = simd::Portable>
struct Scratch {
    alignas(64) std::byte arena[arena_bytes<Net, Tag>];
    std::int64_t logits[static_cast<std::size_t>(facts<Net>.classes())];
};

/// The integer program. It refers to its parameters, which must outlive it, and can be shared between threads.
template <class Net, class Tag = simd::Portable>
class Program {
  public:
    using Pixel = integer::code_type<Net, 0>;  ///< an input code
    static constexpr std::size_t pixels = static_cast<std::size_t>(facts<Net>.input_shape().size());
    static constexpr std::int32_t classes = facts<Net>.classes();

    constexpr explicit Program(const Parameters<Net, Tag>& parameters) : parameters_(&parameters) {}

    /// Class of an image of `pixels` codes (rows, columns, channels innermost); the lowest index on ties.
    std::int32_t predict(const Pixel* image, Scratch<Net, Tag>& scratch) const {
        const std::int64_t* values = logits(image, scratch);
        std::int32_t best = 0;
        for (std::int32_t c = 1; c < classes; ++c) best = values[c] > values[best] ? c : best;
        return best;
    }

    /// The integer logits, one per class; they lie in the scratch.
    const std::int64_t* logits(const Pixel* image, Scratch<Net, Tag>& scratch) const {
        run(image, scratch, Silent{});
        return scratch.logits;
    }

    /// Runs the program and shows `observer(value, codes)` every value that is written: its index in the facts and a
    /// pointer to its codes in the value's storage type.
    template <class Observer>
    void run(const Pixel* image, Scratch<Net, Tag>& scratch, const Observer& observer) const {
        const integer::Frame frame{parameters_->bytes, image, scratch.arena, scratch.logits};
        run_all(frame, observer, std::make_index_sequence<boost::mp11::mp_size<typename Net::primitives>::value>{});
    }

  private:
    struct Silent {
        template <class Codes>
        void operator()(std::int32_t, const Codes*) const {}
    };

    template <class Observer, std::size_t... I>
    static void run_all(const integer::Frame& frame, const Observer& observer, std::index_sequence<I...>) {
        (run_one<I>(frame, observer), ...);
    }

    template <std::size_t I, class Observer>
    static void run_one(const integer::Frame& frame, const Observer& observer) {
        constexpr const auto& table = facts<Net>;
        integer::Operation<boost::mp11::mp_at_c<typename Net::primitives, I>>::template run<Tag, Net, I>(frame);
        constexpr std::int32_t output = table.rows[I].output;
        if constexpr (table.value(output).memory == output && integer::plan<Net, Tag>.fused[I] == none) {
            observer(output,
                     static_cast<const integer::code_type<Net, output>*>(integer::memory<Net, Tag, output>(frame)));
        }
    }

    const Parameters<Net, Tag>* parameters_;
};

}  // namespace intaglio
