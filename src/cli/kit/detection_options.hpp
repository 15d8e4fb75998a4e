#pragma once

#include "cli/kit/command.hpp"
#include "cli/kit/model_options.hpp"
#include "fovea/detect.hpp"

#include <optional>
#include <string>

namespace fovea::cli {

/// Options of commands that find objects by a detector.
struct DetectionArguments {
  std::string decoder, boxes;
  double min_score = 0.25;
  std::optional<double> max_overlap;
  std::int64_t most = 100;

  void add_to(Command verb);
};

/// The network of the options, with notes except those that hold for classifiers only.
Network load_detector(const ModelOptions& options);
/// The detector, after its notes and how its decoder was found. InputError with the network's path.
Detector detector_of(const Network& loaded, const ModelOptions& model, const DetectionArguments& arguments,
                     int threads);

}  // namespace fovea::cli
