// Runs a network on each instruction set of this program that the processor has; prints `set hash` lines, the best set
// first, and exits with 1 if the logits differ. With an argument: only that set.
#include <cinttypes>
#include <cstdio>
#include <exception>
#include <intaglio/core/random.hpp>
#include <intaglio/host/checksum.hpp>
#include <intaglio/train/lowering.hpp>
#include <span>
#include <string_view>
#include <vector>

#include "one_binary.hpp"

namespace {

std::uint64_t hash_of(const intaglio::Model<Net>& model, std::string_view set) {
    const one_binary::Network network(model, set);
    auto scratch = network.make_scratch();
    intaglio::Checksum sum;
    intaglio::Random random(7);
    std::vector<std::uint8_t> image(static_cast<std::size_t>(intaglio::facts<Net>.input_shape().size()));
    for (int i = 0; i < 20; ++i) {
        for (auto& pixel : image) pixel = static_cast<std::uint8_t>(random() & 255U);
        const std::int64_t* const logits = network.logits(image.data(), scratch);
        sum.add(std::span<const std::int64_t>(logits, 10));
    }
    return sum.value();
}

}  // namespace

int main(int count, char** arguments) try {
    const intaglio::Model<Net> model = intaglio::lower(intaglio::Training<Net>(2));
    std::vector<std::string_view> sets = one_binary::Network::sets();
    if (count > 1) sets = {arguments[1]};
    const std::uint64_t first = hash_of(model, sets.front());
    bool equal = true;
    for (const std::string_view set : sets) {
        const std::uint64_t hash = hash_of(model, set);
        std::printf("%.*s %016" PRIx64 "\n", static_cast<int>(set.size()), set.data(), hash);
        equal = equal && hash == first;
    }
    return equal ? 0 : 1;
} catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 2;
}
