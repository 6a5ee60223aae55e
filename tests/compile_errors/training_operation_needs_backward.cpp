// The training program of an operation of one's own lacks `backward`.
// EXPECT: model_error::training_operation_needs_backward<
// EXPECT: app::Same
#include "intaglio/train/lowering.hpp"

#ifdef INTAGLIO_CORRECT
#define BACKWARD backward
#else
#define BACKWARD derive
#endif

#include "support/training_operation.hpp"
