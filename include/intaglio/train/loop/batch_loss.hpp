// The loss of a batch that ranks may share.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "intaglio/core/instruction_set.hpp"
#include "intaglio/host/labels.hpp"
#include "intaglio/train/loop/distillation.hpp"
#include "intaglio/train/loop/loss.hpp"
#include "intaglio/train/program.hpp"
#include "intaglio/train/program/ranks.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::train {

/// The loss of the logits of a whole batch, computed on every rank: a loss may look at several images at once.
template <class Net>
class BatchLoss {
  public:
    using Pixel = typename Training<Net>::Pixel;
    static constexpr std::int32_t classes = Training<Net>::classes;

    /// `distils`: there is a teacher.
    [[gnu::cold]] BatchLoss(const Training<Net>& training, bool distils)
        : logits_(training.ranks(), training.capacity(), classes),
          teacher_logits_(training.ranks(), distils ? training.capacity() : 0, classes),
          gradient_(training.ranks(), training.capacity(), classes) {}

    /// The loss of the last pass, which read these images of this rank; `labels` are those of the batch. Writes the
    /// gradient of this rank's logits.
    template <class Options>
    [[gnu::cold]] double operator()(Training<Net>& training, const Options& options, const Pixel* images,
                                    const Labels& labels) {
        const BatchPart& part = training.last_part();
        const std::span<const float> own_logits = training.float_logits();
        const std::span<const float> logits = logits_.gather(own_logits, part);
        const std::span<Gradient> own_gradient = training.logit_gradient();
        const std::span<Gradient> gradient = gradient_.memory(own_gradient, part.batch);
        double loss = options.loss(logits, labels, classes, gradient);
        const Distillation<Pixel>& from = options.distillation;
        if (from.teacher) {
            std::span<const float> teacher;
            if (part.count > 0) teacher = from.teacher(images, part.count);
            check_teacher_logits(teacher.size(), own_logits.size());
            loss = distil<float, Gradient>(logits, teacher_logits_.gather(teacher, part), classes, from.share,
                                           from.temperature, loss, gradient);
        }
        gradient_.take(own_gradient, part);
        return loss;
    }

  private:
    WholeBatch<float> logits_;
    WholeBatch<float> teacher_logits_;
    WholeBatch<Gradient> gradient_;
};

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::train
