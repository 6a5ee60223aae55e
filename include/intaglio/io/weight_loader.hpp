// The part of load_weights that does not depend on the network's type.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <set>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "intaglio/canonical/describe.hpp"
#include "intaglio/core/instruction_set.hpp"
#include "intaglio/host/text.hpp"
#include "intaglio/io/input_normalization.hpp"
#include "intaglio/io/norm_epsilon.hpp"
#include "intaglio/io/safetensors.hpp"
#include "intaglio/model/facts.hpp"
#include "intaglio/model/weights.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET {

/// Options of load_weights.
struct WeightLoading {
    InputNormalization normalization{};
    bool ignore_unused = false;  ///< tensors of the file that no layer takes are no error
};

namespace io_detail {

/// A row with parameters, and where they and its statistics lie.
struct LoadedRow {
    enum class Kind : std::uint8_t {
        product,
        norm,        ///< with a mean and a variance for each channel
        plain_norm,  ///< without statistics
        other
    };
    std::int32_t row = none;
    std::int64_t parameters = 0;
    Kind kind = Kind::other;
    std::span<double> mean{};
    std::span<double> variance{};
};

/// Reads everything, then writes it.
class WeightLoader {
  public:
    [[gnu::cold]] WeightLoader(FactsView table, std::vector<LoadedRow> rows, std::span<float> parameters,
                               const SafetensorsFile& file, const std::vector<std::string>& names,
                               const WeightLoading& options)
        : table_(table),
          rows_(std::move(rows)),
          target_(parameters),
          file_(file),
          names_(names),
          options_(options),
          parameters_(parameters.begin(), parameters.end()),
          constants_(table.rows.size),
          means_(table.rows.size),
          variances_(table.rows.size) {}

    /// The names of the tensors that no layer has taken.
    [[gnu::cold]] [[nodiscard]] std::vector<std::string> read() {
        check_names();
        if (options_.normalization.exists()) normalized_ = normalized_values(table_, options_.normalization);
        for (const LoadedRow& row : rows_) {
            if (row.kind == LoadedRow::Kind::product) {
                read_product(row);
            } else {
                read_norm(row);
            }
        }
        std::vector<std::string> unused;
        for (const SafetensorsEntry& entry : file_.tensors()) {
            if (!used_.contains(entry.name) && !entry.name.ends_with("num_batches_tracked")) {
                unused.push_back(entry.name);
            }
        }
        if (!unused.empty() && !options_.ignore_unused) {
            throw_file_error(file_.path(),
                             joined({"has ", unused.size(), " tensors that the network does not need, the first is '",
                                     unused.front(), "' of shape ", shape_text(file_.tensor(unused.front()).shape)}));
        }
        return unused;
    }

    [[gnu::cold]] void commit() const {
        std::copy(parameters_.begin(), parameters_.end(), target_.begin());
        for (const LoadedRow& row : rows_) {
            const auto at = static_cast<std::size_t>(row.row);
            std::copy(means_[at].begin(), means_[at].end(), row.mean.begin());
            std::copy(variances_[at].begin(), variances_[at].end(), row.variance.begin());
        }
    }

  private:
    using Shapes = std::vector<std::vector<std::int64_t>>;

    [[nodiscard]] const Row& row_of(const LoadedRow& row) const { return table_.row(row.row); }
    [[noreturn]] void fail(const std::string& reason) const { throw_file_error(file_.path(), reason); }

    /// The product whose accumulators a norm reads, or none.
    [[nodiscard]] std::int32_t product_before(const LoadedRow& norm) const {
        const std::int32_t value = row_of(norm).input;
        return value > 0 && table_.writer(value).weights > 0 ? value - 1 : none;
    }
    /// The norm that alone reads a product's accumulators, or none.
    [[nodiscard]] const LoadedRow* norm_after(const LoadedRow& product) const {
        const std::int32_t value = row_of(product).output;
        if (table_.reads(value) != 1) return nullptr;
        for (const LoadedRow& row : rows_) {
            if (row_of(row).input == value && row.kind != LoadedRow::Kind::product) return &row;
        }
        return nullptr;
    }
    [[nodiscard]] bool has_name(const LoadedRow& row) const {
        return row.kind != LoadedRow::Kind::plain_norm || product_before(row) == none;
    }

    void check_names() const {
        std::size_t needed = 0;
        for (const LoadedRow& row : rows_) {
            if (row.kind == LoadedRow::Kind::other) {
                const Row& other = row_of(row);
                throw std::invalid_argument(joined(
                    {"the parameters of ", layer_text(other.path), ", a ", other.kind, " (", other.detail,
                     "), cannot be read from a file: a norm has to be BatchNorm,", " TrainedBias or AffineNorm"}));
            }
            needed += has_name(row) ? 1 : 0;
        }
        if (needed != names_.size()) {
            throw std::invalid_argument(
                joined({"names of products and norms: expected ", needed, ", found ", names_.size()}));
        }
    }

    [[nodiscard]] std::string next_name() {
        const std::string& name = names_[next_name_++];
        return name.empty() ? name : joined({name, "."});
    }

    /// The tensor, which must have one of the shapes; the first is the one that a message names.
    [[nodiscard]] std::vector<float> read_tensor(const std::string& name, const Row& row, const Shapes& shapes) {
        const SafetensorsEntry& entry = file_.tensor(name);
        if (std::find(shapes.begin(), shapes.end(), entry.shape) == shapes.end()) {
            fail(joined({"tensor '", name, "' has shape ", shape_text(entry.shape), ", but ", layer_text(row.path),
                         " needs ", shape_text(shapes.front())}));
        }
        if (!used_.insert(name).second) fail(joined({"tensor '", name, "' is asked for twice"}));
        return file_.read(name);
    }

    /// Whether a dense layer reads the pixels of an image.
    [[nodiscard]] bool flattens(const Row& row) const {
        return row.extents.in.pixels() == 1 && table_.value(row.input).shape.pixels() > 1;
    }

    /// Whether the kernel is that of a transposed convolution, in files [input channel][unit], turned by half a turn.
    [[nodiscard]] bool is_transposed(const Row& row) const {
        return row.input > 0 && table_.writer(row.input).inserts_zeros;
    }

    [[nodiscard]] Shapes weight_shapes(const Row& row) const {
        const ConvolutionExtents& e = row.extents;
        const bool transposed = is_transposed(row);
        const std::int64_t out = transposed ? e.in.channels : e.out.channels;
        const std::int64_t in = transposed ? e.out.channels / e.groups : e.channels_per_group();
        Shapes shapes{{out, in, e.kernel_height, e.kernel_width}};
        if (e.kernel_height == 1) shapes.insert(shapes.begin() + (e.in.height == 1 ? 0 : 1), {out, in, e.kernel_width});
        if (e.kernel_height == 1 && e.kernel_width == 1) {
            shapes.insert(shapes.begin() + (e.in.pixels() == 1 ? 0 : 1), {out, in});
        }
        return shapes;
    }

    void read_product(const LoadedRow& loaded) {
        const Row& row = row_of(loaded);
        const std::string name = next_name();
        if (row.weight_quantizer == type_identity<FloatWeights> && row.part != type_identity<NoWeightStandardization>) {
            fail(joined({"tensor '", name, "weight': ", layer_text(row.path),
                         " standardises its weights and would not compute what the file's network does; give it"
                         " NoWeightStandardization"}));
        }
        const std::vector<float> weights = read_tensor(joined({name, "weight"}), row, weight_shapes(row));
        const std::int64_t units = row.extents.out.channels;
        std::vector<double> constant(static_cast<std::size_t>(units));
        const bool normalized = !normalized_.empty() && normalized_[static_cast<std::size_t>(row.input)];
        store_weights(loaded, weights, joined({name, "weight"}), normalized, constant);
        const bool biased = file_.has(joined({name, "bias"}));
        if (biased) {
            const std::vector<float> bias = read_tensor(joined({name, "bias"}), row, {{units}});
            for (std::size_t c = 0; c < constant.size(); ++c) constant[c] += static_cast<double>(bias[c]);
        }
        if (!biased && !normalized) return;
        const LoadedRow* const norm = norm_after(loaded);
        if (norm == nullptr) {
            fail(joined({(biased ? joined({"tensor '", name, "bias'"})
                                 : joined({"the mean of the input after '", name, "weight'"})),
                         " has no place: ", layer_text(row.path), " has no norm; give it TrainedBias"}));
        }
        constants_[static_cast<std::size_t>(norm->row)] = std::move(constant);
    }

    /// In our order, [unit][row][column][channel]; what the mean of the input adds goes to `constant`.
    void store_weights(const LoadedRow& loaded, const std::vector<float>& weights, const std::string& name,
                       bool normalized, std::vector<double>& constant) {
        const Row& row = row_of(loaded);
        const ConvolutionExtents& e = row.extents;
        const bool flat = flattens(row);
        const bool transposed = is_transposed(row);
        const Shape image = table_.value(row.input).shape;
        const std::int64_t pixels = flat ? image.pixels() : std::int64_t{e.kernel_height} * e.kernel_width;
        const std::int64_t channels = flat ? image.channels : e.channels_per_group();
        const std::int64_t units_per_group = e.out.channels / e.groups;
        for (std::int64_t unit = 0; unit < e.out.channels; ++unit) {
            const std::int64_t first_channel = unit / units_per_group * channels;
            for (std::int64_t pixel = 0; pixel < pixels; ++pixel) {
                for (std::int64_t channel = 0; channel < channels; ++channel) {
                    const std::int64_t place =
                        transposed ? ((first_channel + channel) * units_per_group + unit % units_per_group) * pixels +
                                         pixels - 1 - pixel
                                   : (unit * channels + channel) * pixels + pixel;
                    const auto from = static_cast<std::size_t>(place);
                    const std::int64_t to = loaded.parameters + (unit * pixels + pixel) * channels + channel;
                    auto weight = static_cast<double>(weights[from]);
                    if (normalized) {
                        const auto c = static_cast<std::size_t>(first_channel + channel);
                        weight /= options_.normalization.deviation[c];
                        constant[static_cast<std::size_t>(unit)] -= weight * options_.normalization.mean[c];
                    }
                    const auto stored = static_cast<float>(weight);
                    if (!(std::fabs(stored) <= std::numeric_limits<float>::max())) {
                        fail(joined({"tensor '", name, "': number ", from,
                                     " is too large after the normalisation of the input"}));
                    }
                    parameters_[static_cast<std::size_t>(to)] = stored;
                }
            }
        }
    }

    void read_norm(const LoadedRow& loaded) {
        const Row& row = row_of(loaded);
        const auto at = static_cast<std::size_t>(loaded.row);
        const std::int64_t channels = row.biases;
        float* const gain = parameters_.data() + loaded.parameters;
        float* const bias = gain + row.gains;
        const std::vector<double>& constant = constants_[at];
        if (!has_name(loaded)) {
            std::fill(gain, bias, 1.0F);
            std::fill(bias, bias + channels, 0.0F);
            for (std::size_t c = 0; c < constant.size(); ++c) bias[c] = static_cast<float>(constant[c]);
            return;
        }
        const std::string name = next_name();
        if (row.gains > 0) {
            const std::vector<float> read = read_tensor(joined({name, "weight"}), row, {{row.gains}});
            std::copy(read.begin(), read.end(), gain);
        }
        const std::vector<float> read_bias = read_tensor(joined({name, "bias"}), row, {{channels}});
        std::copy(read_bias.begin(), read_bias.end(), bias);
        if (loaded.kind == LoadedRow::Kind::plain_norm) return;
        check_norm_epsilon(file_, row, joined({name, "eps"}));
        const std::vector<float> mean = read_tensor(joined({name, "running_mean"}), row, {{channels}});
        const std::vector<float> variance = read_tensor(joined({name, "running_var"}), row, {{channels}});
        means_[at].assign(mean.begin(), mean.end());
        variances_[at].assign(variance.begin(), variance.end());
        for (std::size_t c = 0; c < variance.size(); ++c) {
            if (variance[c] < 0) {
                fail(joined({"tensor '", name, "running_var': number ", c, " is negative"}));
            }
        }
        for (std::size_t c = 0; c < constant.size(); ++c) means_[at][c] -= constant[c];
    }

    FactsView table_;
    std::vector<LoadedRow> rows_;
    std::span<float> target_;
    const SafetensorsFile& file_;
    const std::vector<std::string>& names_;
    const WeightLoading& options_;
    std::vector<float> parameters_;
    std::vector<std::vector<double>> constants_;  ///< per row of a norm: what the product before adds
    std::vector<std::vector<double>> means_;
    std::vector<std::vector<double>> variances_;
    std::vector<bool> normalized_;  ///< per value: it is the input, perhaps pooled
    std::set<std::string> used_;
    std::size_t next_name_ = 0;
};

}  // namespace io_detail

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET
