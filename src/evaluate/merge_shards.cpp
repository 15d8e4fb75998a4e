#include "evaluate/merge_shards.hpp"

#include "base/atomic_file.hpp"
#include "base/json.hpp"
#include "base/make_folder.hpp"
#include "batch/run_files.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <optional>
#include <regex>

namespace fovea {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

/// A file of results, by its name.
struct Part {
  std::string path;
  Shard shard;
  bool finished = true;

  std::string folder() const {
    const std::string parent = fs::path(path).parent_path().string();
    return parent.empty() ? "." : parent;
  }
};

/// None for files of other names.
std::optional<Part> part_from(const std::string& path) {
  static const std::regex pattern(R"re(images(?:-(\d{1,7})-of-(\d{1,7}))?\.csv(\.partial)?)re");
  const std::string name = fs::path(path).filename().string();
  std::smatch match;
  if (!std::regex_match(name, match, pattern))
    return std::nullopt;
  Part part{path, {}, !match[3].matched};
  if (match[1].matched)
    part.shard = parse_shard(match[1].str() + "/" + match[2].str());
  return part;
}

/// The shards in a folder; where there are none, its one whole evaluation.
std::vector<Part> parts_in(const std::string& folder) {
  std::vector<Part> shards, whole;
  std::error_code error;
  for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error))
    if (const auto part = part_from(at->path().string()))
      (part->shard.of > 1 ? shards : whole).push_back(*part);
  if (error)
    throw InputError(fmt::format("cannot be read: {}", error.message()), folder);
  if (shards.empty() && whole.empty())
    throw InputError("holds no results of an evaluation (images-I-of-N.csv)", folder);
  return shards.empty() ? whole : shards;
}

std::vector<Part> find_parts(const std::vector<std::string>& inputs) {
  std::vector<Part> parts;
  for (const std::string& input : inputs) {
    std::error_code error;
    if (fs::is_directory(input, error)) {
      for (Part& part : parts_in(input))
        parts.push_back(std::move(part));
    } else if (const auto part = part_from(input)) {
      parts.push_back(*part);
    } else {
      throw InputError("is neither a folder of results nor a file images-I-of-N.csv", input);
    }
  }
  return parts;
}

/// The shards by their numbers, all there and each once.
std::map<std::int64_t, Part> in_order(const std::vector<Part>& parts) {
  std::map<std::int64_t, Part> shards;
  const std::int64_t of = parts.front().shard.of;
  for (const Part& part : parts) {
    if (part.shard.of != of)
      throw InputError(
          fmt::format("is one of {} shards, but {} one of {}", part.shard.of, parts.front().path, of),
          part.path);
    const auto [known, is_new] = shards.emplace(part.shard.number, part);
    if (!is_new)
      throw InputError(
          fmt::format("is shard {} of {}, and so is {}", part.shard.number, of, known->second.path),
          part.path);
  }
  std::vector<std::int64_t> missing;
  for (std::int64_t number = 1; number <= of; ++number)
    if (!shards.count(number))
      missing.push_back(number);
  constexpr std::size_t shown = 20;
  if (!missing.empty())
    throw InputError(fmt::format(
        "of {} shards {} {} missing: {}{}", of, missing.size(), missing.size() == 1 ? "is" : "are",
        fmt::join(missing.begin(),
                  missing.begin() + static_cast<std::ptrdiff_t>(std::min(shown, missing.size())), ", "),
        missing.size() > shown ? ", ..." : ""));
  for (const auto& [number, part] : shards)
    if (!part.finished)
      throw UnfinishedResults(fmt::format("shard {} of {} is not finished", number, of), part.path);
  return shards;
}

/// The settings of a shard without its number.
Json common_settings(const Part& part) {
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

}  // namespace

MergedResults merge_shards(const std::vector<std::string>& inputs, const std::string& output) {
  const std::map<std::int64_t, Part> shards = in_order(find_parts(inputs));
  const Part& first = shards.begin()->second;
  const Json settings = common_settings(first);
  const auto total = settings["truth"]["images"].get<std::int64_t>();
  std::map<std::int64_t, std::pair<std::string, ImageResult>> images;
  for (const auto& [number, part] : shards) {
    const std::string complaint = settings_difference(common_settings(part), settings);
    if (!complaint.empty())
      throw InputError(fmt::format("was made with other settings than {}: {}", first.path, complaint),
                       part.path);
    ResultRows rows = read_finished(part.path, part.shard.places(total));
    for (std::size_t i = 0; i < rows.lines.size(); ++i) {
      const std::int64_t index = rows.results[i].index;
      images.emplace(index, std::pair(std::move(rows.lines[i]), std::move(rows.results[i])));
    }
  }
  make_folder(output);
  const ResultFiles files(output, {});
  std::error_code ignored;
  if (fs::exists(files.partial, ignored) ||
      (fs::exists(files.settings, ignored) &&
       !settings_difference(read_settings(files.settings), settings).empty()))
    throw InputError("holds results of another evaluation: name another folder", output);
  std::string text = result_csv_header() + "\n";
  std::vector<ImageResult> results;
  for (auto& [index, image] : images) {
    text += image.first + "\n";
    results.push_back(std::move(image.second));
  }
  write_file_atomically(files.settings, json_text(settings) + "\n");
  write_file_atomically(files.rows, text);
  return {std::move(results), settings, files};
}

}  // namespace fovea
