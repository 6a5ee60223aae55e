#include "exports.hpp"

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <intaglio/io/atomic_file.hpp>
#include <iterator>
#include <stdexcept>

namespace {

// Reads images from standard input to its end, writes the logits of each to standard output.
std::string main_source(const std::string& type) {
    return R"(/* The use of network.h: images on standard input, the logits of each on standard output. */
#include "network.h"

#include <stdio.h>

int main(void) {
    static )" +
           type + R"( image[NETWORK_PIXELS];
    static int32_t arena[(NETWORK_ARENA_BYTES + 3) / 4];
    static int64_t logits[NETWORK_CLASSES];
    while (fread(image, sizeof image, 1, stdin) == 1) {
        network_logits(image, arena, logits);
        if (fwrite(logits, sizeof logits, 1, stdout) != 1) return 1;
    }
    return 0;
}
)";
}

// The text as one word of a shell.
std::string quoted(const std::string& text) {
    std::string word = "'";
    for (const char c : text) word += c == '\'' ? std::string("'\\''") : std::string(1, c);
    return word + "'";
}

void run_command(const std::string& command) {
    if (std::system(command.c_str()) != 0) throw std::runtime_error("this command failed: " + command);
}

}  // namespace

CRun run_c_program(const std::filesystem::path& folder, const Images& images) {
    const char* const compiler = std::getenv("CC");
    const auto path = [&](const char* name) { return quoted((folder / name).string()); };
    intaglio::write_file_atomically(folder / "network_main.c", main_source(images.type));
    run_command(std::string(compiler != nullptr && *compiler != '\0' ? compiler : "cc") +
                " -std=c99 -O3 -march=native -o " + path("network_main") + " " + path("network_main.c"));

    intaglio::write_file_atomically(
        folder / "images.bin",
        std::span(reinterpret_cast<const std::uint8_t*>(images.bytes.data()), images.bytes.size()));
    const auto start = std::chrono::steady_clock::now();
    std::string program = path("network_main");
    if (folder.is_relative()) program = quoted("./" + (folder / "network_main").string());
    run_command(program + " < " + path("images.bin") + " > " + path("logits.bin"));
    CRun run;
    run.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();

    std::vector<std::int64_t> found(images.logits.size());
    std::ifstream file(folder / "logits.bin", std::ios::binary);
    file.read(reinterpret_cast<char*>(found.data()), static_cast<std::streamsize>(found.size() * sizeof(std::int64_t)));
    if (!file || file.peek() != std::ifstream::traits_type::eof()) {
        throw std::runtime_error(folder.string() + ": the C program wrote another number of logits");
    }
    const std::size_t classes = images.logits.size() / images.count;
    for (std::size_t i = 0; i < images.count; ++i) {
        bool differs = false;
        for (std::size_t c = i * classes; c < (i + 1) * classes; ++c) differs = differs || found[c] != images.logits[c];
        run.differing_images += differs ? 1 : 0;
    }
    for (const char* const name : {"network_main", "images.bin", "logits.bin"}) std::filesystem::remove(folder / name);
    return run;
}
