// Average pooling on integers: the sum of the codes is kept, its divisor moves into the next step.
#pragma once

#include "intaglio/model/layer.hpp"

namespace intaglio {

/// Average over windows of Height x Width that do not overlap; the image must be a multiple of the window.
template <std::int32_t Height, std::int32_t Width = Height>
struct AvgPool {
    template <class Defaults>
    struct resolved {
        using primitives = detail::mp_list<primitive::SumPool>;
        static constexpr void describe(Builder& b) {
            if constexpr (Height < 1 || Width < 1) {
                b.fail(window_must_be_positive, 1, Height < Width ? Height : Width);
            } else {
                const Shape in = b.in().shape;
                if (in.height % Height != 0) b.fail(window_does_not_divide_the_image, Height, in.height);
                if (in.width % Width != 0) b.fail(window_does_not_divide_the_image, Width, in.width);
                if (!b.failed()) primitive::SumPool::describe(b, Height, Width);
            }
        }
    };
};

/// Average over the whole image.
struct GlobalAvgPool {
    template <class Defaults>
    struct resolved {
        using primitives = detail::mp_list<primitive::SumPool>;
        static constexpr void describe(Builder& b) {
            if (!b.failed()) primitive::SumPool::describe(b, b.in().shape.height, b.in().shape.width);
        }
    };
};

}  // namespace intaglio
