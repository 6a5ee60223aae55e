// trained FOLDER: trains the network of the demo on a part of Fashion-MNIST and writes qdq/ for check.py.
#include <cstdio>
#include <exception>
#include <filesystem>

#include "../../examples/fashion_mnist/convolutional.hpp"
#include "files.hpp"
#include "intaglio/data/fashion_mnist.hpp"
#include "intaglio/train/lowering.hpp"
#include "intaglio/train/trainer.hpp"

int main(int count, char** arguments) try {
    using namespace intaglio;
    if (count != 2) return 2;
    const std::filesystem::path folder = std::filesystem::path(arguments[1]) / "qdq";
    std::filesystem::create_directories(folder);
    const TrainTest data = load_fashion_mnist(find_fashion_mnist());
    const auto train = data.train.take(10000);
    const auto test = data.test.take(1000);
    Training<Convolutional> training(100, 2);
    Trainer<Convolutional> trainer(training, {train.pixels, train.labels},
                                   {.optimizer = {.learning_rate = 0.003}, .epochs = 2});
    trainer.fit();
    trainer.reestimate_statistics();
    const Model<Convolutional> model = lower(training);
    export_onnx(model, folder / "exact.onnx", {.with_class = true});
    export_onnx(model, folder / "qdq.onnx", {.with_class = true, .dialect = OnnxDialect::qdq});
    export_onnx_test::write_answers<Convolutional>(model, test.pixels, folder);
    return 0;
} catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
}
