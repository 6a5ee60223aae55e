// A communicator that does not say its rank.
// EXPECT: model_error::communicator_needs_int_rank<
// EXPECT: Cluster
#include "intaglio/train/program/ranks.hpp"

#ifdef INTAGLIO_CORRECT
#define TOKEN rank
#else
#define TOKEN number
#endif

struct Cluster {
    int TOKEN();
    int size();
    void exchange(int partner, const std::byte* sent, std::size_t sent_bytes, std::byte* received,
                  std::size_t received_bytes);
};

intaglio::train::Ranks ranks(Cluster& cluster) {
    return cluster;
}
