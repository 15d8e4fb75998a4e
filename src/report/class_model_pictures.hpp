#pragma once

#include "fovea/image.hpp"
#include "fovea/program.hpp"

#include <map>
#include <mutex>
#include <optional>

namespace fovea {

/// Class models for figures and pages, each made once. Thread-safe.
class ClassModelPictures {
public:
  /// `options` are the compute options; direction and final activation are set for class models. Nothing is
  /// compiled before the first picture is needed.
  ClassModelPictures(Model model, const Preprocessing& preprocessing, ProgramOptions options);

  /// The class's picture with its texts. InputError for a class that does not exist.
  const Panel& panel(std::int64_t target_class);

private:
  Model model_;
  Preprocessing preprocessing_;
  ProgramOptions options_;
  std::optional<Session> session_;
  std::map<std::int64_t, Panel> panels_;
  std::mutex mutex_;
};

}  // namespace fovea
