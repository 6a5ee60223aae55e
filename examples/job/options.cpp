#include "options.hpp"

#include <CLI/CLI.hpp>
#include <thread>

std::optional<int> read_command_line(int argc, char** argv, const Program& program, Options& options) {
    const unsigned cores = std::thread::hardware_concurrency();
    options.threads = cores == 0 ? 1 : static_cast<int>(cores);
    options.model = program.models.front();
    options.output = program.output;

    CLI::App app{program.purpose};
    if (!program.data.empty()) app.add_option("--data", options.data, program.data)->type_name("FOLDER");
    app.add_option("--epochs", options.epochs,
                   "Passes over the training samples (default: " + program.default_epochs + ")")
        ->check(CLI::Range(1, 10000));
    app.add_option("--limit", options.limit, "Use only the first N training samples")->check(CLI::Range(1, 1000000000));
    app.add_option("--model", options.model, "Network")->check(CLI::IsMember(program.models))->capture_default_str();
    app.add_option("--seed", options.seed, "Seed of weights and sample order")->capture_default_str();
    app.add_option("--threads", options.threads, "Threads; the result does not depend on them")
        ->check(CLI::Range(1, 256))
        ->capture_default_str();
    app.add_option("--output", options.output, "Folder for results, plots and the checkpoint")
        ->type_name("FOLDER")
        ->capture_default_str();
    app.add_flag("--resume", options.resume, "Go on from the checkpoint in the output folder");
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return app.exit(error);
    }
    return std::nullopt;
}
