// What the operations of a running training program share.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "intaglio/canonical/model.hpp"
#include "intaglio/core/instruction_set.hpp"
#include "intaglio/host/thread_pool.hpp"
#include "intaglio/model/facts.hpp"
#include "intaglio/train/program/aligned_vector.hpp"
#include "intaglio/train/program/gradient.hpp"
#include "intaglio/train/program/plan.hpp"
#include "intaglio/train/program/ranks.hpp"
#include "intaglio/train/program/site.hpp"
#include "intaglio/train/steps/steps.hpp"

namespace intaglio::model_error {
template <class...>
struct operation_has_no_training_program_specialise_train_Operation;
}  // namespace intaglio::model_error

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::train {

/// Numbers that a checkpoint keeps, where they lie.
struct NamedNumbers {
    std::string name;
    std::variant<std::span<float>, std::span<double>> values;
};

/// The running statistics of a norm, of the real numbers in front of it, where they lie.
struct RunningStatistics {
    std::span<double> mean;
    std::span<double> variance;
    bool measures = false;  ///< false: mean 0 and variance 1 for ever
    bool shared = false;    ///< one pair for all channels
};

/// Where the statistics of norms come from.
enum class Statistics : std::uint8_t {
    batch,        ///< the batch itself; running statistics follow
    running,      ///< the running statistics: what the integer program will do
    reestimation  ///< the batch itself, added to a fresh average over the data set
};

/// One channel of a norm as the steps after it see it.
struct NormChannel {
    double gain = 1;
    double bias = 0;
    double mean = 0;
    double deviation = 1;
};

/// Memory and state of one pass over a batch. Operations keep no pointers to it.
struct Context {
    ThreadPool* pool = nullptr;
    Ranks ranks{};
    std::int64_t images = 0;       ///< in this pass, of this rank
    std::int64_t first_image = 0;  ///< of this rank, in the batch
    std::int64_t batch = 0;        ///< images of the whole batch, of all ranks
    Statistics statistics = Statistics::batch;
    bool restart_statistics = false;  ///< the first batch of a re-estimation
    double momentum = 0.1;            ///< of running statistics
    std::size_t first_row = 0;        ///< of the way back: nobody asks for the gradient of what it reads
    const void* input = nullptr;      ///< codes of the images
    std::byte* codes = nullptr;       ///< of all values
    Gradient* gradient_memory = nullptr;
    std::int64_t capacity = 0;  ///< images that the memory holds
    const float* parameters = nullptr;
    Gradient* gradients = nullptr;        ///< of the parameters
    const NormChannel** norms = nullptr;  ///< per row: the channels of a norm, or null
    const double** scales = nullptr;      ///< per value: its scale for each channel, or null
    Gradient* partial = nullptr;          ///< sample_groups x largest number of weights
    std::byte* workspace = nullptr;       ///< threads x workspace_bytes
    std::int64_t workspace_bytes = 0;
    std::uint64_t parameter_version = 0;  ///< changes whenever parameters change
    std::uint64_t seed = 0;               ///< of what a pass draws at random
    std::uint64_t pass = 0;               ///< number of the pass, another one for every training step

    [[nodiscard]] std::byte* worker_memory(int worker) const { return workspace + worker * workspace_bytes; }

    /// Some images of this rank.
    struct Images {
        std::int64_t first;
        std::int64_t count;
    };
    /// Those of a group of the batch, which must be one of this rank.
    [[nodiscard]] Images group(std::int64_t group) const {
        const std::int64_t begin = group_begin(batch, group);
        return {begin - first_image, group_begin(batch, group + 1) - begin};
    }
    /// Calls body(first image, number of images, group, worker) for the groups of the batch that this rank has. What it
    /// makes for each group, `ranks` brings together: by `gather_groups` in front of a sum over all groups.
    template <class Body>
    void for_groups(Body&& body) const {
        const std::int64_t first_group = ranks.first_group();
        pool->run(ranks.groups(), [&](std::int64_t task, int worker) {
            const Images some = group(first_group + task);
            body(some.first, some.count, first_group + task, worker);
        });
    }
    /// Calls body(image, worker) for the images of this rank.
    template <class Body>
    void for_images(Body&& body) const {
        pool->run(images, body);
    }
};

/// The codes of an operand for all images of this rank, to be read.
template <class T>
const T* codes(const Context& context, const Operand& operand) {
    if (operand.codes == Operand::network_input) return static_cast<const T*>(context.input);
    return reinterpret_cast<const T*>(context.codes + operand.codes * context.capacity);
}
/// The codes of the result, to be written: never those of the network's input.
template <class T>
T* result(const Context& context, const Site& site) {
    return reinterpret_cast<T*>(context.codes + site.output.codes * context.capacity);
}

/// The gradient with respect to the real number that an operand stands for, for all images of this rank.
inline Gradient* gradient(const Context& context, const Operand& operand) {
    return context.gradient_memory + operand.gradient * context.capacity;
}

/// What gives a value its meaning at run time, per channel; null where there is nothing.
struct Meaning {
    const NormChannel* norm = nullptr;
    const double* scales = nullptr;
};

inline Meaning meaning(const Context& context, const Operand& operand) {
    const Value& value = *operand.value;
    return {value.norm_row == none ? nullptr : context.norms[value.norm_row],
            value.scaled ? context.scales[operand.index] : nullptr};
}

/// The affine function that gives a value its meaning, for channel c.
inline Affine value_affine(const Value& value, const Meaning& meaning, std::int64_t c) {
    const NormChannel norm = meaning.norm == nullptr ? NormChannel{} : meaning.norm[c];
    const Affine affine = norm_affine(norm.gain, norm.bias, norm.mean, norm.deviation, value.denominator);
    return meaning.scales == nullptr ? affine : scaled(affine, meaning.scales[c]);
}

/// What lowering an operation hands on to those after it, and what it gives. Nothing of the training changes.
struct Lowering {
    Context context;                                 ///< of a pass with running statistics over no image at all
    std::vector<std::vector<NormChannel>> channels;  ///< per row: memory for the channels of a norm
    std::vector<std::vector<double>> scales;         ///< per value: memory for its scales
    std::vector<std::vector<Affine>> affine;         ///< per row: the real function that its step stands for

    /// Scales of the result, which the operations after read.
    [[nodiscard]] [[gnu::cold]] std::vector<double>& own_scales(const Site& site, std::size_t count) {
        std::vector<double>& own = scales[static_cast<std::size_t>(site.output.index)];
        own.assign(count, 1.0);
        context.scales[site.output.index] = own.data();
        return own;
    }
    int logit_exponent = 0;  ///< integer logits are logits * 2^logit_exponent
};

/// The training program of a primitive operation; specialised once per primitive. Its code exists once for each `Kind`:
/// the types of its operands and of its result, and what its `variant` tells apart. The numbers of the row and the
/// places of its operands are read from a `Site`. A specialisation has
/// - `State<Kind>`, constructed from a Site and the capacity in images of this rank; where it has numbers that a
///   checkpoint must keep, `add_persistent(std::vector<NamedNumbers>&, place)` names them,
/// - `workspace_bytes<Kind>(const Site&, batch)`: memory of one worker, for batches of up to so many images of all
/// ranks,
/// - `forward<Kind>(State&, const Site&, Context&)` and `backward<Kind>(State&, const Site&, Context&)`,
/// - `lower<Kind>(const State&, const Site&, Lowering&, RowNumbers&)`: writes the numbers of the canonical model, and
///   sets the norms and scales that operations after ask for, as a pass with running statistics would,
/// - where the operands do not decide about its code: `variant(const FactsView&, const Row&)`, which becomes
///   `Kind::variant`.
template <class Primitive>
struct Operation : Missing<model_error::operation_has_no_training_program_specialise_train_Operation<Primitive>> {};

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::train
