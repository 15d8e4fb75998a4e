#pragma once

#include "evaluate/events.hpp"
#include "evaluate/journal.hpp"
#include "fovea/networks.hpp"

#include <nlohmann/json.hpp>

#include <memory>
#include <span>
#include <string>
#include <vector>

/// Evaluates localisation on many pictures, with several workers, writing row by row into a journal.
namespace fovea {

/// The source of the ground truth: a CSV, or a folder of XML files with further lists.
struct TruthSource {
  std::string path;
  DevkitFiles devkit;  ///< `annotations` is ignored: it is `path`
  /// Whether `path` is a folder of XML files.
  bool is_devkit() const;
};
/// Reads the ground truth. InputError as for read_truth_csv and read_devkit_truth.
std::vector<AnnotatedImage> read_truth(const TruthSource& source);

/// The names of precision, method and preset in settings.
struct LocalizationNames {
  std::string precision, method, preset;
};
/// Everything that rows depend on except the pictures themselves, in the form in which it is read back from a
/// file: invalid UTF-8 is replaced. Numbers of threads and workers are not included, because results do not
/// depend on them.
nlohmann::ordered_json localization_settings(const Network& network, const LocalizationNames& names,
                                             const MethodOptions& method,
                                             const LocalizationProtocol& protocol, Crops crops,
                                             const std::vector<AnnotatedImage>& truth, const Shard& shard);

struct LocalizationRun {
  Explainer explainer;  ///< one that `localize` accepts
  std::span<const AnnotatedImage> truth;
  std::vector<std::int64_t> places;  ///< the images of the shard in the truth
  std::string folder;                ///< of the pictures
  LocalizationProtocol protocol;
  std::size_t workers = 1;
};
/// Evaluates the images without a row in the journal, in the order of `places`, and adds their rows. Images
/// that cannot be evaluated are rows with an error. Any other exception ends the run; the journal keeps the
/// rows written before.
void run_localization(const LocalizationRun& run, Journal& journal, const EvaluationEvents& events);

}  // namespace fovea
