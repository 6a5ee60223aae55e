// Reading teacher and student side by side: targets, accumulators, local losses.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <vector>

#include "intaglio/core/instruction_set.hpp"
#include "intaglio/core/random.hpp"
#include "intaglio/tandem/calibration.hpp"
#include "intaglio/tandem/options.hpp"
#include "intaglio/tandem/stages.hpp"
#include "intaglio/train/loop/samples.hpp"
#include "intaglio/train/program.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::tandem {

/// The pixels that are drawn from image `image`, of `pixels`: all of them if there are no more than `count`.
[[gnu::cold]] inline void draw_pixels(std::vector<std::int64_t>& drawn, std::uint64_t seed, std::int64_t image,
                                      std::int64_t pixels, std::int64_t count) {
    drawn.clear();
    Random random(seed, (std::uint64_t{1} << 62) + static_cast<std::uint64_t>(image));
    for (std::int64_t i = 0; i < std::min(pixels, count); ++i) {
        drawn.push_back(pixels <= count ? i : random.below(static_cast<std::uint32_t>(pixels)));
    }
}

/// Float numbers of a value of the last pass: slope * code + offset, per channel.
template <class Net>
class FloatValues {
  public:
    [[gnu::cold]] FloatValues(const Training<Net>& training, std::int32_t value)
        : value_(value), channels_(static_cast<std::size_t>(facts<Net>.value(value).shape.channels)) {
        for (std::size_t c = 0; c < channels_; ++c) {
            const train::Affine affine = training.affine(value, static_cast<std::int64_t>(c));
            slope_.push_back(affine.slope);
            offset_.push_back(affine.offset);
        }
    }
    /// Writes those of `count` images, times `factor`.
    void read(Training<Net>& training, std::int64_t count, double factor, float* to) const {
        const std::int64_t pixels = facts<Net>.value(value_).shape.pixels();
        training.visit(value_, [&](const auto* codes) {
            training.pool().run(count, [&](std::int64_t image, int) {
                const auto begin = static_cast<std::size_t>(image * pixels) * channels_;
                const auto end = begin + static_cast<std::size_t>(pixels) * channels_;
                for (std::size_t i = begin; i < end; i += channels_) {
                    for (std::size_t c = 0; c < channels_; ++c) {
                        const double value = slope_[c] * static_cast<double>(codes[i + c]) + offset_[c];
                        to[i + c] = static_cast<float>(factor * value);
                    }
                }
            });
        });
    }
    [[nodiscard]] double slope(std::size_t channel) const { return slope_[channel]; }

  private:
    std::int32_t value_;
    std::size_t channels_;
    std::vector<double> slope_;
    std::vector<double> offset_;
};

/// The codes of the step of a stage.
template <class Student>
Grid grid_of(const Stage& stage) {
    const Row& row = facts<Student>.row(stage.step);
    return {.codes = row.codes,
            .denominator = facts<Student>.value(row.output).denominator,
            .code_spacing = row.code_spacing,
            .rounds = stage.kind != StageKind::logits};
}

/// Calls body(images, count, index of the first) for batches of the first `samples` samples.
template <class Pixel, class Body>
void each_batch(BasicSamples<Pixel> from, std::int64_t pixels, std::int64_t samples, std::int64_t batch,
                const Body& body) {
    const std::int64_t last = std::min(samples, from.count());
    for (std::int64_t begin = 0; begin < last; begin += batch) {
        body(from.pixels.data() + begin * pixels, std::min(batch, last - begin), begin);
    }
}

/// Appends the teacher's values of a stage at drawn pixels, divided by `unit`, of images that begin with `first`.
template <class Teacher>
[[gnu::cold]] void append_targets(Training<Teacher>& teacher, std::int32_t value, double unit, std::int64_t first,
                                  std::int64_t count, std::uint64_t seed, std::int64_t draws, std::vector<float>& to) {
    const Shape shape = facts<Teacher>.value(value).shape;
    std::vector<float> batch(static_cast<std::size_t>(count * shape.size()));
    FloatValues<Teacher>(teacher, value).read(teacher, count, 1 / unit, batch.data());
    std::vector<std::int64_t> drawn;
    for (std::int64_t image = 0; image < count; ++image) {
        draw_pixels(drawn, seed, first + image, shape.pixels(), draws);
        for (const std::int64_t pixel : drawn) {
            const float* from = batch.data() + (image * shape.pixels() + pixel) * shape.channels;
            to.insert(to.end(), from, from + shape.channels);
        }
    }
}

/// Appends the student's accumulators in front of the scale of a stage at the same pixels.
template <class Student>
[[gnu::cold]] void append_accumulators(Training<Student>& student, std::int32_t value, std::int64_t first,
                                       std::int64_t count, std::uint64_t seed, std::int64_t draws,
                                       std::vector<std::int32_t>& to) {
    const Shape shape = facts<Student>.value(value).shape;
    std::vector<std::int64_t> drawn;
    student.visit(value, [&](const auto* codes) {
        for (std::int64_t image = 0; image < count; ++image) {
            draw_pixels(drawn, seed, first + image, shape.pixels(), draws);
            for (const std::int64_t pixel : drawn) {
                const auto* from = codes + (image * shape.pixels() + pixel) * shape.channels;
                for (std::int64_t c = 0; c < shape.channels; ++c) to.push_back(static_cast<std::int32_t>(from[c]));
            }
        }
    });
}

/// The squared distance of a stage's activations from the teacher's values, clipped (or rounded) to what the activation
/// can say; its gradient goes where `backward` takes it from (papers' digest 6.5).
template <class Student, class Teacher>
class LocalTarget {
  public:
    using Pixel = typename Training<Student>::Pixel;

    [[gnu::cold]] LocalTarget(Training<Student>& student, Training<Teacher>& teacher, const Stage& stage, double unit,
                              Target target)
        : student_(student), teacher_(teacher), stage_(stage), unit_(unit), target_(target) {
        sums_.resize(static_cast<std::size_t>(student.capacity()));
        wanted_.resize(
            static_cast<std::size_t>(student.own_capacity() * facts<Teacher>.value(stage.teacher_value).shape.size()));
    }

    /// The mean over all activations of the last forward pass of the student, which read these images.
    double operator()(const Pixel* images, std::int64_t count) {
        if (count > 0) {
            teacher_.forward(images, count, train::Statistics::running, static_cast<std::size_t>(stage_.teacher_step));
            FloatValues<Teacher>(teacher_, stage_.teacher_value).read(teacher_, count, 1 / unit_, wanted_.data());
        }
        const Row& row = facts<Student>.row(stage_.step);
        const Grid grid = grid_of<Student>(stage_);
        const std::int64_t size = facts<Student>.value(row.output).shape.size();
        const std::span<train::Gradient> gradient = student_.value_gradient(row.output);
        const train::BatchPart& part = student_.last_part();
        const double values = static_cast<double>(part.batch * size);
        student_.visit(row.output, [&](const auto* codes) {
            student_.pool().run(count, [&](std::int64_t image, int) {
                double sum = 0;
                for (auto i = static_cast<std::size_t>(image * size); i < static_cast<std::size_t>((image + 1) * size);
                     ++i) {
                    const auto whole = static_cast<double>(wanted_[i]);
                    const double wanted = target_ == Target::quantized ? grid.quantized(whole) : grid.clipped(whole);
                    const double e = static_cast<double>(codes[i]) / static_cast<double>(grid.denominator) - wanted;
                    sum += e * e;
                    gradient[i] = static_cast<train::Gradient>(2 * e / values);
                }
                sums_[static_cast<std::size_t>(part.first + image)] = sum;
            });
        });
        student_.ranks().gather_images(sums_.data(), part.batch, 1);
        double loss = 0;
        for (std::int64_t i = 0; i < part.batch; ++i) loss += sums_[static_cast<std::size_t>(i)];
        return loss / values;
    }

  private:
    Training<Student>& student_;
    Training<Teacher>& teacher_;
    Stage stage_;
    double unit_;
    Target target_;
    std::vector<float> wanted_;
    std::vector<double> sums_;  ///< of each image of the batch
};

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::tandem
