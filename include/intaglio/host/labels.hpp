// Labels of samples, integers of any type that are read where they lie.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <limits>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>

#include "intaglio/core/instruction_set.hpp"
#include "intaglio/host/text.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET {

/// The types of labels: integers of up to 64 bits.
template <class T>
concept LabelNumber = std::integral<T> && !std::same_as<T, bool> && sizeof(T) <= 8;

namespace host_detail {

/// What a view of labels knows about their type.
struct LabelType {
    std::int64_t (*read)(const void* labels, std::size_t index);
    std::size_t bytes;
    std::int64_t highest;
    bool has_sign;
};
template <LabelNumber T>
inline constexpr LabelType label_type{
    .read = [](const void* labels,
               std::size_t index) { return static_cast<std::int64_t>(static_cast<const T*>(labels)[index]); },
    .bytes = sizeof(T),
    .highest = sizeof(T) == 8 ? INT64_MAX : static_cast<std::int64_t>(std::numeric_limits<T>::max()),
    .has_sign = std::is_signed_v<T>};

template <class Range>
using LabelOf = std::remove_cvref_t<decltype(*std::data(std::declval<const Range&>()))>;

}  // namespace host_detail

/// The labels of samples, one class each: a view of a vector, an array or a span of integers of any type. It refers to
/// them and copies nothing; they belong to somebody else.
class Labels {
  public:
    Labels() = default;
    template <class Range>
    requires LabelNumber<host_detail::LabelOf<Range>> Labels(const Range& range)
        : labels_(std::data(range)),
          size_(std::size(range)),
          type_(&host_detail::label_type<host_detail::LabelOf<Range>>) {}

    [[nodiscard]] std::size_t size() const { return size_; }
    [[nodiscard]] bool empty() const { return size_ == 0; }
    /// Label `index`, which has to be below size(). Unsigned ones of 64 bits wrap around above 2^63 - 1, and no class
    /// is that large.
    [[nodiscard]] std::int64_t operator[](std::size_t index) const { return type_->read(labels_, index); }
    /// The same as digits, for messages.
    [[nodiscard]] std::string text(std::size_t index) const {
        const std::int64_t label = (*this)[index];
        return type_->has_sign ? std::to_string(label) : std::to_string(static_cast<std::uint64_t>(label));
    }
    /// Labels begin ... begin + count - 1, which have to be there.
    [[nodiscard]] Labels subspan(std::size_t begin, std::size_t count) const {
        Labels part = *this;
        part.labels_ = static_cast<const unsigned char*>(labels_) + begin * type_->bytes;
        part.size_ = count;
        return part;
    }
    [[nodiscard]] Labels first(std::size_t count) const { return subspan(0, count); }

    /// Throws std::invalid_argument if the type of the labels has no number for the last class, or a label is none of
    /// 0 ... classes - 1; `name` says whose labels they are.
    [[gnu::cold]] void check(std::int32_t classes, const char* name) const {
        // No text is made where there is nothing to say: training steps do not allocate.
        const auto refuse = [&](const std::string& what) {
            throw std::invalid_argument(joined({name, ": ", what, classes, " classes, 0 to ", classes - 1}));
        };
        if (type_->highest < classes - 1) {
            refuse(joined({"labels of ", 8 * type_->bytes, " bits end at ", type_->highest, ", but there are "}));
        }
        for (std::size_t i = 0; i < size_; ++i) {
            const std::int64_t label = (*this)[i];
            if (label < 0 || label >= classes) {
                refuse(joined({"label ", text(i), " of image ", i, " is none of the "}));
            }
        }
    }

  private:
    const void* labels_ = nullptr;
    std::size_t size_ = 0;
    const host_detail::LabelType* type_ = &host_detail::label_type<std::int64_t>;
};

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET
