// A float teacher, its student, and the conversion of one into the other: ResNet-8 (MLPerf Tiny).
#include <intaglio/tandem/convert.hpp>
#include <intaglio/zoo/networks.hpp>

#include "training.hpp"

using namespace intaglio;

template <class Weight, class Activation>
struct ResNet8 : Network<Image<3, 32, 32>, Defaults<Weight, NoWeightStandardization, BatchNorm, Activation>,
                         Conv<Out<16>>, zoo::detail::BasicBlock<16>, zoo::detail::HalvingBlock<16, 32>,
                         zoo::detail::HalvingBlock<32, 64>, GlobalAvgPool, Classifier<Out<10>>> {};
struct Teacher : ResNet8<FloatWeights, Relu> {};
struct Student : BnFree<ResNet8<DoReFa<8>, DoReFaAct<8>>, Scale::LayerBias> {};

double convert(Samples samples) {
    train_on<Teacher>(samples);
    Training<Teacher> teacher(100);
    return tandem::convert<Student>(teacher, samples, samples, {}).teacher_accuracy;
}
