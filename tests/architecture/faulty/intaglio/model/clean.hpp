// Breaks no rule.
#include <cstdint>
#include <boost/mp11/list.hpp>
#include <intaglio/version.hpp>
#include "../core/also_clean.hpp"
