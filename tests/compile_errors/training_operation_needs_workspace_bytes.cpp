// The training program of an operation of one's own lacks `workspace_bytes`.
// EXPECT: model_error::training_operation_needs_workspace_bytes<
// EXPECT: app::Same
#include "intaglio/train/lowering.hpp"

#ifdef INTAGLIO_CORRECT
#define WORKSPACE_BYTES workspace_bytes
#else
#define WORKSPACE_BYTES memory_bytes
#endif

#include "support/training_operation.hpp"
