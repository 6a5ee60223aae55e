// What main.c needs of a network, in a folder of its own.
#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>

#include "expected.hpp"
#include "intaglio/io/export_c.hpp"

namespace export_c_test {

/// Writes net.h, split/net.h and split/net.c, config.h for images.h, and expected.txt, what main.c must print: this
/// hash.
template <class Net>
std::uint32_t write(const Model<Net>& model, const std::filesystem::path& folder) {
    std::filesystem::create_directories(folder / "split");
    const std::uint32_t expected = hash_of_logits(IntegerNetwork<Net>(model));
    export_c(model, folder / "net.h", {.prefix = "net"});
    export_c(model, folder / "split" / "net.h", {.prefix = "net", .separate_source = true});
    const Value& input = facts<Net>.values[0];
    const char* const pixel = input.storage == Storage::uint8  ? "uint8_t"
                              : input.storage == Storage::int8 ? "int8_t"
                                                               : "int16_t";
    std::ofstream(folder / "config.h") << "#define PIXEL " << pixel << "\n#define IMAGES " << images
                                       << "\n#define LOWEST " << input.codes.lowest << "\n#define STATES "
                                       << input.codes.states() << "\n";
    std::ofstream(folder / "expected.txt") << expected << "\n";
    return expected;
}

}  // namespace export_c_test
