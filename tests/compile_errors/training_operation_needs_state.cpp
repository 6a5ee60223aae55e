// The state of an operation of one's own is not made from its site.
// EXPECT: model_error::training_operation_needs_a_State_made_from_a_Site_and_a_capacity<
// EXPECT: app::Same
#include "intaglio/train/lowering.hpp"

#ifdef INTAGLIO_CORRECT
#define SITE const Site&
#else
#define SITE const Row&
#endif

#include "support/training_operation.hpp"
