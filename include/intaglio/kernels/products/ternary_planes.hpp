// Products of weights -1, 0 and 1 with activations in planes.
#pragma once

#include <boost/mp11/list.hpp>

#include "intaglio/core/instruction_set.hpp"
#include "intaglio/kernels/products/plane_product.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::kernels {

/// One pair of planes for each plane of the activations; those whose codes lie two apart are signs and their sums.
using TernaryPlaneProducts =
    boost::mp11::mp_list<PlaneProduct<1, 1, 1>, PlaneProduct<1, 2, 1>, PlaneProduct<1, 3, 1>, PlaneProduct<1, 4, 1>,
                         PlaneProduct<1, 1, 2>, PlaneProduct<1, 2, 2>, PlaneProduct<1, 3, 2>, PlaneProduct<1, 4, 2>>;

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::kernels
