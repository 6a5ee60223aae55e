// Both gradients of a convolution. Host only.
#pragma once

#include "intaglio/kernels/input_gradient.hpp"
#include "intaglio/kernels/weight_gradient.hpp"
