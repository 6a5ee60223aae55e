// Checkpoints: a run that stops and goes on ends with the same parameters, bit for bit, as one that never stopped.
#include <algorithm>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <intaglio/intaglio.hpp>
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
    for (int i = 0; i < 6; ++i) first_steps.step();
    save_checkpoint(first_steps, file);

    // Resumed in other objects, on two threads: neither matters. The seed of the weights does not either, as they are
    // read.
    Training<Net> second_half(50, 2);
    Trainer<Net> last_steps(second_half, lines.samples(), options);
    load_checkpoint(last_steps, file);
    last_steps.fit();
    const bool identical = std::ranges::equal(whole.parameters(), second_half.parameters());
    std::printf("resumed run identical: %s\n", identical ? "yes" : "no");

    // Another network does not take it, and says why.
    bool refused = false;
    Training<Other> other(50);
    Trainer<Other> other_trainer(other, lines.samples(), options);
    try {
        load_checkpoint(other_trainer, file);
    } catch (const std::exception& error) {
        refused = true;
        std::printf("another network: %s\n", error.what());
    }
    std::filesystem::remove(file);
    return identical && refused ? 0 : 1;
}
