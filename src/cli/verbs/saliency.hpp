#pragma once

#include "cli/kit/detection_options.hpp"
#include "cli/kit/many_photos.hpp"
#include "cli/kit/method_options.hpp"
#include "cli/kit/model_options.hpp"
#include "cli/kit/picture_arguments.hpp"
#include "cli/kit/result_format.hpp"
#include "fovea/image.hpp"
#include "report/map_report.hpp"

#include <optional>
#include <string>
#include <vector>

namespace fovea::cli {

/// The options of `fovea saliency`.
struct SaliencyOptions {
  ModelOptions model;
  PictureArguments images;
  ManyPhotosArguments many;
  std::string target = "auto";
  std::string against;
  std::string detection;  ///< the number of a box, or "all"; empty: a class score is explained
  std::string detection_side;
  DetectionArguments detector;
  std::vector<std::string> methods = {"gradient"};
  MethodArguments method_options;
  std::string crops = "1";
  std::string output;
  DisplayRange range;
  OverlayStyle overlay;
  bool figure = false;
  bool with_class_model = false;
  std::optional<double> dpi;
  ResultFormat format;

  MapReportOptions report() const;
};

/// Maps of boxes that a detector finds in each picture.
int explain_detections(Command verb, const SaliencyOptions& options, const PictureInputs& inputs);

}  // namespace fovea::cli
