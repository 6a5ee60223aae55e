// A network that is compiled for several instruction sets and runs on the best one that the processor has.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "intaglio/canonical/bytes.hpp"
#include "intaglio/canonical/model.hpp"
#include "intaglio/core/instruction_set.hpp"
#include "intaglio/dispatch/network_entry.hpp"
#include "intaglio/host/text.hpp"
#include "intaglio/integer/site.hpp"
#include "intaglio/simd/processor_features.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET {

/// An integer program whose instruction set is chosen when it is made. intaglio_add_network() (CMake) derives a class
/// from it that knows its entries. It may be shared between threads; each brings a scratch of its own.
template <class Net>
class DispatchedNetwork {
  public:
    using Pixel = integer::code_type<Net, 0>;
    static constexpr std::int32_t classes = facts<Net>.classes();

    /// Working memory of one call at a time, for networks of one instruction set.
    class Scratch {
      public:
        [[nodiscard]] const NetworkEntry& entry() const { return *memory_.get_deleter().entry; }

      private:
        friend DispatchedNetwork;
        struct Free {
            const NetworkEntry* entry;
            void operator()(void* memory) const { entry->free_scratch(memory); }
        };
        explicit Scratch(const NetworkEntry& entry) : memory_(entry.make_scratch(), Free{&entry}) {}
        std::unique_ptr<void, Free> memory_;
    };

    /// The name of the instruction set on which it runs.
    [[nodiscard]] std::string_view set() const { return entry_->set; }
    [[nodiscard]] std::size_t parameter_bytes() const { return entry_->parameter_bytes; }
    [[nodiscard]] std::size_t arena_bytes() const { return entry_->arena_bytes; }

    [[nodiscard]] Scratch make_scratch() const { return Scratch(*entry_); }

    /// The integer logits of an image, one per class; they lie in the scratch. Throws std::invalid_argument if the
    /// scratch is one of another instruction set.
    const std::int64_t* logits(const Pixel* image, Scratch& scratch) const {
        if (&scratch.entry() != entry_) {
            throw std::invalid_argument(joined({"scratch is one for ", scratch.entry().set, ", expected ", set()}));
        }
        return entry_->logits(network_.get(), image, scratch.memory_.get());
    }

    /// Class of an image; the lowest index on ties.
    std::int32_t predict(const Pixel* image, Scratch& scratch) const {
        const std::int64_t* const values = logits(image, scratch);
        std::int32_t best = 0;
        for (std::int32_t c = 1; c < classes; ++c) best = values[c] > values[best] ? c : best;
        return best;
    }

  protected:
    using Entries = std::span<const NetworkEntry* const>;

    /// The names of those sets, best first, that the running processor has.
    [[nodiscard]] static std::vector<std::string_view> supported_sets(Entries entries) {
        std::vector<std::string_view> names;
        for (const NetworkEntry* entry : entries) {
            if (runs_here(*entry)) names.emplace_back(entry->set);
        }
        return names;
    }

    /// The first of the entries that runs here and, if a set is named, has its name. Throws std::runtime_error if there
    /// is none, std::invalid_argument if the model is not one of Net.
    DispatchedNetwork(const Model<Net>& model, Entries entries, std::string_view set)
        : entry_(&choose(entries, set)), network_(pack(model), Free{entry_}) {}

  private:
    struct Free {
        const NetworkEntry* entry;
        void operator()(const void* network) const { entry->free_network(network); }
    };

    [[nodiscard]] static bool runs_here(const NetworkEntry& entry) {
        return (simd::running_features() & entry.processor_features) == entry.processor_features;
    }
    [[nodiscard]] static const NetworkEntry& choose(Entries entries, std::string_view set) {
        std::string compiled;
        for (const NetworkEntry* entry : entries) {
            if ((set.empty() || set == entry->set) && runs_here(*entry)) return *entry;
            compiled += joined({compiled.empty() ? "" : ", ", entry->set});
        }
        throw std::runtime_error(joined({"this processor cannot run ", set.empty() ? "any set of this program" : set,
                                         "; it is compiled for ", compiled}));
    }
    [[nodiscard]] const void* pack(const Model<Net>& model) const {
        const std::vector<std::byte> bytes = canonical_bytes(model);
        return entry_->pack(bytes.data(), bytes.size());
    }

    const NetworkEntry* entry_;
    std::unique_ptr<const void, Free> network_;
};

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET
