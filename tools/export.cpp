// export WEIGHTS MODEL HEADER: an imported network of integers, whose header the macro NETWORK names, as a model file
// and as C. ./import compiles it for each network.
#include NETWORK

#include <cstdio>
#include <exception>

#include "intaglio/io/export_c.hpp"
#include "intaglio/io/imported_model.hpp"
#include "intaglio/io/model_file.hpp"

int main(int count, char** arguments) try {
    if (count != 4) return 2;
    const auto model = intaglio::load_imported<Net>(arguments[1]);
    intaglio::save_model(model, arguments[2]);
    intaglio::export_c(model, arguments[3], {.prefix = "net"});
    std::printf("%s: a model file; %s: a C program\n", arguments[2], arguments[3]);
    return 0;
} catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
}
