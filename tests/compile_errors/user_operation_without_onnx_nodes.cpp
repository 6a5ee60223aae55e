// An operation outside of the library lacks its ONNX nodes.
// EXPECT: model_error::operation_has_no_ONNX_nodes_specialise_OnnxNodes<app::Same>
#include "intaglio/io/export_onnx.hpp"
#include "intaglio/model/vocabulary.hpp"

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
struct intaglio::integer::Operation<app::Same> : intaglio::integer::NoMemory {
    template <class Set, class Kind>
    static void run(const Site&, const Frame&) {}
};
template <>
struct intaglio::OnnxNodes<TOKEN> : intaglio::OnnxIdle {};

struct Net : Network<Image<1, 8, 8>, Defaults<QInt<2>, Act<M_a{4}>>, Conv<Out<8>>, app::Layer, Classifier<Out<2>>> {};

auto exported(const Model<Net>& model) {
    return onnx_bytes(model);
}
