// Products of weights -7 ... 7 with activations in planes.
#pragma once

#include <boost/mp11/list.hpp>

#include "intaglio/core/instruction_set.hpp"
#include "intaglio/kernels/products/plane_product.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::kernels {

/// Weights of 2 and 3 planes of magnitudes, with signs and with up to 16 states: 2 to 12 pairs of planes.
using MagnitudePlaneProducts =
    boost::mp11::mp_list<PlaneProduct<2, 1, 1>, PlaneProduct<2, 2, 1>, PlaneProduct<2, 3, 1>, PlaneProduct<2, 4, 1>,
                         PlaneProduct<2, 1, 2>, PlaneProduct<3, 1, 1>, PlaneProduct<3, 2, 1>, PlaneProduct<3, 3, 1>,
                         PlaneProduct<3, 4, 1>, PlaneProduct<3, 1, 2>>;

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::kernels
