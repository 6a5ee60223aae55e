// A trained network as a constant of C++, for programs that know its type.
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <intaglio/intaglio.hpp>
#include <intaglio/io/export_cpp.hpp>
#include <string>

#include "lines.hpp"

using namespace intaglio;

struct Net : Network<Image<1, 8, 8>, Defaults<QInt<2>, Act<M_a{4}>>, Conv<QInt<8>, Out<8>>, AvgPool<2>, Conv<Out<16>>,
                     Classifier<QInt<8>, Out<2>>> {};

int main() {
    const std::filesystem::path path = std::filesystem::temp_directory_path() / "intaglio_lines.hpp";
    const Lines lines(100, 8);
    Training<Net> training(50);
    Trainer<Net>(training, lines.samples(), {.epochs = 3, .batch = 50}).fit();

    export_cpp(lower(training), path, {.type = "Net", .network_header = "net.hpp", .name = "lines"});

    // In another program: #include "intaglio_lines.hpp", then
    //     static const intaglio::IntegerNetwork<Net, intaglio::Target::portable> network(lines::model);
    std::ifstream file(path);
    bool has_model = false;
    for (std::string line; std::getline(file, line);) {
        if (line.starts_with("#include")) std::printf("%s\n", line.c_str());
        has_model = has_model || line.find("ConstantModel<Net> model") != std::string::npos;
    }
    std::filesystem::remove(path);
    return has_model ? 0 : 1;
}
