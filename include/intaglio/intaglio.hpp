// The library for a host: networks as types, their facts, training, lowering, certificate, integer programs.
//
// Not included, because they need further libraries or the file system: data/ (zlib, liblzma), io/ (files), report/
// (JSON, gnuplot). A file that asks for facts alone needs intaglio/model/network.hpp only, one that only infers
// intaglio/integer/program.hpp only.
#pragma once

#include "intaglio/integer/program.hpp"
#include "intaglio/model/network.hpp"
#include "intaglio/train/loop/evaluation.hpp"
#include "intaglio/train/lowering.hpp"
#include "intaglio/train/trainer.hpp"
#include "intaglio/version.hpp"
