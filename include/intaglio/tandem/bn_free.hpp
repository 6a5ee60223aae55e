// The type of a student: its teacher without any norm, with an integer scale in front of each step (papers' digest 6).
#pragma once

#include <boost/mp11/algorithm.hpp>
#include <boost/mp11/list.hpp>
#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "intaglio/core/instruction_set.hpp"
#include "intaglio/model/network.hpp"

namespace intaglio {

INTAGLIO_MODEL_ERROR(student_keeps_a_norm_specialise_tandem_StudentLayer)
INTAGLIO_MODEL_ERROR(student_and_teacher_differ_in_their_layers)
INTAGLIO_MODEL_ERROR(student_and_teacher_differ_in_their_shapes)
INTAGLIO_MODEL_ERROR(student_and_teacher_differ_in_their_weight_standardization)
INTAGLIO_MODEL_ERROR(student_has_a_step_without_an_integer_scale)

}  // namespace intaglio

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET {}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET {

namespace tandem {

/// What becomes of a layer in a student. Layers whose template arguments are options and layers have theirs changed,
/// one by one; others stay. A layer of another kind that contains a norm specialises this: `type` is its student's.
template <class Layer, class Mode>
struct StudentLayer {
    using type = Layer;
};

/// What becomes of an option: norms become integer scales, weights lose the scale of their own.
template <class Option, class Mode, class Kind = typename intaglio::OptionKind<Option>::type>
struct StudentOption {
    using type = Option;
};
template <class Option, class Mode>
struct StudentOption<Option, Mode, void> : StudentLayer<Option, Mode> {};
template <class Option, class Mode>
struct StudentOption<Option, Mode, option::norm> {
    using type = IntegerScale<Mode>;
};
template <class Option, class Mode>
struct StudentOption<Option, Mode, option::weight> {
    using type = std::conditional_t<WeightTraits<typename QuantizerOf<Option>::type>::scaled, Unscaled<Option>, Option>;
};

template <class T, class Mode>
using student_option = typename StudentOption<T, Mode>::type;

template <template <class...> class Layer, class... Parts, class Mode>
struct StudentLayer<Layer<Parts...>, Mode> {
    using type = Layer<student_option<Parts, Mode>...>;
};
template <template <std::int32_t, class...> class Layer, std::int32_t Number, class... Parts, class Mode>
struct StudentLayer<Layer<Number, Parts...>, Mode> {
    using type = Layer<Number, student_option<Parts, Mode>...>;
};

namespace detail {

using boost::mp11::mp_list;

/// The defaults of a student: its layers, additions and logits have the scale, also where the teacher's fell back to a
/// norm.
template <class Mode, class Options>
struct StudentDefaults;
template <class Mode, class... Options>
struct StudentDefaults<Mode, mp_list<Options...>> {
    using Norm = typename intaglio::FindOption<option::norm, void, mp_list<Options...>>::type;
    using all =
        boost::mp11::mp_append<mp_list<student_option<Options, Mode>...>,
                               std::conditional_t<std::is_same_v<Norm, void>, mp_list<IntegerScale<Mode>>, mp_list<>>>;
};

template <class Mode, class Input, class... Entries>
struct StudentOf {
    using Split = intaglio::SplitDefaults<Entries...>;
    template <class Layer>
    using Changed = student_option<Layer, Mode>;
    using Layers = boost::mp11::mp_transform<Changed, typename Split::layers>;
    using AllOptions = typename StudentDefaults<Mode, typename Split::options>::all;
    // Layers keep their numbers, which count Defaults.
    using Options =
        std::conditional_t<Split::skipped == 0, boost::mp11::mp_rename<AllOptions, intaglio::UncountedDefaults>,
                           boost::mp11::mp_rename<AllOptions, Defaults>>;
    using type = boost::mp11::mp_rename<boost::mp11::mp_append<mp_list<Input, Options>, Layers>, Network>;
};

/// The network from which a named model derives.
template <class Input, class... Entries>
Network<Input, Entries...> network_of(const Network<Input, Entries...>*);

template <class Mode, class Net>
struct StudentOfNetwork;
template <class Mode, class Input, class... Entries>
struct StudentOfNetwork<Mode, Network<Input, Entries...>> : StudentOf<Mode, Input, Entries...> {};

/// What an operation is to the schedule.
enum class Role : std::uint8_t { other, product, step };
template <class Primitive>
struct RoleOf {
    static constexpr Role value = Role::other;
};
template <class Weight, class Standardization>
struct RoleOf<primitive::Product<Weight, Standardization>> {
    static constexpr Role value = Role::product;
};
template <class Target>
struct RoleOf<primitive::Quantize<Target>> {
    static constexpr Role value = Role::step;
};
template <>
struct RoleOf<primitive::Quantize<intaglio::SameCodes>> {
    static constexpr Role value = Role::other;
};
template <class Function>
struct RoleOf<primitive::FloatActivation<Function>> {
    static constexpr Role value = Role::step;
};

template <class Primitives>
struct Roles;
template <class... Primitives>
struct Roles<mp_list<Primitives...>> {
    static constexpr Role of[sizeof...(Primitives)] = {RoleOf<Primitives>::value...};
    static constexpr std::int32_t count = sizeof...(Primitives);
    /// The first row of `role` at or after `row`; `count` if there is none.
    static constexpr std::int32_t next(Role role, std::int32_t row) {
        while (row < count && of[row] != role) ++row;
        return row;
    }
};

/// The first difference between a teacher and a network that could be its student, if any.
template <class Teacher, class Student>
struct Correspondence {
    struct Description {
        Problem problem;
    };
    static constexpr Problem find() {
        constexpr const auto& teacher = facts<Teacher>;
        constexpr const auto& student = facts<Student>;
        using TeacherRoles = Roles<typename Teacher::primitives>;
        using StudentRoles = Roles<typename Student::primitives>;
        for (std::int32_t i = 0; i < static_cast<std::int32_t>(student.row_count()); ++i) {
            const bool affine = student.value(student.row(i).output).norm_row == i;
            if (affine && !student.row(i).scale.given) {
                return {.kind = &student_keeps_a_norm_specialise_tandem_StudentLayer, .path = student.row(i).path};
            }
        }
        for (const Role role : {Role::product, Role::step}) {
            std::int32_t t = 0;
            std::int32_t s = 0;
            for (;; ++t, ++s) {
                t = TeacherRoles::next(role, t);
                s = StudentRoles::next(role, s);
                if (t == TeacherRoles::count && s == StudentRoles::count) break;
                if (t == TeacherRoles::count || s == StudentRoles::count ||
                    !(teacher.row(t).path == student.row(s).path)) {
                    return {.kind = &student_and_teacher_differ_in_their_layers,
                            .path = s == StudentRoles::count ? teacher.row(t).path : student.row(s).path};
                }
                const Shape expected = teacher.value(teacher.row(t).output).shape;
                const Shape found = student.value(student.row(s).output).shape;
                if (!(expected == found)) {
                    return {.kind = &student_and_teacher_differ_in_their_shapes,
                            .path = student.row(s).path,
                            .expected = expected.size(),
                            .found = found.size()};
                }
                // Latent weights mean something else after another standardisation.
                if (role == Role::product && teacher.row(t).part != student.row(s).part) {
                    return {.kind = &student_and_teacher_differ_in_their_weight_standardization,
                            .path = student.row(s).path};
                }
                if (role == Role::step && !student.row(s).scale.given) {
                    return {.kind = &student_has_a_step_without_an_integer_scale, .path = student.row(s).path};
                }
            }
        }
        if (facts<Teacher>.classes() != facts<Student>.classes()) {
            return {.kind = &student_and_teacher_differ_in_their_shapes,
                    .path = student.rows[student.row_count() - 1].path,
                    .expected = teacher.classes(),
                    .found = student.classes()};
        }
        return {};
    }
    static constexpr Description description{find()};
};

/// The mistakes of a student by itself: a norm that stays in front of a scale is told as such.
template <class Student>
struct OwnMistakes {
    using Analysis = boost::mp11::mp_rename<Student, intaglio::Analysis>;
    struct Description {
        Problem problem;
    };
    static constexpr Problem find() {
        constexpr const Problem& problem = Analysis::description.problem;
        // By type: with sanitizers GCC does not compare addresses while it compiles.
        using Found = Sentence<problem.kind>;
        if constexpr (std::is_same_v<Found, Sentence<&two_norms_without_activation_between>>) {
            return {.kind = &student_keeps_a_norm_specialise_tandem_StudentLayer, .path = problem.path};
        } else {
            return problem;
        }
    }
    static constexpr Description description{find()};
};

template <class Teacher, class Mode>
struct CheckedStudent {
    using type = typename StudentOfNetwork<Mode, decltype(network_of(static_cast<const Teacher*>(nullptr)))>::type;
    static_assert(raise<OwnMistakes<type>>());
    static_assert(raise<Correspondence<Teacher, type>>());
    static_assert(facts<type>.norms() == 0);
};

}  // namespace detail
}  // namespace tandem

/// The student of a teacher: the same layers at the same places with the same weights and activations, but without any
/// norm, and with an integer scale of the form `Mode` (Scale::Layer, LayerBias, Channel, PowerOfTwo) in front of every
/// step, every branch of an addition, and the logits. A scale that weights have of their own (the mean of one-bit
/// DoReFa weights) moves into the multiplier. A compile error names the layer that keeps a norm or changes its path.
/// (Sun et al. 2025; papers' digest 6.1 and 6.2.)
template <class Teacher, class Mode>
using BnFree = typename tandem::detail::CheckedStudent<Teacher, Mode>::type;

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET
