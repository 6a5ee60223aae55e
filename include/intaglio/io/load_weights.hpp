// Weights of another framework, from a safetensors file into a network (nlohmann-json).
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <utility>
#include <vector>

#include "intaglio/core/instruction_set.hpp"
#include "intaglio/data/file_error.hpp"
#include "intaglio/host/finite.hpp"
#include "intaglio/host/text.hpp"
#include "intaglio/io/listed_names.hpp"
#include "intaglio/io/weight_loader.hpp"
#include "intaglio/train/program.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET {

/// Reads parameters and running statistics of a network. `names` has, in the order of the network, the name of each
/// product and of each norm in the file, without the last part: for "conv1" the file has "conv1.weight" and perhaps
/// "conv1.bias", for "bn1" it has "bn1.weight", "bn1.bias", "bn1.running_mean" and "bn1.running_var". Resnet_names
/// makes such a list.
///
/// - Weights of convolutions are [out][in / groups][height][width] in the file, of dense layers [out][in]; after a
///   flattened image their inputs are channels, rows, columns there and are brought into our order.
/// - Weights become the latent ones: a network with quantised weights starts from them, and so do the trained
///   numbers of its weight quantisers.
/// - BatchNorm takes the statistics. Where the file's metadata have "bn1.eps", or "eps" for all norms, the epsilon of
///   the norm must be that number: frameworks differ in it (1e-5, 1e-3), and tensors do not say.
/// - The bias of a product moves into the norm after it; TrainedBias and AffineNorm after a product hold it and
///   have no name of their own. Without a norm there is no place for a bias.
/// - With options.normalization, products that read the input (also after pools) take (x - mean) / deviation into
///   their weights and the norm after them. Where they pad, the padding value of the input has to be the mean.
///
/// Returns the tensors that no layer has taken ("...num_batches_tracked" are left out), which is an error unless
/// options.ignore_unused. Everything is checked before anything in `training` is changed.
/// Errors: std::invalid_argument for a number of names or a normalisation that does not fit the network;
/// std::runtime_error that names the file, the tensor, what was expected and what was found.
template <class Net>
[[gnu::cold]] std::vector<std::string> load_weights(Training<Net>& training, const SafetensorsFile& file,
                                                    const std::vector<std::string>& names,
                                                    const WeightLoading& options = {}) {
    using io_detail::LoadedRow;
    std::vector<LoadedRow> rows;
    for (std::size_t i = 0; i < facts<Net>.row_count(); ++i) {
        const Row& row = facts<Net>.rows[i];
        if (row.weights + row.gains + row.biases == 0) continue;  // what quantisers own follows from weights
        LoadedRow loaded{.row = static_cast<std::int32_t>(i), .parameters = train::plan<Net>.parameters[i]};
        if (row.weights > 0) {
            loaded.kind = LoadedRow::Kind::product;
        } else if (const auto statistics = training.running_statistics(i)) {
            loaded.kind = !statistics->measures ? LoadedRow::Kind::plain_norm
                          : statistics->shared  ? LoadedRow::Kind::other
                                                : LoadedRow::Kind::norm;
            loaded.mean = statistics->mean;
            loaded.variance = statistics->variance;
        }
        rows.push_back(loaded);
    }
    io_detail::WeightLoader loader(facts<Net>.view(), std::move(rows), training.parameters(), file, names, options);
    std::vector<std::string> unused = loader.read();
    loader.commit();
    training.initialize_quantizers();
    return unused;
}

namespace io_detail {

/// The numbers of a list in the metadata, with blanks between them.
[[gnu::cold]] inline std::vector<double> listed_numbers(const SafetensorsFile& file, const std::string& key) {
    std::vector<double> numbers;
    const auto found = file.metadata().find(key);
    if (found == file.metadata().end()) return numbers;
    const std::string& text = found->second;
    for (const char* at = text.c_str(); *at != '\0';) {
        char* end = nullptr;
        numbers.push_back(std::strtod(at, &end));
        if (end == at || !train::is_finite(numbers.back())) {
            throw_file_error(file.path(), joined({"metadata '", key, "' is no list of numbers"}));
        }
        at = end;
        while (*at == ' ') ++at;
    }
    return numbers;
}

}  // namespace io_detail

/// The same with names, "mean" and "deviation" from the metadata of the file.
template <class Net>
[[gnu::cold]] void load_weights(Training<Net>& training, const SafetensorsFile& file) {
    const WeightLoading options{
        .normalization = {io_detail::listed_numbers(file, "mean"), io_detail::listed_numbers(file, "deviation")}};
    static_cast<void>(load_weights(training, file, weight_names(file), options));
}

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET
