// Surrogate gradients of steps: all of the library's.
#pragma once

#include "intaglio/train/steps/staircase.hpp"
#include "intaglio/train/surrogates/arctan.hpp"
#include "intaglio/train/surrogates/bumps.hpp"
#include "intaglio/train/surrogates/logistic.hpp"
#include "intaglio/train/surrogates/straight_through.hpp"
