// An open file of the C library, which closes itself.
#pragma once

#include <cstdio>
#include <memory>

#include "intaglio/core/instruction_set.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET {

struct CloseFile {
    void operator()(std::FILE* file) const { std::fclose(file); }
};
using FileHandle = std::unique_ptr<std::FILE, CloseFile>;

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET
