// The files of the network, apart from its training: both compile at once.
#include "../job/write_exports.hpp"
#include "convolutional.hpp"

template void write_exports<Convolutional>(const intaglio::Model<Convolutional>&, const std::filesystem::path&,
                                           const NetworkSource&, const std::map<std::string, std::string>&);
