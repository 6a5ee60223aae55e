// Writing safetensors files (nlohmann-json); see safetensors.hpp for the format.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "intaglio/core/instruction_set.hpp"
#include "intaglio/host/little_endian.hpp"
#include "intaglio/io/atomic_file.hpp"
#include "intaglio/io/safetensors_header.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET {

/// Collects tensors and writes them as one file, the same bytes on every machine for the same tensors and metadata.
class SafetensorsWriter {
  public:
    /// Text about the whole file, under a key.
    [[gnu::cold]] void add_metadata(const std::string& key, const std::string& text) { metadata_[key] = text; }

    /// A tensor whose last index is innermost in `values`. The name must be new, and the product of the shape the
    /// number of values.
    template <FileNumber T>
    [[gnu::cold]] void add(const std::string& name, std::vector<std::int64_t> shape, std::span<const T> values) {
        Tensor tensor{name, io_detail::safetensors_type<T>(), std::move(shape), sizeof(T), {}};
        tensor.bytes.resize(values.size_bytes());
        store_little_endian(values, tensor.bytes.data());
        tensors_.push_back(std::move(tensor));
    }

    /// Writes the file; the old one stays as it is unless the new one is complete. Throws std::runtime_error that names
    /// the file.
    [[gnu::cold]] void write(const std::filesystem::path& path) const {
        // Wide numbers first: then each tensor lies at a multiple of its numbers' size.
        std::vector<const Tensor*> order;
        for (const std::size_t number_bytes : {8U, 4U, 2U, 1U}) {
            for (const Tensor& tensor : tensors_) {
                if (tensor.number_bytes == number_bytes) order.push_back(&tensor);
            }
        }
        nlohmann::json header = {{"__metadata__", metadata_}};
        std::size_t end = 0;
        for (const Tensor* tensor : order) {
            const std::size_t begin = end;
            end += tensor->bytes.size();
            header[tensor->name] = {{"dtype", tensor->type}, {"shape", tensor->shape}, {"data_offsets", {begin, end}}};
        }
        std::string text = header.dump();
        text.resize((text.size() + 7) / 8 * 8, ' ');
        std::uint8_t length[8];
        store_little_endian(std::uint64_t{text.size()}, length);
        AtomicFile file(path);
        file.write(std::span<const std::uint8_t>(length));
        file.write(std::string_view(text));
        for (const Tensor* tensor : order) file.write(std::span<const std::uint8_t>(tensor->bytes));
        file.commit();
    }

  private:
    struct Tensor {
        std::string name;
        std::string type;
        std::vector<std::int64_t> shape;
        std::size_t number_bytes;
        std::vector<std::uint8_t> bytes;
    };

    std::map<std::string, std::string> metadata_;
    std::vector<Tensor> tensors_;
};

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET
