// The version of the library. The build reads it from here; it stands nowhere else.
#pragma once

#define INTAGLIO_VERSION_MAJOR 0
#define INTAGLIO_VERSION_MINOR 2
#define INTAGLIO_VERSION_PATCH 0
