// A layer outside of the library that reads codes uses the library's sentence for it.
// EXPECT: model_error::this_layer_reads_codes_put_the_activation_before_it<
// EXPECT: in_layer<3>
#include "../../examples/own_parts.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define TOKEN app::OffsetAct
#else
#define TOKEN NoActivation
#endif

struct Net
    : Network<Image<1, 8, 8>, Defaults<app::DenseTernary>, Conv<Out<8>, TOKEN>, app::Maxout<2>, Classifier<Out<2>>> {};
