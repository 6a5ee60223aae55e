// run_float WEIGHTS IMAGES LOGITS: the imported network that the macro NETWORK names, a header, on the codes in IMAGES;
// writes its logits as doubles, in the byte order of this machine.
#include NETWORK

#include <cstdio>
#include <exception>
#include <fstream>
#include <iterator>
#include <vector>

#include "intaglio/intaglio.hpp"
#include "intaglio/io/load_weights.hpp"

using namespace intaglio;

int main(int count, char** arguments) try {
    if (count != 4) return 2;
    using Pixel = Training<Net>::Pixel;
    std::ifstream file(arguments[2], std::ios::binary);
    std::vector<char> bytes{std::istreambuf_iterator<char>(file), {}};
    const auto images = static_cast<std::int64_t>(bytes.size() / sizeof(Pixel)) / Training<Net>::pixels;
    Training<Net> training(images);
    load_weights(training, SafetensorsFile(arguments[1]));
    training.forward(reinterpret_cast<const Pixel*>(bytes.data()), images, train::Statistics::running);
    std::ofstream out(arguments[3], std::ios::binary);
    for (const float logit : training.float_logits()) {
        const auto wide = static_cast<double>(logit);
        out.write(reinterpret_cast<const char*>(&wide), sizeof(wide));
    }
    return out ? 0 : 1;
} catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
}
