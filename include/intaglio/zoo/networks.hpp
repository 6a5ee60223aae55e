// All networks of the zoo.
#pragma once

#include "intaglio/zoo/alexnet.hpp"
#include "intaglio/zoo/cnn9.hpp"
#include "intaglio/zoo/lenet.hpp"
#include "intaglio/zoo/mlp.hpp"
#include "intaglio/zoo/mobilenet.hpp"
#include "intaglio/zoo/preact_resnet.hpp"
#include "intaglio/zoo/resnet.hpp"
#include "intaglio/zoo/vgg.hpp"
#include "intaglio/zoo/vgg_small.hpp"
