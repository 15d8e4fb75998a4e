#pragma once

#include "evaluate/events.hpp"
#include "evaluate/journal.hpp"
#include "fovea/networks.hpp"

#include <nlohmann/json.hpp>

#include <memory>
#include <span>
#include <string>
#include <vector>

/// An evaluation of localisation over many pictures, by several workers, row by row into a journal.
namespace fovea {

/// Where the ground truth is: a CSV, or a folder of XML files with what goes with them.
struct TruthSource {
  std::string path;
  DevkitFiles devkit;  ///< `annotations` does not matter: it is `path`
  /// Whether `path` is a folder of XML files.
  bool is_devkit() const;
};
/// InputError as read_truth_csv and read_devkit_truth.
std::vector<AnnotatedImage> read_truth(const TruthSource& source);

/// What names the maps and the cut in settings.
struct LocalizationNames {
  std::string precision, method, preset;
};
/// Everything that rows depend on, but for the pictures themselves, as it is read back from a file: invalid
/// UTF-8 is replaced. Numbers of threads and workers are not in it, since results do not depend on them.
nlohmann::ordered_json localization_settings(const Network& network, const LocalizationNames& names,
                                             const MethodOptions& method,
                                             const LocalizationProtocol& protocol, Crops crops,
                                             const std::vector<AnnotatedImage>& truth, const Shard& shard);

struct LocalizationRun {
  Explainer explainer;  ///< as `localize` takes it
  std::span<const AnnotatedImage> truth;
  std::vector<std::int64_t> places;  ///< the images of the shard in the truth
  std::string folder;                ///< of the pictures
  LocalizationProtocol protocol;
  std::size_t workers = 1;
};
/// Evaluates the images that the journal has no row of yet, in the order of `places`, and adds their rows.
/// Images that cannot be evaluated are rows with an error. Whatever else is thrown ends the run; the journal
/// keeps the rows before it.
void run_localization(const LocalizationRun& run, Journal& journal, const EvaluationEvents& events);

}  // namespace fovea
