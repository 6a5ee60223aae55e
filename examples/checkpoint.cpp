// Checkpoints: a run that stops and goes on ends with the same parameters, bit for bit, as one that never stopped. And
// parameters alone, which any run of the same network takes.
#include <algorithm>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <intaglio/intaglio.hpp>
#include <intaglio/io/parameters.hpp>
#include <intaglio/io/training_checkpoint.hpp>

#include "lines.hpp"

using namespace intaglio;

struct Net : Network<Image<1, 8, 8>, Defaults<QInt<2>, Act<M_a{4}>>, Conv<QInt<8>, Out<8>>, AvgPool<2>,
                     Classifier<QInt<8>, Out<2>>> {};
// Differs in one number: 9 channels.
struct Other : Network<Image<1, 8, 8>, Defaults<QInt<2>, Act<M_a{4}>>, Conv<QInt<8>, Out<9>>, AvgPool<2>,
                       Classifier<QInt<8>, Out<2>>> {};

int main() {
    const Lines lines(200, 8);
    const TrainerOptions<> options{.epochs = 4, .batch = 50, .seed = 7};
    const std::filesystem::path file = "example_checkpoint.intaglio";
    constexpr std::uint64_t seed = 7;

    // Without a stop, on one thread.
    Training<Net> whole(50, 1, seed);
    Trainer<Net> all_steps(whole, lines.samples(), options);
    all_steps.fit();

    // Stopped in the middle of the second epoch.
    Training<Net> first_half(50, 1, seed);
    Trainer<Net> first_steps(first_half, lines.samples(), options);
    for (int i = 0; i < 6; ++i) first_steps.train_batch();
    save_checkpoint(first_steps, file);

    // Resumed in other objects, on two threads: neither matters. The seed does not either: weights and seed are read.
    Training<Net> second_half(50, 2);
    Trainer<Net> last_steps(second_half, lines.samples(), options);
    load_checkpoint(last_steps, file);
    last_steps.fit();
    const bool identical = std::ranges::equal(whole.parameters(), second_half.parameters());
    std::printf("resumed run identical: %s\n", identical ? "yes" : "no");

    // The parameters alone start a longer run with another optimiser, and need no data to be evaluated or lowered.
    Training<Net> taken(50);
    load_parameters(taken, file);
    const bool same = std::ranges::equal(first_half.parameters(), taken.parameters());
    Trainer<Net, MomentumSgd> longer(taken, lines.samples(), {.epochs = 10});
    longer.fit();
    const std::filesystem::path parameters = "example_checkpoint.parameters";
    save_parameters(taken, parameters);
    Training<Net> deployed(1);
    load_parameters(deployed, parameters);
    const bool alone = same && std::ranges::equal(taken.parameters(), deployed.parameters());
    std::printf("parameters alone: %s\n", alone ? "yes" : "no");

    // Another run does not take the checkpoint, nor another network the parameters, and both say why.
    const auto refused = [](const char* what, const auto& call) {
        try {
            call();
        } catch (const std::exception& error) {
            std::printf("%s: %s\n", what, error.what());
            return true;
        }
        return false;
    };
    Training<Other> other(50);
    const bool both = refused("another run", [&] { load_checkpoint(longer, file); }) &&
                      refused("another network", [&] { load_parameters(other, parameters); });
    std::filesystem::remove(file);
    std::filesystem::remove(parameters);
    return identical && alone && both ? 0 : 1;
}
