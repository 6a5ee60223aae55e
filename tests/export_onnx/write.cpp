// write FOLDER: exports every network, each into a folder of its own, for check.py: net.onnx and qonnx.onnx of a model
// whose steps may lie anywhere; below qdq, qdq.onnx of one whose steps are rounded lines, as those of training are.
#include <cstdint>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <vector>

#include "export_c/networks.hpp"
#include "files.hpp"
#include "support/random_model.hpp"

namespace {

using namespace export_c_test;

constexpr int images = 1000;

/// Images of random codes; the first are all of their lowest code and of their highest one.
template <class Net>
auto random_images() {
    const Value& input = facts<Net>.values[0];
    using Pixel = typename IntegerNetwork<Net>::Pixel;
    const auto pixels = static_cast<std::size_t>(input.shape.size());
    std::vector<Pixel> all(images * pixels, static_cast<Pixel>(input.codes.lowest));
    Random random(7);
    for (std::size_t i = pixels; i < all.size(); ++i) {
        all[i] =
            static_cast<Pixel>(i < 2 * pixels ? input.codes.highest
                                              : random_model::between(random, input.codes.lowest, input.codes.highest));
    }
    return all;
}

template <class Net>
void write(const std::filesystem::path& folder) {
    std::filesystem::create_directories(folder / "qdq");
    const auto pixels = random_images<Net>();
    const Model<Net> model = random_model::telling<Net>();
    export_onnx(model, folder / "net.onnx", {.with_class = true});
    export_onnx(model, folder / "qonnx.onnx", {.dialect = OnnxDialect::qonnx});
    export_onnx_test::write_answers<Net>(model, pixels, folder);
    const Model<Net> lines = random_model::telling<Net>(random_model::Thresholds::on_a_line);
    export_onnx(lines, folder / "qdq" / "exact.onnx", {.with_class = true});
    export_onnx(lines, folder / "qdq" / "qdq.onnx", {.with_class = true, .dialect = OnnxDialect::qdq});
    export_onnx_test::write_answers<Net>(lines, pixels, folder / "qdq");
}

}  // namespace

int main(int count, char** arguments) try {
    if (count != 2) return 2;
    const std::filesystem::path folder = arguments[1];
    for_each_network([&]<class Net>(const char* name) { write<Net>(folder / name); });
    return 0;
} catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
}
