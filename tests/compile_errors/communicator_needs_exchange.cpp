// A communicator whose exchange has another name.
// EXPECT: model_error::communicator_needs_void_exchange_of_partner_bytes_sent_and_bytes_received<
// EXPECT: Cluster
#include "intaglio/train/program/ranks.hpp"

#ifdef INTAGLIO_CORRECT
#define TOKEN exchange
#else
#define TOKEN send_and_receive
#endif

struct Cluster {
    int rank();
    int size();
    void TOKEN(int partner, const std::byte* sent, std::size_t sent_bytes, std::byte* received,
               std::size_t received_bytes);
};

intaglio::train::Ranks ranks(Cluster& cluster) {
    return cluster;
}
