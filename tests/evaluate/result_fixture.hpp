#pragma once

#include "evaluate/result_files.hpp"
#include "support/temporary_folder.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <string>
#include <vector>

namespace fovea::test {

using Json = nlohmann::ordered_json;

/// The result of a made-up image of 100x80 pixels.
inline ImageResult result_of(std::int64_t index) {
  ImageResult result;
  result.index = index;
  result.name = "picture-" + std::to_string(index) + ".jpg";
  result.class_index = index % 10;
  result.width = 100;
  result.height = 80;
  result.truth = {{10, 20, 50, 60}};
  result.guesses = {{index % 10, 0.75, Box{10, 20, 50, 60}}};
  result.known_box = Box{10, 20, 50, 60};
  return result;
}

inline Json settings_of_images(std::int64_t images, const Shard& shard = {}) {
  Json settings = {{"crops", 1}, {"truth", {{"images", static_cast<std::uint64_t>(images)}}}};
  if (shard.of > 1)
    settings["shard"] = {{"number", static_cast<std::uint64_t>(shard.number)},
                         {"of", static_cast<std::uint64_t>(shard.of)}};
  return settings;
}

inline std::vector<std::int64_t> indices_of(const std::vector<ImageResult>& results) {
  std::vector<std::int64_t> indices;
  for (const ImageResult& result : results)
    indices.push_back(result.index);
  return indices;
}

}  // namespace fovea::test
