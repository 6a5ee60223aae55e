// All layers and options of the library.
#pragma once

#include "intaglio/model/concat.hpp"
#include "intaglio/model/convolution.hpp"
#include "intaglio/model/dense.hpp"
#include "intaglio/model/dropout.hpp"
#include "intaglio/model/float_activations.hpp"
#include "intaglio/model/graph.hpp"
#include "intaglio/model/max_pool.hpp"
#include "intaglio/model/multiplier_bits.hpp"
#include "intaglio/model/multiply.hpp"
#include "intaglio/model/pool.hpp"
#include "intaglio/model/rearrange.hpp"
#include "intaglio/model/sample_norms.hpp"
#include "intaglio/model/sign.hpp"
#include "intaglio/model/standalone.hpp"
#include "intaglio/model/weights/unscaled.hpp"
