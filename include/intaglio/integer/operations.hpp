// The integer programs of all primitive operations.
#pragma once

#include "intaglio/integer/code_table.hpp"
#include "intaglio/integer/concat.hpp"
#include "intaglio/integer/dropout.hpp"
#include "intaglio/integer/logits.hpp"
#include "intaglio/integer/max_pool.hpp"
#include "intaglio/integer/multiply.hpp"
#include "intaglio/integer/padded_pool.hpp"
#include "intaglio/integer/pool.hpp"
#include "intaglio/integer/product.hpp"
#include "intaglio/integer/rearrange.hpp"
#include "intaglio/integer/step.hpp"
#include "intaglio/integer/transposed_convolution.hpp"
