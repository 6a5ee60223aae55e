// write FOLDER: FOLDER/networks/NAME with what every processor is to run of a network: net.h and more as
// export_c/write.hpp says, model.safetensors, parameters.inc (packed for plain code), sizes.h, type.txt, products.txt.
// FOLDER/changed has a network of which one weight differs, beside the hash of the one without: there, every check must
// fail and find what found.txt says. FOLDER/example has what examples/firmware includes.
#include "export_c/write.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>

#include "intaglio/io/model_file.hpp"
#include "networks.hpp"
#include "support/random_model.hpp"

namespace {

using namespace intaglio;

template <class Net>
std::uint32_t write(const Model<Net>& model, const char* type, const std::filesystem::path& folder) {
    const std::uint32_t hash = export_c_test::write(model, folder);
    save_model(model, folder / "model.safetensors");
    const IntegerNetwork<Net, Target::portable> network(model);
    std::ofstream parameters(folder / "parameters.inc");
    for (const std::byte byte : network.parameters().bytes) {
        parameters << "std::byte{" << std::to_integer<int>(byte) << "},\n";
    }
    std::ofstream(folder / "sizes.h") << "#define NET_PIXELS " << facts<Net>.input_shape().size()
                                      << "\n#define NET_CLASSES " << facts<Net>.classes() << "\n";
    std::ofstream(folder / "type.txt") << type << "\n";
    std::ofstream(folder / "products.txt") << facts<Net>.macs() << "\n";
    return hash;
}

/// The same with the first weight changed that matters to some image.
template <class Net>
void write_changed(Model<Net> model, std::uint32_t hash, const char* type, const std::filesystem::path& folder) {
    RowNumbers& row = model.rows.front();
    for (std::int8_t& weight : row.weights) {
        const std::int8_t kept = weight;
        weight = static_cast<std::int8_t>(weight == 0 ? 1 : 0);
        const std::uint32_t found = export_c_test::hash_of_logits(IntegerNetwork<Net>(model));
        if (found == hash) {
            weight = kept;
            continue;
        }
        write(model, type, folder);
        std::ofstream(folder / "expected.txt") << hash << "\n";
        std::ofstream(folder / "found.txt") << found << "\n";
        return;
    }
    throw std::runtime_error(std::string("no weight matters to ") + type);
}

}  // namespace

int main(int count, char** arguments) try {
    if (count != 2) return 2;
    const std::filesystem::path folder = arguments[1];
    std::filesystem::remove_all(folder);
    devices::for_each_network([&]<class Net>(const char* type, const std::string& name) {
        const Model<Net> model = random_model::telling<Net>();
        const std::uint32_t hash = write(model, type, folder / "networks" / name);
        if (name == "ternary") {
            const std::filesystem::path example = folder / "example";
            std::filesystem::create_directories(example);
            export_c(model, example / "network.h");
            std::filesystem::copy(folder / "networks" / name / "parameters.inc", example);
            std::ofstream(example / "net.hpp")
                << "#include \"devices/networks.hpp\"\nusing Net = devices::" << type << ";\n";
            write_changed(model, hash, type, folder / "changed" / name);
        }
    });
    return 0;
} catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
}
