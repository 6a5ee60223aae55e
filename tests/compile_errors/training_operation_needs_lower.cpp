// The training program of an operation of one's own lacks `lower`.
// EXPECT: model_error::training_operation_needs_lower<
// EXPECT: app::Same
#include "intaglio/train/lowering.hpp"

#ifdef INTAGLIO_CORRECT
#define LOWER lower
#else
#define LOWER freeze
#endif

#include "support/training_operation.hpp"
