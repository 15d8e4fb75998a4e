#include "cli/verbs/localize.hpp"
#include "evaluate/photo_runs.hpp"
#include "evaluate/settings.hpp"
#include "fovea/error.hpp"

#include <fmt/format.h>

#include <memory>

namespace fovea::cli {
namespace {

/// What all photos have in common.
struct Shared {
  const LocalizeArguments& arguments;
  const Network& loaded;
  LocalizeOptions options;
  ObjectReport report;
};

/// Adds the files of an object and a row for each of its boxes, or one row without a box.
void add_object(const Shared& shared, const Picture& picture, const FoundObject& found, const Image& photo,
                PhotoResult& result) {
  TableRow row = row_of(picture, shared.loaded.labels, *found.target);
  if (found.rank > 0)
    row.rank = found.rank;
  const std::vector<Box> boxes = shared.report.boxes(found.object);
  if (boxes.empty())
    result.rows.push_back(row);
  for (const Box& box : boxes) {
    row.box = RealBox{static_cast<double>(box.x0), static_cast<double>(box.y0), static_cast<double>(box.x1),
                      static_cast<double>(box.y1)};
    result.rows.push_back(row);
  }
  shared.report.encode(found, picture.result_name, photo, [&](const std::string& name, std::string bytes) {
    result.files.push_back({name, std::move(bytes)});
  });
}

PhotoResult localize_one_of_many(Explainer& explain, const Shared& shared, const Picture& picture) {
  const FramedPhoto photo = explain.frame(read_picture(picture));
  const std::vector<std::int64_t> targets = targets_for(photo.scores(), shared.loaded, shared.arguments);
  warn_of_probabilities(explain.program(), photo.scores().scores);
  PhotoResult result;
  for (std::size_t k = 0; k < targets.size(); ++k) {
    const std::int64_t rank = shared.arguments.top > 1 ? static_cast<std::int64_t>(k) + 1 : 0;
    try {
      LocalizedClass found = localize(explain, photo, {.target = targets[k]}, shared.options);
      add_object(shared, picture, {picture.name, found.explanation.target, rank, std::move(found.object)},
                 photo.photo(), result);
    } catch (const InputError& error) {
      if (targets.size() == 1)
        throw;
      // One class without a map does not take the boxes of the others.
      result.error =
          fmt::format("{}: {}: {}", picture.name, shared.loaded.labels.short_name(targets[k]), error.what());
      TableRow row{.image = picture.name, .class_index = targets[k]};
      row.name = shared.loaded.labels.name(targets[k]);
      row.rank = rank;
      row.truth = picture.truth;
      row.error = error.what();
      result.rows.push_back(std::move(row));
    }
  }
  return result;
}

}  // namespace

int localize_many(Command verb, const LocalizeArguments& arguments, const PictureInputs& inputs,
                  const Network& loaded, const Explainer& explainer, std::size_t workers) {
  const Shared shared{arguments, loaded, localize_options(arguments),
                      ObjectReport(report_options(arguments), loaded.labels)};
  ManyPhotosCommand command{verb, arguments.many, inputs, loaded, workers, arguments.output};
  command.settings = {{"method", arguments.method_name()},
                      {"method_options", settings_json(arguments.method_options.chosen())},
                      {"preset", arguments.preset}};
  command.format = arguments.format;
  command.make_worker = [&]() -> PhotoWorker {
    auto explain = std::make_shared<Explainer>(explainer);
    return [&, explain](const Picture& picture) { return localize_one_of_many(*explain, shared, picture); };
  };
  return run_command(command);
}

}  // namespace fovea::cli
