#pragma once

#include "batch/photo_data.hpp"
#include "evaluate/sanity_run.hpp"

#include <nlohmann/json.hpp>

#include <string>

/// The results of `evaluate sanity` on single photos as the data of a run over many photos, of which its
/// final step makes all that the evaluation writes.
namespace fovea {

/// The settings of such a run. `shown` are those that the summary and the page show.
nlohmann::ordered_json sanity_settings(const nlohmann::ordered_json& shown, const SanityPlan& plan);

/// The likenesses of a photo as JSON in one line, exactly; "" for a photo that is not used.
std::string to_data(const SanityPhoto& photo);
/// The photo of such data. InputError for other data, or of other numbers of comparisons and methods.
SanityPhoto sanity_photo(const PhotoData& photo, const SanityPlan& plan);

/// The results of a run whose photos are done. InputError naming its data if that is damaged.
SanityResults read_sanity(const ResultStore& store);

}  // namespace fovea
