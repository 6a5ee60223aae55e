// A user's program, in its shortest form.
#if __has_include(<intaglio/intaglio.hpp>)
#include <intaglio/intaglio.hpp>
#endif
#include <cstdio>
#include <intaglio/version.hpp>

int main() {
    std::printf("intaglio %d.%d.%d\n", INTAGLIO_VERSION_MAJOR, INTAGLIO_VERSION_MINOR, INTAGLIO_VERSION_PATCH);
}
