// The plan of the integer program: which steps run inside a product, where every value and parameter lies, and the list
// of instructions that follows.
#pragma once

#include <boost/mp11/list.hpp>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "intaglio/core/instruction_set.hpp"
#include "intaglio/integer/integer_operation.hpp"
#include "intaglio/integer/lifetimes.hpp"
#include "intaglio/simd/instruction_set.hpp"
#include "intaglio/simd/target.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::integer {

/// Where the parts of a network lie. Values hold their images one after the other.
template <std::size_t Rows, std::size_t Values>
struct Plan {
    Array<std::int32_t, Rows> fused{};       ///< of a product: the row of its step, which runs inside it
    Array<bool, Rows> runs_elsewhere{};      ///< of a step: it runs inside a product
    Array<std::int64_t, Rows> parameters{};  ///< bytes from the start of the parameters
    Array<std::int64_t, Values> values{};    ///< bytes from the start of the arena
    Array<std::int64_t, Rows> workspace{};   ///< bytes from the start of the arena
    std::int64_t parameter_bytes = 0;
    std::int64_t arena_bytes = 0;
};

/// What one row does when the program runs.
struct Instruction {
    void (*run)(const Site&, const Frame&) = nullptr;  ///< null where there is nothing to do
    Site site{};
    std::int32_t value = none;   ///< that it writes, in the facts; none for the logits
    Storage storage{};           ///< of the value
    bool takes_batches = false;  ///< see Operation
    kernels::PlaneForm form{};   ///< of the value, if it lies in planes
};

/// The same in a program that holds several images: how far these lie apart.
struct BatchInstruction : Instruction {
    struct Distances {
        std::ptrdiff_t network_input = 0;  ///< bytes
        std::ptrdiff_t input = 0;          ///< bytes of the first operand, if it lies in the arena; and so on
        std::ptrdiff_t second_input = 0;
        std::ptrdiff_t output = 0;
        std::int32_t logits = 0;  ///< as many as the result has channels
    } distances;
};

namespace detail {

/// For `raise`: why a network has no integer program, if so.
template <class Net>
struct Refusal {
    struct Description {
        Problem problem;
    };
    static constexpr Description description{facts<Net>.refusal()};
};

/// What plans ask of one kind of work: also of an instruction set that the compiler's flags do not allow.
struct Work {
    std::size_t (*parameter_bytes)(const Site&);
    std::size_t (*workspace_bytes)(const Site&);
    bool is_idle;  ///< there is nothing to run
    bool takes_batches;
};
template <class Set, class Op, class Kind>
requires(is_integer_operation<Op, Set, Kind>) inline constexpr Work work{
    &Op::template parameter_bytes<Set, Kind>, &Op::template workspace_bytes<Set, Kind>, is_idle<Op>, takes_batches<Op>};

using RunFunction = void (*)(const Site&, const Frame&);
/// The code of one kind of work; null if there is nothing to run.
template <class Set, class Op, class Kind>
constexpr RunFunction run_function() {
    if constexpr (is_idle<Op>) {
        return nullptr;
    } else {
        return &Op::template run<Set, Kind>;
    }
}

template <class Target, class Net, class... Primitive>
constexpr auto find_layouts(boost::mp11::mp_list<Primitive...>) {
    constexpr std::size_t rows = sizeof...(Primitive);
    using Ask = Layouts (*)(const FactsView&, const Row&);
    constexpr Ask operations[] = {&layouts_of<Operation<Primitive>, Target, Net>...};
    Array<Layouts, rows> said;
    for (std::size_t i = 0; i < rows; ++i) said[i] = operations[i](facts<Net>.view(), facts<Net>.rows[i]);
    return agree_on_layouts(facts<Net>.view(), said);
}

}  // namespace detail

/// How each value of a network lies in memory: in planes, or as codes where there are none.
template <class Net, class Target>
inline constexpr auto layouts = detail::find_layouts<Target, Net>(typename Net::primitives{});

namespace detail {

/// The kind of work of row I of a network, as `type`.
template <class Target, class Net, std::size_t I, class Primitive>
struct KindOf {
    static constexpr const auto& table = facts<Net>;
    static constexpr const Row& row = table.rows[I];
    static constexpr std::int32_t step = fused<Net>[I];
    static constexpr std::int32_t output = step == none ? row.output : table.row(step).output;
    static constexpr Storage second = row.second_input == none ? Storage::uint8 : table.value(row.second_input).storage;
    static constexpr int planes_of(std::int32_t value) {
        return value == none ? 0 : layouts<Net, Target>[static_cast<std::size_t>(value)].planes;
    }
    using type = Kind<element_type<table.value(row.input).storage, planes_of(row.input)>,
                      element_type<second, planes_of(row.second_input)>,
                      element_type<table.value(output).storage, planes_of(output)>,
                      Operation<Primitive>::template variant<Target, Net>(table.view(), row, step)>;
};

template <class Target, class Net, class Indices, class Primitives>
struct Works;
template <class Target, class Net, std::size_t... I, class... Primitive>
struct Works<Target, Net, std::index_sequence<I...>, boost::mp11::mp_list<Primitive...>> {
    // Code is keyed by the set: targets that differ in their profiles share it.
    using Set = simd::set_of<Target>;
    static constexpr Array<const Work*, sizeof...(I)> of{
        {&work<Set, Operation<Primitive>, typename KindOf<Target, Net, I, Primitive>::type>...}};
    /// Made only where it is used: a plan alone makes no code.
    static constexpr Array<RunFunction, sizeof...(I)> run{
        {run_function<Set, Operation<Primitive>, typename KindOf<Target, Net, I, Primitive>::type>()...}};
};

template <std::size_t Rows>
constexpr auto make_plan(const FactsView& table, const Array<const Work*, Rows>& works,
                         const Array<std::int32_t, Rows>& fused, const Array<kernels::PlaneForm, Rows + 1>& layouts,
                         std::int32_t images) {
    constexpr std::size_t value_capacity = Rows + 1;
    Plan<Rows, value_capacity> plan;
    plan.fused = fused;
    Array<std::int64_t, Rows> workspaces;
    for (std::size_t i = 0; i < Rows; ++i) {
        const Site site = make_site(table, table.rows[i], fused[i], images);
        plan.parameters[i] = plan.parameter_bytes;
        plan.parameter_bytes += aligned(static_cast<std::int64_t>(works[i]->parameter_bytes(site)));
        workspaces[i] = static_cast<std::int64_t>(works[i]->workspace_bytes(site));
        if (fused[i] != none) plan.runs_elsewhere[static_cast<std::size_t>(fused[i])] = true;
    }
    auto memory = memory_intervals(table, fused, workspaces, [&](std::int32_t value) {
        return images * bytes(table.value(value), layouts[static_cast<std::size_t>(value)].planes);
    });
    plan.arena_bytes = lay_out(memory);
    for (std::size_t v = 0; v < value_capacity; ++v) plan.values[v] = memory[v].offset;
    for (std::size_t i = 0; i < Rows; ++i) plan.workspace[i] = memory[value_capacity + i].offset;
    return plan;
}

/// The instruction of a row.
template <std::size_t Rows>
constexpr Instruction make_instruction(const FactsView& table, std::size_t i, const Work& work, RunFunction run,
                                       const Plan<Rows, Rows + 1>& plan,
                                       const Array<kernels::PlaneForm, Rows + 1>& layouts, std::int32_t images) {
    const Row& row = table.rows[i];
    const std::int32_t step = plan.fused[i];
    const std::int32_t written = step == none ? row.output : table.row(step).output;
    const auto place = [&](std::int32_t value) {
        const std::int32_t memory = table.value(value).memory;
        return memory == 0 ? Site::network_input
                           : static_cast<std::ptrdiff_t>(plan.values[static_cast<std::size_t>(memory)]);
    };
    Instruction instruction{
        .run = run, .site = make_site(table, row, step, images), .takes_batches = work.takes_batches};
    Site& site = instruction.site;
    site.input = place(row.input);
    if (row.second_input != none) site.second_input = place(row.second_input);
    site.output = place(written);
    site.workspace = static_cast<std::ptrdiff_t>(plan.workspace[i]);
    site.parameters = static_cast<std::ptrdiff_t>(plan.parameters[i]);
    if (step != none) {
        site.step_parameters = static_cast<std::ptrdiff_t>(plan.parameters[static_cast<std::size_t>(step)]);
    }
    if (table.value(written).memory == written) {
        instruction.value = written;
        instruction.storage = table.value(written).storage;
        instruction.form = layouts[static_cast<std::size_t>(written)];
    }
    return instruction;
}

/// How far the images of the operands and of the result of a row lie apart.
template <std::size_t Values>
constexpr BatchInstruction::Distances distances_of(const FactsView& table, const Row& row, std::int32_t step,
                                                   const Array<kernels::PlaneForm, Values>& layouts) {
    const auto bytes_of = [&](std::int32_t value) {
        const std::int32_t memory = table.value(value).memory;
        return static_cast<std::ptrdiff_t>(
            bytes(table.value(memory), layouts[static_cast<std::size_t>(memory)].planes));
    };
    const auto in_arena = [&](std::int32_t value) {
        return value == none || table.value(value).memory == 0 ? 0 : bytes_of(value);
    };
    return {bytes_of(0), in_arena(row.input), in_arena(row.second_input),
            bytes_of(step == none ? row.output : table.row(step).output), table.value(row.output).shape.channels};
}

template <class Net>
inline constexpr std::size_t row_count = boost::mp11::mp_size<typename Net::primitives>::value;

template <class Net, class Target>
using WorksOf = Works<Target, Net, std::make_index_sequence<row_count<Net>>, typename Net::primitives>;
template <class Net, class Target>
constexpr const auto& works() {
    static_assert(raise<Refusal<Net>>());
    static_assert(simd::CheckedFacts<simd::set_of<Target>>::passed);
    return WorksOf<Net, Target>::of;
}

}  // namespace detail

/// The plan of a network for up to `Images` images at once.
template <class Net, class Target, std::int32_t Images = 1>
inline constexpr auto plan = detail::make_plan(facts<Net>.view(), detail::works<Net, Target>(), fused<Net>,
                                               layouts<Net, Target>, Images);

namespace detail {

/// Whether a row has an instruction: idle operations and steps inside of products have none.
template <class Net, class Target>
constexpr bool has_instruction(std::size_t i) {
    return !works<Net, Target>()[i]->is_idle && !plan<Net, Target>.runs_elsewhere[i];
}
template <class Net, class Target>
constexpr std::size_t count_instructions() {
    std::size_t count = 0;
    for (std::size_t i = 0; i < row_count<Net>; ++i) count += has_instruction<Net, Target>(i) ? 1 : 0;
    return count;
}
template <class Net, class Target, std::int32_t Images>
constexpr auto make_instructions() {
    static_assert(simd::CheckedInstructionSet<simd::set_of<Target>>::passed);
    const FactsView table = facts<Net>.view();
    Array<std::conditional_t<Images == 1, Instruction, BatchInstruction>, count_instructions<Net, Target>()> list;
    std::size_t count = 0;
    for (std::size_t i = 0; i < row_count<Net>; ++i) {
        if (!has_instruction<Net, Target>(i)) continue;
        Instruction& instruction = list[count];
        instruction = make_instruction(table, i, *works<Net, Target>()[i], WorksOf<Net, Target>::run[i],
                                       plan<Net, Target, Images>, layouts<Net, Target>, Images);
        if constexpr (Images > 1) {
            list[count].distances =
                distances_of(table, table.rows[i], plan<Net, Target>.fused[i], layouts<Net, Target>);
        }
        ++count;
    }
    return list;
}

/// Codes of the largest value that lies in planes and has a storage of so many bytes.
template <class Net, class Target, std::size_t CodeBytes>
constexpr std::size_t most_codes_in_planes() {
    std::int64_t most = 0;
    for (std::size_t v = 0; v <= row_count<Net>; ++v) {
        const Value& value = facts<Net>.values[v];
        const bool counts = layouts<Net, Target>[v].planes > 0 && bytes(value.storage) == CodeBytes;
        if (counts && value.shape.size() > most) most = value.shape.size();
    }
    return memory_size(most);
}

}  // namespace detail

/// The integer program of a network for up to `Images` images at once: its instructions in order.
template <class Net, class Target, std::int32_t Images = 1>
inline constexpr auto instructions = detail::make_instructions<Net, Target, Images>();

/// Runs an instruction for all images of a frame: one, if the program holds no more.
inline void run_images(const Instruction& instruction, const Frame& frame) {
    instruction.run(instruction.site, frame);
}
inline void run_images(const BatchInstruction& instruction, const Frame& frame) {
    if (instruction.takes_batches || frame.images == 1) return instruction.run(instruction.site, frame);
    const BatchInstruction::Distances& distances = instruction.distances;
    Site site = instruction.site;
    Frame one = frame;
    one.images = 1;
    for (std::int32_t image = 0; image < frame.images; ++image) {
        instruction.run(site, one);
        one.input = static_cast<const std::byte*>(one.input) + distances.network_input;
        one.logits += distances.logits;
        site.input += distances.input;
        site.second_input += distances.second_input;
        site.output += distances.output;
    }
}

// What other rooms build upon.
using detail::has_instruction;
using detail::KindOf;
using detail::Refusal;
using detail::row_count;

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::integer
