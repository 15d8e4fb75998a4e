#pragma once

#include "fovea/classify.hpp"
#include "fovea/explain.hpp"
#include "fovea/image.hpp"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

/// Parts of a photo's block on a page (docs/report.md).
namespace fovea {

/// Takes the bytes of a picture and returns the URL by which blocks name it. `name`, without an extension, is
/// unique on the page.
using AddPicture = std::function<std::string(const std::string& name, const std::string& bytes)>;

/// The number of best guesses that a page shows.
inline constexpr std::size_t kShownGuesses = 5;

/// The rank of a class among scores, from 1; classes with equal scores are ordered by index, as `top_k` has
/// it.
std::int64_t rank_of(const std::vector<double>& scores, std::int64_t class_index);

/// The part of the photo that the maps cover.
std::string part_text(const Explanation& result, const Image& photo);

/// The best guesses, and behind them the classes that are explained without being among them.
nlohmann::ordered_json guesses_json(const Labels& labels, const ClassScores& scores,
                                    const std::vector<Prediction>& best,
                                    const std::vector<std::int64_t>& targets);

/// A map with its caption; adds its picture under a name that begins with `stem`.
nlohmann::ordered_json map_json(const AddPicture& add_picture, const std::string& stem,
                                const Explanation& result, const DisplayRange& range);

}  // namespace fovea
