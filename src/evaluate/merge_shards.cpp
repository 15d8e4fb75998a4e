#include "evaluate/merge_shards.hpp"

#include "base/atomic_file.hpp"
#include "base/json.hpp"
#include "base/make_folder.hpp"
#include "batch/run_files.hpp"
#include "evaluate/result_parts.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <filesystem>
#include <map>

namespace fovea {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

/// The shards in a folder; where there are none, its one whole evaluation.
std::vector<ResultPart> mergeable_parts_in(const std::string& folder) {
  std::vector<ResultPart> parts = result_parts_in(folder);
  if (parts.empty())
    throw InputError("holds no results of shards: neither manifests (manifest-I-of-N.json) nor rows of an "
                     "evaluation (images-I-of-N.csv)",
                     folder);
  if (parts.front().shard.of > 1)
    std::erase_if(parts, [](const ResultPart& part) { return part.shard.of == 1; });
  return parts;
}

std::vector<ResultPart> find_parts(const std::vector<std::string>& inputs) {
  std::vector<ResultPart> parts;
  for (const std::string& input : inputs) {
    std::error_code error;
    if (fs::is_directory(input, error)) {
      for (ResultPart& part : mergeable_parts_in(input))
        parts.push_back(std::move(part));
    } else if (const auto part = result_part(input)) {
      parts.push_back(*part);
    } else {
      throw InputError("is neither a folder of results nor a file images-I-of-N.csv", input);
    }
  }
  return parts;
}

/// The shards by their numbers, all there and each once.
std::map<std::int64_t, ResultPart> in_order(const std::vector<ResultPart>& parts) {
  std::map<std::int64_t, ResultPart> shards;
  const std::int64_t of = parts.front().shard.of;
  for (const ResultPart& part : parts) {
    if (part.shard.of != of)
      throw InputError(
          fmt::format("is one of {} shards, but {} one of {}", part.shard.of, parts.front().path, of),
          part.path);
    const auto [known, is_new] = shards.emplace(part.shard.number, part);
    std::error_code ignored;
    if (!is_new && fs::equivalent(part.path, known->second.path, ignored))
      throw InputError("was named twice", part.path);
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

}  // namespace

MergedResults merge_shards(const std::vector<std::string>& inputs, const std::string& output) {
  const std::map<std::int64_t, ResultPart> shards = in_order(find_parts(inputs));
  const ResultPart& first = shards.begin()->second;
  const Json settings = common_settings(first);
  const auto total = settings["truth"]["images"].get<std::int64_t>();
  std::map<std::int64_t, std::pair<std::string, ImageResult>> images;
  for (const auto& [number, part] : shards) {
    const std::string complaint = settings_difference(common_settings(part), settings, "in " + first.path);
    if (!complaint.empty())
      throw InputError("was made with other settings: " + complaint, part.path);
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
