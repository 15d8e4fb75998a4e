#pragma once

#include "batch/run_status.hpp"

#include <nlohmann/json.hpp>

#include <string>

/// How far runs over many photos are, for people and for programs.
namespace fovea {

/// A few lines about a run and a table of its shards, of at most `width` columns: of all shards if there are
/// no more than 20, otherwise of the first 20 that have begun and are not done.
std::string status_text(const RunStatus& run, std::size_t width = 80);
/// The same as an object, with every shard that has begun and the numbers of the others. Null is unknown.
nlohmann::ordered_json status_json(const RunStatus& run);

/// Ascending numbers as ranges, "1-3, 7": the first `most` of them, and "..." where there are more.
std::string ranges_text(const std::vector<std::int64_t>& numbers, std::size_t most);

}  // namespace fovea
