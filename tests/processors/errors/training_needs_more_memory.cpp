// A training whose parameters 32 bits cannot address; its integer program they can.
// EXPECT: network_needs_more_memory_than_the_processor_can_address
// EXPECT: expected<2147483646>
// EXPECT: found<4201680044>
#include <intaglio/intaglio.hpp>
using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define UNITS 5000
#else
#define UNITS 30000
#endif

struct Net : Network<Features<5000>, Defaults<QInt<2>, Lbn, Act<M_a{4}>>, Dense<Out<UNITS>>, Dense<Out<UNITS>>,
                     Classifier<Out<10>>> {};

static_assert(parameter_bytes<Net> > 0);

Training<Net> make() {
    return Training<Net>(1);
}
