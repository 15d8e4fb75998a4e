#pragma once

#include "evaluate/result_files.hpp"

#include <nlohmann/json_fwd.hpp>

#include <optional>
#include <string>
#include <vector>

/// The shards of evaluations of localisation, as found by the names of their files.
namespace fovea {

struct ResultPart {
  std::string path;  ///< of the rows
  Shard shard;
  bool finished = true;

  std::string folder() const;
};
/// None for files of other names.
std::optional<ResultPart> result_part(const std::string& path);
/// All in a folder, shards before a whole evaluation. InputError if the folder cannot be read.
std::vector<ResultPart> result_parts_in(const std::string& folder);

/// The settings of a shard without its number. InputError naming the file if they are of another shard, or do
/// not say how many images there are.
nlohmann::ordered_json common_settings(const ResultPart& part);

}  // namespace fovea
