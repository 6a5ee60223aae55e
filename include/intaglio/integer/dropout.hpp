// The integer program of dropout: nothing.
#pragma once

#include "intaglio/integer/operation.hpp"
#include "intaglio/model/dropout.hpp"

namespace intaglio::integer {

template <Rate Drop>
struct Operation<primitive::Dropout<Drop>> : Idle {};

}  // namespace intaglio::integer
