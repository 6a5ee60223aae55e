// How a teacher is converted into its student (papers' digest 6.5).
#pragma once

#include <cstdint>
#include <limits>
#include <stdexcept>
#include <string>

#include "intaglio/core/instruction_set.hpp"
#include "intaglio/host/text.hpp"
#include "intaglio/train/loop/early_stopping.hpp"
#include "intaglio/train/loop/option_text.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::tandem {

/// What a layer reads while its scale is fitted.
enum class Inputs : std::uint8_t {
    teacher,  ///< the teacher's activations, where their codes are those of the student; else as `student`
    student,  ///< those of the student as far as it is built
};

/// Where the latent weights of the student come from.
enum class Latents : std::uint8_t {
    copied,  ///< from the teacher, as they are
    /// Those that fit best after quantisation: the teacher's, or times the gains of its norm per channel (or their
    /// square roots), which the one multiplier of a layer cannot hold. Quantisers that look at each unit by itself, or
    /// at signs alone, take over the signs of the gains only.
    best
};

/// Initialisation, layer by layer: weights from the teacher, scales by closed forms.
struct Stage1 {
    std::int64_t samples = 4096;  ///< images of the calibration: the first ones of the training samples
    std::int64_t pixels = 8;      ///< drawn from each image, of layers that have more than one
    std::int64_t minimum = 4096;  ///< fewer calibration images are an error
    Inputs inputs = Inputs::student;
    Latents latents = Latents::best;
    bool refine = true;  ///< fit multiplier and biases once more, to the error after quantisation
};

/// What is trained in stage 2.
enum class Adaptation : std::uint8_t {
    local,  ///< each layer, towards the teacher's values after its norm; the layers in front are frozen (Sun et al.)
    downstream,  ///< the layers after the one that was frozen last, on the task (Wu et al. 2021)
    both,        ///< first local, then downstream
};

/// The target of a layer's local loss.
enum class Target : std::uint8_t {
    clipped,   ///< the teacher's value, clipped to the range of the activation
    quantized  ///< the same, rounded to the codes of the activation
};

/// Progressive distillation with the integer path as the forward function. `epochs` of 0: no stage 2.
struct Stage2 {
    std::int64_t epochs = 2;  ///< at most, of each layer
    double learning_rate = 1e-3;
    double weight_decay = 0;
    Adaptation adaptation = Adaptation::local;
    Target target = Target::clipped;
    EarlyStopping patience{.patience = 2};  ///< on the validation of the assembled student
    double share = 0.5;                     ///< of the teacher in the loss of the logits
    double temperature = 2;
    bool recalibrate = true;  ///< fit the next scale again after each layer (progressive compensation)
    bool guard = true;        ///< keep what a layer was unless the validation improves
};

/// All layers together at last, on the logits. `epochs` of 0: no such stage.
struct Joint {
    std::int64_t epochs = 0;
    double learning_rate = 1e-4;
    double weight_decay = 0;
    EarlyStopping patience{.patience = 3};
    double share = 0.5;  ///< of the teacher in the loss
    double temperature = 2;
    bool guard = true;
};

struct Options {
    Stage1 stage1{};
    Stage2 stage2{};
    Joint joint{};
    std::int64_t batch = 100;  ///< images per update; at most what the teacher has memory for
    int threads = 1;
    std::uint64_t seed = 1;

    /// Throws std::invalid_argument for a setting that is out of range.
    [[gnu::cold]] void check(std::int64_t capacity, std::int64_t samples, std::int64_t validation) const {
        const auto require = [](bool good, const char* what, std::int64_t found) {
            if (!good) throw std::invalid_argument(joined({what, ", found ", found}));
        };
        require(batch >= 1 && batch <= capacity, "tandem: batch must be 1 to what the teacher has memory for", batch);
        require(stage1.samples >= 2, "tandem: stage 1 needs at least 2 calibration samples", stage1.samples);
        require(stage1.pixels >= 1, "tandem: pixels of stage 1 must be at least 1", stage1.pixels);
        const std::int64_t used = samples < stage1.samples ? samples : stage1.samples;
        require(used >= stage1.minimum,
                (joined({"tandem: the calibration set is too small: expected at least ", stage1.minimum, " images"}))
                    .c_str(),
                used);
        require(stage2.epochs >= 0, "tandem: epochs of stage 2 must not be negative", stage2.epochs);
        require(joint.epochs >= 0, "tandem: epochs of the joint stage must not be negative", joint.epochs);
        require(validation >= 1, "tandem: validation samples are missing", validation);
        check_stage(stage2, "stage 2");
        check_stage(joint, "the joint stage");
    }
    /// All settings on which the result depends, as text, one a line.
    [[gnu::cold]] [[nodiscard]] std::string description() const {
        train::SettingsText text;
        text.add("tandem");
        text.add("batch", batch);
        text.add(joined({"seed ", seed}));
        text.begin_part("stage 1");
        text.add("samples", stage1.samples);
        text.add("pixels", stage1.pixels);
        text.add(stage1.inputs == Inputs::teacher ? "teacher inputs" : "student inputs");
        text.add(stage1.latents == Latents::copied ? "copied latents" : "best latents");
        text.add(stage1.refine ? "refined" : "not refined");
        text.begin_part("stage 2");
        text.add("epochs", stage2.epochs);
        text.add("learning rate", stage2.learning_rate);
        text.add("weight decay", stage2.weight_decay);
        text.add("adaptation", std::int64_t{static_cast<int>(stage2.adaptation)});
        text.add("target", std::int64_t{static_cast<int>(stage2.target)});
        stage2.patience.describe(text);
        text.add("share", stage2.share);
        text.add("temperature", stage2.temperature);
        text.add(stage2.recalibrate ? "recalibrated" : "not recalibrated");
        text.add(stage2.guard ? "guarded" : "not guarded");
        text.begin_part("joint stage");
        text.add("epochs", joint.epochs);
        text.add("learning rate", joint.learning_rate);
        text.add("weight decay", joint.weight_decay);
        joint.patience.describe(text);
        text.add("share", joint.share);
        text.add("temperature", joint.temperature);
        text.add(joint.guard ? "guarded" : "not guarded");
        return text.text();
    }

  private:
    /// What a trained stage says to its trainer: told before anything runs, not after hours of the stages in front.
    template <class Trained>
    [[gnu::cold]] static void check_stage(const Trained& stage, const std::string& name) {
        constexpr double infinity = std::numeric_limits<double>::infinity();
        const auto positive = [&](double value, const char* what) {
            train::require_option(value > 0, joined({"tandem: ", what, " of ", name}), value);
        };
        positive(stage.learning_rate, "learning rate");
        positive(stage.temperature, "temperature");
        train::require_option(stage.weight_decay, 0, infinity, joined({"tandem: weight decay of ", name}));
        train::require_option(stage.share, 0, 1, joined({"tandem: share of ", name}));
        stage.patience.check(true);
    }
};

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::tandem
