// The integer program of an operation of one's own lacks `workspace_bytes`.
// EXPECT: model_error::integer_operation_needs_workspace_bytes_or_inherits_
// EXPECT: app::Same
#include "intaglio/integer/program.hpp"

#ifdef INTAGLIO_CORRECT
#define WORKSPACE_BYTES workspace_bytes
#else
#define WORKSPACE_BYTES memory_bytes
#endif

#include "support/integer_operation.hpp"
