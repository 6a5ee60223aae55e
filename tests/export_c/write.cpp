// write FOLDER: exports every network, each into a folder of its own: what write.hpp says; arrays/net.h, arrays/net.c
// and arrays/net_arrays.h; values.txt, what options.c must print.
#include "write.hpp"

#include <cstdio>
#include <exception>
#include <filesystem>
#include <fstream>

#include "networks.hpp"
#include "support/random_model.hpp"

namespace {

using namespace export_c_test;

template <class Net>
void write_with_options(const std::filesystem::path& folder) {
    const Model<Net> model = random_model::telling<Net>();
    write(model, folder);
    std::filesystem::create_directories(folder / "arrays");
    export_c(model, folder / "arrays" / "net.h", {.prefix = "net", .separate_source = true, .separate_arrays = true});
    std::ofstream(folder / "values.txt") << hash_of_values(IntegerNetwork<Net>(model)) << "\n";
}

}  // namespace

int main(int count, char** arguments) try {
    if (count != 2) return 2;
    const std::filesystem::path folder = arguments[1];
    for_each_network([&]<class Net>(const char* name) { write_with_options<Net>(folder / name); });
    return 0;
} catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
}
