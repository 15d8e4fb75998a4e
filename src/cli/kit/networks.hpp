#pragma once

#include "fovea/networks.hpp"

#include <cstdint>
#include <string>

namespace fovea::cli {

/// The networks of the user who runs the program, by the environment's variables and the list that comes with
/// the program.
NetworkCatalog user_catalog();

/// The network that -m names, a file or a name; the bundled one for an empty text. InputError if there is no
/// such file or name.
FoundNetwork find_network(const std::string& text);

/// Calls picture_size for the text of --size and prints its note to stderr.
PictureSize choose_picture_size(const Model& model, const std::string& text, std::int64_t otherwise = 0);

/// The bundled network's file; InputError if it cannot be found.
std::string bundled_model();

/// The folder of the sample pictures that come with the program; InputError if it cannot be found.
std::string bundled_samples();

}  // namespace fovea::cli
