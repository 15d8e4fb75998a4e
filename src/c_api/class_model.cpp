#include "base/check.hpp"
#include "c_api/model.hpp"
#include "c_api/options.hpp"
#include "c_api/pixels.hpp"
#include "c_api/result.hpp"
#include "explain/session_batches.hpp"
#include "fovea/features.hpp"
#include "networks/preprocessing_json.hpp"
#include "report/ascent_fields.hpp"
#include "report/class_model_gallery.hpp"

#include <limits>

namespace fovea::c_api {
namespace {

/// At most this many different pictures go through the network together.
constexpr int kLargestBatch = 8;
constexpr std::int64_t kMaxIndex = std::numeric_limits<std::int64_t>::max();

struct ClassModelRequest {
  ClassModelOptions ascent;
  DiversityOptions diversity = {.pictures = 1};
  std::string layer, diversity_layer;
  ClassModelDisplay display = ClassModelDisplay::Fitted;
  PreprocessingSpec preprocessing;
  int threads = 0;
};

/// "target", or "layer" with "channel" or "unit".
void read_target(JsonFields& fields, ClassModelRequest& request) {
  const std::optional<std::int64_t> target = fields.whole_number_if_given("target", 0, kMaxIndex);
  request.layer = fields.text_if_given("layer").value_or("");
  const std::optional<std::int64_t> channel = fields.whole_number_if_given("channel", 0, kMaxIndex);
  const std::vector<std::int64_t> unit = whole_numbers(fields, "unit");
  if (request.layer.empty()) {
    if (channel || !unit.empty())
      fields.fail(channel ? "channel" : "unit", "needs the layer that it is of");
    if (!target)
      fields.fail("target", "is missing: name a class, or a layer");
    request.ascent.target_class = *target;
    return;
  }
  if (target)
    fields.fail("target", "does not go with a layer: give one of them");
  if (channel && !unit.empty())
    fields.fail("unit", "does not go with a channel: give one of them");
  LayerTarget part;
  if (channel)
    part = {LayerTarget::Part::Channel, *channel, {}, {}};
  if (unit.size() == 1)
    part = {LayerTarget::Part::Unit, unit[0], {}, {}};
  else if (unit.size() == 3)
    part = {LayerTarget::Part::Unit, unit[0], unit[1], unit[2]};
  else if (!unit.empty())
    fields.fail("unit",
                fmt::format("expected [channel] or [channel, row, column], found {} numbers", unit.size()));
  request.ascent.layer = part;
}

ClassModelRequest read_request(const char* options) {
  JsonFields fields = read_options(options);
  ClassModelRequest request;
  request.ascent = read_ascent_options(fields);
  if (fields.word_if_given("start", {"zero", "noise"}) == "noise")
    request.ascent.start = ClassModelOptions::Start::Noise;
  read_target(fields, request);
  request.diversity.pictures = static_cast<int>(fields.whole_number_if_given("pictures", 1, 64).value_or(1));
  request.diversity.strength = number_within(fields, "strength", 0, 1e6).value_or(request.diversity.strength);
  request.diversity_layer = fields.text_if_given("diversity_layer").value_or("");
  const bool is_paper = request.ascent.method == ClassModelOptions::Method::Paper;
  if (is_paper && request.diversity.pictures > 1)
    fields.fail("pictures", "the method paper gives one picture");
  const std::string display = fields.word_if_given("display", {"auto", "pixels", "fitted"});
  const bool is_auto = display.empty() || display == "auto";
  if (display == "pixels" || (is_auto && request.ascent.method != ClassModelOptions::Method::Regularized))
    request.display = ClassModelDisplay::Pixels;
  request.preprocessing = networks::read_preprocessing(fields);
  request.threads = static_cast<int>(fields.whole_number_if_given("threads", 0, kMaxThreads).value_or(0));
  fields.expect_no_others();
  return request;
}

std::shared_ptr<const Program> compile(const fovea_model& model, const ClassModelRequest& request,
                                       const std::string& layer) {
  ProgramOptions options = model.program_options(0, 0, request.threads);
  options.batch = std::min(request.diversity.pictures, kLargestBatch);
  options.layer = layer;
  if (layer.empty())
    options.final_relu = ProgramOptions::FinalRelu::Remove;
  return model.program(options);
}

/// The network's input for the centre crop of a picture.
Tensor start_of(const fovea_pixels& picture, const Preprocessing& preprocessing, const InputSize& size) {
  Tensor input(DType::F32, {size.channels, size.height, size.width});
  const Framing framing = frame(to_image(picture), preprocessing, size, Crops::One);
  write_crop(framing, 0, preprocessing, input.data<float>().data());
  return input;
}

void add_models(fovea_result& out, const std::vector<ClassModel>& models, const ClassModelRequest& request,
                const ClassModelTarget& target, const Preprocessing& preprocessing) {
  const auto count = static_cast<std::int64_t>(models.size());
  const Shape& shape = models.front().input.shape();
  Tensor inputs(DType::F32, {count, shape[0], shape[1], shape[2]});
  std::vector<std::uint8_t> pictures;
  std::vector<double> scores, norms, objectives, probabilities;
  std::vector<std::int64_t> steps;
  std::vector<std::string> notes;
  auto place = inputs.data<float>().begin();
  for (const ClassModel& model : models) {
    const auto values = model.input.data<float>();
    place = std::copy(values.begin(), values.end(), place);
    const Image picture = to_image(model.input, preprocessing, request.display);
    pictures.insert(pictures.end(), picture.pixels.begin(), picture.pixels.end());
    scores.push_back(model.score);
    norms.push_back(model.norm);
    objectives.push_back(model.objective);
    probabilities.push_back(model.probability.value_or(std::numeric_limits<double>::quiet_NaN()));
    steps.push_back(model.steps);
    for (std::string& note : class_model_notes(model, target, request.ascent.steps))
      notes.push_back(std::move(note));
  }
  out.add("input", inputs);
  out.add("picture", {count, shape[1], shape[2], 3}, std::move(pictures));
  out.add("score", {count}, std::move(scores));
  out.add("norm", {count}, std::move(norms));
  out.add("objective", {count}, std::move(objectives));
  out.add("probability", {count}, std::move(probabilities));
  out.add("steps", {count}, std::move(steps));
  out.add_list("notes", notes);
}

}  // namespace
}  // namespace fovea::c_api

using namespace fovea::c_api;

fovea_status fovea_class_model(const fovea_model* model, const char* options, const fovea_pixels* start,
                               fovea_progress progress, void* user, fovea_result** result) {
  return give_result(result, [&](fovea_result& out) {
    const fovea_model& from = not_null(model, "model");
    ClassModelRequest request = read_request(options);
    const fovea::Preprocessing preprocessing = from.preprocessing(request.preprocessing).preprocessing;
    fovea::Session session(compile(from, request, request.layer));
    std::optional<fovea::Session> other_layer;
    if (!request.diversity_layer.empty() && request.diversity.strength > 0) {
      other_layer.emplace(compile(from, request, request.diversity_layer));
      request.diversity.layer = &*other_layer;
    }
    if (start) {
      request.ascent.start = fovea::ClassModelOptions::Start::Picture;
      request.ascent.picture = start_of(*start, preprocessing, fovea::input_size(session));
    }
    const auto report = [&](std::span<const fovea::ClassModelProgress> all) {
      if (progress && progress(all.front().step, request.ascent.steps, user) != 0)
        throw fovea::Cancelled();
      return true;
    };
    const fovea::ClassModelTarget target = request.ascent.layer
                                               ? fovea::layer_target(request.layer, *request.ascent.layer)
                                               : fovea::class_target(from.names, request.ascent.target_class);
    add_models(out, fovea::class_models(session, preprocessing, request.ascent, request.diversity, report),
               request, target, preprocessing);
  });
}
