// The training program of an operation of one's own lacks `forward`.
// EXPECT: model_error::training_operation_needs_forward<
// EXPECT: app::Same
#include "intaglio/train/lowering.hpp"

#ifdef INTAGLIO_CORRECT
#define FORWARD forward
#else
#define FORWARD run
#endif

#include "support/training_operation.hpp"
