#pragma once

#include "batch/photo_data.hpp"
#include "evaluate/faithfulness_run.hpp"

#include <nlohmann/json.hpp>

#include <string>
#include <vector>

/// The results of `evaluate faithfulness` on single photos as the data of a run over many photos, of which
/// its final step makes all that the evaluation writes.
namespace fovea {

/// The settings of such a run. `shown` are those that the summary and the page show, `methods` does not hold
/// the controls.
nlohmann::ordered_json faithfulness_settings(const nlohmann::ordered_json& shown,
                                             const std::vector<std::string>& methods, std::uint64_t seed);

/// The results of a photo as JSON in one line, exactly. All its maps have curves of the same shares.
std::string to_data(const FaithfulnessImage& image);
/// The photo of such data. InputError for other data, or of another number of maps.
FaithfulnessImage faithfulness_image(const PhotoData& photo, std::size_t maps);

/// The results of a run whose photos are done. InputError naming its data if that is damaged.
FaithfulnessResults read_faithfulness(const ResultStore& store);

}  // namespace fovea
