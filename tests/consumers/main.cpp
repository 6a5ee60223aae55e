// A user's program, in its shortest form.
#include <cstdio>
#include <intaglio/intaglio.hpp>
#include <intaglio/version.hpp>

int main() {
    std::printf("intaglio %d.%d.%d\n", INTAGLIO_VERSION_MAJOR, INTAGLIO_VERSION_MINOR, INTAGLIO_VERSION_PATCH);
}
