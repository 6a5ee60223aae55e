// A schedule of one's own does not say its settings.
// EXPECT: model_error::schedule_needs_describe_of_a_SettingsText_and_the_number_of_steps<
// EXPECT: app::Halves
#include "intaglio/train/loop/schedule.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define TOKEN describe
#else
#define TOKEN text
#endif

namespace app {
struct Halves {
    double operator()(const SchedulePosition& at) const { return at.update < at.total() / 2 ? 1.0 : 0.1; }
    void TOKEN(train::SettingsText& text, std::uint64_t) const { text.add("halves"); }
};
}  // namespace app

AnySchedule schedule() {
    return app::Halves{};
}
