// Readers of models: model files, canonical bytes, weights of other frameworks. What is read is run, too.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include "intaglio/canonical/bytes.hpp"
#include "intaglio/canonical/network.hpp"
#include "intaglio/data/bytes_file.hpp"
#include "intaglio/data/file_error.hpp"
#include "intaglio/io/model_file.hpp"
#include "intaglio/io/weight_loader.hpp"
#include "intaglio/model/vocabulary.hpp"
#include "reader.hpp"
#include "support/random_model.hpp"

namespace fuzz {

/// Weights of 1, 2, 4 and 8 bits; steps by thresholds and by multipliers; a table.
struct Net : intaglio::Network<intaglio::Image<1, 4, 4>, intaglio::Defaults<intaglio::QInt<2>, intaglio::BatchNorm>,
                               intaglio::Conv<intaglio::QInt<8>, intaglio::Out<3>, intaglio::Act<intaglio::M_a{3}>>,
                               intaglio::Conv<intaglio::Out<2>, intaglio::Act<intaglio::M_a{40}>>,
                               intaglio::CodeTable<intaglio::HardSwish<intaglio::GridAct<-12, 127, 32>>>,
                               intaglio::Conv<intaglio::BinaryWeights, intaglio::Out<2>, intaglio::Sign<>>,
                               intaglio::GlobalAvgPool, intaglio::Classifier<intaglio::QInt<4>, intaglio::Out<2>>> {};

template <class OfNet = Net>
intaglio::Model<OfNet> some_model() {
    intaglio::Model<OfNet> model;
    static_cast<intaglio::ModelNumbers&>(model) = random_model::make(intaglio::facts<OfNet>.view(), 1);
    return model;
}

/// Runs what was read. The packed program must compute what the model says, whatever that is.
inline void run_model(const intaglio::Model<Net>& model) {
    const intaglio::IntegerNetwork<Net> network(model);
    const auto scratch = network.make_scratch();
    for (const int pixel : {0, 255}) {
        const Bytes image(16, static_cast<std::uint8_t>(pixel));
        (void)network.predict(image.data(), *scratch);
    }
    if (!certify(model, network).proven()) throw std::logic_error("a program differs from its model");
}

inline void read_model_file(const std::filesystem::path& path) {
    (void)intaglio::model_notes(path);
    run_model(intaglio::load_model<Net>(path));
}
inline std::vector<Bytes> model_file_seeds() {
    return {written([](const auto& path) { save_model(some_model(), path, {{"classes", "no, yes"}}); })};
}

/// The bytes name no file: for its name the error is caught here.
inline void read_canonical(const std::filesystem::path& path) {
    const Bytes bytes = intaglio::read_bytes(path, 1024 * kib);
    intaglio::Model<Net> model;
    try {
        static_cast<intaglio::ModelNumbers&>(model) = intaglio::read_canonical_bytes(std::as_bytes(std::span(bytes)));
        require_fitting(model, intaglio::facts<Net>.view());
    } catch (const std::invalid_argument& error) {
        intaglio::throw_file_error(path, error.what());
    }
    run_model(model);
}
inline std::vector<Bytes> canonical_seeds() {
    const std::vector<std::byte> bytes = intaglio::canonical_bytes(some_model());
    const auto* const begin = reinterpret_cast<const std::uint8_t*>(bytes.data());
    return {Bytes(begin, begin + bytes.size())};
}

/// The rows of Net with parameters, as load_weights finds them, without a training.
struct WeightTarget {
    WeightTarget() {
        using Kind = intaglio::io_detail::LoadedRow::Kind;
        const auto& table = intaglio::facts<Net>;
        std::size_t statistics = 0;
        for (std::size_t i = 0; i < table.row_count(); ++i) {
            const intaglio::Row& row = table.rows[i];
            const std::int64_t own = row.weights + row.gains + row.biases;
            if (own == 0) continue;
            rows.push_back({.row = static_cast<std::int32_t>(i),
                            .parameters = static_cast<std::int64_t>(parameters.size()),
                            .kind = row.weights > 0 ? Kind::product : Kind::norm});
            parameters.resize(parameters.size() + static_cast<std::size_t>(own));
            names.push_back((row.weights > 0 ? "w" : "n") + std::to_string(i));
            statistics += static_cast<std::size_t>(row.biases);
        }
        numbers.resize(2 * statistics);
        std::size_t at = 0;
        for (auto& loaded : rows) {
            if (loaded.kind != Kind::norm) continue;
            const auto count = static_cast<std::size_t>(table.rows[static_cast<std::size_t>(loaded.row)].biases);
            loaded.mean = std::span(numbers).subspan(at, count);
            loaded.variance = std::span(numbers).subspan(at + count, count);
            at += 2 * count;
        }
    }

    std::vector<intaglio::io_detail::LoadedRow> rows;
    std::vector<std::string> names;
    std::vector<float> parameters;
    std::vector<double> numbers;
};

inline void read_weights(const std::filesystem::path& path) {
    WeightTarget target;
    const intaglio::SafetensorsFile file(path, 1024 * kib);
    const intaglio::WeightLoading options{.normalization = {{0.0}, {0.5}}, .ignore_unused = true};
    intaglio::io_detail::WeightLoader loader(intaglio::facts<Net>.view(), target.rows, target.parameters, file,
                                             target.names, options);
    (void)loader.read();
    loader.commit();
}
inline std::vector<Bytes> weights_seeds() {
    return {written([](const auto& path) {
        const WeightTarget target;
        intaglio::SafetensorsWriter writer;
        writer.add_metadata("eps", "1e-05");
        const auto add = [&](const std::string& name, std::vector<std::int64_t> shape) {
            std::size_t count = 1;
            for (const std::int64_t extent : shape) count *= static_cast<std::size_t>(extent);
            writer.add<float>(name, std::move(shape), std::vector<float>(count, 0.5F));
        };
        for (std::size_t i = 0; i < target.rows.size(); ++i) {
            const intaglio::Row& row = intaglio::facts<Net>.row(target.rows[i].row);
            const std::string& name = target.names[i];
            const intaglio::ConvolutionExtents& e = row.extents;
            if (row.weights > 0) {
                const std::int64_t units = e.out.channels;
                if (e.in.pixels() == 1) {
                    add(name + ".weight", {units, e.channels_per_group()});
                } else {
                    add(name + ".weight", {units, e.channels_per_group(), e.kernel_height, e.kernel_width});
                }
                add(name + ".bias", {units});
                continue;
            }
            if (row.gains > 0) add(name + ".weight", {row.gains});
            for (const char* const part : {".bias", ".running_mean", ".running_var"}) add(name + part, {row.biases});
        }
        writer.write(path);
    })};
}

}  // namespace fuzz
