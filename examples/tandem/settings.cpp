#include "settings.hpp"

#include <CLI/CLI.hpp>
#include <map>
#include <thread>

namespace conversions {

using namespace intaglio;

std::optional<int> read_settings(int argc, char** argv, Settings& settings) {
    const unsigned cores = std::thread::hardware_concurrency();
    tandem::Options& tandem = settings.tandem;
    tandem.threads = cores == 0 ? 1 : static_cast<int>(cores);
    std::string network = network_names.front();
    int bits = 0;
    std::string mode = "all";
    std::vector<std::string> modes{"all"};
    modes.insert(modes.end(), mode_names.begin(), mode_names.end());
    const std::map<std::string, tandem::Adaptation> adaptations{{"local", tandem::Adaptation::local},
                                                                {"downstream", tandem::Adaptation::downstream},
                                                                {"both", tandem::Adaptation::both}};

    CLI::App app{
        "Converts trained networks with batch norm into networks without norms, of integers alone, and proves that "
        "both programs of each agree. Without options: the perceptron of 8, 4 and 1 bits in all modes, on "
        "Fashion-MNIST."};
    app.add_option("--network", network, "Network; vgg-small and resnet20 read CIFAR-10, alexnet random images")
        ->check(CLI::IsMember(network_names))
        ->capture_default_str();
    app.add_option("--bits", bits, "Bits of weights and activations (default: all that the program has)")
        ->check(CLI::IsMember({8, 4, 1}));
    app.add_option("--mode", mode,
                   "Integer scale of a layer: L one multiplier, LB and biases, CB multipliers and biases, P2 a power "
                   "of two and biases")
        ->check(CLI::IsMember(modes))
        ->capture_default_str();
    app.add_option("--seed", settings.seed, "Seed of teacher and student")->capture_default_str();
    app.add_option("--epochs", settings.epochs,
                   "Passes over the training samples, for the teacher (default: mlp 10, convolutional 4, vgg-small 8)")
        ->check(CLI::Range(1, 10000));
    app.add_option("--teacher", settings.teacher,
                   "Checkpoint of a teacher that is trained already; of resnet20 the safetensors file")
        ->type_name("FILE")
        ->check(CLI::ExistingFile);
    app.add_option("--stage2-epochs", settings.stage2_epochs,
                   "Largest number of passes for each layer; 0: stage 1 alone (default: 2; resnet20 and alexnet 0)")
        ->check(CLI::Range(0, 10000));
    app.add_option("--joint-epochs", settings.joint_epochs,
                   "Largest number of passes for all layers together at last (default: 0; resnet20 of 4 bits 4)")
        ->check(CLI::Range(0, 10000));
    app.add_option("--joint-rate", settings.joint_rate, "Learning rate of these (default: 0.0001; resnet20 0.001)")
        ->check(CLI::PositiveNumber);
    app.add_option("--adaptation", tandem.stage2.adaptation,
                   "What stage 2 trains: local (each layer), downstream (what comes after it), both")
        ->transform(CLI::CheckedTransformer(adaptations).description("{local,downstream,both}"))
        ->default_str("local");
    app.add_option("--threads", tandem.threads, "Threads; the result does not depend on them")
        ->check(CLI::Range(1, 256))
        ->capture_default_str();
    app.add_option("--output", settings.output, "Folder for results, plots and checkpoints")
        ->type_name("FOLDER")
        ->capture_default_str();
    app.add_option("--data", settings.data, "Folder of the data set (default: INTAGLIO_DATA, then the package)")
        ->type_name("FOLDER");
    app.add_option("--limit", settings.limit, "Use only the first N training samples")
        ->check(CLI::Range(1, 1000000000));
    app.add_flag("--resume", settings.resume, "Go on from the checkpoints in the output folder");
    app.add_option("--summary", settings.summary, "Convert nothing: print the table of all results in a folder")
        ->type_name("FOLDER")
        ->check(CLI::ExistingDirectory);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return app.exit(error);
    }
    Choice& choice = settings.choice;
    choice = {network, {8, 4, 1}, mode_names};
    if (bits != 0) choice.bits = {bits};
    if (mode != "all") choice.modes = {mode};
    tandem.stage2.epochs = settings.stage2_epochs.value_or(tandem.stage2.epochs);
    tandem.joint.epochs = settings.joint_epochs.value_or(tandem.joint.epochs);
    tandem.joint.learning_rate = settings.joint_rate.value_or(tandem.joint.learning_rate);
    // All students of a ResNet-20 have the same one.
    if (!settings.teacher.empty() && choice.bits.size() > 1 && network != "resnet20") {
        std::fprintf(stderr, "--teacher is a teacher of one width: give --bits\n");
        return 1;
    }
    tandem.seed = settings.seed;
    return std::nullopt;
}

}  // namespace conversions
