// The network of an ONNX file as operations on images: what remains when constants are computed, and views such as
// Reshape, Transpose and Identity are gone.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "intaglio/core/instruction_set.hpp"
#include "intaglio/host/text.hpp"
#include "intaglio/io/onnx/tensor.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::io_detail {

/// What an axis of a tensor runs over. A flattened image has one axis that runs over several of these.
enum class ImageAxis : std::uint8_t { channel, row, column };

struct ImageShape {
    std::int64_t channels = 1;
    std::int64_t height = 1;
    std::int64_t width = 1;

    [[nodiscard]] std::int64_t pixels() const { return height * width; }
    [[nodiscard]] std::int64_t size() const { return channels * pixels(); }
    [[nodiscard]] std::int64_t of(ImageAxis axis) const {
        return axis == ImageAxis::channel ? channels : axis == ImageAxis::row ? height : width;
    }
    bool operator==(const ImageShape&) const = default;
};

/// Numbers that the file gives: real ones, or codes that stand for scale * code.
struct ImportConstant {
    OnnxNumbers numbers{};
    bool is_quantized = false;
    std::vector<double> scales{};  ///< of codes: one, or one for each index of `axis`
    std::size_t axis = 0;
    double lowest = 0;     ///< of codes, as their type allows
    double highest = 0;    ///< the same
    bool is_sign = false;  ///< codes are -1 and 1
    std::string origin{};  ///< the tensor of the file that it was made from

    /// The real number that stands at a place.
    [[nodiscard]] double real(std::size_t at) const {
        if (!is_quantized) return numbers.values[at];
        if (scales.size() == 1) return numbers.values[at] * scales[0];
        std::size_t inner = 1;
        for (std::size_t i = axis + 1; i < numbers.shape.size(); ++i) {
            inner *= static_cast<std::size_t>(numbers.shape[i]);
        }
        return numbers.values[at] * scales[at / inner % scales.size()];
    }
    [[nodiscard]] std::vector<double> reals() const {
        std::vector<double> all(numbers.values.size());
        for (std::size_t i = 0; i < all.size(); ++i) all[i] = real(i);
        return all;
    }
};

/// A function of one number, perhaps another one for each channel.
struct ScalarFunction {
    enum class Kind : std::uint8_t {
        affine,      ///< x * a + b
        batch_norm,  ///< (x - mean) / sqrt(variance + epsilon) * a + b
        clip,        ///< between lowest and highest, which may be infinite: Relu is clip from 0
        quantize,    ///< scale * (clamp(round(x / scale + zero), lowest, highest) - zero)
        sign,        ///< scale, or -scale for x < 0
        thresholds,  ///< a * (number of thresholds that x reaches) + b
        other        ///< any function, other(x, a, b)
    };
    enum class Rounding : std::uint8_t { half_even, half_away, floor, ceiling, to_zero, half_up };

    Kind kind = Kind::affine;
    std::vector<double> a{1};  ///< one, or one for each channel; so are b, mean, variance
    std::vector<double> b{0};
    std::vector<double> mean;
    std::vector<double> variance;
    double epsilon = 0;
    double lowest = 0;
    double highest = 0;
    double scale = 1;
    double zero = 0;
    Rounding rounding = Rounding::half_even;
    bool rounds_before_zero = false;  ///< round(x / scale) + zero, which differs at ties
    std::vector<double> thresholds;   ///< [channel or 1][level]
    std::size_t levels = 0;
    double (*other)(double x, double a, double b) = nullptr;
    bool is_monotone = true;

    [[nodiscard]] bool is_relu() const { return kind == Kind::clip && lowest == 0; }
    [[nodiscard]] bool has_codes() const {
        return kind == Kind::quantize || kind == Kind::sign || kind == Kind::thresholds;
    }
};

/// Windows of convolutions and pools. Of what has none, one pixel.
struct ImportWindow {
    std::int64_t height = 1, width = 1;
    std::int64_t stride_height = 1, stride_width = 1;
    std::int64_t dilation_height = 1, dilation_width = 1;
    std::int64_t top = 0, left = 0, bottom = 0, right = 0;

    [[nodiscard]] bool has_padding() const { return top != 0 || left != 0 || bottom != 0 || right != 0; }
};

/// An operation that remains.
struct ImportNode {
    enum class Kind : std::uint8_t {
        input,
        product,
        scalar,
        max_pool,
        average_pool,
        add,
        multiply,
        concat,
        subsample,
        pad_channels,
        upsample
    };

    Kind kind = Kind::input;
    std::string name;         ///< of the source's node, for people
    std::vector<int> inputs;  ///< of the operations that it reads
    ImageShape shape;         ///< of what it writes
    ImportWindow window;
    std::int64_t groups = 1;
    bool is_dense = false;
    std::string weight_name;  ///< of the source's tensor
    ImportConstant weights;  ///< [out][in / groups][height][width]; of a dense layer inputs are channels, rows, columns
    std::vector<double> bias;
    ScalarFunction function;
    std::int64_t before = 0;  ///< channels in front; factors of an enlargement
    std::int64_t after = 0;
};

/// A tensor of the file: an operation's result, seen in some order of axes.
struct ImportValue {
    int node = 0;
    /// What each axis but the first, which counts the images, runs over; axes of one element over nothing.
    std::vector<std::vector<ImageAxis>> axes;
    /// Codes of a quantiser before they are dequantised: code = real / scale + zero.
    bool is_raw = false;
    double scale = 1;
    double zero = 0;
    std::array<std::int64_t, 4> padding{};  ///< zeros above, left, below, right, which the next window takes
};

/// Why a network cannot be imported: a sentence for each node.
class ImportProblems {
  public:
    [[gnu::cold]] void add(const std::string& place, const std::string& reason) {
        sentences_.push_back(place.empty() ? reason : joined({place, ": ", reason}));
    }
    [[nodiscard]] const std::vector<std::string>& sentences() const { return sentences_; }
    [[nodiscard]] bool exist() const { return !sentences_.empty(); }

  private:
    std::vector<std::string> sentences_;
};

/// Says why one node cannot be translated.
struct ImportRefusal : std::runtime_error {
    using std::runtime_error::runtime_error;
};
[[noreturn]] [[gnu::cold]] inline void refuse(const std::string& reason) {
    throw ImportRefusal(reason);
}

/// A name of the file as a comment or a message can hold it.
[[gnu::cold]] inline std::string printable(std::string_view text) {
    constexpr std::size_t most = 120;
    std::string shown(text.substr(0, most));
    for (char& letter : shown) {
        const auto code = static_cast<unsigned char>(letter);
        if (code < 0x20 || code >= 0x7f || letter == '\\') letter = '?';
    }
    if (text.size() > most) shown += "...";
    return shown;
}

/// The number of a constant that has one.
[[gnu::cold]] inline double only_number(const ImportConstant& constant) {
    if (constant.numbers.count() != 1) refuse("has a constant of several numbers where one is expected");
    return constant.real(0);
}

struct ImportGraph {
    std::vector<ImportNode> nodes;  ///< the first is the input; each reads earlier ones
    int output = 0;
    std::string input_name;
    int input_type = 1;  ///< as TensorProto.DataType counts
    bool input_is_channels_last = false;
    bool reads_codes = false;        ///< numbers of the input are codes, whatever their type
    std::vector<std::string> notes;  ///< for the report
};

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::io_detail
