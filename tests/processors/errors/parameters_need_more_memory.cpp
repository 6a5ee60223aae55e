// An integer program that 32 bits cannot address.
// EXPECT: network_needs_more_memory_than_the_processor_can_address
// EXPECT: expected<2147483646>
// EXPECT: found<3201680192>
#include <intaglio/integer/program.hpp>
#include <intaglio/model/network.hpp>
using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define UNITS 20000
#else
#define UNITS 40000
#endif

struct Net : Network<Features<40000>, Defaults<QInt<2>, Lbn, Act<M_a{4}>>, Dense<Out<UNITS>>, Dense<Out<UNITS>>,
                     Classifier<Out<10>>> {};

static_assert(parameter_bytes<Net> > 0);
