// What the workers of the peers share: WORKER version | serve FILE BATCH SLICE [VARIANT] | output FILE HIGHEST. FILE
// holds the layers; `output` writes the codes of one image to standard output, whose input codes are 0 ... HIGHEST.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <exception>
#include <fstream>
#include <iostream>
#include <string>
#include <vector>

#include "layers.hpp"
#include "numbers.hpp"
#include "worker.hpp"

namespace peers {

/// Input codes of a batch.
inline std::vector<std::uint8_t> make_input(const std::vector<Layer>& layers, std::int32_t batch,
                                            std::int32_t highest = highest_code) {
    std::vector<std::uint8_t> codes(static_cast<std::size_t>(layers.front().in_size() * batch));
    for (std::size_t i = 0; i < codes.size(); ++i) {
        codes[i] = static_cast<std::uint8_t>(number(input_series, i, 0, highest));
    }
    return codes;
}

/// Weights of a layer, [output channel][row][column][input channel of the group].
inline std::vector<std::int8_t> make_weights(const Layer& layer, std::size_t place) {
    std::vector<std::int8_t> weights(static_cast<std::size_t>(layer.weights()));
    for (std::size_t i = 0; i < weights.size(); ++i) {
        weights[i] = static_cast<std::int8_t>(number(weight_series(place), i, -highest_weight, highest_weight));
    }
    return weights;
}

/// What a peer is to do.
struct Job {
    std::vector<Layer> layers;
    std::int32_t batch = 1;
    std::vector<std::uint8_t> input;
    std::string variant;          ///< a peer's own word for one of several ways to do it
    bool compares_codes = false;  ///< results are looked at: the step is the integer one
};

/// A Peer has `version()`, a constructor from a Job, `run()` and `output()`, the codes of the last layer.
template <class Peer>
int peer_main(int argc, char** argv) {
    const std::vector<std::string> arguments(argv + 1, argv + argc);
    try {
        if (arguments.size() == 1 && arguments[0] == "version") {
            std::cout << Peer::version() << std::endl;
            return 0;
        }
        if (arguments.size() < 3) {
            std::cerr << "usage: version | serve FILE BATCH SLICE [VARIANT] | output FILE HIGHEST" << std::endl;
            return 2;
        }
        std::ifstream file(arguments[1]);
        Job job;
        job.layers = read_layers(file);
        if (arguments[0] == "output") {
            job.input = make_input(job.layers, 1, std::stoi(arguments[2]));
            job.compares_codes = true;
            Peer peer(job);
            peer.run();
            for (const std::uint8_t code : peer.output()) std::cout.put(static_cast<char>(code));
            return 0;
        }
        job.batch = std::stoi(arguments[2]);
        job.input = make_input(job.layers, job.batch);
        if (arguments.size() > 4) job.variant = arguments[4];
        Peer peer(job);
        return serve([&] { peer.run(); }, std::stod(arguments.at(3)));
    } catch (const std::exception& error) {
        std::cerr << argv[0] << ": " << error.what() << std::endl;
        return 1;
    }
}

}  // namespace peers
