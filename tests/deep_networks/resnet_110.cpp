// ResNet-110 (He et al. 2016): a float teacher, its student without norms, and the conversion of one into the other.
#include "intaglio/intaglio.hpp"
#include "intaglio/tandem/convert.hpp"
#include "intaglio/zoo/networks.hpp"

using namespace intaglio;

template <class Weight, class Activation>
struct ResNet110 : zoo::ResNet<Image<3, 32, 32>, 10, zoo::WidthMultiplier<1>,
                               Defaults<Weight, NoWeightStandardization, BatchNorm, Activation>, 18> {};
struct Teacher : ResNet110<FloatWeights, Relu> {};
struct Student : BnFree<ResNet110<DoReFa<4>, DoReFaAct<4>>, Scale::LayerBias> {};

double everything(BasicSamples<std::uint8_t> samples) {
    Training<Teacher> teacher(100);
    Trainer<Teacher> trainer(teacher, samples, {});
    trainer.fit();
    const auto converted = tandem::convert<Student>(teacher, samples, samples, {});
    const IntegerNetwork network(lower(*converted.student));
    return certify(*converted.student, network).proven() ? converted.teacher_accuracy : 0;
}
