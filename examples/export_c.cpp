// A trained network as one C header for a firmware project, and what it holds.
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <intaglio/intaglio.hpp>
#include <intaglio/io/export_c.hpp>
#include <string>

#include "lines.hpp"

using namespace intaglio;

struct Net : Network<Image<1, 8, 8>, Defaults<QInt<2>, Act<M_a{4}>>, Conv<QInt<8>, Out<8>>, AvgPool<2>, Conv<Out<16>>,
                     Classifier<QInt<8>, Out<2>>> {};

int main() {
    const std::filesystem::path path = std::filesystem::temp_directory_path() / "intaglio_lines.h";
    const Lines lines(100, 8);
    Training<Net> training(50);
    Trainer<Net>(training, lines.samples(), {.epochs = 3, .batch = 50}).fit();

    export_c(lower(training), path, {.prefix = "lines"});

    // In the firmware: static int32_t arena[LINES_ARENA_BYTES / 4]; const int found = lines_predict(image, arena);
    std::ifstream file(path);
    bool declares = false;
    for (std::string line; std::getline(file, line);) {
        if (line.starts_with("#define LINES_")) std::printf("%s\n", line.c_str());
        declares = declares || line.find("int lines_predict(const uint8_t *image, void *arena)") != std::string::npos;
    }
    std::filesystem::remove(path);
    return declares ? 0 : 1;
}
