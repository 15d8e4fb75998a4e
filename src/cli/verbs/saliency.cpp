#include "base/make_folder.hpp"
#include "cli/kit/method_options.hpp"
#include "cli/kit/model_options.hpp"
#include "cli/kit/output.hpp"
#include "cli/kit/progress_bar.hpp"
#include "cli/kit/result_text.hpp"
#include "cli/kit/usage_error.hpp"
#include "cli/verbs/verbs.hpp"
#include "fovea/batch.hpp"
#include "fovea/display.hpp"
#include "fovea/error.hpp"
#include "fovea/networks.hpp"
#include "fovea/tensor.hpp"
#include "report/class_model_pictures.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

namespace fovea::cli {
namespace {

namespace fs = std::filesystem;

struct Options {
  ModelOptions model;
  std::vector<std::string> images;
  std::string target = "auto";
  std::string against;
  std::string method = "gradient";
  MethodArguments method_options;
  std::string crops = "1";
  std::string output;
  DisplayRange range;
  std::string colormap = "inferno";
  bool figure = false;
  bool with_class_model = false;
  bool json = false;
};

/// What is written for one picture.
struct Files {
  std::string map, heat, overlay, raw, gradient, figure;
};

/// One set of names for each picture.
class FileNames {
public:
  FileNames(const Options& options) : options_(options) {}

  Files next(const std::string& image) {
    if (ends_with_png(options_.output))
      return {{}, {}, {}, {}, {}, options_.output};
    const fs::path base = fs::path(options_.output) / stems_.next(image);
    auto with = [&](const char* suffix) { return base.string() + suffix; };
    return {with("-map.png"),
            with("-heat.png"),
            with("-overlay.png"),
            with("-map.npy"),
            with("-gradient.npy"),
            options_.figure || options_.with_class_model ? with("-figure.png") : std::string()};
  }

private:
  const Options& options_;
  UniqueStems stems_;
};

/// What white is.
std::string range_text(const Options& options) {
  const std::string gamma =
      options.range.gamma == 1.0 ? "" : fmt::format(", gamma {:g}", options.range.gamma);
  return options.range.percentile >= 100
             ? "highest: the maximum" + gamma
             : fmt::format("highest: the {:g} % quantile{}", options.range.percentile, gamma);
}

ColourBar bar_of(const Options& options, const DisplayLevels& levels) {
  return {options.colormap, fmt::format("{:.2g}", levels.black), fmt::format("{:.3g}", levels.white)};
}

/// Photo, map, map on the photo; or, as in the paper's reproduction, photo, class model, map.
Image figure_of(const Explanation& result, const Options& options, const Network& loaded,
                const std::string& path, const Image& grey, const DisplayLevels& levels,
                ClassModelPictures& class_models) {
  const std::string name = loaded.labels.short_name(result.target.index);
  const std::string answer = fmt::format("{}, score {:.2f}{}", name, result.target.score,
                                         probability_text(result.target.probability));
  const std::string file = fs::path(path).filename().string();
  const Panel map = {colorize(grey, options.colormap), "Saliency map",
                     fmt::format("{}; {}", method_info(options.method).title, range_text(options)),
                     bar_of(options, levels)};
  std::vector<Panel> panels;
  if (options.with_class_model)
    panels = {{result.seen, "Photo", file + ": " + answer}, class_models.panel(result.target.index), map};
  else
    panels = {{result.seen, "Photo", file},
              map,
              {overlay(result.seen, grey, options.colormap), "Map on the photo", answer}};
  return make_figure(panels, fmt::format("{} (class {})", name, result.target.index));
}

void write_files(const Explanation& result, const Options& options, const Network& loaded,
                 const std::string& path, const Files& files, const DisplayLevels& levels,
                 ClassModelPictures& class_models) {
  const Image grey = result.grey(options.range);
  if (!files.map.empty()) {
    write_png(files.map, grey);
    write_png(files.heat, colorize(grey, options.colormap));
    write_png(files.overlay, overlay(result.seen, grey, options.colormap));
    write_npy(files.raw, result.map);
    write_npy(files.gradient, result.relevance);
  }
  if (!files.figure.empty())
    write_png(files.figure, figure_of(result, options, loaded, path, grey, levels, class_models));
}

nlohmann::ordered_json describe_json(const Explanation& result, const Options& options, const Labels& labels,
                                     const std::string& path, const Files& files,
                                     const DisplayLevels& levels) {
  nlohmann::ordered_json json = {{"image", path}, {"class", to_json(labels, result.target.index)}};
  json["score"] = result.target.score;
  json["probability"] = to_json(result.target.probability);
  if (result.against)
    json["against"] = to_json(labels, *result.against);
  json["method"] = options.method;
  if (result.completeness_error)
    json["completeness_error"] = *result.completeness_error;
  json["crops"] = to_json(parse_crops(options.crops));
  json["region"] = {{"x", result.region.x},
                    {"y", result.region.y},
                    {"width", result.region.width},
                    {"height", result.region.height}};
  if (levels.black != 0)
    json["black_level"] = levels.black;
  json["white_level"] = levels.white;
  for (const auto& [key, file] : {std::pair{"map", &files.map}, std::pair{"heat", &files.heat},
                                  std::pair{"overlay", &files.overlay}, std::pair{"raw_map", &files.raw},
                                  std::pair{"gradient", &files.gradient}, std::pair{"figure", &files.figure}})
    if (!file->empty())
      json["files"][key] = *file;
  return json;
}

std::string result_text(const Explanation& result, const Labels& labels, const std::string& path,
                        const Files& files) {
  std::string text = fmt::format("{}: {} (class {}), score {:.3f}{}\n", shown(path),
                                 shown(labels.name_with_id(result.target.index)), result.target.index,
                                 result.target.score, probability_text(result.target.probability));
  for (const std::string* file :
       {&files.map, &files.heat, &files.overlay, &files.raw, &files.gradient, &files.figure})
    if (!file->empty())
      text += fmt::format("  {}\n", shown(*file));
  return text;
}

/// What the workers share; nothing of it changes but for the class models, which are locked.
struct Shared {
  const Options& options;
  const Network& loaded;
  const std::vector<std::string>& images;
  std::vector<Files> files;
  Explainer explainer;
  ExplainTarget target;
  ClassModelPictures class_models;
};

/// Nothing for an empty one.
void say_warning(const std::string& warning) {
  if (!warning.empty())
    say("fovea: warning: {}\n", warning);
}

/// Explains one picture and writes its files; the report adds to `results` or prints.
DeliverResult explain(Explainer& explainer, Shared& shared, std::size_t i, nlohmann::ordered_json& results) {
  const Options& options = shared.options;
  const std::string& path = shared.images[i];
  const Files& files = shared.files[i];
  const FramedPhoto photo = explainer.frame(read_image(path));
  warn_of_probabilities(explainer.program(), photo.scores().scores);
  const Explanation result = explainer(photo, shared.target);
  const DisplayLevels levels = result.levels(options.range);
  write_files(result, options, shared.loaded, path, files, levels, shared.class_models);
  std::string warning;
  if (levels.is_flat())
    warning = fmt::format("{}: the map is zero everywhere, so it is black (score {:.3g})", path,
                          result.target.score);
  if (options.json)
    return [warning, &results,
            json = describe_json(result, options, shared.loaded.labels, path, files, levels)] {
      say_warning(warning);
      results.push_back(json);
    };
  return [warning, text = result_text(result, shared.loaded.labels, path, files)] {
    say_warning(warning);
    print_lines(text);
  };
}

int make_maps(const Options& options) {
  const std::vector<std::string> images = expand_folders(options.images);
  if (ends_with_png(options.output) && images.size() > 1)
    throw UsageError("-o names one picture, but several are given: name a folder");
  const Network loaded = load_network(options.model);
  const ThreadPartition partition =
      partition_threads(images.size(), options.model.workers, options.model.threads);
  Shared shared{options,
                loaded,
                images,
                {},
                Explainer(loaded.model, explain_options(loaded, options.model, {options.method},
                                                        options.method_options.chosen(),
                                                        parse_crops(options.crops), partition.threads)),
                {},
                {loaded.model, loaded.preprocessing,
                 cli::program_options(loaded, options.model, Direction::ForwardAndBackward)}};
  check_labels(loaded, shared.explainer.program());
  for (const std::string& note : shared.explainer.notes())
    say("fovea: note: {}\n", note);
  const std::int64_t classes = shared.explainer.program().classes();
  if (options.target != "auto")
    shared.target.target = loaded.labels.find(options.target, classes);
  if (!options.against.empty())
    shared.target.against = loaded.labels.find(options.against, classes);
  if (!ends_with_png(options.output))
    make_folder(options.output);
  FileNames names(options);
  for (const std::string& image : images)
    shared.files.push_back(names.next(image));
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
  if (options.json)
    print_json(results);
  return code;
}

}  // namespace

void add_saliency(Command app) {
  auto options = std::make_shared<Options>();
  Command verb =
      app.add_command("saliency", "Show where in each picture a class score depends on the pixels");
  verb.add_option("images", options->images, "pictures, or folders of pictures")
      .required()
      .check(file_or_folder());
  verb.add_option(
          "--class", options->target,
          "the class to explain: auto (the best guess of each picture), an index, a WordNet id or a name")
      .shows_default();
  verb.add_option(
      "--against", options->against,
      "explain by how much the score exceeds that of this class: an index, a WordNet id or a name");
  verb.add_option("--method", options->method, "how the map is made: see 'fovea list methods'")
      .check(one_of(method_names()))
      .shows_default();
  options->method_options.add_to(verb);
  add_crops_to(verb, options->crops).shows_default();
  verb.add_option("-o,--output", options->output,
                  "folder for the map (grey), heat map, overlay and raw arrays; or, for one picture, a .png "
                  "for the figure alone")
      .required()
      .check(file_or_folder());
  verb.add_flag("--figure", options->figure, "also write one labelled picture: photo, map, overlay");
  verb.add_flag("--with-class-model", options->with_class_model,
                "show photo, class model and map in the figure (implies --figure)");
  verb.add_option("--percentile", options->range.percentile,
                  "percentile of the map's values that is shown as white; 100: the maximum")
      .check(between(1.0, 100.0))
      .shows_default();
  verb.add_option("--gamma", options->range.gamma, "brightness is (value / white) ^ gamma")
      .check(between(0.05, 20.0))
      .shows_default();
  verb.add_option("--colormap", options->colormap, "colour map of the heat map")
      .check(one_of(colormap_names()))
      .shows_default();
  verb.add_flag("--json", options->json, "print JSON");
  options->model.add_to(verb);
  options->model.add_workers_to(verb);
  verb.runs([options] { return make_maps(*options); });
}

}  // namespace fovea::cli
