// A network leaves the library as text, and a program that knows nothing of the library runs it: the same logits.
#include "own_exporter.hpp"

#include <array>
#include <cstdio>
#include <intaglio/intaglio.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "lines.hpp"

using namespace intaglio;

// clang-format off
struct Net : Network<Image<1, 8, 8>, Defaults<QInt<3>, Act<M_a{4}>>,
    Conv<Out<6>, Padding<1>>,
    Conv<Out<8>, Stride<2>>,
    Classifier<Out<2>>> {};
// clang-format on

namespace {

std::vector<std::int64_t> read_numbers(std::istream& in) {
    std::string name;
    std::size_t count = 0;
    in >> name >> count;
    std::vector<std::int64_t> numbers(count);
    for (std::int64_t& number : numbers) in >> number;
    return numbers;
}

// Runs the text on one image: [height][width][channels].
std::vector<std::int64_t> run(const std::string& text, std::vector<std::int64_t> values) {
    std::istringstream in(text);
    std::string word;
    std::int64_t channels = 0;
    while (in >> word) {
        if (word == "product") {
            std::array<std::int64_t, 14> e{};
            for (std::int64_t& number : e) in >> number;
            const auto [height, width, in_channels, kernel_height, kernel_width, stride_height, stride_width, top, left,
                        padding, groups, out_height, out_width, out_channels] = e;
            const std::vector<std::int64_t> weights = read_numbers(in);
            const std::int64_t depth = in_channels / groups;
            std::vector<std::int64_t> out;
            for (std::int64_t y = 0; y < out_height; ++y) {
                for (std::int64_t x = 0; x < out_width; ++x) {
                    for (std::int64_t o = 0; o < out_channels; ++o) {
                        std::int64_t sum = 0;
                        std::size_t w = static_cast<std::size_t>(o * kernel_height * kernel_width * depth);
                        for (std::int64_t i = 0; i < kernel_height; ++i) {
                            for (std::int64_t j = 0; j < kernel_width; ++j) {
                                const std::int64_t row = y * stride_height + i - top;
                                const std::int64_t column = x * stride_width + j - left;
                                const bool inside = row >= 0 && row < height && column >= 0 && column < width;
                                const std::int64_t first =
                                    (row * width + column) * in_channels + o / (out_channels / groups) * depth;
                                for (std::int64_t c = 0; c < depth; ++c) {
                                    sum +=
                                        weights[w++] * (inside ? values[static_cast<std::size_t>(first + c)] : padding);
                                }
                            }
                        }
                        out.push_back(sum);
                    }
                }
            }
            values = std::move(out);
            channels = out_channels;
        } else if (word == "step") {
            std::int64_t lowest = 0, spacing = 0, steps = 0;
            in >> lowest >> spacing >> steps;
            const std::vector<std::int64_t> thresholds = read_numbers(in);
            const std::vector<std::int64_t> falling = read_numbers(in);
            const auto count = static_cast<std::size_t>(channels);
            for (std::size_t i = 0; i < values.size(); ++i) {
                const std::int64_t value = falling[i % count] != 0 ? -values[i] - 1 : values[i];
                std::int64_t code = lowest;
                for (std::size_t m = 0; m < static_cast<std::size_t>(steps); ++m) {
                    if (value >= thresholds[m * count + i % count]) code += spacing;
                }
                values[i] = code;
            }
        } else if (word == "logits") {
            std::size_t classes = 0;
            in >> classes;
            const std::vector<std::int64_t> multipliers = read_numbers(in);
            const std::vector<std::int64_t> addends = read_numbers(in);
            for (std::size_t c = 0; c < classes; ++c) {
                values[c] = values[c] * multipliers[c % multipliers.size()] + addends[c % addends.size()];
            }
        }
    }
    return values;
}

}  // namespace

int main() {
    const Lines lines(200, 8);
    Training<Net> training(40);
    Trainer<Net> trainer(training, lines.samples(), {.optimizer = {.learning_rate = 0.02}, .epochs = 10, .batch = 40});
    trainer.fit();
    const Model<Net> model = lower(training);
    const std::string text = app::to_text(facts<Net>.view(), model);
    const IntegerNetwork network(model);
    const auto scratch = network.make_scratch();
    std::int64_t different = 0;
    for (std::size_t image = 0; image < lines.labels.size(); ++image) {
        const std::uint8_t* pixels = lines.pixels.data() + image * Training<Net>::pixels;
        const std::int64_t* logits = network.program().logits(pixels, *scratch);
        const auto exported = run(text, {pixels, pixels + Training<Net>::pixels});
        for (std::size_t c = 0; c < 2; ++c) different += logits[c] != exported[c] ? 1 : 0;
    }
    std::printf("%zu bytes of text, %lld logits differ\n", text.size(), static_cast<long long>(different));
    return different == 0 && lines.labels.size() == 200 ? 0 : 1;
}
