// The integer program of dropout: nothing.
#pragma once

#include "intaglio/core/instruction_set.hpp"
#include "intaglio/integer/operation.hpp"
#include "intaglio/model/dropout.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::integer {

template <Rate Drop>
struct Operation<primitive::Dropout<Drop>> : Idle {};

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET::integer
