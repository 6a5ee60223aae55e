// write FOLDER: exports every network, each into a folder of its own: net.h, split/net.h and split/net.c, config.h for
// main.c, and expected.txt, what main.c must print.
#include <cstdint>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "intaglio/io/export_c.hpp"
#include "networks.hpp"
#include "support/random_model.hpp"

namespace {

using namespace export_c_test;

constexpr int images = 40;

/// The codes and the hash of main.c.
class Codes {
  public:
    std::int64_t next(std::int64_t lowest, std::int64_t states) {
        state_ = state_ * 1664525U + 1013904223U;
        return lowest + static_cast<std::int64_t>((state_ >> 8) % static_cast<std::uint32_t>(states));
    }

  private:
    std::uint32_t state_ = 12345;
};
std::uint32_t add_to_hash(std::uint32_t hash, std::uint64_t number) {
    for (int byte = 0; byte < 8; ++byte)
        hash = (hash ^ static_cast<std::uint32_t>(number >> (8 * byte) & 255U)) * 16777619U;
    return hash;
}

/// What an integer program gives for the images of main.c.
struct Expected {
    std::uint32_t hash = 2166136261U;
    bool differ = false;  ///< between images
};
template <class Net>
Expected run(const IntegerNetwork<Net>& network) {
    const Value& input = facts<Net>.values[0];
    const auto scratch = network.make_scratch();
    using Pixel = typename IntegerNetwork<Net>::Pixel;
    std::vector<Pixel> image(static_cast<std::size_t>(input.shape.size()));
    Codes codes;
    Expected expected;
    std::int64_t first = 0;
    for (int i = 0; i < images; ++i) {
        for (Pixel& code : image) code = static_cast<Pixel>(codes.next(input.codes.lowest, input.codes.states()));
        const std::int64_t* const logits = network.program().logits(image.data(), *scratch);
        for (std::int32_t c = 0; c < facts<Net>.classes(); ++c) {
            expected.hash = add_to_hash(expected.hash, static_cast<std::uint64_t>(logits[c]));
        }
        if (i == 0) first = logits[0];
        expected.differ = expected.differ || logits[0] != first;
        const std::int32_t found = network.predict(image.data(), *scratch);
        expected.hash = add_to_hash(expected.hash, static_cast<std::uint64_t>(found));
    }
    return expected;
}

template <class Net>
void write(const std::filesystem::path& folder) {
    std::filesystem::create_directories(folder / "split");
    const Model<Net> model = random_model::telling<Net>();
    const Expected expected = run(IntegerNetwork<Net>(model));
    if (!expected.differ) throw std::runtime_error(folder.string() + ": all images have the same logits");
    export_c(model, folder / "net.h", {.prefix = "net"});
    export_c(model, folder / "split" / "net.h", {.prefix = "net", .separate_source = true});
    const Value& input = facts<Net>.values[0];
    const char* const pixel = input.storage == Storage::uint8  ? "uint8_t"
                              : input.storage == Storage::int8 ? "int8_t"
                                                               : "int16_t";
    std::ofstream(folder / "config.h") << "#define PIXEL " << pixel << "\n#define IMAGES " << images
                                       << "\n#define LOWEST " << input.codes.lowest << "\n#define STATES "
                                       << input.codes.states() << "\n";
    std::ofstream(folder / "expected.txt") << expected.hash << "\n";
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
