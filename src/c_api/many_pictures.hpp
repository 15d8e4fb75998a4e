#pragma once

#include "c_api/model.hpp"
#include "c_api/options.hpp"
#include "evaluate/events.hpp"
#include "fovea/batch.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace fovea::c_api {

/// The network of a call on many pictures, and how its work is divided.
struct ManyPictures {
  std::vector<std::string> given;   ///< "images": pictures and folders
  std::vector<std::string> images;  ///< folders expanded
  PreprocessingSpec preprocessing;
  int workers = 0, threads = 0;

  /// Reads "images", "preprocessing", "workers" and "threads". InputError if there are no images.
  static ManyPictures read(JsonFields& fields);
  ThreadPartition partition() const { return partition_threads(images.size(), workers, threads); }
};

/// The options of explainers for these methods. `method_options` of the first also apply to the others.
ExplainOptions explain_options(const fovea_model& model, const ManyPictures& pictures,
                               const std::vector<std::string>& methods, const MethodOptions& method_options,
                               Crops crops);
/// "methods", a list; `otherwise` if it is not given. InputError for a method that is named twice.
std::vector<std::string> read_methods(JsonFields& fields, const std::vector<std::string>& otherwise);
/// "target": a class of the model, or none.
std::optional<std::int64_t> read_target_class(JsonFields& fields);
/// InputError for a class that the program does not have.
void check_class(std::optional<std::int64_t> target, const Program& program);

/// The caller's progress function as events; sentences on pictures that failed are collected.
struct CallerEvents {
  fovea_progress progress = nullptr;
  void* user = nullptr;
  std::vector<std::string> failures = {};

  /// Throws Cancelled when the caller asks for an end.
  std::function<void(std::int64_t, std::int64_t, const std::string&)> on_progress();
  std::function<void(const std::string&)> on_failure();
  EvaluationEvents events() { return {on_progress(), on_failure()}; }
};

}  // namespace fovea::c_api
