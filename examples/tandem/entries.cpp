#include "entries.hpp"

namespace conversions {

std::vector<Entry>& entries() {
    static std::vector<Entry> all;
    return all;
}

}  // namespace conversions
