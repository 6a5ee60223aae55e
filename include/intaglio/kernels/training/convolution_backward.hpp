// Both gradients of a convolution.
#pragma once

#include "intaglio/kernels/training/input_gradient.hpp"
#include "intaglio/kernels/training/weight_gradient.hpp"
