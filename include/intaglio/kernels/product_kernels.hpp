// The list of product kernels.
#pragma once

#include <boost/mp11/algorithm.hpp>
#include <boost/mp11/list.hpp>

#include "intaglio/core/instruction_set.hpp"
#include "intaglio/kernels/products/addition_product.hpp"
#include "intaglio/kernels/products/bits.hpp"
#include "intaglio/kernels/products/bytes.hpp"
#include "intaglio/kernels/products/magnitude_planes.hpp"
#include "intaglio/kernels/products/nibble_tables.hpp"
#include "intaglio/kernels/products/packed_product.hpp"
#include "intaglio/kernels/products/pair_tables.hpp"
#include "intaglio/kernels/products/short_sum_bytes.hpp"
#include "intaglio/kernels/products/signed_bytes.hpp"
#include "intaglio/kernels/products/small_bytes.hpp"
#include "intaglio/kernels/products/small_signed_bytes.hpp"
#include "intaglio/kernels/products/ternary_planes.hpp"
#include "intaglio/kernels/products/winograd_product.hpp"
#include "intaglio/kernels/products/words.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::kernels {

/// The kernels of the library; a choice takes the first of the cheapest ones.
struct ProductKernels {
    using list = boost::mp11::mp_append<
        BinaryPlaneProducts, TernaryPlaneProducts, MagnitudePlaneProducts,
        boost::mp11::mp_list<ByteProduct, SignedByteProduct, SmallByteProduct, SmallSignedByteProduct<64>,
                             SmallSignedByteProduct<128>, ShortSumByteProduct<15>, ShortSumByteProduct<255>,
                             ShortSumSignedByteProduct<8>, ShortSumSignedByteProduct<128>, NibbleTableProduct,
                             PairTableProduct<2>, PairTableProduct<4>, PairTableProduct<8>, WordProduct,
                             WinogradByteProduct, WinogradWordProduct, PackedProduct<1>, PackedProduct<2>,
                             PackedProduct<4>, AdditionProduct<1>, AdditionProduct<2>>>;
};

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::kernels
