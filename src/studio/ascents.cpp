#include "studio/ascents.hpp"

#include "base/check.hpp"
#include "base/json.hpp"
#include "explain/session_batches.hpp"
#include "report/ascent_fields.hpp"
#include "report/class_model_gallery.hpp"
#include "report/result_text.hpp"
#include "studio/request_fields.hpp"

#include <algorithm>
#include <limits>

namespace fovea::studio {
namespace {

constexpr std::int64_t kMostIndex = std::numeric_limits<std::int32_t>::max();
/// How many jobs' pictures are kept, and about how many frames an ascent has.
constexpr std::size_t kPicturesKept = 16;
constexpr int kFrames = 256;

/// "class", or "layer" with "channel", or with "channel", "row" and "column"; a layer alone as a whole.
void read_part(JsonFields& fields, AscentRequest& request) {
  request.layer = fields.text_if_given("layer").value_or("");
  const auto target = fields.whole_number_if_given("class", 0, kMostIndex);
  const auto channel = fields.whole_number_if_given("channel", 0, kMostIndex);
  const auto row = fields.whole_number_if_given("row", 0, kMostIndex);
  const auto column = fields.whole_number_if_given("column", 0, kMostIndex);
  if (request.layer.empty()) {
    if (channel || row || column)
      fields.fail(channel ? "channel" : row ? "row" : "column", "needs the layer that it is of");
    if (!target)
      fields.fail("class", "is missing: name a class, or a layer");
    request.options.target_class = *target;
    return;
  }
  if (target)
    fields.fail("class", "does not go with a layer: give one of them");
  if (row.has_value() != column.has_value())
    fields.fail(row ? "column" : "row", "is missing: a unit has both");
  if (row && !channel)
    fields.fail("channel", "is missing: a unit has one");
  LayerTarget part;
  if (channel)
    part = {row ? LayerTarget::Part::Unit : LayerTarget::Part::Channel, *channel, row, column};
  request.options.layer = part;
}

void read_start(Studio& studio, JsonFields& fields, const AscentPictures& pictures, AscentRequest& request) {
  const std::string start = fields.word_if_given("start", {"zero", "noise", "photo", "job"});
  if (start == "noise")
    request.options.start = ClassModelOptions::Start::Noise;
  if (start == "photo")
    request.start_photo = read_photo(studio, fields);
  if (start != "job") {
    if (fields.has("from"))
      fields.fail("from", "is for the start \"job\"");
    return;
  }
  const std::string from = fields.text("from");
  const std::optional<Tensor> picture = pictures.of(from);
  if (!picture)
    throw not_found("picture of job", from,
                    "a job has one when it has ended or was stopped; begin at zero, noise or a photo");
  const InputSize& size = request.model->network.size;
  if (picture->shape() != Shape{size.channels, size.height, size.width})
    fields.fail("from", fmt::format("the picture of job {} has the shape {}, which is not the input of {}",
                                    from, to_string(picture->shape()), request.model->name));
  request.options.start = ClassModelOptions::Start::Picture;
  request.options.picture = *picture;
}

std::shared_ptr<const Program> program_of(Studio& studio, const AscentRequest& request) {
  const StudioModel& model = *request.model;
  ProgramOptions options = program_options(studio, model);
  options.layer = request.layer;
  if (request.layer.empty())
    options.final_relu = ProgramOptions::FinalRelu::Remove;
  else
    options.outputs.clear();
  return studio.results()
      .get<Program>(fmt::format("ascent|{}|{}|{}", model.id, model.key(), request.layer), {},
                    [&](const std::stop_token&) {
                      auto program = request.layer.empty()
                                         ? compile_for_pictures(model.network.model, options)
                                         : Program::compile(model.network.model, options);
                      return Sized<Program>{program, program->report().weight_bytes};
                    })
      .value;
}

/// The network's input for the centre crop of a photo.
Tensor start_of(Studio& studio, const StudioPhoto& photo, const Preprocessing& preprocessing,
                const InputSize& size, const std::stop_token& stop) {
  const auto picture = studio.picture(photo, {nullptr, stop});
  Tensor input(DType::F32, {size.channels, size.height, size.width});
  write_crop(frame(*picture, preprocessing, size, Crops::One), 0, preprocessing, input.data<float>().data());
  return input;
}

/// Keeps the pictures of both displays, which take half of the memory of the input that they are made of.
JobFrame frame_of(const ClassModelProgress& now, const Preprocessing& preprocessing) {
  JobFrame frame;
  const auto pixels =
      std::make_shared<const Image>(to_image(*now.input, preprocessing, ClassModelDisplay::Pixels));
  const auto fitted =
      std::make_shared<const Image>(to_image(*now.input, preprocessing, ClassModelDisplay::Fitted));
  frame.bytes = pixels->pixels.size() + fitted->pixels.size();
  frame.png = [pixels, fitted](const std::string& display) {
    return encode_png(display == "pixels" ? *pixels : *fitted);
  };
  frame.about = {{"step", now.step},
                 {"score", now.score},
                 {"probability", to_json(now.probability)},
                 {"norm", now.norm}};
  return frame;
}

ClassModelTarget target_of(const AscentRequest& request) {
  return request.options.layer ? layer_target(request.layer, *request.options.layer)
                               : class_target(request.model->network.labels, request.options.target_class);
}

}  // namespace

void AscentPictures::keep(const std::string& job, const Tensor& input) {
  const std::lock_guard lock(mutex_);
  pictures_.emplace_back(job, input.clone());
  std::size_t bytes = 0;
  for (const auto& [id, picture] : pictures_)
    bytes += picture.bytes();
  while (pictures_.size() > 1 && (pictures_.size() > kPicturesKept || bytes > most_bytes_)) {
    bytes -= pictures_.front().second.bytes();
    pictures_.pop_front();
  }
}

std::optional<Tensor> AscentPictures::of(const std::string& job) const {
  const std::lock_guard lock(mutex_);
  for (const auto& [id, picture] : pictures_)
    if (id == job)
      return picture;
  return {};
}

AscentRequest read_ascent_request(Studio& studio, JsonFields& fields, const AscentPictures& pictures) {
  AscentRequest request;
  request.model = read_model(studio, fields);
  request.options = read_ascent_options(fields);
  read_part(fields, request);
  read_start(studio, fields, pictures, request);
  return request;
}

nlohmann::ordered_json run_ascent(Studio& studio, const AscentRequest& request, JobControl& control,
                                  AscentPictures& pictures) {
  const Preprocessing& preprocessing = request.model->network.preprocessing;
  Session session(program_of(studio, request));
  session.cancel_with(control.stop());
  ClassModelOptions options = request.options;
  if (request.start_photo) {
    options.start = ClassModelOptions::Start::Picture;
    options.picture =
        start_of(studio, *request.start_photo, preprocessing, input_size(session), control.stop());
  }
  const int stride = (options.steps + kFrames - 1) / kFrames;
  std::int64_t frames = 0;
  const ClassModel made = class_model(session, preprocessing, options, [&](const ClassModelProgress& now) {
    if (control.stop().stop_requested())
      throw Cancelled();
    const bool is_last = now.step == options.steps || control.should_finish();
    if (now.step % stride == 0 || is_last) {
      control.add_frame(frame_of(now, preprocessing));
      ++frames;
    }
    control.progress(now.step, options.steps, "steps");
    return !control.should_finish();
  });
  pictures.keep(control.id(), made.input);
  return {{"score", made.score}, {"probability", to_json(made.probability)},
          {"norm", made.norm},   {"steps", made.steps},
          {"frames", frames},    {"notes", class_model_notes(made, target_of(request), options.steps)}};
}

}  // namespace fovea::studio
