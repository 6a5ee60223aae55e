// Stage 1: weights and scales of a student from its teacher.
#pragma once

#include <algorithm>
#include <boost/mp11/algorithm.hpp>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "intaglio/canonical/describe.hpp"
#include "intaglio/core/instruction_set.hpp"
#include "intaglio/host/finite.hpp"
#include "intaglio/host/text.hpp"
#include "intaglio/tandem/collection.hpp"
#include "intaglio/tandem/folding.hpp"
#include "intaglio/tandem/places.hpp"
#include "intaglio/tandem/tasks.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::tandem {

namespace detail {

/// The weights of a product and what they go through first.
template <class Primitive>
struct ProductTypes;
template <class Weight, class Standardization>
struct ProductTypes<primitive::Product<Weight, Standardization>> {
    using weight = Weight;
    using standardization = Standardization;
};
template <class Net, std::size_t Row>
using product_types = ProductTypes<boost::mp11::mp_at_c<typename Net::primitives, Row>>;

template <class Net>
std::span<float> weights(Training<Net>& training, std::int32_t row) {
    const auto at = static_cast<std::size_t>(row);
    return training.parameters().subspan(static_cast<std::size_t>(train::plan<Net>.parameters[at]),
                                         static_cast<std::size_t>(facts<Net>.rows[at].weights));
}

/// What the types of weights decide about a stage.
struct Fold {
    void (*latents)(std::span<const float> teacher, std::span<const double> gains, double exponent,
                    std::span<float> student) = nullptr;
    bool holds_gains = false;
};
/// Student and teacher have the same standardisation.
template <class OfStudent, class OfTeacher>
constexpr Fold fold_of() {
    using Standardization = typename OfStudent::standardization;
    using Weight = typename OfStudent::weight;
    using TeacherWeight = typename OfTeacher::weight;
    return {&fold_latents<Weight, TeacherWeight, Standardization>,
            Latent<Weight, Standardization>::holds_gains && Latent<TeacherWeight, Standardization>::holds_gains};
}
template <class Student, class Teacher, class Indices>
struct Folds;
template <class Student, class Teacher, std::size_t... I>
struct Folds<Student, Teacher, std::index_sequence<I...>> {
    template <std::size_t Index>
    static constexpr Fold of_stage() {
        constexpr const Stage& stage = stages<Teacher, Student>[Index];
        if constexpr (stage.product == none) {
            return {};
        } else {
            return fold_of<product_types<Student, static_cast<std::size_t>(stage.product)>,
                           product_types<Teacher, static_cast<std::size_t>(stage.teacher_product)>>();
        }
    }
    static constexpr Fold of[] = {of_stage<I>()...};
};

/// The fold of a stage with weights.
template <class Student, class Teacher>
const Fold& fold(const Stage& stage) {
    constexpr const auto& all = stages<Teacher, Student>;
    using All = Folds<Student, Teacher, std::make_index_sequence<all.size()>>;
    std::size_t i = 0;
    while (all[i].product != stage.product) ++i;
    return All::of[i];
}

/// Writes the latent weights of a stage: the teacher's, with the gains' signs and a power of their magnitudes.
template <class Student, class Teacher>
[[gnu::cold]] void write_latents(Training<Teacher>& teacher, Training<Student>& student, const Stage& stage,
                                 std::span<const double> gains, double exponent) {
    fold<Student, Teacher>(stage).latents(weights(teacher, stage.teacher_product), gains, exponent,
                                          weights(student, stage.product));
    student.parameters_changed();
}

/// Channels whose targets never change say nothing by their accumulators: their gains, which are large where a norm has
/// divided by a deviation of 0, must not decide about the others' weights. Their signs stay.
[[gnu::cold]] inline void leave_out_constants(const Calibration& data, std::vector<double>& gains) {
    if (gains.size() != data.channels) return;
    for (std::size_t c = 0; c < gains.size(); ++c) {
        bool constant = data.count > 0;
        for (std::size_t row = 0; row < data.count && constant; ++row) {
            constant = data.target(row, c) == data.target(0, c);
        }
        if (constant) gains[c] = std::copysign(std::numeric_limits<double>::min(), gains[c]);
    }
}

/// Exponents of the gains that the best latents are chosen from.
template <class Student, class Teacher>
[[gnu::cold]] std::vector<double> exponents(const Stage& stage, Latents latents) {
    if (latents == Latents::copied || !fold<Student, Teacher>(stage).holds_gains) return {0.0};
    return {0.0, 0.5, 1.0};
}

}  // namespace detail

/// Throws std::runtime_error, which names the layer, if a number of the teacher is not finite, a variance negative, or
/// a layer cannot run; `image` is one to run it on.
template <class Teacher>
[[gnu::cold]] void check_teacher(Training<Teacher>& teacher, const typename Training<Teacher>::Pixel* image) {
    for (const ParameterRange& range : Training<Teacher>::ranges()) {
        for (std::int64_t i = range.begin; i < range.begin + range.count; ++i) {
            if (!train::is_finite(teacher.parameters()[static_cast<std::size_t>(i)])) {
                throw std::runtime_error(
                    joined({"teacher, ", layer_text(facts<Teacher>.row(range.row).path), ": ",
                            (range.kind == ParameterKind::weight ? "a weight"
                             : range.kind == ParameterKind::gain ? "a gain"
                             : range.kind == ParameterKind::bias ? "a bias"
                                                                 : facts<Teacher>.row(range.row).trained->name),
                            " is not a finite number"}));
            }
        }
    }
    std::vector<train::NamedNumbers> list;
    teacher.add_persistent(list, [](const Row& row) { return joined({layer_text(row.path), ": running"}); });
    for (const train::NamedNumbers& numbers : list) {
        std::visit(
            [&](const auto& values) {
                for (const auto v : values) {
                    if (!train::is_finite(v))
                        throw std::runtime_error(joined({"teacher, ", numbers.name, " is not a finite number"}));
                    if (v < 0 && numbers.name.ends_with("variance")) {
                        throw std::runtime_error(joined({"teacher, ", numbers.name, " is negative"}));
                    }
                }
            },
            numbers.values);
    }
    for (std::size_t i = 0; i < Training<Teacher>::rows; ++i) {
        try {
            teacher.forward(image, 1, train::Statistics::running, i + 1, i);
        } catch (const std::runtime_error& error) {
            throw std::runtime_error(
                joined({"teacher, ", layer_text(facts<Teacher>.rows[i].path), ": ", error.what()}));
        }
    }
}

/// The student's latent weights become those of the teacher.
template <class Student, class Teacher>
[[gnu::cold]] void copy_latents(Training<Teacher>& teacher, Training<Student>& student, std::span<const Stage> stages) {
    for (const Stage& stage : stages) {
        if (stage.product == none) continue;
        const std::vector<double> ones(static_cast<std::size_t>(facts<Student>.row(stage.product).extents.out.channels),
                                       1.0);
        detail::write_latents<Student, Teacher>(teacher, student, stage, ones, 0);
    }
}

/// What the value 1 of each stage's activation stands for in the teacher: 1 where the teacher has codes of its own, the
/// range that loses least where its activations are real numbers. The branches of an addition share theirs, which covers
/// their largest value.
template <class Student, class Teacher>
[[gnu::cold]] void measure_units(Training<Teacher>& teacher, BasicSamples<typename Training<Teacher>::Pixel> samples,
                                 const Options& options, std::span<double> units) {
    constexpr const auto& stages = tandem::stages<Teacher, Student>;
    constexpr auto groups = detail::merging_groups<Teacher, Student>();
    std::vector<std::vector<float>> values(stages.size());
    const std::int64_t images = std::min<std::int64_t>(512, options.stage1.samples);
    each_batch(samples, Training<Teacher>::pixels, images, std::min(options.batch, teacher.own_capacity()),
               [&](const auto* pixels, std::int64_t count, std::int64_t first) {
                   teacher.forward(pixels, count, train::Statistics::running);
                   for (std::size_t i = 0; i < stages.size(); ++i) {
                       const Row& row = facts<Teacher>.row(stages[i].teacher_step);
                       if (stages[i].kind == StageKind::logits || row.steps > 0) continue;
                       append_targets(teacher, stages[i].teacher_value, 1.0, first, count, options.seed,
                                      2 * options.stage1.pixels, values[i]);
                   }
               });
    for (std::size_t i = 0; i < stages.size(); ++i) {
        units[i] = 1;
        if (values[i].empty()) continue;
        const Grid grid = grid_of<Student>(stages[i]);
        if (groups[i] < 0) {
            units[i] = fit_range(values[i], grid);
            continue;
        }
        double largest = 0;
        for (std::size_t j = 0; j < stages.size(); ++j) {
            if (groups[j] != groups[i]) continue;
            for (const float v : values[j]) largest = std::max(largest, std::fabs(static_cast<double>(v)));
        }
        // A tenth is left for values that the calibration did not see.
        const double top = static_cast<double>(grid.codes.highest) / static_cast<double>(grid.denominator);
        if (largest > 0) units[i] = 1.1 * largest / top;
    }
}

/// Initialises one stage, or with `scale_only` fits its scale again with the inputs that the student has now.
template <class Student, class Teacher>
[[gnu::cold]] void initialize_stage(Training<Teacher>& teacher, Training<Student>& student,
                                    BasicSamples<typename Training<Student>::Pixel> samples, const Options& options,
                                    const Stage& stage, double unit, bool scale_only, Record& record) {
    const Stage1& how = options.stage1;
    const std::int32_t sums_value = facts<Student>.row(stage.scale).input;
    const Value& sums = facts<Student>.value(sums_value);
    const auto channels = static_cast<std::size_t>(sums.shape.channels);
    const bool teacher_inputs =
        !scale_only && how.inputs == Inputs::teacher && detail::shares_codes<Student, Teacher>(stage);

    Calibration data;
    data.channels = channels;
    std::vector<double> gains(channels, 1.0);
    const auto collect = [&](bool targets) {
        data.accumulators.clear();
        each_batch(samples, Training<Student>::pixels, how.samples, student.own_capacity(),
                   [&](const auto* images, std::int64_t count, std::int64_t first) {
                       if (targets || teacher_inputs) {
                           teacher.forward(images, count, train::Statistics::running,
                                           static_cast<std::size_t>(stage.teacher_step));
                       }
                       if (targets) {
                           append_targets(teacher, stage.teacher_value, unit, first, count, options.seed, how.pixels,
                                          data.targets);
                       }
                       detail::run_to_scale(teacher, student, stage, images, count, teacher_inputs);
                       append_accumulators(student, sums_value, first, count, options.seed, how.pixels,
                                           data.accumulators);
                   });
        data.count = data.accumulators.size() / channels;
        data.unit.assign(channels, 0.0);
        for (std::size_t c = 0; c < channels; ++c) {
            data.unit[c] = student.affine(sums_value, static_cast<std::int64_t>(c)).slope;
        }
    };

    const Grid grid = grid_of<Student>(stage);
    const ScaleForm form = facts<Student>.row(stage.scale).scale;
    Fit best;
    double best_exponent = 0;
    if (scale_only || stage.product == none) {
        collect(true);
        best = fit_scale(data, grid, form, how.refine);
    } else {
        const auto units = static_cast<std::size_t>(facts<Student>.row(stage.product).extents.out.channels);
        std::vector<double> all{0.0};
        gains.assign(units, 1.0);
        if (form.one_multiplier && units == channels) {
            teacher.forward(samples.pixels.data(), 1, train::Statistics::running);
            gains = detail::gains_of(teacher, stage);
            all = detail::exponents<Student, Teacher>(stage, how.latents);
        }
        bool first = true;
        for (const double exponent : all) {
            detail::write_latents<Student, Teacher>(teacher, student, stage, gains, exponent);
            collect(first);
            if (first) detail::leave_out_constants(data, gains);
            const Fit fit = fit_scale(data, grid, form, how.refine);
            if (first || fit.error < best.error) {
                best = fit;
                best_exponent = exponent;
            }
            first = false;
        }
        detail::write_latents<Student, Teacher>(teacher, student, stage, gains, best_exponent);
    }
    detail::write_scale(student, stage, best);
    // A scale that no integers can hold shows here, not in the next stage.
    student.forward(samples.pixels.data(), 1, train::Statistics::running, static_cast<std::size_t>(stage.step) + 1);
    record[Record::loss] = best.error;
    record[Record::alpha] = *std::max_element(best.alpha.begin(), best.alpha.end());
    record[Record::fold] = best_exponent;
    record[Record::dead_channels] = static_cast<double>(best.dead_channels);
    record[Record::fell_back] = best.fell_back ? 1 : 0;
    record[Record::flipped] =
        static_cast<double>(std::count_if(gains.begin(), gains.end(), [](double gain) { return gain < 0; }));
}

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::tandem
