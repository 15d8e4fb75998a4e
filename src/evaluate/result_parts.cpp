#include "evaluate/result_parts.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <filesystem>
#include <regex>
#include <system_error>

namespace fovea {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

}  // namespace

std::string ResultPart::folder() const {
  const std::string parent = fs::path(path).parent_path().string();
  return parent.empty() ? "." : parent;
}

std::optional<ResultPart> result_part(const std::string& path) {
  static const std::regex pattern(R"re(images(?:-(\d{1,7})-of-(\d{1,7}))?\.csv(\.partial)?)re");
  const std::string name = fs::path(path).filename().string();
  std::smatch match;
  if (!std::regex_match(name, match, pattern))
    return std::nullopt;
  ResultPart part{path, {}, !match[3].matched};
  if (match[1].matched)
    part.shard = parse_shard(match[1].str() + "/" + match[2].str());
  return part;
}

std::vector<ResultPart> result_parts_in(const std::string& folder) {
  std::vector<ResultPart> parts;
  std::error_code error;
  for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error))
    if (const auto part = result_part(at->path().string()))
      parts.push_back(*part);
  if (error)
    throw InputError(fmt::format("cannot be read: {}", error.message()), folder);
  std::stable_partition(parts.begin(), parts.end(), [](const ResultPart& part) { return part.shard.of > 1; });
  return parts;
}

Json common_settings(const ResultPart& part) {
  const std::string path = ResultFiles(part.folder(), part.shard).settings;
  Json settings = read_settings(path);
  const bool is_shard = settings.contains("shard");
  if (is_shard != (part.shard.of > 1) ||
      (is_shard && settings["shard"] != Json({{"number", part.shard.number}, {"of", part.shard.of}})))
    throw InputError(fmt::format("does not belong to {}", part.path), path);
  settings.erase("shard");
  if (!settings.contains("/truth/images"_json_pointer) || !settings["truth"]["images"].is_number_unsigned())
    throw InputError("does not say how many images there are", path);
  return settings;
}

}  // namespace fovea
