// A schedule of one's own wants to change where the run stands.
// EXPECT: model_error::schedule_needs_a_call_operator_of_a_ScheduleStep<
// EXPECT: app::Halves
#include "intaglio/train/loop/schedule.hpp"

using namespace intaglio;

#ifdef INTAGLIO_CORRECT
#define TOKEN const SchedulePosition&
#else
#define TOKEN SchedulePosition&
#endif

namespace app {
struct Halves {
    double operator()(TOKEN at) const { return at.update < at.total() / 2 ? 1.0 : 0.1; }
    void describe(train::SettingsText& text, std::uint64_t) const { text.add("halves"); }
};
}  // namespace app

AnySchedule schedule() {
    return app::Halves{};
}
