// An optimiser of one's own has no learning rate.
// EXPECT: model_error::optimizer_needs_a_learning_rate<
// EXPECT: app::Descent
#include "intaglio/train/trainer.hpp"

#ifdef INTAGLIO_CORRECT
#define LEARNING_RATE learning_rate
#else
#define LEARNING_RATE rate
#endif

#include "support/optimizer.hpp"
