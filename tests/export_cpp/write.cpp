// write FOLDER: exports three networks as C++ headers, and their hashes as expected.txt; signs also as network.h, in C.
#include <cstdio>
#include <exception>
#include <filesystem>
#include <fstream>
#include <string>

#include "export_c/expected.hpp"
#include "intaglio/io/export_c.hpp"
#include "intaglio/io/export_cpp.hpp"
#include "intaglio/simd/simd.hpp"
#include "networks.hpp"
#include "support/random_model.hpp"

namespace {

template <class Net>
void write(const std::filesystem::path& folder, const std::string& name, const std::string& type,
           std::ofstream& expected) {
    const intaglio::Model<Net> model = random_model::telling<Net>();
    intaglio::export_cpp(model, folder / (name + ".hpp"),
                         {.type = type, .network_header = "networks.hpp", .name = "shop::" + name});
    expected << export_c_test::hash_of_logits(intaglio::IntegerNetwork<Net>(model)) << "\n";
}

}  // namespace

int main(int count, char** arguments) try {
    if (count != 2) return 2;
    const std::filesystem::path folder = arguments[1];
    std::filesystem::create_directories(folder);
    std::ofstream expected(folder / "expected.txt");
    write<shop::Grouped>(folder, "grouped", "shop::Grouped", expected);
    write<shop::Signs>(folder, "signs", "shop::Signs", expected);
    write<shop::Sound>(folder, "sound", "shop::Sound", expected);
    intaglio::export_c(random_model::telling<shop::Signs>(), folder / "network.h");
    return 0;
} catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
}
