// An optimiser of one's own has no name.
// EXPECT: model_error::optimizer_needs_a_static_constexpr_name<
// EXPECT: app::Descent
#include "intaglio/train/trainer.hpp"

#ifdef INTAGLIO_CORRECT
#define NAME name
#else
#define NAME title
#endif

#include "support/optimizer.hpp"
