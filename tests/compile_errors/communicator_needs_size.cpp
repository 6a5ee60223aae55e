// A communicator that says its number of ranks by another type.
// EXPECT: model_error::communicator_needs_int_size<
// EXPECT: Cluster
#include "intaglio/train/program/ranks.hpp"

#ifdef INTAGLIO_CORRECT
#define TOKEN int
#else
#define TOKEN long
#endif

struct Cluster {
    int rank();
    TOKEN size();
    void exchange(int partner, const std::byte* sent, std::size_t sent_bytes, std::byte* received,
                  std::size_t received_bytes);
};

intaglio::train::Ranks ranks(Cluster& cluster) {
    return cluster;
}
