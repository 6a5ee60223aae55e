// The integer program of an operation of one's own lacks `parameter_bytes`.
// EXPECT: model_error::integer_operation_needs_parameter_bytes_or_inherits_
// EXPECT: app::Same
#include "intaglio/integer/program.hpp"

#ifdef INTAGLIO_CORRECT
#define PARAMETER_BYTES parameter_bytes
#else
#define PARAMETER_BYTES packed_bytes
#endif

#include "support/integer_operation.hpp"
