#include "base/shown_path.hpp"
#include "cli/kit/method_options.hpp"
#include "cli/kit/model_options.hpp"
#include "cli/kit/networks.hpp"
#include "cli/kit/output.hpp"
#include "cli/kit/picture_arguments.hpp"
#include "cli/kit/progress_bar.hpp"
#include "cli/kit/result_format.hpp"
#include "cli/kit/terminal.hpp"
#include "cli/kit/usage_error.hpp"
#include "cli/kit/viewer.hpp"
#include "cli/verbs/verbs.hpp"
#include "fovea/batch.hpp"
#include "report/photo_explanation.hpp"
#include "report/result_place.hpp"
#include "report/result_text.hpp"

#include <filesystem>
#include <optional>
#include <unistd.h>

namespace fovea::cli {
namespace {

struct Options {
  ModelOptions model;
  PictureArguments images;
  std::string target = "auto";
  std::string crops = "1";
  std::string output;
  PhotoExplanationOptions display;
  bool open = false;
  ResultFormat format;
};

/// The figure of each picture: the file that -o names, or files in the folder that it names, or here.
std::vector<std::string> figures_of(const Options& options, const std::vector<std::string>& images) {
  if (is_graphic_path(options.output))
    return {options.output};
  std::vector<std::string> figures = result_paths(options.output, images);
  for (std::string& figure : figures)
    figure += "-explained.png";
  return figures;
}

void show_figures(const Viewer& viewer, const std::vector<std::string>& figures) {
  if (figures.size() == 1)
    return viewer.open(figures.front());
  const std::string folder = std::filesystem::path(figures.front()).parent_path().string();
  viewer.open(folder.empty() ? "." : folder);
}

/// The network, with notes on all but what the command's own output says of it.
Network load_for_explanation(const ModelOptions& options) {
  Network network = load_network_silently(options);
  std::vector<Note> notes = network.notes;
  std::erase_if(notes, [](const Note& note) {
    return note.kind == NoteKind::BundledNetwork || note.kind == NoteKind::PreprocessingAssumed;
  });
  say_notes(notes);
  return network;
}

int explain(Options options) {
  const std::vector<std::string> images = options.images.expand(options.model.model, options.output);
  if (is_graphic_path(options.output) && images.size() > 1)
    throw UsageError("-o names one picture, but several are given: name a folder");
  const std::optional<Viewer> viewer = options.open ? std::optional<Viewer>(std::in_place) : std::nullopt;
  const FoundNetwork found = find_network(options.model.model);
  const Network loaded = load_for_explanation(options.model);
  const ThreadPartition partition =
      partition_threads(images.size(), options.model.workers, options.model.threads);
  const Explainer explainer =
      photo_explainer(loaded.model, explain_options(loaded, options.model, {}, {}, parse_crops(options.crops),
                                                    partition.threads));
  check_labels(loaded, explainer.program());
  say_notes(explainer.notes());
  ExplainTarget target;
  if (options.target != "auto")
    target.target = loaded.labels.find(options.target, explainer.program().classes());
  const std::vector<std::string> figures = figures_of(options, images);
  prepare_results(options.output.empty() ? "." : options.output, figures);
  auto results = nlohmann::ordered_json::array();
  std::vector<std::string> written;
  const int code = run_files(images, partition.workers, [&]() -> FileWorker {
    auto worker = std::make_shared<Explainer>(explainer);
    return [&, worker](std::size_t i) -> DeliverResult {
      const FramedPhoto photo = worker->frame(read_image(images[i]));
      warn_of_probabilities(worker->program(), photo.scores().scores);
      const PhotoExplanation result{name_of_input(images[i]), worker->all(photo, target), figures[i]};
      write_graphic(figures[i], explanation_figure(result, photo.photo(), found, loaded, options.display));
      return [&, i, text = explanation_text(result, loaded.labels, options.display),
              json = explanation_json(result, loaded.labels)] {
        written.push_back(figures[i]);
        if (!options.format.is_text())
          results.push_back(json);
        else
          print_lines(text);
      };
    };
  });
  if (!options.format.is_text()) {
    nlohmann::ordered_json json = assumptions_json(found, loaded);
    json["photos"] = std::move(results);
    print_results(options.format, json, nested_records(json["photos"], "predictions"));
  } else if (!written.empty()) {
    print_lines(assumptions_text(found, loaded, options.display.columns));
  }
  if (viewer && !written.empty())
    show_figures(*viewer, written);
  return code;
}

}  // namespace

void add_explain(Command app) {
  auto options = std::make_shared<Options>();
  Command verb = app.add_command(
      "explain",
      "Show the best guesses for a photo and what they rest on, in the terminal and as one figure");
  options->images.add_to(verb).required();
  add_class_to(verb, options->target);
  add_crops_to(verb, options->crops).shows_default();
  verb.add_option(
          "-o,--output", options->output,
          "folder for the figures, PHOTO-explained.png; or, for one picture, a .png, .jpg, .svg or .pdf "
          "(default: the working "
          "folder)")
      .check(output_in(kFigureOrFolder));
  verb.add_flag("--open", options->open, "show the figure in the program that the desktop has for pictures");
  verb.add_option("--colormap", options->display.colormap, "colour map of the maps")
      .check(one_of(colormap_names()))
      .shows_default();
  options->format.add_to(verb);
  options->model.add_to(verb);
  options->model.add_workers_to(verb);
  options->model.add_target_to(verb, {"--class"});
  options->model.add_region_to(verb);
  verb.add_example("fovea explain photo.jpg", "what the bundled network sees in a photo, and where");
  verb.add_example("fovea explain photo.jpg -m net.onnx --class flamingo --open",
                   "what speaks for a class of your own network, shown at once");
  verb.runs([options] {
    options->display.columns = terminal_width(STDOUT_FILENO);
    options->display.has_blocks = is_utf8_locale();
    return explain(*options);
  });
}

}  // namespace fovea::cli
