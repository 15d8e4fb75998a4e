#include "fovea/detect.hpp"
#include "c_api/model.hpp"
#include "c_api/options.hpp"
#include "c_api/pixels.hpp"
#include "c_api/result.hpp"
#include "evaluate/settings.hpp"
#include "networks/preprocessing_json.hpp"

namespace fovea::c_api {
namespace {

struct DetectRequest {
  DetectorOptions options;
  std::optional<BoxSide> side;  ///< whose position the targets are; none: scores
};

DetectRequest read_request_of_detect(const fovea_model& model, const char* text) {
  JsonFields fields = read_options(text);
  DetectRequest request;
  DetectorOptions& options = request.options;
  options.decoder = fields.word_if_given("decoder", decoder_names());
  if (const std::string form = fields.word_if_given("boxes", box_form_names()); !form.empty())
    options.boxes = parse_box_form(form);
  if (const std::string side = fields.word_if_given("side", box_side_names()); !side.empty())
    request.side = parse_box_side(side);
  options.min_score = number_within(fields, "min_score", 0, 1).value_or(options.min_score);
  options.max_overlap = number_within(fields, "max_overlap", 0, 1);
  options.most = fields.whole_number_if_given("most", 1, 100000).value_or(options.most);
  options.labels = model.choice.labels;
  options.preprocessing = networks::read_preprocessing(fields);
  if (options.preprocessing.empty())
    options.preprocessing = model.choice.preprocessing;
  const auto threads = fields.whole_number_if_given("threads", 0, kMaxThreads);
  fields.expect_no_others();
  const ProgramOptions program = model.program_options(0, 0, static_cast<int>(threads.value_or(0)));
  options.program.height = program.height;
  options.program.width = program.width;
  options.program.precision = program.precision;
  options.program.backend = program.backend;
  options.program.threads = program.threads;
  return request;
}

std::string preprocessing_text(const Preprocessing& preprocessing) {
  nlohmann::ordered_json json = settings_json(preprocessing);
  for (const char* const side : {"resize", "crop"})
    if (json[side] == 0)
      json.erase(side);
  return json_text(json);
}

void add_detections(fovea_result& out, const Detector& detector, const std::vector<Detection>& found,
                    std::optional<BoxSide> side) {
  std::vector<double> boxes, scores;
  std::vector<std::int64_t> classes;
  std::vector<std::string> labels, targets;
  for (const Detection& one : found) {
    boxes.insert(boxes.end(), {one.box.x0, one.box.y0, one.box.x1, one.box.y1});
    scores.push_back(one.score);
    classes.push_back(one.class_index);
    labels.push_back(one.label);
    targets.push_back((side ? detector.side_target(one, *side) : detector.score_target(one)).text());
  }
  const auto count = static_cast<std::int64_t>(found.size());
  out.add("box", {count, 4}, std::move(boxes));
  out.add("score", {count}, std::move(scores));
  out.add("class", {count}, std::move(classes));
  out.add_list("labels", labels);
  out.add_list("targets", targets);
  out.add_text("decoder", std::string(detector.decoder()));
  out.add_text("layer", detector.common_layer());
  out.add_text("preprocessing", preprocessing_text(detector.preprocessing()));
}

}  // namespace
}  // namespace fovea::c_api

using namespace fovea::c_api;

fovea_status fovea_detect(const fovea_model* model, const fovea_pixels* picture, const char* options,
                          fovea_result** result) {
  return give_result(result, [&](fovea_result& out) {
    const fovea_model& from = not_null(model, "model");
    const fovea::Image photo = to_image(not_null(picture, "picture"));
    const DetectRequest request = read_request_of_detect(from, options);
    const auto compiled = from.detector(options ? options : "", request.options);
    fovea::Detector detector(*compiled);
    add_detections(out, detector, detector(photo), request.side);
  });
}
