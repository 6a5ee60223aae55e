// program FOLDER: for each network of FOLDER, as write.cpp made it, loads the model file, runs it on every instruction
// set that this program holds, and prints `NAME SET HASH` for each.
#include <cstdio>
#include <exception>
#include <filesystem>

#include "export_c/expected.hpp"
#include "intaglio/io/model_file.hpp"
#include "intaglio/simd/simd.hpp"
#include "networks.hpp"

namespace {

using namespace intaglio;

template <class Target, class Net>
void print(const Model<Net>& model, const char* name, const char* set) {
    std::printf("%s %s %lu\n", name, set,
                static_cast<unsigned long>(export_c_test::hash_of_logits(IntegerNetwork<Net, Target>(model))));
}

}  // namespace

int main(int count, char** arguments) try {
    if (count != 2) return 2;
    const std::filesystem::path folder = arguments[1];
    devices::for_each_network([&]<class Net>(const char*, const char* name) {
        if (!std::filesystem::exists(folder / name)) return;
        const Model<Net> model = load_model<Net>(folder / name / "model.safetensors");
        print<Target::portable>(model, name, "portable");
#if INTAGLIO_HAS_VECTORS
        print<Target::generic>(model, name, "generic");
        print<simd::Native>(model, name, "native");
#endif
    });
    return 0;
} catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
}
