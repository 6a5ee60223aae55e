// A trained network as an ONNX file, for runtimes of other languages: their logits are the same integers.
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <intaglio/intaglio.hpp>
#include <intaglio/io/export_onnx.hpp>

#include "lines.hpp"

using namespace intaglio;

struct Net : Network<Image<1, 8, 8>, Defaults<QInt<2>, Act<M_a{4}>>, Conv<QInt<8>, Out<8>>, AvgPool<2>, Conv<Out<16>>,
                     Classifier<QInt<8>, Out<2>>> {};

int main() {
    const std::filesystem::path path = std::filesystem::temp_directory_path() / "intaglio_lines.onnx";
    const Lines lines(100, 8);
    Training<Net> training(50);
    Trainer<Net>(training, lines.samples(), {.epochs = 3, .batch = 50}).fit();

    export_onnx(lower(training), path, {.name = "lines", .with_class = true});

    // In Python: logits, classes = onnxruntime.InferenceSession("lines.onnx").run(None, {"image": images}), where
    // images is a uint8 array [N, 8, 8, 1].
    const std::uintmax_t bytes = std::filesystem::file_size(path);
    std::printf("%s: %ju bytes for %lld weights\n", path.filename().c_str(), bytes,
                static_cast<long long>(facts<Net>.weights()));
    std::filesystem::remove(path);
    return bytes > static_cast<std::uintmax_t>(facts<Net>.weights()) ? 0 : 1;
}
