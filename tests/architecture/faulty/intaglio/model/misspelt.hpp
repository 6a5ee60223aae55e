#  include "missing.hpp"
