// What check.py reads of a network: ONNX files beside images, and what the integer program gives for them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <span>
#include <vector>

#include "intaglio/canonical/network.hpp"
#include "intaglio/io/export_onnx.hpp"
#include "intaglio/simd/simd.hpp"

namespace export_onnx_test {

using namespace intaglio;

template <class Number>
void append(std::ofstream& file, const Number* numbers, std::int64_t count) {
    file.write(reinterpret_cast<const char*>(numbers), count * static_cast<std::int64_t>(sizeof(Number)));
}

/// Writes images.bin and logits.bin, the codes and the int64 logits of the integer program one after another, in the
/// byte order of this machine; codes.bin, of the first 250 images
/// the codes of every step as int32, and steps.txt, a line for
/// each step: row, height, width, channels.
template <class Net>
void write_answers(const Model<Net>& model, std::span<const typename IntegerNetwork<Net>::Pixel> images,
                   const std::filesystem::path& folder) {
    const IntegerNetwork<Net> network(model);
    const auto scratch = network.make_scratch();
    std::ofstream image_file(folder / "images.bin", std::ios::binary);
    std::ofstream logit_file(folder / "logits.bin", std::ios::binary);
    std::ofstream code_file(folder / "codes.bin", std::ios::binary);
    std::ofstream steps(folder / "steps.txt");
    const FactsView view = facts<Net>.view();
    const auto pixels = static_cast<std::size_t>(view.value(0).shape.size());
    append(image_file, images.data(), static_cast<std::int64_t>(images.size()));
    for (std::size_t i = 0; i < images.size(); i += pixels) {
        network.program().run(&images[i], *scratch, [&](std::int32_t value, const auto* codes) {
            if (view.writer(value).steps == 0 || i >= 250 * pixels) return;
            const Shape shape = view.value(value).shape;
            const std::vector<std::int32_t> numbers(codes, codes + shape.size());
            append(code_file, numbers.data(), shape.size());
            if (i == 0) {
                steps << value - 1 << ' ' << shape.height << ' ' << shape.width << ' ' << shape.channels << '\n';
            }
        });
        append(logit_file, scratch->logits, facts<Net>.classes());
    }
}

}  // namespace export_onnx_test
