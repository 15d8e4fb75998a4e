#pragma once

#include "batch/picture_source.hpp"
#include "batch/result_table.hpp"
#include "fovea/detect.hpp"

#include <nlohmann/json.hpp>

#include <optional>
#include <string>
#include <vector>

/// The forms of what a detector found in a photo.
namespace fovea {

/// The photo with its boxes, each with its number, class and score.
BoxedPicture boxed_picture(const Image& photo, const std::vector<Detection>& found);
/// The bytes of that picture as a file; the ending of `path` gives the format.
std::string encode_boxes(const std::string& path, const Image& photo, const std::vector<Detection>& found,
                         std::optional<double> dpi);
/// A row of a table for each box with its rank; of a photo without any, one without a
/// class.
std::vector<TableRow> detection_rows(const Picture& picture, const std::vector<Detection>& found,
                                     const Labels& labels);
/// A line for the photo and one for each box. Names are made safe for a terminal.
std::string detections_text(const std::string& path, const std::vector<Detection>& found);
/// {"image", "detections": [{"number", "class", "score", "box", "candidate"}]}.
nlohmann::ordered_json detections_json(const std::string& path, const std::vector<Detection>& found,
                                       const Labels& labels);
nlohmann::ordered_json to_json(const RealBox& box);
/// Adds "decoder", "decoder_found" and "preprocessing".
void add_detector(nlohmann::ordered_json& json, const Detector& detector);
/// "decoder yolox, found by the shapes of the outputs; preprocessing letterbox-corner, scale 1, ...".
std::string detector_note(const Detector& detector);
/// The columns of `detections_csv`.
std::string detections_csv_header();
/// A line for each box.
std::string detections_csv(const std::string& path, const std::vector<Detection>& found);

}  // namespace fovea
