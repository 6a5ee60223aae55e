// Products of weights -1 and 1 with activations of two states and more.
#pragma once

#include <boost/mp11/list.hpp>

#include "intaglio/core/instruction_set.hpp"
#include "intaglio/kernels/products/plane_product.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::kernels {

/// Codes 0 and 1.
using UnsignedBitProduct = PlaneProduct<0, 1, 1>;
/// Codes -1 and 1; any code on the padding.
using SignBitProduct = PlaneProduct<0, 1, 2>;

/// One pair of planes for each plane of the activations; those whose codes lie two apart are signs and their sums.
using BinaryPlaneProducts =
    boost::mp11::mp_list<UnsignedBitProduct, SignBitProduct, PlaneProduct<0, 2, 1>, PlaneProduct<0, 3, 1>,
                         PlaneProduct<0, 4, 1>, PlaneProduct<0, 2, 2>, PlaneProduct<0, 3, 2>, PlaneProduct<0, 4, 2>>;

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::kernels
