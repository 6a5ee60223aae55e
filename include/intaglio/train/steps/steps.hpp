// From a norm to an integer step (exactness contract 3). Together with the codes of weights this is the only place
// where floats decide about an integer of the forward pass; training, evaluation and the integer program all run what
// it makes.
#pragma once

#include "intaglio/train/steps/affine.hpp"
#include "intaglio/train/steps/multipliers.hpp"
#include "intaglio/train/steps/thresholds.hpp"
