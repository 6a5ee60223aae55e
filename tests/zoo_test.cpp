// The networks of the zoo: shapes, weights and multiply-accumulates by paper and pencil; each trains and lowers
// exactly.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <intaglio/core/random.hpp>
#include <intaglio/train/lowering.hpp>
#include <intaglio/train/trainer.hpp>
#include <intaglio/zoo/networks.hpp>
#include <memory>
#include <string_view>
#include <vector>

namespace zoo_test {

using namespace intaglio;

namespace {

using Full = zoo::WidthMultiplier<1>;
using Tiny = zoo::WidthMultiplier<1, 16>;
using Options = Defaults<States<M_w{3}>, Lbn, Act<M_a{4}>>;
using Cifar = Image<3, 32, 32>;
using Digits = Image<1, 28, 28>;

struct Vgg : zoo::Vgg<Cifar, 10, Full, Options> {};
struct PreActResNet : zoo::PreActResNet<Cifar, 10, Full, Options> {};
struct LeNet5 : zoo::LeNet5<Digits, 10, Full, Options> {};
struct Mlp : zoo::Mlp<Digits, 10, Options, 256, 256> {};
struct Lfc : zoo::Lfc<Digits, 10, Options> {};
struct VggSmall : zoo::VggSmall<Cifar, 10, Full, Options> {};
struct ResNet20 : zoo::ResNet20<Cifar, 10, Full, Options> {};
struct Cnn9 : zoo::Cnn9<Cifar, 10, Full, Options> {};
struct MobileNet : zoo::MobileNet<Image<3, 224, 224>, 1000, Full, Options> {};
struct PersonDetector : zoo::MobileNet<Image<3, 96, 96>, 2, zoo::WidthMultiplier<1, 4>, Options> {};
struct AlexNet : zoo::AlexNet<Image<3, 224, 224>, 1000, Full, Options> {};

template <class Net>
constexpr std::int32_t products = [] {
    std::int32_t count = 0;
    for (const Row& row : facts<Net>.rows) count += row.weights > 0 ? 1 : 0;
    return count;
}();

/// Shape behind the n-th product.
template <class Net>
constexpr Shape product_shape(std::int32_t n) {
    for (const Row& row : facts<Net>.rows) {
        if (row.weights > 0 && n-- == 0) return row.extents.out;
    }
    return {};
}

/// Random codes, so that all values of the network move.
template <class Net>
struct RandomSamples {
    explicit RandomSamples(std::int64_t count)
        : pixels(static_cast<std::size_t>(count * Training<Net>::pixels)), labels(static_cast<std::size_t>(count)) {
        Random random(11, 3);
        for (auto& pixel : pixels) pixel = static_cast<std::uint8_t>(random.below(256));
        for (auto& label : labels) label = static_cast<std::uint8_t>(random.below(Training<Net>::classes));
    }
    [[nodiscard]] Samples samples() const { return {pixels, labels}; }
    std::vector<std::uint8_t> pixels;
    std::vector<std::uint8_t> labels;
};

/// One training step; then both programs agree in every value of every image.
template <class Net>
void trains_and_lowers() {
    const RandomSamples<Net> data(8);
    Training<Net> training(4, 2);
    const std::vector<float> before(training.parameters().begin(), training.parameters().end());
    Trainer<Net> trainer(training, data.samples(), {.optimizer = {.learning_rate = 0.01}, .epochs = 1, .batch = 4});
    trainer.fit();
    CHECK(!std::equal(before.begin(), before.end(), training.parameters().begin()));
    trainer.reestimate_statistics();
    const IntegerNetwork<Net> network = lower(training);
    const Certificate certificate = certify(training, network);
    CHECK(certificate.proven());
    CHECK(certificate.weights_compared == facts<Net>.weights());
    const auto scratch = network.make_scratch();
    for (std::int64_t image = 0; image < 4; ++image) {
        training.forward(data.pixels.data() + image * Training<Net>::pixels, 1, train::Statistics::running);
        const std::int64_t* logits =
            network.program().logits(data.pixels.data() + image * Training<Net>::pixels, *scratch);
        CHECK(std::equal(training.logits().begin(), training.logits().end(), logits));
    }
}

/// Options of both ends, and of one.
struct EdgedVgg : zoo::VggSmall<Cifar, 10, Tiny, Options, QInt<4>, zoo::LastOptions<BatchNorm>> {};
struct EdgedResNet
    : zoo::ResNet20<Cifar, 10, Tiny, Options, zoo::FirstOptions<QInt<8>>, zoo::LastOptions<QInt<4>, TrainedBias>> {};
struct EdgedAlexNet : zoo::AlexNet<Image<3, 64, 64>, 12, Tiny, Options, QInt<8>, zoo::FirstOptions<BatchNorm>> {};

/// Weight states and norm of the first layer, then of the last.
template <class Net>
constexpr bool has_edges(std::int32_t first, std::string_view first_norm, std::int32_t last,
                         std::string_view last_norm) {
    constexpr const auto& rows = facts<Net>.rows;
    constexpr std::size_t end = rows.size();
    return rows[0].weight_states == first && rows[1].detail == first_norm && rows[3].weight_states == 3 &&
           rows[end - 3].weight_states == last && rows[end - 2].detail == last_norm;
}
static_assert(has_edges<EdgedVgg>(15, "layer-batch norm", 15, "batch norm"));
static_assert(has_edges<EdgedResNet>(255, "layer-batch norm", 15, "trained bias"));
static_assert(has_edges<EdgedAlexNet>(255, "batch norm", 255, "layer-batch norm"));

}  // namespace

TEST_CASE("VGG is that of the papers") {
    static_assert(facts<Vgg>.weights() == 20'024'000);
    static_assert(products<Vgg> == 17);
    static_assert(product_shape<Vgg>(1) == Shape{32, 32, 64} && product_shape<Vgg>(3) == Shape{32, 32, 128});
    static_assert(product_shape<Vgg>(7) == Shape{16, 16, 256} && product_shape<Vgg>(11) == Shape{8, 8, 512});
    static_assert(product_shape<Vgg>(15) == Shape{4, 4, 512} && product_shape<Vgg>(16) == Shape{4, 4, 10});
    static_assert(facts<Vgg>.macs() == 1024 * (1728 + 36864 + 73728 + 147456) + 256 * (294912 + 3 * 589824) +
                                           64 * (1179648LL + 3 * 2359296) + 16 * (4 * 2359296LL + 5120));
    struct Narrow : zoo::Vgg<Cifar, 100, zoo::WidthMultiplier<1, 4>, Options> {};
    static_assert(product_shape<Narrow>(0).channels == 16 && product_shape<Narrow>(16).channels == 100);
    struct Small : zoo::Vgg<Cifar, 10, Tiny, Options> {};
    trains_and_lowers<Small>();
}

TEST_CASE("PreActResNet is that of the papers") {
    // Eight blocks of two 3 x 3 convolutions and a 1 x 1 shortcut, then 10C1.
    static_assert(products<PreActResNet> == 8 * 3 + 1);
    static_assert(facts<PreActResNet>.weights() ==
                  (27 * 64 + 576 * 64 + 3 * 64) + (576 * 128 + 1152 * 128 + 64 * 128) +
                      (1152 * 256 + 2304 * 256 + 128 * 256) + (2 * 2304 * 256 + 256 * 256) +
                      (2304 * 512 + 4608 * 512 + 256 * 512) + 3 * (2 * 4608 * 512 + 512 * 512) + 5120);
    static_assert(product_shape<PreActResNet>(5) == Shape{32, 32, 128});
    static_assert(product_shape<PreActResNet>(6) == Shape{16, 16, 256});
    static_assert(product_shape<PreActResNet>(23) == Shape{4, 4, 512});
    struct Small : zoo::PreActResNet<Cifar, 10, Tiny, Options> {};
    trains_and_lowers<Small>();
}

TEST_CASE("LeNet-5 and the perceptrons") {
    static_assert(facts<LeNet5>.weights() == 61'470);
    static_assert(facts<LeNet5>.macs() == 784 * 150 + 100 * 2400 + 48000 + 10080 + 840);
    static_assert(product_shape<LeNet5>(1) == Shape{10, 10, 16});
    trains_and_lowers<LeNet5>();
    static_assert(facts<Mlp>.weights() == 784 * 256 + 256 * 256 + 2560 && facts<Mlp>.macs() == facts<Mlp>.weights());
    static_assert(facts<Lfc>.weights() == 784 * 1024 + 2 * 1024 * 1024 + 10240);
    trains_and_lowers<Mlp>();
}

TEST_CASE("VGG-Small") {
    static_assert(facts<VggSmall>.weights() == 4'656'512 && products<VggSmall> == 7);
    static_assert(product_shape<VggSmall>(3) == Shape{16, 16, 256} && product_shape<VggSmall>(5) == Shape{8, 8, 512});
    struct Small : zoo::VggSmall<Cifar, 10, Tiny, Options> {};
    trains_and_lowers<Small>();
}

TEST_CASE("ResNet-20 has shortcuts without parameters") {
    static_assert(facts<ResNet20>.weights() == 268'336 && products<ResNet20> == 20);
    static_assert(product_shape<ResNet20>(7) == Shape{16, 16, 32} && product_shape<ResNet20>(18) == Shape{8, 8, 64});
    struct ResNet44 : zoo::ResNet<Cifar, 10, Full, Options, 7> {};
    static_assert(products<ResNet44> == 44);
    struct Small : zoo::ResNet20<Cifar, 10, zoo::WidthMultiplier<1, 4>, Options> {};
    trains_and_lowers<Small>();
}

TEST_CASE("the 9-layer network") {
    static_assert(facts<Cnn9>.weights() == 3'117'696 && products<Cnn9> == 10);
    static_assert(product_shape<Cnn9>(6) == Shape{6, 6, 512} && product_shape<Cnn9>(8) == Shape{6, 6, 128});
    struct Small : zoo::Cnn9<Cifar, 10, Tiny, Options> {};
    trains_and_lowers<Small>();
}

TEST_CASE("MobileNet has the sizes of the literature") {
    static_assert(facts<MobileNet>.weights() == 4'209'088 && products<MobileNet> == 28);
    static_assert(facts<MobileNet>.macs() == 568'740'352);
    static_assert(product_shape<MobileNet>(0) == Shape{112, 112, 32});
    static_assert(product_shape<MobileNet>(26) == Shape{7, 7, 1024});
    static_assert(facts<PersonDetector>.weights() == 216 + 9 * 1240 + 196'224 + 512);
    static_assert(facts<PersonDetector>.macs() == 7'489'664);
    static_assert(product_shape<PersonDetector>(0) == Shape{48, 48, 8});
    static_assert(product_shape<PersonDetector>(26) == Shape{3, 3, 256});
    struct Small : zoo::MobileNet<Cifar, 10, zoo::WidthMultiplier<1, 8>, Options> {};
    trains_and_lowers<Small>();
}

TEST_CASE("AlexNet is that of the DoReFa reference") {
    static_assert(facts<AlexNet>.weights() == 60'961'280 && products<AlexNet> == 8);
    static_assert(product_shape<AlexNet>(0) == Shape{54, 54, 96} && product_shape<AlexNet>(1) == Shape{54, 54, 256});
    static_assert(product_shape<AlexNet>(2) == Shape{27, 27, 384} && product_shape<AlexNet>(4) == Shape{14, 14, 256});
    static_assert(facts<AlexNet>.macs() == 2916LL * (41472 + 307200) + 729LL * 884736 + 196LL * (663552 + 442368) +
                                               37748736 + 16777216 + 4096000);
    struct Small : zoo::AlexNet<Image<3, 64, 64>, 12, Tiny, Options> {};
    trains_and_lowers<Small>();
}

}  // namespace zoo_test
