// A function for a table without a range.
// EXPECT: model_error::code_function_needs_a_static_constexpr_CodeRange_codes<
// EXPECT: in_layer<2>
// EXPECT: Odd
#include "intaglio/model/network.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define TOKEN codes
#else
#define TOKEN range
#endif

struct Odd {
    static constexpr const char* name = "odd";
    static constexpr CodeRange TOKEN{0, 1};
    static constexpr std::int64_t denominator = 1;
    static constexpr std::int64_t code(std::int64_t code, std::int64_t) { return code & 1; }
};

struct Net
    : Network<Image<1, 8, 8>, Defaults<QInt<2>, Lbn, Act<M_a{4}>>, CodeTable<Odd>, Conv<Out<4>>, Classifier<Out<2>>> {};
