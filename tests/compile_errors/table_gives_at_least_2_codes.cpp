// A table that gives one code alone.
// EXPECT: model_error::M_a_must_be_at_least_2<
// EXPECT: in_layer<2>
// EXPECT: expected<2>
// EXPECT: found<1>
#include "intaglio/model/network.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define TOKEN 1
#else
#define TOKEN 0
#endif

struct Odd {
    static constexpr const char* name = "odd";
    static constexpr CodeRange codes{0, TOKEN};
    static constexpr std::int64_t denominator = 1;
    static constexpr std::int64_t code(std::int64_t code, std::int64_t) { return code & 1; }
};

struct Net
    : Network<Image<1, 8, 8>, Defaults<QInt<2>, Lbn, Act<M_a{4}>>, CodeTable<Odd>, Conv<Out<4>>, Classifier<Out<2>>> {};
