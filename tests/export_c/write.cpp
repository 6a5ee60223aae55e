// write FOLDER: exports every network, each into a folder of its own: net.h; split/net.h and split/net.c; arrays/net.h,
// arrays/net.c and arrays/net_arrays.h; config.h for main.c; expected.txt and values.txt, what main.c and options.c
// must print.
#include <cstdint>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <fstream>
#include <string>

#include "expected.hpp"
#include "intaglio/io/export_c.hpp"
#include "networks.hpp"
#include "support/random_model.hpp"

namespace {

using namespace export_c_test;

template <class Net>
void write(const std::filesystem::path& folder) {
    std::filesystem::create_directories(folder / "split");
    std::filesystem::create_directories(folder / "arrays");
    const Model<Net> model = random_model::telling<Net>();
    const IntegerNetwork<Net> network(model);
    const std::uint32_t expected = hash_of_logits(network);
    export_c(model, folder / "net.h", {.prefix = "net"});
    export_c(model, folder / "split" / "net.h", {.prefix = "net", .separate_source = true});
    export_c(model, folder / "arrays" / "net.h", {.prefix = "net", .separate_source = true, .separate_arrays = true});
    const Value& input = facts<Net>.values[0];
    const char* const pixel = input.storage == Storage::uint8  ? "uint8_t"
                              : input.storage == Storage::int8 ? "int8_t"
                                                               : "int16_t";
    std::ofstream(folder / "config.h") << "#define PIXEL " << pixel << "\n#define IMAGES " << images
                                       << "\n#define LOWEST " << input.codes.lowest << "\n#define STATES "
                                       << input.codes.states() << "\n";
    std::ofstream(folder / "expected.txt") << expected << "\n";
    std::ofstream(folder / "values.txt") << hash_of_values(network) << "\n";
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
