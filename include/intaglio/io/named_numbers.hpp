// The numbers of a training in a checkpoint, each list under its name.
#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "intaglio/core/instruction_set.hpp"
#include "intaglio/data/file_error.hpp"
#include "intaglio/host/finite.hpp"
#include "intaglio/host/text.hpp"
#include "intaglio/io/checkpoint_reader.hpp"
#include "intaglio/io/checkpoint_writer.hpp"
#include "intaglio/train/program/context.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::io_detail {

[[gnu::cold]] inline void add_numbers(CheckpointWriter& writer, const std::vector<train::NamedNumbers>& list) {
    for (const train::NamedNumbers& numbers : list) {
        std::visit([&]<class T>(std::span<T> values) { writer.add<T>(numbers.name, std::span<const T>(values)); },
                   numbers.values);
    }
}

/// Everything is read and checked before anything is changed. Throws std::runtime_error that names the file and what is
/// missing, not finite, or a negative variance.
[[gnu::cold]] inline void read_numbers(const CheckpointReader& reader, const std::vector<train::NamedNumbers>& list) {
    std::vector<std::variant<std::vector<float>, std::vector<double>>> all;
    for (const train::NamedNumbers& numbers : list) {
        std::visit(
            [&]<class T>(std::span<T> values) {
                std::vector<T> read(values.size());
                reader.read(numbers.name, std::span<T>(read));
                for (std::size_t i = 0; i < read.size(); ++i) {
                    const bool negative = read[i] < 0 && numbers.name.ends_with("variance");
                    if (train::is_finite(read[i]) && !negative) continue;
                    throw_file_error(reader.path(), joined({numbers.name, "[", i, "] is ",
                                                            (negative ? "negative" : "not a finite number")}));
                }
                all.emplace_back(std::move(read));
            },
            numbers.values);
    }
    for (std::size_t i = 0; i < list.size(); ++i) {
        std::visit(
            [&]<class T>(std::span<T> values) {
                const auto& read = std::get<std::vector<T>>(all[i]);
                std::copy(read.begin(), read.end(), values.begin());
            },
            list[i].values);
    }
}

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::io_detail
