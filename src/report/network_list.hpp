#pragma once

#include "fovea/networks.hpp"

#include <nlohmann/json.hpp>

#include <string>
#include <vector>

/// The networks that have a name, as a table and as JSON.
namespace fovea {

struct NetworkList {
  NetworkCatalog catalog;
  KnownNetworks known;
  std::vector<RegisteredNetwork> registered;
  std::vector<std::string> errors;  ///< of registered networks that cannot be used
};

/// Lists the networks. InputError if the list of known networks cannot be read.
NetworkList list_networks(NetworkCatalog catalog);

nlohmann::ordered_json network_list_json(const NetworkList& list);
/// A line for each network. Names from files are made safe for a terminal.
std::string network_list_text(const NetworkList& list, std::size_t width = 0);
/// "caffe", "caffe, crop 28"; "" if nothing is specified.
std::string preprocessing_text(const PreprocessingSpec& spec);

}  // namespace fovea
