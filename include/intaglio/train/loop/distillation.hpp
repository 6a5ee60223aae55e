// Learning from another network's logits.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <span>
#include <stdexcept>
#include <string>
#include <type_traits>

#include "intaglio/core/instruction_set.hpp"
#include "intaglio/host/text.hpp"
#include "intaglio/train/loop/loss.hpp"
#include "intaglio/train/program.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET {

/// Distillation (Hinton, Vinyals & Dean 2015): the loss becomes (1 - share) loss + share T^2 KL(softmax(teacher / T) ||
/// softmax(student / T)), the divergence averaged over the images of the batch.
template <class Pixel = std::uint8_t>
struct Distillation {
    /// Returns the teacher's logits, [images][classes], of `count` images as the student sees them (augmented); they
    /// must stay where they are until the next call. With several ranks, each asks for those of its own images. Empty:
    /// no distillation. See teacher_logits.
    std::function<std::span<const float>(const Pixel* images, std::int64_t count)> teacher{};
    double share = 0.5;      ///< 0 ... 1
    double temperature = 4;  ///< T, above 0
};

/// The callback for a teacher in a Training of its own, with its running statistics. It refers to `teacher`, whose own
/// capacity must be at least the student's.
template <class Net>
[[gnu::cold]] auto teacher_logits(Training<Net>& teacher) {
    return [&teacher](const typename Training<Net>::Pixel* images, std::int64_t count) {
        teacher.forward(images, count, train::Statistics::running);
        return teacher.float_logits();
    };
}

namespace train {

/// Throws std::invalid_argument for settings of a distillation that are out of range.
[[gnu::cold]] inline void check_distillation(double share, double temperature) {
    require_option(share, 0, 1, "distillation share");
    require_option(temperature > 0, "distillation temperature", temperature);
}

/// Throws std::runtime_error unless there are as many teacher logits as student logits.
[[gnu::cold]] inline void check_teacher_logits(std::size_t found, std::size_t expected) {
    if (found != expected) {
        throw std::runtime_error(joined({"teacher logits: expected ", expected, ", found ", found}));
    }
}

/// Changes the gradient of a loss of this value into that of the distillation loss (see Distillation), which is
/// returned. Throws std::runtime_error unless there are as many finite teacher logits as student logits.
template <class Float, class Slope = Float>
[[gnu::cold]] double distil(std::span<const Float> student, std::span<const Float> teacher, std::int32_t classes,
                            double share, double temperature, double loss,
                            std::type_identity_t<std::span<Slope>> gradient) {
    check_teacher_logits(teacher.size(), student.size());
    const auto n = static_cast<std::size_t>(classes);
    const double images = static_cast<double>(student.size() / n);
    double divergence = 0;
    for (std::size_t begin = 0; begin < student.size(); begin += n) {
        const double student_sum = log_sum_exp(student.data() + begin, n, temperature);
        const double teacher_sum = log_sum_exp(teacher.data() + begin, n, temperature);
        for (std::size_t i = begin; i < begin + n; ++i) {
            const double log_q = static_cast<double>(student[i]) / temperature - student_sum;
            const double log_p = static_cast<double>(teacher[i]) / temperature - teacher_sum;
            const double p = std::exp(log_p);
            divergence += p * (log_p - log_q);
            gradient[i] = static_cast<Slope>((1.0 - share) * static_cast<double>(gradient[i]) +
                                             share * temperature * (std::exp(log_q) - p) / images);
        }
    }
    const double whole = (1.0 - share) * loss + share * temperature * temperature * divergence / images;
    check_loss(whole);
    return whole;
}

}  // namespace train
}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET
