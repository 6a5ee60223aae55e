// An operation outside of the library lacks its training program.
// EXPECT: model_error::operation_has_no_training_program_specialise_train_Operation<app::Same>
#include "intaglio/train/lowering.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define TOKEN app::Same
#else
#define TOKEN app::Forgotten
#endif

namespace app {
struct Forgotten {};
struct Same {
    using primitives = boost::mp11::mp_list<Same>;
    static constexpr void describe(Builder& b) { b.append(Row{.kind = "same"}, b.in(), true); }
};
struct Layer {
    template <class Defaults>
    using resolved = Same;
};
}  // namespace app

template <>
struct intaglio::train::Operation<TOKEN> : intaglio::train::Stateless {
    template <class Kind>
    static void forward(NoState&, const Site&, Context&) {}
    template <class Kind>
    static void backward(NoState&, const Site&, Context&) {}
};
template <>
struct intaglio::integer::Operation<app::Same> : intaglio::integer::NoMemory {
    template <class Set, class Kind>
    static void run(const Site&, const Frame&) {}
};

struct Net : Network<Image<1, 8, 8>, Defaults<QInt<2>, Act<M_a{4}>>, Conv<Out<8>>, app::Layer, Classifier<Out<2>>> {};

std::int64_t constructed() {
    return Training<Net>(1).capacity();
}
