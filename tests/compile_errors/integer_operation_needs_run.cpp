// The integer program of an operation of one's own lacks `run`.
// EXPECT: model_error::integer_operation_needs_run_or_inherits_
// EXPECT: app::Same
#include "intaglio/integer/program.hpp"

#ifdef INTAGLIO_CORRECT
#define RUN run
#else
#define RUN execute
#endif

#include "support/integer_operation.hpp"
