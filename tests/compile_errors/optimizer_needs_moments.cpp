// An optimiser of one's own keeps three numbers for each weight.
// EXPECT: model_error::optimizer_needs_static_constexpr_moments_1_or_2<
// EXPECT: app::Descent
#include "intaglio/train/trainer.hpp"

#ifdef INTAGLIO_CORRECT
#define MOMENTS 1
#else
#define MOMENTS 3
#endif

#include "support/optimizer.hpp"
