#include "cli/verbs/saliency.hpp"
#include "base/shown_path.hpp"
#include "cli/kit/figure_options.hpp"
#include "cli/kit/many_photos.hpp"
#include "cli/kit/method_options.hpp"
#include "cli/kit/model_options.hpp"
#include "cli/kit/output.hpp"
#include "cli/kit/picture_arguments.hpp"
#include "cli/kit/progress_bar.hpp"
#include "cli/kit/result_format.hpp"
#include "cli/kit/usage_error.hpp"
#include "cli/verbs/verbs.hpp"
#include "evaluate/photo_runs.hpp"
#include "evaluate/settings.hpp"
#include "fovea/batch.hpp"
#include "fovea/error.hpp"
#include "fovea/networks.hpp"
#include "report/map_report.hpp"
#include "report/result_place.hpp"
#include "report/result_text.hpp"

#include <set>

namespace fovea::cli {

MapReportOptions SaliencyOptions::report() const {
  return {methods,
          method_options.chosen(),
          display_name(model),
          parse_crops(crops),
          range,
          overlay,
          figure,
          with_class_model,
          output,
          dpi,
          !model.number.empty() || !detection.empty()};
}

namespace {

/// The state that workers share; only the class models change, and they are locked.
struct Shared {
  const SaliencyOptions& options;
  const std::vector<std::string>& images;
  std::vector<PhotoFiles> files;
  Explainer explainer;
  ExplainTarget target;
  const MapReport& report;
};

/// The maps of one of many pictures: their files and a row about the class.
PhotoResult explain_one_of_many(Explainer& explainer, const Shared& shared, const Labels& labels,
                                const Picture& picture) {
  const FramedPhoto photo = explainer.frame(read_picture(picture));
  warn_of_probabilities(explainer.program(), photo.scores().scores);
  const std::vector<Explanation> maps = explainer.all(photo, shared.target);
  PhotoResult result;
  result.rows = {row_of(picture, labels, maps.front().target)};
  shared.report.encode(maps, photo.photo(), picture.name, shared.report.files(picture.result_name),
                       [&](const std::string& name, std::string bytes) {
                         result.files.push_back({name, std::move(bytes)});
                       });
  for (const Explanation& map : maps)
    if (std::string warning = shared.report.warning(map, picture.name); !warning.empty())
      result.warnings.push_back(std::move(warning));
  return result;
}

/// Explains one picture and writes its files; the report adds to `results` or prints.
DeliverResult explain(Explainer& explainer, const Shared& shared, std::size_t i,
                      nlohmann::ordered_json& results) {
  const std::string path = name_of_input(shared.images[i]);
  const PhotoFiles& files = shared.files[i];
  const FramedPhoto photo = explainer.frame(read_image(shared.images[i]));
  warn_of_probabilities(explainer.program(), photo.scores().scores);
  const std::vector<Explanation> maps = explainer.all(photo, shared.target);
  shared.report.write(maps, photo.photo(), path, files);
  std::vector<std::string> warnings;
  std::vector<nlohmann::ordered_json> json;
  for (std::size_t m = 0; m < maps.size(); ++m) {
    warnings.push_back(shared.report.warning(maps[m], path));
    json.push_back(shared.report.json(maps[m], path, files[m]));
  }
  const auto say_warnings = [warnings] {
    for (const std::string& warning : warnings)
      if (!warning.empty())
        say("fovea: warning: {}\n", warning);
  };
  if (!shared.options.format.is_text())
    return [say_warnings, &results, json] {
      say_warnings();
      for (const nlohmann::ordered_json& one : json)
        results.push_back(one);
    };
  return [say_warnings, text = shared.report.text(maps, path, files)] {
    say_warnings();
    print_lines(text);
  };
}

/// Maps with a table and a manifest, which can be divided and resumed.
int explain_many(Command verb, const PictureInputs& inputs, const Network& loaded, const Shared& shared,
                 std::size_t workers) {
  const SaliencyOptions& options = shared.options;
  ManyPhotosCommand command{verb, options.many, inputs, loaded};
  command.workers = workers;
  command.output = options.output;
  command.settings = {{"methods", options.methods},
                      {"method_options", settings_json(options.method_options.chosen())}};
  command.format = options.format;
  command.make_worker = [&]() -> PhotoWorker {
    auto explainer = std::make_shared<Explainer>(shared.explainer);
    return [&, explainer](const Picture& picture) {
      return explain_one_of_many(*explainer, shared, loaded.labels, picture);
    };
  };
  return run_command(command);
}

int make_maps(Command verb, SaliencyOptions options) {
  const std::set<std::string> different(options.methods.begin(), options.methods.end());
  if (different.size() != options.methods.size())
    throw UsageError("--method: a method is named twice");
  const PictureInputs inputs = options.images.inputs(options.model.model, options.output);
  if (!options.detection.empty())
    return explain_detections(verb, options, inputs);
  const bool are_many = options.many.are_asked_for(inputs, options.output);
  const std::vector<std::string> images = are_many ? std::vector<std::string>() : inputs.paths();
  if (is_graphic_path(options.output) && inputs.size() > 1)
    throw UsageError("-o names one picture, but several are given: name a folder");
  options.method_options.note_unused(options.methods);
  const Network loaded = load_network(options.model);
  const ThreadPartition partition = partition_photos(options.model, are_many, inputs.size());
  ClassModelPictures class_models(loaded.model, loaded.preprocessing,
                                  cli::program_options(loaded, options.model, Direction::ForwardAndBackward));
  const MapReport report(options.report(), loaded.labels, class_models);
  Shared shared{options,
                images,
                {},
                Explainer(loaded.model, explain_options(loaded, options.model, options.methods,
                                                        options.method_options.chosen(),
                                                        parse_crops(options.crops), partition.threads)),
                {},
                report};
  check_labels(loaded, shared.explainer.program());
  say_notes(shared.explainer.notes());
  const std::int64_t classes = shared.explainer.program().classes();
  if (options.target != "auto")
    shared.target.target = loaded.labels.find(options.target, classes);
  if (!options.against.empty())
    shared.target.against = loaded.labels.find(options.against, classes);
  if (shared.target.against && shared.target.against == shared.target.target)
    throw UsageError(
        fmt::format("--class and --against both name '{}', whose score cannot exceed itself: name "
                    "two classes",
                    loaded.labels.short_name(*shared.target.target)));
  if (are_many)
    return explain_many(verb, inputs, loaded, shared, partition.workers);
  std::vector<std::string> planned;
  for (const std::string& base : result_paths(options.output, images)) {
    shared.files.push_back(report.files(base));
    for (const MapFiles& files : shared.files.back())
      append(planned, paths_of(files));
  }
  prepare_results(options.output, planned);
  auto results = nlohmann::ordered_json::array();
  const int code = run_files(images, partition.workers, [&]() -> FileWorker {
    auto explainer = std::make_shared<Explainer>(shared.explainer);
    if (images.size() == 1)
      explainer->report_progress(
          [bar = std::make_shared<std::optional<ProgressBar>>()](std::int64_t done, std::int64_t total) {
            if (!*bar)
              bar->emplace(total);
            (*bar)->update(done, "samples");
            if (done == total)
              bar->reset();
          });
    return [&, explainer](std::size_t i) { return explain(*explainer, shared, i, results); };
  });
  if (!options.format.is_text())
    print_results(options.format, results);
  return code;
}

void add_detection_options(Command verb, SaliencyOptions& options) {
  Command detectors = verb.in_group("Detectors");
  Option detection = detectors.add_option("--detection", options.detection,
                                          "explain a box that the network, a detector, finds, in place of a "
                                          "class: its number, 1 for the best, or "
                                          "all: see 'fovea detect'");
  for (const char* other : {"--class", "--against", "--scores", "--activation", "--target", "--region"})
    detection.excludes(verb.option(other));
  detectors
      .add_option("--detection-side", options.detection_side,
                  "explain where this side of the box is, in place of the score of its class")
      .check(one_of(box_side_names()))
      .needs(detection);
  options.detector.add_to(verb);
  for (const char* own : {"--decoder", "--boxes", "--min-score", "--max-overlap", "--most"})
    verb.option(own).needs(detection);
}

}  // namespace

void add_saliency(Command app) {
  auto options = std::make_shared<SaliencyOptions>();
  Command verb =
      app.add_command("saliency", "Show where in each picture a class score depends on the pixels");
  options->images.add_with_list_to(verb);
  add_class_to(verb, options->target);
  verb.add_option(
      "--against", options->against,
      "explain by how much the score exceeds that of this class: an index, a WordNet id or a name");
  verb.add_option(
          "--method,--methods", options->methods,
          "how the map is made, or several methods, separated by commas, for a figure of them side by "
          "side: see 'fovea list methods'")
      .check(one_of(method_names()))
      .delimiter(',')
      .shows_default();
  options->method_options.add_to(verb);
  add_crops_to(verb, options->crops).shows_default();
  verb.add_option(
          "-o,--output", options->output,
          "folder, or archive .tar, for the map (grey), heat map, overlay and raw arrays; or, for one "
          "picture, a .png, .jpg, .svg or .pdf for the figure alone")
      .required()
      .check(output_in(kResultOrFolder));
  verb.add_flag("--figure", options->figure,
                "also write one labelled picture: photo, maps, maps on the photo");
  verb.add_flag("--with-class-model", options->with_class_model,
                "also show the class model in the figure (implies --figure)");
  verb.add_option("--percentile", options->range.percentile,
                  "percentile of the map's values that is shown as white; 100: the maximum")
      .check(between(1.0, 100.0))
      .shows_default();
  verb.add_option("--gamma", options->range.gamma, "brightness is (value / white) ^ gamma")
      .check(between(0.05, 20.0))
      .shows_default();
  verb.add_option("--colormap", options->overlay.colormap,
                  "colour map of heat map, overlay and figure; blue-red shows the sign: red raises the score")
      .check(one_of(colormap_names()))
      .shows_default();
  verb.add_option("--alpha", options->overlay.alpha, "opacity of the overlay where the map is brightest")
      .check(between(0.0, 1.0))
      .shows_default();
  verb.add_flag(
      "--contour", options->overlay.contours,
      "overlay of contour lines, at 25, 50 and 75 % of the blurred map's maximum, instead of colours");
  add_dpi_to(verb, options->dpi);
  options->format.add_to(verb);
  options->model.add_to(verb);
  options->model.add_workers_to(verb);
  options->model.add_target_to(verb, {"--class", "--against"});
  options->model.add_region_to(verb);
  options->many.add_to(verb);
  options->many.add_archive_size_to(verb);
  add_detection_options(verb, *options);
  verb.add_example("fovea saliency photo.jpg -o maps", "map, heat map, overlay and arrays of the best guess");
  verb.add_example("fovea saliency photo.jpg --method grad-cam --class flamingo -o figure.png",
                   "one labelled figure of another class by another method");
  verb.add_example("fovea saliency photos/ -m net.onnx --method smoothgrad -o maps",
                   "all pictures of a folder");
  verb.add_example("fovea saliency photo.jpg -m yolox.onnx --detection all -o maps",
                   "a map of each object that a detector finds");
  verb.add_example("fovea saliency 'photos-{000..127}.tar' --shard 1/8 --resume -o maps.tar",
                   "the first of eight parts of many archives, for eight machines");
  verb.runs([options, verb] { return make_maps(verb, *options); });
}

}  // namespace fovea::cli
