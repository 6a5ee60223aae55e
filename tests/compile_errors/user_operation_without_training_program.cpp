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
    template <class Net, std::size_t Index>
    static void forward(NoState&, Context&) {}
    template <class Net, std::size_t Index>
    static void backward(NoState&, Context&) {}
};
template <>
struct intaglio::integer::Operation<app::Same> : intaglio::integer::NoMemory {
    template <class Tag, class Net, std::size_t Index>
    static void run(const Frame&) {}
};

struct Net : Network<Image<1, 8, 8>, Defaults<QInt<2>, Act<M_a{4}>>, Conv<Out<8>>, app::Layer, Classifier<Out<2>>> {};

auto lowered(Training<Net>& training) {
    return lower(training);
}
