// A loss of one's own does not say its settings.
// EXPECT: model_error::loss_needs_describe_of_a_SettingsText<
// EXPECT: app::Squares
#include "intaglio/train/loop/loss.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define TOKEN describe
#else
#define TOKEN text
#endif

namespace app {
struct Squares {
    double operator()(std::span<const float> logits, const Labels&, std::int32_t, std::span<float> gradient) const {
        double sum = 0;
        for (std::size_t i = 0; i < logits.size(); ++i) {
            gradient[i] = logits[i];
            sum += static_cast<double>(logits[i]) * static_cast<double>(logits[i]) / 2;
        }
        return sum;
    }
    void TOKEN(train::SettingsText& text) const { text.add("squares"); }
};
}  // namespace app

AnyLoss loss() {
    return app::Squares{};
}
