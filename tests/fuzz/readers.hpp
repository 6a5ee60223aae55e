// All readers that are fuzzed. A further one is one line here.
#pragma once

#include <cstddef>

#include "container_readers.hpp"
#include "data_readers.hpp"
#include "model_readers.hpp"
#include "onnx_readers.hpp"
#include "reader.hpp"
#include "training_readers.hpp"

namespace fuzz {

// Decompressed data have a limit that the caller gives, here 64 KiB. A decoder of xz also takes the dictionary that the
// file asks for, up to xz_max_decoder_bytes, of which it touches no more than it decodes.
inline constexpr Reader readers[] = {
    {"idx", read_idx, idx_seeds, 4, 256 * kib},
    {"cifar", read_cifar, cifar_seeds, 4, 256 * kib},
    {"gzip", read_gzip, no_seeds, 4, 256 * kib},
    {"xz", read_xz, no_seeds, 4, 256 * kib + intaglio::xz_max_decoder_bytes},
    {"checkpoint", read_checkpoint, checkpoint_seeds, 8, 16 * kib, sealed_checkpoint},
    {"safetensors", read_safetensors, safetensors_seeds, 16, 16 * kib},
    {"model_file", read_model_file, model_file_seeds, 16, 64 * kib},
    {"canonical", read_canonical, canonical_seeds, 16, 64 * kib},
    {"weights", read_weights, weights_seeds, 16, 64 * kib},
    {"onnx", read_onnx_file, onnx_seeds, 40, 64 * kib},
    {"run", read_run, run_seeds, 8, 64 * kib, sealed_checkpoint},
    {"json", read_json, json_seeds, 40, 16 * kib},
};

}  // namespace fuzz
