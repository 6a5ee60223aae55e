// A trained network leaves the process as a model file, and another program loads it: no training there, the same
// codes.
#include <cstdio>
#include <filesystem>
#include <intaglio/intaglio.hpp>
#include <intaglio/io/model_file.hpp>

#include "lines.hpp"

using namespace intaglio;

struct Net : Network<Image<1, 8, 8>, Defaults<QInt<2>, Act<M_a{4}>>, Conv<QInt<8>, Out<8>>, AvgPool<2>, Conv<Out<16>>,
                     Classifier<QInt<8>, Out<2>>> {};

int main() {
    const std::filesystem::path path = std::filesystem::temp_directory_path() / "intaglio_lines.safetensors";
    const Lines lines(100, 8);
    Training<Net> training(50);
    Trainer<Net>(training, lines.samples(), {.epochs = 3, .batch = 50}).fit();
    const Model<Net> model = lower(training);
    save_model(model, path, {{"classes", "horizontal, vertical"}});

    // Elsewhere; intaglio/io/model_file.hpp and the network's type are enough.
    const IntegerNetwork<Net> network = load_model<Net>(path);
    const auto bytes = std::filesystem::file_size(path);
    const std::string classes = model_notes(path).at("classes");
    std::filesystem::remove(path);

    if (!certify(model, network).proven()) return 1;
    std::printf("%ju bytes hold a network that tells: %s\n", static_cast<std::uintmax_t>(bytes), classes.c_str());
}
