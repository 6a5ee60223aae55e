// An optimiser of one's own does not say its settings.
// EXPECT: model_error::optimizer_needs_description_so_that_checkpoints_compare_its_settings<
// EXPECT: app::Descent
#include "intaglio/train/trainer.hpp"

#ifdef INTAGLIO_CORRECT
#define DESCRIPTION description
#else
#define DESCRIPTION text
#endif

#include "support/optimizer.hpp"
