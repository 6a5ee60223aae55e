// An optimiser of one's own does not update weights.
// EXPECT: model_error::optimizer_needs_update_of_weights<
// EXPECT: app::Descent
#include "intaglio/train/trainer.hpp"

#ifdef INTAGLIO_CORRECT
#define UPDATE update
#else
#define UPDATE step
#endif

#include "support/optimizer.hpp"
