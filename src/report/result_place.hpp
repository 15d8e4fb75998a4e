#pragma once

#include <span>
#include <string>
#include <utility>
#include <vector>

namespace fovea {

/// Prepares the place of results before the work on them: checks that none of the planned files replaces one
/// that is to stay (`check_replacements`), and makes the folder that `output` names, or the folder of the
/// file that it names (`is_graphic_path`). OutputError.
void prepare_results(const std::string& output, std::span<const std::string> planned);

/// The paths of files with their kinds, for `prepare_results`.
template <class Kind>
std::vector<std::string> paths_of(const std::vector<std::pair<Kind, std::string>>& files) {
  std::vector<std::string> paths;
  for (const auto& [kind, path] : files)
    paths.push_back(path);
  return paths;
}

/// Puts more paths behind others.
inline void append(std::vector<std::string>& paths, const std::vector<std::string>& more) {
  paths.insert(paths.end(), more.begin(), more.end());
}

}  // namespace fovea
