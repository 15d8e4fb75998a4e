#include "batch/find_manifests.hpp"

#include "batch/run_files.hpp"

#include <algorithm>
#include <filesystem>
#include <regex>
#include <system_error>

namespace fovea {
namespace {

namespace fs = std::filesystem;

/// A manifest's name, taken apart.
struct ManifestName {
  std::string stem;  ///< "maps" of those of maps.tar; empty: of a folder
  bool is_shard = false;
};

bool parse_name(const std::string& path, ManifestName& parsed) {
  static const std::regex pattern(
      R"re((?:manifest(-\d{1,7}-of-\d{1,7})?|(.+?)(-\d{1,7}-of-\d{1,7})?\.manifest)\.json)re");
  const std::string name = fs::path(path).filename().string();
  std::smatch match;
  if (!std::regex_match(name, match, pattern))
    return false;
  parsed = {match[2].str(), match[1].matched || match[3].matched};
  return true;
}

void add(const std::string& path, const ManifestName& name, Manifests& manifests) {
  (name.is_shard ? manifests.shards : manifests.whole).push_back(path);
}

}  // namespace

Manifests find_manifests(const std::string& place) {
  Manifests manifests;
  ManifestName name;
  std::error_code error;
  const bool is_folder = fs::is_directory(place, error);
  if (!is_folder && kind_of_output(place) == OutputKind::Folder) {
    if (parse_name(place, name))
      add(place, name, manifests);
    return manifests;
  }
  const fs::path parent = fs::path(place).parent_path();
  const fs::path folder = is_folder ? fs::path(place) : parent.empty() ? fs::path(".") : parent;
  const std::string stem = is_folder ? "" : fs::path(place).stem().string();
  for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
    const fs::path file = at->path().filename();
    if (!parse_name(file.string(), name) || (!is_folder && name.stem != stem))
      continue;
    add(is_folder || !parent.empty() ? at->path().string() : file.string(), name, manifests);
  }
  std::sort(manifests.shards.begin(), manifests.shards.end());
  std::sort(manifests.whole.begin(), manifests.whole.end());
  return manifests;
}

}  // namespace fovea
