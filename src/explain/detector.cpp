#include "base/check.hpp"
#include "explain/decoder.hpp"
#include "fovea/classify.hpp"
#include "fovea/detect.hpp"

#include <algorithm>

namespace fovea {
namespace {

void check_options(const DetectorOptions& options) {
  const auto is_share = [](double value) { return value >= 0 && value <= 1; };
  FOVEA_CHECK(is_share(options.min_score), "a score of {} is not possible: 0 to 1", options.min_score);
  FOVEA_CHECK(is_share(options.max_overlap.value_or(0)), "an overlap of {} is not possible: 0 to 1",
              *options.max_overlap);
  FOVEA_CHECK(options.most >= 1, "at most {} boxes: at least 1", options.most);
  if (const auto fault = options.preprocessing.fault())
    throw InputError(fmt::format("preprocessing: {}: {}", fault->field, fault->message));
}

bool suppresses_boxes(const Model& model) {
  const auto& counts = model.operator_counts();
  return std::any_of(counts.begin(), counts.end(), [](const auto& count) {
    return count.first.find("NonMaxSuppression") != std::string::npos ||
           count.first.find("NMS") != std::string::npos;
  });
}

/// The message, with what to do about a network whose file ends in a choice of boxes.
std::string advised(const Model& model, const std::string& message) {
  return suppresses_boxes(model) && message.find(kSuppressionAdvice) == std::string::npos
             ? message + kSuppressionAdvice
             : message;
}

std::shared_ptr<const Program> compiled_forward(const Model& model, ProgramOptions options) {
  options.direction = Direction::Forward;
  options.batch = 1;
  options.head = ProgramOptions::Head::AsInFile;
  options.outputs = model.computable_outputs();
  return Program::compile(model, options);
}

RealBox inside(const RealBox& box, const Image& photo) {
  const auto width = static_cast<double>(photo.width), height = static_cast<double>(photo.height);
  return {std::clamp(box.x0, 0.0, width), std::clamp(box.y0, 0.0, height), std::clamp(box.x1, 0.0, width),
          std::clamp(box.y1, 0.0, height)};
}

}  // namespace

/// What all copies share.
struct Detector::Compiled {
  Compiled(const Model& model, const DetectorOptions& given) : options(given) {
    if (const ImageInput input = model.image_input(); input.height == 0 || input.width == 0)
      FOVEA_CHECK(options.program.height > 0 && options.program.width > 0,
                  "the size of input '{}' is open: give one", input.name);
    program = compiled_forward(model, options.program);
    const Shape& shape = program->inputs().front().shape;
    const InputSize size{shape[1], shape[2], shape[3]};
    labels = options.labels ? *options.labels : model.labels();
    // Names that a named decoder's classes do not have may be ImageNet's, by the number of an output.
    fitted = fit_decoder(program->outputs(), size, options.decoder, options.boxes,
                         options.labels || options.decoder.empty() ? labels.size() : 0);
    if (!options.labels && labels.size() != fitted.classes())
      labels = {};  // ImageNet's, by the number of an output
    preprocessing = options.preprocessing.applied_to(fitted.decoder->preprocessing);
    ProgramOptions forward = program->options();
    forward.height = size.height;
    forward.width = size.width;
    common_layer = last_common_spatial_layer(model, forward);
  }

  DetectorOptions options;
  std::shared_ptr<const Program> program;
  FittedDecoder fitted;
  Labels labels;
  Preprocessing preprocessing;
  std::string common_layer;  ///< empty: none
};

Detector::Detector(const Model& model, const DetectorOptions& options) {
  check_options(options);
  try {
    compiled_ = std::make_shared<Compiled>(model, options);
  } catch (const ModelError& error) {
    throw ModelError(advised(model, error.detail()), error.location());
  } catch (const InputError& error) {
    throw InputError(advised(model, error.what()), model.path());
  }
}
Detector::~Detector() = default;
Detector::Detector(const Detector& other) : compiled_(other.compiled_) {}
Detector& Detector::operator=(const Detector& other) {
  return *this = Detector(other);
}
Detector::Detector(Detector&&) noexcept = default;
Detector& Detector::operator=(Detector&&) noexcept = default;

std::vector<Detection> Detector::operator()(const Image& photo) {
  const Compiled& c = *compiled_;
  if (!session_)
    session_ = std::make_unique<Session>(c.program);
  const Framing framing = frame(photo, c.preprocessing, c.fitted.input, Crops::One);
  write_crop(framing, 0, c.preprocessing, session_->input().data<float>().data());
  session_->forward();
  const std::vector<Candidate> kept =
      suppress(decode(c.fitted, session_->output(c.fitted.boxes_output),
                      session_->output(c.fitted.scores_output), c.options.min_score),
               c.options.max_overlap.value_or(c.fitted.decoder->max_overlap), c.options.most);
  std::vector<Detection> found;
  for (const Candidate& one : kept)
    found.push_back({inside(framing.input_in_photo(one.box), photo), one.class_index,
                     c.labels.name(one.class_index), one.score, one.number,
                     static_cast<std::int64_t>(found.size()) + 1});
  return found;
}

Target Detector::score_target(const Detection& detection) const {
  return Target::parse(compiled_->fitted.score_expression(detection.candidate, detection.class_index));
}

Target Detector::side_target(const Detection& detection, BoxSide side) const {
  return Target::parse(compiled_->fitted.side_expression(detection.candidate, side));
}

ExplainOptions Detector::explain_options(const std::vector<Detection>& detections,
                                         std::optional<BoxSide> side) const {
  FOVEA_CHECK(!detections.empty(), "there are no boxes to explain");
  ExplainOptions explain;
  explain.preprocessing = compiled_->preprocessing;
  explain.program = compiled_->options.program;
  // The last layer before an output is one of a path that only objects of some size take.
  explain.method_options.layer = compiled_->common_layer;
  std::vector<Label> names;
  for (const Detection& one : detections) {
    explain.program.targets.push_back(side ? side_target(one, *side) : score_target(one));
    names.push_back(
        {"", fmt::format("{} {}{}", one.number, one.label, side ? fmt::format(", {}", name_of(*side)) : "")});
  }
  explain.labels = Labels(std::move(names));
  return explain;
}

std::string_view Detector::decoder() const {
  return compiled_->fitted.decoder->info.name;
}
DecoderSource Detector::decoder_source() const {
  return compiled_->fitted.source;
}
const std::string& Detector::common_layer() const {
  return compiled_->common_layer;
}
const Labels& Detector::labels() const {
  return compiled_->labels;
}
const Preprocessing& Detector::preprocessing() const {
  return compiled_->preprocessing;
}
const Program& Detector::program() const {
  return *compiled_->program;
}

}  // namespace fovea
