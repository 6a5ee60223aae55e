// A canonical model packed for an instruction set: an integer program that owns its parameters, and the proof that it
// computes what the model says.
#pragma once

#include <boost/mp11/list.hpp>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>

#include "intaglio/canonical/check.hpp"
#include "intaglio/canonical/packing.hpp"
#include "intaglio/core/instruction_set.hpp"
#include "intaglio/host/large_memory.hpp"
#include "intaglio/integer/program.hpp"
#include "intaglio/simd/simd.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET {

namespace canonical_detail {

/// The functions that pack the numbers of one kind of work; null where there is nothing to pack.
struct RowPacking {
    void (*pack)(const RowNumbers&, const integer::Site&, std::byte*) = nullptr;
    void (*compare)(const RowNumbers&, const FactsView&, const Row&, const integer::Site&, const std::byte*,
                    const Sides&, Certificate&) = nullptr;
};

template <class Net, class Target, class Indices, class Primitives>
struct RowPackings;
template <class Net, class Target, std::size_t... I, class... Primitive>
struct RowPackings<Net, Target, std::index_sequence<I...>, boost::mp11::mp_list<Primitive...>> {
    template <std::size_t Index>
    static constexpr bool has_parameters = (Index + 1 == sizeof...(I)
                                                ? integer::plan<Net, Target>.parameter_bytes
                                                : integer::plan<Net, Target>.parameters[(Index + 1) % sizeof...(I)]) >
                                           integer::plan<Net, Target>.parameters[Index];

    template <std::size_t Index, class Operation>
    static constexpr RowPacking of_row() {
        if constexpr (has_parameters<Index>) {
            using Kind = typename integer::KindOf<Target, Net, Index, Operation>::type;
            using Set = simd::set_of<Target>;
            return {&Packing<Operation>::template pack<Set, Kind>, &Packing<Operation>::template compare<Set, Kind>};
        } else {
            return {};
        }
    }
    static constexpr RowPacking of[] = {of_row<I, Primitive>()...};
};
template <class Net, class Target>
inline constexpr const auto& row_packings =
    RowPackings<Net, Target, std::make_index_sequence<integer::row_count<Net>>, typename Net::primitives>::of;

[[gnu::cold]] inline integer::Site packing_site(const FactsView& facts, std::size_t row) {
    return integer::make_site(facts, facts.rows[row], none);
}

}  // namespace canonical_detail

/// An integer program that owns its parameters.
template <class Net, class Target = simd::NativeTarget>
class IntegerNetwork {
  public:
    /// Packs a model for a target. Throws std::invalid_argument if the model is not one of Net.
    [[gnu::cold]] IntegerNetwork(const Model<Net>& model) : parameters_(make_large<Parameters<Net, Target>>()) {
        require_fitting(model, facts<Net>.view());
        for (std::size_t i = 0; i < model.rows.size(); ++i) {
            const canonical_detail::RowPacking& packing = canonical_detail::row_packings<Net, Target>[i];
            if (packing.pack == nullptr) continue;
            packing.pack(model.rows[i], canonical_detail::packing_site(facts<Net>.view(), i),
                         parameters_->bytes + integer::plan<Net, Target>.parameters[i]);
        }
    }

    using Pixel = integer::code_type<Net, 0>;
    [[nodiscard]] std::int32_t predict(const Pixel* image, Scratch<Net, Target>& scratch) const {
        return program().predict(image, scratch);
    }
    /// Classes of any number of images, one after the other; `Batch` of them at once, on `Threads` threads of a pool.
    template <std::int32_t Batch, std::int32_t Threads, class Pool = OneThread>
    void predict_batch(const Pixel* images, std::int64_t count, Scratch<Net, Target, Batch, Threads>& scratch,
                       std::int32_t* found, Pool&& pool = {}) const {
        program().predict_batch(images, count, scratch, found, pool);
    }
    [[nodiscard]] Program<Net, Target> program() const { return Program<Net, Target>(*parameters_); }
    [[nodiscard]] Parameters<Net, Target>& parameters() { return *parameters_; }
    [[nodiscard]] const Parameters<Net, Target>& parameters() const { return *parameters_; }
    /// Working memory for one call at a time with up to `Batch` images on `Threads` threads.
    template <std::int32_t Batch = 1, std::int32_t Threads = 1>
    [[nodiscard]] static std::unique_ptr<Scratch<Net, Target, Batch, Threads>> make_scratch() {
        return std::make_unique<Scratch<Net, Target, Batch, Threads>>();
    }

  private:
    LargePointer<Parameters<Net, Target>> parameters_;
};

/// Proves that a packed program computes what its model says: every weight is read back, and every step compared for
/// every accumulator that can occur.
template <class Net, class Target>
[[gnu::cold]] Certificate certify(const Model<Net>& model, const IntegerNetwork<Net, Target>& network) {
    Certificate certificate;
    for (std::size_t i = 0; i < model.rows.size(); ++i) {
        const canonical_detail::RowPacking& packing = canonical_detail::row_packings<Net, Target>[i];
        if (packing.compare == nullptr) continue;
        const Row& row = facts<Net>.rows[i];
        packing.compare(model.rows[i], facts<Net>.view(), row, canonical_detail::packing_site(facts<Net>.view(), i),
                        network.parameters().bytes + integer::plan<Net, Target>.parameters[i],
                        {place_text(row), "the model", "the packed program"}, certificate);
    }
    return certificate;
}

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET
