#pragma once

#include <map>
#include <string>

namespace fovea {

/// The page's modules, styles and pictures by their names: "studio.js". Those that it shares with the pages
/// of the room `report` are among them.
const std::map<std::string, std::string>& studio_web_files();

}  // namespace fovea
