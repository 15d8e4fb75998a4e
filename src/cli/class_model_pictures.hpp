#pragma once

#include "cli/common.hpp"
#include "fovea/display.hpp"

#include <map>
#include <mutex>
#include <optional>

namespace fovea::cli {

/// Class models for figures and pages, each climbed to once. May be asked by several threads. Refers to what
/// it is made from.
class ClassModelPictures {
public:
  ClassModelPictures(const Network& loaded, const ModelOptions& options)
      : loaded_(loaded), options_(options) {}

  /// The class's picture with what is to be said of it.
  const Panel& panel(std::int64_t target_class);

private:
  const Network& loaded_;
  const ModelOptions& options_;
  std::optional<Session> session_;
  std::map<std::int64_t, Panel> panels_;
  std::mutex mutex_;
};

}  // namespace fovea::cli
