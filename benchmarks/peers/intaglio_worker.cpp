// The library's worker: version | list | layers WORK | serve WORK BATCH SLICE | output WORK HIGHEST.
#include <bit>
#include <exception>
#include <iostream>

#include "intaglio/version.hpp"
#include "worker.hpp"
#include "works.hpp"

namespace peers {

namespace {

Layer make_layer(const intaglio::FactsView& facts, const intaglio::Row& row) {
    const intaglio::ConvolutionExtents& e = row.extents;
    const intaglio::Shape in = row.weights > 0 ? e.in : facts.value(row.input).shape;
    const intaglio::Shape out = facts.value(row.output).shape;
    Layer layer{.kind = row.weights > 0 ? (in.pixels() == 1 ? "dense" : "convolution")
                                        : (row.picks_codes ? "max_pool" : "average_pool"),
                .in_height = in.height,
                .in_width = in.width,
                .in_channels = in.channels,
                .out_height = out.height,
                .out_width = out.width,
                .out_channels = out.channels,
                .kernel_height = e.kernel_height,
                .kernel_width = e.kernel_width,
                .stride_height = e.stride_height,
                .stride_width = e.stride_width,
                .padding_above = e.padding_height,
                .padding_left = e.padding_width,
                .padding_below = e.padding_below(),
                .padding_right = e.padding_right(),
                .groups = e.groups};
    if (layer.is_product()) {
        layer.shift = step_shift(row.weights / out.channels, highest_weight, highest_code, highest_code);
    }
    return layer;
}

}  // namespace

std::vector<Layer> layers_of(const intaglio::FactsView& facts) {
    std::vector<Layer> layers;
    for (const intaglio::Row& row : facts.rows) {
        const bool pools = row.extents.kernel_height * row.extents.kernel_width > 1 && row.keeps_affine;
        if (row.weights > 0 || pools) layers.push_back(make_layer(facts, row));
    }
    return layers;
}

intaglio::ModelNumbers random_numbers(const intaglio::FactsView& facts) {
    intaglio::ModelNumbers model;
    model.rows.resize(facts.rows.size);
    std::size_t products = 0;
    const intaglio::Row* product = nullptr;
    for (std::size_t i = 0; i < facts.rows.size; ++i) {
        const intaglio::Row& row = facts.rows[i];
        intaglio::RowNumbers& numbers = model.rows[i];
        const auto channels = static_cast<std::size_t>(facts.value(row.output).shape.channels);
        if (row.weights > 0) {
            product = &row;
            const auto lowest = static_cast<std::int32_t>(row.weight_codes.lowest);
            const auto highest = static_cast<std::int32_t>(row.weight_codes.highest);
            numbers.weights.resize(static_cast<std::size_t>(row.weights));
            for (std::size_t w = 0; w < numbers.weights.size(); ++w) {
                const std::int32_t code = row.weight_states == 2 ? 2 * number(weight_series(products), w, 0, 1) - 1
                                                                 : number(weight_series(products), w, lowest, highest);
                numbers.weights[w] = static_cast<std::int8_t>(code);
            }
            ++products;
        }
        const bool last = i + 1 == facts.rows.size;
        if (row.steps == 0 && !last) continue;
        const std::int32_t shift =
            product == nullptr ? 1
                               : step_shift(product->weights / facts.value(product->output).shape.channels,
                                            static_cast<std::int32_t>(product->weight_codes.highest),
                                            static_cast<std::int32_t>(facts.value(product->input).codes.highest),
                                            static_cast<std::int32_t>(row.codes.highest));
        if (row.steps > 0 && row.has_thresholds()) {
            numbers.falling.assign(channels, 0);
            for (std::int64_t level = 0; level < row.steps; ++level) {
                const std::int64_t position = row.codes.lowest < 0 ? level << shift : (2 * level + 1) << (shift - 1);
                numbers.thresholds.insert(numbers.thresholds.end(), channels, static_cast<std::int32_t>(position));
            }
            continue;
        }
        const auto multipliers = static_cast<std::size_t>(row.scale.multipliers(static_cast<std::int64_t>(channels)));
        const auto addends = static_cast<std::size_t>(row.scale.addends(static_cast<std::int64_t>(channels)));
        numbers.multipliers.assign(multipliers, 1);
        numbers.addends.assign(addends, last ? 0 : std::int64_t{1} << (shift - 1));
        if (!last) numbers.shifts.assign(multipliers, static_cast<std::uint8_t>(shift));
    }
    return model;
}

}  // namespace peers

#ifdef __clang__
static const std::string compiler = "Clang " + std::to_string(__clang_major__);
#else
static const std::string compiler = "GCC " + std::to_string(__GNUC__);
#endif

int main(int argc, char** argv) {
    const std::vector<std::string> arguments(argv + 1, argv + argc);
    const std::string command = arguments.empty() ? "" : arguments[0];
    peers::Works works;
    peers::add_convolutions(works);
    peers::add_dense_layers(works);
    peers::add_pools(works);
    peers::add_networks(works);
    peers::add_vgg(works);
    try {
        if (command == "version") {
            std::cout << "intaglio " << INTAGLIO_VERSION_MAJOR << '.' << INTAGLIO_VERSION_MINOR << '.'
                      << INTAGLIO_VERSION_PATCH << ", " << compiler << std::endl;
            return 0;
        }
        if (command == "list") {
            for (const peers::Work& work : works) std::cout << work.name << '\n';
            return 0;
        }
        for (const peers::Work& work : works) {
            if (arguments.size() < 2 || arguments[1] != work.name) continue;
            if (command == "layers") {
                peers::write_layers(std::cout, work.layers());
                return 0;
            }
            if (command == "output") {
                for (const std::uint8_t code : work.output(std::stoi(arguments.at(2))))
                    std::cout.put(static_cast<char>(code));
                return 0;
            }
            if (command == "serve") {
                return peers::serve(work.prepare(std::stoi(arguments.at(2))), std::stod(arguments.at(3)));
            }
        }
        std::cerr << "usage: version | list | layers WORK | serve WORK BATCH SLICE | output WORK HIGHEST" << std::endl;
        return 2;
    } catch (const std::exception& error) {
        std::cerr << argv[0] << ": " << error.what() << std::endl;
        return 1;
    }
}
