// The training programs of all primitive operations, quantisers and surrogates.
#pragma once

#include "intaglio/train/concat.hpp"
#include "intaglio/train/context.hpp"
#include "intaglio/train/dropout.hpp"
#include "intaglio/train/integer_scale.hpp"
#include "intaglio/train/logits.hpp"
#include "intaglio/train/max_pool.hpp"
#include "intaglio/train/multiply.hpp"
#include "intaglio/train/norm.hpp"
#include "intaglio/train/pool.hpp"
#include "intaglio/train/product.hpp"
#include "intaglio/train/quantize.hpp"
#include "intaglio/train/real_activation.hpp"
#include "intaglio/train/rearrange.hpp"
#include "intaglio/train/requantize.hpp"
#include "intaglio/train/sample_norm.hpp"
