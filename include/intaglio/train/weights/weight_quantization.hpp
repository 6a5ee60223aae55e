// From latent weights to weight codes and back: standardisations, quantisers and their gradients.
#pragma once

#include "intaglio/train/weights/binary.hpp"
#include "intaglio/train/weights/dorefa.hpp"
#include "intaglio/train/weights/floats.hpp"
#include "intaglio/train/weights/lsq.hpp"
#include "intaglio/train/weights/standardization.hpp"
#include "intaglio/train/weights/states.hpp"
#include "intaglio/train/weights/ternary.hpp"
#include "intaglio/train/weights/unscaled.hpp"
