// What the operations of a running training program share.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <variant>

#include "intaglio/integer/operation.hpp"
#include "intaglio/model/facts.hpp"
#include "intaglio/train/aligned_vector.hpp"
#include "intaglio/train/plan.hpp"
#include "intaglio/train/steps.hpp"
#include "intaglio/train/thread_pool.hpp"

namespace intaglio::model_error {
template <class...>
struct operation_has_no_training_program_specialise_train_Operation;
}  // namespace intaglio::model_error

namespace intaglio::train {

/// Numbers that a checkpoint keeps, where they lie.
struct NamedNumbers {
    std::string name;
    std::variant<std::span<float>, std::span<double>> values;
};

/// Where the statistics of norms come from.
enum class Statistics : std::uint8_t {
    batch,        ///< the batch itself; running statistics follow
    running,      ///< the running statistics: what the integer program will do
    reestimation  ///< the batch itself, added to a fresh average over the data set
};

/// One channel of a norm as the steps behind it see it.
struct NormChannel {
    double gain = 1;
    double bias = 0;
    double mean = 0;
    double deviation = 1;
};

/// Memory and state of one pass over a batch. Operations keep no pointers to it.
struct Context {
    ThreadPool* pool = nullptr;
    std::int64_t images = 0;  ///< in this pass
    Statistics statistics = Statistics::batch;
    bool restart_statistics = false;  ///< the first batch of a re-estimation
    double momentum = 0.1;            ///< of running statistics
    std::size_t first_row = 0;        ///< of the way back: nobody asks for the gradient of what it reads
    const void* input = nullptr;      ///< codes of the images
    std::byte* codes = nullptr;       ///< of all values
    float* gradient_memory = nullptr;
    std::int64_t capacity = 0;  ///< images that the memory holds
    float* parameters = nullptr;
    float* gradients = nullptr;           ///< of the parameters
    const NormChannel** norms = nullptr;  ///< per row: the channels of a norm, or null
    const double** scales = nullptr;      ///< per value: its scale for each channel, or null
    float* partial = nullptr;             ///< sample_groups x largest number of weights
    std::byte* workspace = nullptr;       ///< threads x workspace_bytes
    std::int64_t workspace_bytes = 0;
    std::uint64_t parameter_version = 0;  ///< changes whenever parameters change
    std::uint64_t seed = 0;               ///< of what a pass draws at random
    std::uint64_t pass = 0;               ///< number of the pass, another one for every training step

    [[nodiscard]] std::byte* worker_memory(int worker) const { return workspace + worker * workspace_bytes; }

    /// Calls body(first image, number of images, group, worker) for the fixed groups of the batch.
    template <class Body>
    void for_groups(Body&& body) const {
        const std::int64_t count = images;
        pool->run(sample_groups, [&](std::int64_t group, int worker) {
            const std::int64_t begin = group_begin(count, group);
            body(begin, group_begin(count, group + 1) - begin, group, worker);
        });
    }
};

/// The codes of a value for all images of the batch.
template <class Net, std::int32_t Index>
auto* codes(const Context& context) {
    constexpr const Value& value = facts<Net>.value(Index);
    using T = integer::code_type<Net, Index>;
    if constexpr (value.training_memory == 0) {
        return static_cast<const T*>(context.input);
    } else {
        return reinterpret_cast<T*>(context.codes + plan<Net>.codes[static_cast<std::size_t>(value.training_memory)] *
                                                        context.capacity);
    }
}

/// The gradient with respect to the real number that a value stands for, for all images of the batch.
template <class Net, std::int32_t Index>
float* gradient(const Context& context) {
    constexpr auto memory = static_cast<std::size_t>(plan<Net>.gradient_of[static_cast<std::size_t>(Index)]);
    return context.gradient_memory + plan<Net>.gradients[memory].offset * context.capacity;
}

/// What gives a value its meaning at run time, per channel; null where there is nothing.
struct Meaning {
    const NormChannel* norm = nullptr;
    const double* scales = nullptr;
};

template <class Net, std::int32_t Index>
Meaning meaning(const Context& context) {
    constexpr const Value& value = facts<Net>.value(Index);
    Meaning result;
    if constexpr (value.norm_row != none) result.norm = context.norms[value.norm_row];
    if constexpr (value.scaled) result.scales = context.scales[Index];
    return result;
}

/// The affine function that gives a value its meaning, for channel c.
inline Affine value_affine(const Value& value, const Meaning& meaning, std::int64_t c) {
    const NormChannel norm = meaning.norm == nullptr ? NormChannel{} : meaning.norm[c];
    const Affine affine = norm_affine(norm.gain, norm.bias, norm.mean, norm.deviation, value.denominator);
    return meaning.scales == nullptr ? affine : scaled(affine, meaning.scales[c]);
}

/// The training program of a primitive operation; specialised once per primitive. A specialisation has
/// - `State<Net, Index>`, constructed with the capacity in images; where it has numbers that a checkpoint must keep,
///   `add_persistent(std::vector<NamedNumbers>&, place)` names them,
/// - `workspace_bytes<Net, Index>(capacity)`: memory of one worker,
/// - `forward<Net, Index>(State&, Context&)` and `backward<Net, Index>(State&, Context&)`,
/// - `lower<Tag, Net, Index>(const State&, std::byte* parameters)`: writes the parameters of the integer program,
/// - `certify<Tag, Net, Index>(const State&, const std::byte* parameters, Certificate&)`: proves that they compute the
/// same.
template <class Primitive>
struct Operation : Missing<model_error::operation_has_no_training_program_specialise_train_Operation<Primitive>> {};

}  // namespace intaglio::train
