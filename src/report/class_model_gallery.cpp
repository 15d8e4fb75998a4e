#include "report/class_model_gallery.hpp"

#include "base/file_name_part.hpp"
#include "base/shown_format.hpp"
#include "fovea/tensor.hpp"
#include "report/result_place.hpp"
#include "report/result_text.hpp"

#include <algorithm>
#include <filesystem>

namespace fovea {
namespace {

namespace fs = std::filesystem;

}  // namespace

ClassModelTarget class_target(const Labels& labels, std::int64_t index) {
  ClassModelTarget target;
  target.class_index = index;
  target.short_name = labels.short_name(index);
  target.long_name = fmt::format("{} (class {})", labels.name_with_id(index), index);
  target.file = fmt::format("{}-{}", index, file_name_part(labels.name(index), "class"));
  target.json["class"] = to_json(labels, index);
  return target;
}

std::string settings_text(const ClassModelOptions& options, const DiversityOptions& diversity) {
  using Method = ClassModelOptions::Method;
  std::string text = fmt::format("{} steps of {:g}", options.steps, step_of(options));
  if (options.method == Method::Paper)
    return text + fmt::format(", lambda {:g} (paper)", options.l2);
  text += fmt::format(", jitter {:g}", options.jitter);
  if (options.zoom != 1)
    text += fmt::format(", zoom {:g}", options.zoom);
  if (options.rotate != 0)
    text += fmt::format(", rotate {:g}", options.rotate);
  text += options.method == Method::Fourier
              ? std::string(", Fourier")
              : fmt::format(", blur {:g}, coarse {:g}", options.blur, options.coarse);
  if (diversity.pictures > 1)
    text += fmt::format(", diversity {:g}", diversity.strength);
  return text + fmt::format(", seed {}", options.seed);
}

ClassModelTarget layer_target(const std::string& layer, const LayerTarget& part) {
  ClassModelTarget target;
  target.layer = part;
  target.json["layer"] = layer;
  switch (part.part) {
  case LayerTarget::Part::Whole:
    target.short_name = "whole layer";
    break;
  case LayerTarget::Part::Channel:
    target.short_name = fmt::format("channel {}", part.channel);
    target.json["channel"] = part.channel;
    break;
  case LayerTarget::Part::Unit:
    target.short_name = part.y ? fmt::format("unit {},{},{}", part.channel, *part.y, *part.x)
                               : fmt::format("unit {}", part.channel);
    target.json["channel"] = part.channel;
    if (part.y)
      target.json["position"] = {*part.y, *part.x};
    else
      target.json["position"] = "middle";
    break;
  }
  target.long_name = fmt::format("layer {}, {}", layer, target.short_name);
  target.file = file_name_part(layer, "layer");
  if (part.part != LayerTarget::Part::Whole)
    target.file += "-" + file_name_part(target.short_name, "part");
  return target;
}

std::vector<std::string> class_model_notes(const ClassModel& model, const ClassModelTarget& target,
                                           int steps) {
  const std::string& name = target.short_name;
  std::vector<std::string> notes;
  if (model.start == ClassModel::Start::NoiseBecauseGradientWasZero)
    notes.push_back(name + ": the gradient is zero at the start, so gradient ascent starts from noise");
  if (model.start == ClassModel::Start::GradientStayedZero)
    notes.push_back(name +
                    ": the gradient is zero, on noise as well, so gradient ascent has nothing to follow: "
                    "try another seed, or a layer before the ReLU");
  if (model.steps < steps)
    notes.push_back(fmt::format("{}: stopped after {} of {} steps", name, model.steps, steps));
  return notes;
}

bool ClassModelGallery::is_one_file() const {
  return is_graphic_path(options_.output);
}

std::string ClassModelGallery::base(const ClassModelTarget& target, std::size_t k) const {
  return options_.pictures_of_each == 1 ? target.file : fmt::format("{}-{}", target.file, k + 1);
}

std::string ClassModelGallery::frame(const ClassModelTarget& target, std::size_t k, int step) const {
  const fs::path folder = is_one_file() ? fs::path(options_.output).parent_path() : fs::path(options_.output);
  return (folder / fmt::format("{}-step{:04}.png", base(target, k), step)).string();
}

void ClassModelGallery::write_frames(const ClassModelTarget& target,
                                     std::span<const ClassModelProgress> all) const {
  for (std::size_t k = 0; k < all.size(); ++k)
    write_png(frame(target, k, all[k].step),
              to_image(*all[k].input, options_.preprocessing, options_.display));
}

std::vector<std::string> ClassModelGallery::files(const ClassModelTarget& target, std::size_t k) const {
  if (is_one_file())
    return options_.sheet ? std::vector<std::string>() : std::vector{options_.output};
  const std::string start = (fs::path(options_.output) / base(target, k)).string();
  return {start + ".png", start + ".npy"};
}

std::string ClassModelGallery::sheet() const {
  return is_one_file() ? options_.output : (fs::path(options_.output) / "sheet.png").string();
}

std::vector<std::string> ClassModelGallery::planned_files(std::span<const ClassModelTarget> targets,
                                                          int steps, int every) const {
  std::vector<std::string> planned;
  for (const ClassModelTarget& target : targets)
    for (std::size_t k = 0; k < static_cast<std::size_t>(options_.pictures_of_each); ++k) {
      append(planned, files(target, k));
      for (int step = 0; every > 0 && step <= steps; step += every)
        planned.push_back(frame(target, k, step));
    }
  if (options_.sheet)
    planned.push_back(sheet());
  return planned;
}

std::string ClassModelGallery::add(const ClassModelTarget& target, std::size_t k, const ClassModel& model) {
  const Image picture = to_image(model.input, options_.preprocessing, options_.display);
  const std::vector<std::string> written = files(target, k);
  if (!written.empty())
    write_picture(written.front(), picture);
  if (written.size() > 1)
    write_npy(written.back(), model.input);
  panels_.push_back(
      {picture, target.short_name,
       target.layer ? fmt::format("score {:.4g}", model.score)
                    : fmt::format("score {:.1f}{}", model.score, probability_text(model.probability, 2))});
  nlohmann::ordered_json json = target.json;
  json["steps"] = model.steps;
  json["score"] = model.score;
  json["norm"] = model.norm;
  json["objective"] = model.objective;
  if (!target.layer)
    json["probability"] = to_json(model.probability);
  json["files"] = written;
  json_.push_back(std::move(json));
  std::string text = shown_format("{}: score {:.3f}, norm {:.2f}, objective {:.3f}{} after {} steps\n",
                                  target.long_name, model.score, model.norm, model.objective,
                                  probability_text(model.probability), model.steps);
  for (const std::string& file : written)
    text += shown_format("  {}\n", file);
  return text;
}

std::string ClassModelGallery::finish() const {
  if (!options_.sheet || panels_.empty())
    return {};
  const std::string path = sheet();
  const auto all = static_cast<std::int64_t>(panels_.size());
  const std::int64_t columns = options_.pictures_of_each > 1 && all > options_.pictures_of_each
                                   ? std::min(options_.pictures_of_each, 8)
                                   : std::min<std::int64_t>(all, 5);
  write_graphic(path, Figure{options_.heading, options_.details, panels_, columns, 224}, options_.dpi);
  return path;
}

}  // namespace fovea
