// Readers of containers: checkpoints, safetensors, JSON.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "intaglio/host/checksum.hpp"
#include "intaglio/host/little_endian.hpp"
#include "intaglio/io/checkpoint_file.hpp"
#include "intaglio/io/safetensors.hpp"
#include "intaglio/io/safetensors_writer.hpp"
#include "intaglio/report/json.hpp"
#include "reader.hpp"

namespace fuzz {

template <class... T, class Function>
void for_each_type(const Function& function) {
    (function(T{}), ...);
}

inline void read_checkpoint(const std::filesystem::path& path) {
    const intaglio::CheckpointReader reader(path, 1024 * kib);
    for (const intaglio::CheckpointSection& section : reader.sections()) {
        for_each_type<float, double, std::int8_t, std::int64_t, std::uint8_t>([&]<class T>(T) {
            if (section.type == intaglio::element_type_of<T>) (void)reader.values<T>(section.name);
        });
        if (section.type == intaglio::ElementType::uint8) (void)reader.text(section.name);
    }
    intaglio::require_network(reader, "input 3\nlayer 1\n");
}
inline std::vector<Bytes> checkpoint_seeds() {
    return {written([](const auto& path) {
                intaglio::CheckpointWriter writer("input 3\nlayer 1\noption of a run\n");
                const std::vector<float> numbers{1, -2, 0.5F};
                writer.add<float>("weights", std::span<const float>(numbers));
                writer.add_value<std::int64_t>("position", 7);
                writer.add_text("note", "text");
                writer.write(path);
            }),
            written([](const auto& path) { intaglio::CheckpointWriter("input 3\nlayer 1\n").write(path); })};
}

/// A checkpoint whose size and checksum are made right.
inline Bytes sealed_checkpoint(std::span<const std::uint8_t> bytes) {
    Bytes sealed(bytes.begin(), bytes.end());
    if (sealed.size() < 40) return sealed;
    std::uint8_t* const trailer = sealed.data() + sealed.size() - 16;
    intaglio::store_little_endian(std::uint64_t{sealed.size()}, trailer);
    const auto sum = intaglio::checksum_bytes(std::span(sealed).first(sealed.size() - 8));
    intaglio::store_little_endian(sum, trailer + 8);
    return sealed;
}

inline void read_safetensors(const std::filesystem::path& path) {
    const intaglio::SafetensorsFile file(path, 1024 * kib);
    for (const intaglio::SafetensorsEntry& entry : file.tensors()) {
        if (entry.type.starts_with("F") || entry.type == "BF16") {
            (void)file.read(entry.name);
        } else if (entry.type == "I64") {
            (void)file.numbers<std::int64_t>(entry.name);
        } else {
            (void)file.numbers<std::uint8_t>(entry.name);
        }
    }
}
inline std::vector<Bytes> safetensors_seeds() {
    return {written([](const auto& path) {
        intaglio::SafetensorsWriter writer;
        writer.add_metadata("made", "by \"a\" test\n");
        writer.add<float>("layer.weight", {2, 3}, std::vector<float>{1, 2, 3, 4, 5, 6});
        writer.add<std::int64_t>("steps", {1}, std::vector<std::int64_t>{-1});
        writer.add<std::uint8_t>("bytes", {0}, {});
        writer.write(path);
    })};
}

inline void read_json(const std::filesystem::path& path) {
    (void)intaglio::read_json(path, 1024 * kib);
}
inline std::vector<Bytes> json_seeds() {
    const std::string text = R"({"a": [1, -2.5e3, true, null], "\u00e9\ud83d\ude00": {"b": "text"}})";
    return {Bytes(text.begin(), text.end())};
}

}  // namespace fuzz
