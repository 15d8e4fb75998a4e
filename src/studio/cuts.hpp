#pragma once

#include "fovea/localize.hpp"
#include "studio/explanations.hpp"
#include "studio/strokes.hpp"
#include "studio/studio.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

/// Objects cut out of photos by strokes, by the map of a class, or by both.
namespace fovea::studio {

struct CutRequest {
  StudioPhoto photo;
  std::vector<Stroke> strokes;  ///< empty: the map alone
  /// The maps that lead the cut, multiplied; their crops cover the whole photo. Empty: the strokes alone.
  std::vector<MapRequest> maps;
  std::string preset;  ///< "strokes", "default" or "paper"
  LocalizeOptions options;
};

/// Reads photo, strokes, map, preset and the fields of LocalizeOptions. InputError where there are neither
/// strokes nor a map, or strokes of one label without a map.
CutRequest read_cut_request(Studio& studio, JsonFields& fields);

struct Cut {
  CutRequest request;
  std::shared_ptr<const Image> photo;
  Localization object;
  std::vector<Box> boxes;                  ///< of all sizeable components
  std::optional<Explanation> explanation;  ///< of the first map
  double seconds = 0;                      ///< of the cut itself, without the maps
};

/// Makes the cut. It runs on the caller's thread, which is that of a lane. InputError as for `localize`.
Cut make_cut(Studio& studio, const CutRequest& request, const std::stop_token& stop);

/// Lengths of runs of equal pixels, row by row: of background first (perhaps 0), then of object, and so on.
std::vector<std::int64_t> run_lengths(const Mask& mask);

/// A file of a cut: "mask.png", "cutout.png", "seeds.png", "object.png", "map.png", "stages.png",
/// "stages.svg", "stages.pdf" or "result.json". RequestError (404) for another name, and for the map of a cut
/// without one.
Response cut_file(const Cut& cut, const std::string& name);
/// What POST /api/cut answers, but for the id.
nlohmann::ordered_json cut_json(const Cut& cut);

}  // namespace fovea::studio
