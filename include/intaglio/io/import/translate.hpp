// Nodes of an ONNX file as operations on images: the class and all of its parts.
#pragma once

#include "intaglio/io/import/translate_layers.hpp"
#include "intaglio/io/import/translate_numbers.hpp"
#include "intaglio/io/import/translate_shapes.hpp"
#include "intaglio/io/import/translator.hpp"
