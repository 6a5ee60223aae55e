// A function for a table without a name.
// EXPECT: model_error::code_function_needs_a_static_constexpr_name<
// EXPECT: in_layer<2>
// EXPECT: Odd
#include "intaglio/model/network.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define TOKEN name
#else
#define TOKEN title
#endif

struct Odd {
    static constexpr const char* TOKEN = "odd";
    static constexpr CodeRange codes{0, 1};
    static constexpr std::int64_t denominator = 1;
    static constexpr std::int64_t code(std::int64_t code, std::int64_t) { return code & 1; }
};

struct Net
    : Network<Image<1, 8, 8>, Defaults<QInt<2>, Lbn, Act<M_a{4}>>, CodeTable<Odd>, Conv<Out<4>>, Classifier<Out<2>>> {};
