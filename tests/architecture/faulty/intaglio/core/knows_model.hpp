#include <intaglio/model/clean.hpp>
