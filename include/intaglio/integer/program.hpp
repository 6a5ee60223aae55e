// The integer program of a network: codes, additions, products, steps; no norm, no floating point, no allocation.
#pragma once

#include <cstddef>
#include <cstdint>

#include "intaglio/core/instruction_set.hpp"
#include "intaglio/integer/operations.hpp"
#include "intaglio/integer/plan.hpp"
#include "intaglio/model/memory.hpp"
#include "intaglio/model/network.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET {

/// Bytes of the packed parameters of a network. A number that the processor cannot address does not compile.
template <class Net, class Target = simd::Portable>
inline constexpr std::size_t parameter_bytes = addressable<integer::plan<Net, Target>.parameter_bytes>();

namespace integer {

/// Images of one thread.
constexpr std::int32_t images_of_thread(std::int32_t batch, std::int32_t threads) {
    return (batch + threads - 1) / threads;
}
/// Whether threads share an instruction of one image: it takes longer than to wake them and to wait for them.
constexpr bool is_worth_parts(const Instruction& instruction) {
    constexpr std::int64_t products = 1 << 20;
    const ConvolutionExtents& extents = instruction.site.extents;
    return instruction.takes_batches && extents.out.pixels() * extents.weights() >= products;
}
/// Bytes of one thread's share of the arena: threads share no cache line.
template <class Net, class Target, std::int32_t Batch, std::int32_t Threads>
inline constexpr std::int64_t arena_of_thread =
    Threads == 1 ? plan<Net, Target, Batch>.arena_bytes
                 : aligned(plan<Net, Target, images_of_thread(Batch, Threads)>.arena_bytes);

}  // namespace integer

/// Bytes of working memory that one call of the integer program needs for up to `Batch` images on up to `Threads`
/// threads.
template <class Net, class Target = simd::Portable, std::int32_t Batch = 1, std::int32_t Threads = 1>
inline constexpr std::size_t arena_bytes =
    addressable<Threads * integer::arena_of_thread<Net, Target, Batch, Threads>>();

/// Packed weights and steps of a network, in one block that can lie in read-only memory.
template <class Net, class Target = simd::Portable>
struct Parameters {
    alignas(64) std::byte bytes[parameter_bytes<Net, Target>];
};

/// Working memory of one call at a time, for up to `Batch` images and `Threads` threads that share the work of the
/// call.
template <class Net, class Target = simd::Portable, std::int32_t Batch = 1, std::int32_t Threads = 1>
struct Scratch {
    static_assert(Batch >= 1 && Threads >= 1, "a batch has at least one image, and needs at least one thread");
    alignas(64) std::byte arena[arena_bytes<Net, Target, Batch, Threads>];
    std::int64_t logits[static_cast<std::size_t>(facts<Net>.classes()) * Batch];
};

/// What runs the parts of one call after each other. A ThreadPool (host/thread_pool.hpp) runs them at once, as may
/// anything with such a function `run`, which returns when all is done.
struct OneThread {
    template <class Body>
    void run(std::int64_t parts, const Body& body) const {
        for (std::int64_t part = 0; part < parts; ++part) body(part, 0);
    }
};

/// The integer program. It refers to its parameters, which must outlive it, and can be shared between threads.
template <class Net, class Target = simd::Portable>
class Program {
  public:
    using Pixel = integer::code_type<Net, 0>;  ///< an input code
    static constexpr std::size_t pixels = static_cast<std::size_t>(facts<Net>.input_shape().size());
    static constexpr std::int32_t classes = facts<Net>.classes();

    constexpr explicit Program(const Parameters<Net, Target>& parameters) : parameters_(&parameters) {}

    /// Class of an image of `pixels` codes (rows, columns, channels innermost); the lowest index on ties.
    std::int32_t predict(const Pixel* image, Scratch<Net, Target>& scratch) const {
        return largest(logits(image, scratch));
    }

    /// Classes of `count` images, any number of them, one after the other: `Batch` of them at once. Layers with few
    /// pixels then read their weights once for several images. Results are those of single images, whatever runs the
    /// parts.
    template <std::int32_t Batch, std::int32_t Threads, class Pool = OneThread>
    void predict_batch(const Pixel* images, std::int64_t count, Scratch<Net, Target, Batch, Threads>& scratch,
                       std::int32_t* found, Pool&& pool = {}) const {
        for (std::int64_t first = 0; first < count; first += Batch) {
            const std::int64_t left = count - first;
            const auto now = static_cast<std::int32_t>(left < Batch ? left : Batch);
            const std::int64_t* values = logits_batch(images + first * image_pixels, now, scratch, pool);
            for (std::int32_t i = 0; i < now; ++i) found[first + i] = largest(values + std::ptrdiff_t{i} * classes);
        }
    }

    /// The integer logits of 0 to `Batch` images, [image][class]; they lie in the scratch. Null for any other count.
    /// Of several threads each takes some of the images; of fewer images than threads, some rows or channels of each.
    template <std::int32_t Batch, std::int32_t Threads, class Pool = OneThread>
    const std::int64_t* logits_batch(const Pixel* images, std::int32_t count,
                                     Scratch<Net, Target, Batch, Threads>& scratch, Pool&& pool = {}) const {
        if (count < 0 || count > Batch) return nullptr;
        constexpr std::int32_t most = integer::images_of_thread(Batch, Threads);
        constexpr auto arena = static_cast<std::ptrdiff_t>(integer::arena_of_thread<Net, Target, Batch, Threads>);
        const auto run = [&](std::int32_t first, std::int32_t end, std::byte* memory) {
            run_images<most>({parameters_->bytes, images + first * image_pixels, memory,
                              scratch.logits + std::ptrdiff_t{first} * classes, end - first});
        };
        if constexpr (Threads == 1) {
            if (count > 0) run(0, count, scratch.arena);
        } else if (count >= Threads) {
            pool.run(Threads, [&](std::int64_t thread, int) {
                run(static_cast<std::int32_t>(count * thread / Threads),
                    static_cast<std::int32_t>(count * (thread + 1) / Threads), scratch.arena + thread * arena);
            });
        } else {
            for (std::int32_t image = 0; image < count; ++image) {
                run_parts<most, Threads>({parameters_->bytes, images + image * image_pixels, scratch.arena,
                                          scratch.logits + std::ptrdiff_t{image} * classes},
                                         arena, pool);
            }
        }
        return scratch.logits;
    }

    /// The integer logits, one per class; they lie in the scratch.
    const std::int64_t* logits(const Pixel* image, Scratch<Net, Target>& scratch) const {
        run_images<1>({parameters_->bytes, image, scratch.arena, scratch.logits});
        return scratch.logits;
    }

    /// Runs the program and shows `observer(value, codes)` every value that is written: its index in the facts and a
    /// pointer to its codes in the value's storage type, whatever its layout is. Codes of planes lie on the stack until
    /// it returns.
    template <class Observer>
    void run(const Pixel* image, Scratch<Net, Target>& scratch, const Observer& observer) const {
        const integer::Frame frame{parameters_->bytes, image, scratch.arena, scratch.logits};
        for (const integer::Instruction& instruction : integer::instructions<Net, Target>) {
            instruction.run(instruction.site, frame);
            if (instruction.value != none) show(instruction, frame, observer);
        }
    }

  private:
    static constexpr std::int64_t image_pixels = facts<Net>.input_shape().size();

    /// The index of the largest logit of an image, the lowest on ties.
    static std::int32_t largest(const std::int64_t* values) {
        std::int32_t best = 0;
        for (std::int32_t c = 1; c < classes; ++c) best = values[c] > values[best] ? c : best;
        return best;
    }

    /// Runs a frame of up to `Images` images.
    template <std::int32_t Images>
    static void run_images(const integer::Frame& frame) {
        for (const auto& instruction : integer::instructions<Net, Target, Images>) {
            integer::run_images(instruction, frame);
        }
    }

    /// Runs a frame of one image in parts, whose workspaces lie `arena` bytes apart.
    template <std::int32_t Images, std::int32_t Parts, class Pool>
    static void run_parts(const integer::Frame& frame, std::ptrdiff_t arena, Pool& pool) {
        for (const integer::Instruction& instruction : integer::instructions<Net, Target, Images>) {
            if (!integer::is_worth_parts(instruction)) {
                instruction.run(instruction.site, frame);
                continue;
            }
            pool.run(Parts, [&](std::int64_t part, int) {
                integer::Frame one = frame;
                one.part = {static_cast<std::int32_t>(part), Parts};
                integer::Site site = instruction.site;
                site.workspace += part * arena;
                instruction.run(site, one);
            });
        }
    }

    template <class Observer>
    static void show(const integer::Instruction& instruction, const integer::Frame& frame, const Observer& observer) {
        switch (instruction.storage) {
            case Storage::uint8:
                return show_as<std::uint8_t>(instruction, frame, observer);
            case Storage::int8:
                return show_as<std::int8_t>(instruction, frame, observer);
            case Storage::int16:
                return show_as<std::int16_t>(instruction, frame, observer);
            default:
                return show_as<std::int32_t>(instruction, frame, observer);
        }
    }

    template <class Code, class Observer>
    static void show_as(const integer::Instruction& instruction, const integer::Frame& frame,
                        const Observer& observer) {
        const std::byte* const memory = frame.arena + instruction.site.output;
        constexpr std::size_t most = integer::detail::most_codes_in_planes<Net, Target, sizeof(Code)>();
        if constexpr (most > 0) {
            if (instruction.form.planes > 0) {
                Code codes[most];
                kernels::unpack_planes(reinterpret_cast<const kernels::BitWord*>(memory), instruction.site.extents.out,
                                       instruction.form, codes);
                return observer(instruction.value, static_cast<const Code*>(codes));
            }
        }
        observer(instruction.value, reinterpret_cast<const Code*>(memory));
    }

    const Parameters<Net, Target>* parameters_;
};

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET
