// run_codes WEIGHTS IMAGES LOGITS: the imported network of codes that the macro NETWORK names, a header, on the codes
// in IMAGES; writes its logits as doubles, in the byte order of this machine.
#include NETWORK

#include <cstdint>
#include <cstdio>
#include <exception>
#include <fstream>
#include <iterator>
#include <vector>

#include "intaglio/canonical/network.hpp"
#include "intaglio/io/imported_model.hpp"

using namespace intaglio;

int main(int count, char** arguments) try {
    if (count != 4) return 2;
    const Model<Net> model = load_imported<Net>(arguments[1]);
    const IntegerNetwork<Net, Target::portable> network(model);
    const auto scratch = network.make_scratch();
    using Pixel = decltype(network)::Pixel;
    std::ifstream file(arguments[2], std::ios::binary);
    std::vector<char> bytes{std::istreambuf_iterator<char>(file), {}};
    const auto* image = reinterpret_cast<const Pixel*>(bytes.data());
    const std::int64_t pixels = facts<Net>.values[0].shape.size();
    std::ofstream out(arguments[3], std::ios::binary);
    for (std::size_t i = 0; i < bytes.size() / sizeof(Pixel); i += static_cast<std::size_t>(pixels)) {
        const auto* const logits = network.program().logits(image + i, *scratch);
        for (std::int64_t c = 0; c < facts<Net>.classes(); ++c) {
            const double logit = model.logit_unit() * static_cast<double>(logits[c]);
            out.write(reinterpret_cast<const char*>(&logit), sizeof(logit));
        }
    }
    return out ? 0 : 1;
} catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
}
