// The training programs of all primitive operations, quantisers and surrogates.
#pragma once

#include "intaglio/train/operations/concat.hpp"
#include "intaglio/train/operations/dropout.hpp"
#include "intaglio/train/operations/float_activation.hpp"
#include "intaglio/train/operations/integer_scale.hpp"
#include "intaglio/train/operations/logits.hpp"
#include "intaglio/train/operations/max_pool.hpp"
#include "intaglio/train/operations/multiply.hpp"
#include "intaglio/train/operations/norm.hpp"
#include "intaglio/train/operations/pool.hpp"
#include "intaglio/train/operations/product.hpp"
#include "intaglio/train/operations/quantize.hpp"
#include "intaglio/train/operations/rearrange.hpp"
#include "intaglio/train/operations/sample_norm.hpp"
#include "intaglio/train/program/context.hpp"
#include "intaglio/train/surrogates/rounding.hpp"
