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
    app.add_option("--network", network, "Network; vgg-small learns CIFAR-10")
        ->check(CLI::IsMember(network_names))
        ->capture_default_str();
    app.add_option("--bits", bits, "Bits of weights and activations (default: all of the network)")
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
    app.add_option("--teacher", settings.teacher, "Checkpoint of a teacher that is trained already")
        ->type_name("FILE")
        ->check(CLI::ExistingFile);
    app.add_option("--stage2-epochs", tandem.stage2.epochs, "Largest number of passes for each layer; 0: stage 1 alone")
        ->check(CLI::Range(0, 10000))
        ->capture_default_str();
    app.add_option("--joint-epochs", tandem.joint.epochs, "Largest number of passes for all layers together at last")
        ->check(CLI::Range(0, 10000))
        ->capture_default_str();
    app.add_option("--adaptation", tandem.stage2.adaptation,
                   "What stage 2 trains: local (each layer), downstream (what is behind it), both")
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
    if (!settings.teacher.empty() && choice.bits.size() > 1) {
        std::fprintf(stderr, "--teacher is a teacher of one width: give --bits\n");
        return 1;
    }
    tandem.seed = settings.seed;
    return std::nullopt;
}

}  // namespace conversions
