#include "cli/verbs/localize.hpp"

#include "base/shown_path.hpp"
#include "cli/kit/figure_options.hpp"
#include "cli/kit/model_options.hpp"
#include "cli/kit/output.hpp"
#include "cli/kit/progress_bar.hpp"
#include "cli/kit/usage_error.hpp"
#include "cli/verbs/verbs.hpp"
#include "fovea/batch.hpp"
#include "fovea/classify.hpp"
#include "fovea/error.hpp"
#include "fovea/image.hpp"
#include "fovea/networks.hpp"
#include "report/result_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <tuple>

namespace fovea::cli {

std::vector<std::int64_t> targets_for(const ClassScores& scores, const Network& loaded,
                                      const LocalizeArguments& arguments) {
  if (arguments.target != "auto")
    return {loaded.labels.find(arguments.target, static_cast<std::int64_t>(scores.scores.size()))};
  std::vector<std::int64_t> targets;
  for (const Prediction& guess : top_k(scores, arguments.top))
    targets.push_back(guess.index);
  return targets;
}

namespace {

/// The state that workers share; it does not change while they work.
struct Shared {
  const LocalizeArguments& arguments;
  const Network& loaded;
  LocalizeOptions options;
  std::vector<std::string> bases;
};

/// Looks for all classes in one picture and writes their files; the report prints.
DeliverResult localize_picture(Explainer& explain, const Shared& shared, std::size_t i,
                               LocalizeReport& report, int& code) {
  const std::string path = name_of_input(shared.arguments.images[i]);
  const FramedPhoto photo = explain.frame(read_image(shared.arguments.images[i]));
  const std::vector<std::int64_t> targets = targets_for(photo.scores(), shared.loaded, shared.arguments);
  warn_of_probabilities(explain.program(), photo.scores().scores);
  std::vector<FoundObject> objects;
  std::vector<std::string> complaints;
  for (std::size_t k = 0; k < targets.size(); ++k) {
    const std::int64_t rank = shared.arguments.top > 1 ? static_cast<std::int64_t>(k) + 1 : 0;
    try {
      LocalizedClass found = localize(explain, photo, {.target = targets[k]}, shared.options);
      objects.push_back({path, found.explanation.target, rank, std::move(found.object)});
      report.write(objects.back(), shared.bases[i], photo.photo());
    } catch (const InputError& error) {
      if (targets.size() == 1)
        throw;
      // One class without a map does not take the boxes of the others.
      complaints.push_back(
          fmt::format("{}: {}: {}", path, shared.loaded.labels.short_name(targets[k]), error.what()));
    }
  }
  return [&report, &code, &base = shared.bases[i], objects, complaints] {
    for (const FoundObject& object : objects)
      report.add(object, base);
    for (const std::string& complaint : complaints)
      say("fovea: error: {}\n", complaint);
    if (!complaints.empty())
      code = 1;
  };
}

int localize_by_class(Command verb, const LocalizeArguments& arguments, const PictureInputs& inputs) {
  const LocalizeOptions options = localize_options(arguments);
  arguments.method_options.note_unused(arguments.methods());
  const Network loaded = load_network(arguments.model);
  const Shared shared{arguments, loaded, options, result_paths(arguments.output, arguments.images)};
  const bool are_many = arguments.many.are_asked_for(inputs, arguments.output);
  const ThreadPartition partition = partition_photos(arguments.model, are_many, arguments.images.size());
  const Explainer explainer = object_explainer(loaded, arguments, partition.threads);
  check_labels(loaded, explainer.program());
  print_object_notes(explainer);
  if (arguments.target != "auto")
    loaded.labels.find(arguments.target, explainer.program().classes());  // before any picture is read
  if (are_many)
    return localize_many(verb, arguments, inputs, loaded, explainer, partition.workers);
  LocalizeReport report(arguments, loaded.labels);
  report.prepare(shared.bases);
  report.begin();
  int partly = 0;
  const int code = run_files(arguments.images, partition.workers, [&]() -> FileWorker {
    auto explain = std::make_shared<Explainer>(explainer);
    return [&, explain](std::size_t i) { return localize_picture(*explain, shared, i, report, partly); };
  });
  report.end();
  return std::max(code, partly);
}

void check_usage(const LocalizeArguments& arguments) {
  if (is_graphic_path(arguments.output) && arguments.images.size() > 1)
    throw UsageError("-o names one picture, but several are given: name a folder");
  if (is_graphic_path(arguments.output) && arguments.top > 1)
    throw UsageError("-o names one picture, but --top asks for several: name a folder");
  if (arguments.top > 1 && arguments.target != "auto")
    throw UsageError("--top looks for the best guesses: it does not go with --class");
  if (!arguments.strokes.empty() && !(arguments.foreground.empty() && arguments.background.empty()))
    throw UsageError("--strokes does not go with --foreground and --background: seeds come from one of them");
  if (arguments.foreground.empty() != arguments.background.empty())
    throw UsageError(fmt::format("--{} is missing: points of both kinds are needed",
                                 arguments.foreground.empty() ? "foreground" : "background"));
  if (arguments.takes_seeds() && arguments.images.size() > 1)
    throw UsageError("strokes and points belong to one picture, but several are given");
}

void add_class_options(Command verb, LocalizeArguments& arguments) {
  add_class_to(verb, arguments.target);
  verb.add_option("--top", arguments.top, "find the objects of the N best guesses, with one box each")
      .check(whole_number(1, 1000))
      .shows_default();
}

void add_seed_options(Command verb, LocalizeArguments& arguments) {
  verb = verb.in_group("Strokes and points");
  Option strokes = verb.add_option("--strokes", arguments.strokes,
                                   "use no network: a picture of the photo's size with red strokes on the "
                                   "object and blue ones on the background")
                       .check(file_or_folder());
  std::vector<Option> seeds = {strokes};
  for (auto [name, points, where] : {std::tuple{"--foreground", &arguments.foreground, "object"},
                                     std::tuple{"--background", &arguments.background, "background"}})
    seeds.push_back(verb.add_option(
        name, *points, fmt::format("no network: x,y of a point of the {}; may be repeated", where)));
  verb.add_option("--radius", arguments.radius, "radius of the disc around a point, in pixels")
      .check(whole_number(0, 65536))
      .shows_default();
  for (Option seed : seeds)
    for (const char* other : {"--class", "--top", "--method", "--crops", "--smoothing", "--quantiles",
                              "--prior", "--level", "--box-level", "--model"})
      seed.excludes(verb.option(other));
}

}  // namespace

void add_localize(Command app) {
  auto arguments = std::make_shared<LocalizeArguments>();
  Command verb = app.add_command("localize", "Find the object of a class in each picture, as a mask and a "
                                             "box; or an object marked by strokes or points");
  arguments->pictures.add_with_list_to(verb);
  add_class_options(verb, *arguments);
  arguments->add_method_to(verb);
  verb.add_flag(
      "--stages", arguments->stages,
      "also write the map, the seeds, and one labelled figure of photo, map, seeds, object and box");
  verb.add_flag("--components", arguments->components,
                "give one box for each component of at least a tenth of the largest one's area, and write an "
                "8-bit picture of the components' numbers");
  verb.add_option("--colormap", arguments->colormap, "colour map of the map in the figure")
      .check(one_of(colormap_names()))
      .shows_default();
  verb.add_option(
          "-o,--output", arguments->output,
          "folder, or archive .tar, for masks and pictures with outline and box; or, for one picture, a "
          ".png, .jpg, .svg or .pdf for the figure alone")
      .required()
      .check(output_in(kResultOrFolder));
  add_dpi_to(verb, arguments->dpi);
  arguments->format.add_to(verb);
  verb.add_flag("--csv", arguments->csv, "print one line for each box")
      .excludes(verb.option("--json"))
      .excludes(verb.option("--tsv"));
  arguments->model.add_to(verb);
  arguments->model.add_workers_to(verb);
  arguments->model.add_target_to(verb, {"--class"});
  arguments->model.add_region_to(verb);
  arguments->many.add_to(verb);
  arguments->many.add_archive_size_to(verb);
  add_seed_options(verb, *arguments);
  verb.add_example("fovea localize photo.jpg -o objects", "mask and box of the best guess");
  verb.add_example("fovea localize photo.jpg -m net.onnx --class flamingo --stages -o objects",
                   "of a given class, with a figure of the steps");
  verb.add_example("fovea localize photo.jpg --foreground 120,80 --background 5,5 -o object.png",
                   "an object marked by points, without a network");
  verb.runs([arguments, verb] {
    LocalizeArguments given = *arguments;
    const PictureInputs inputs = given.pictures.inputs(given.model.model, given.output);
    const bool are_many = given.many.are_asked_for(inputs, given.output);
    if (!are_many)
      given.images = inputs.paths();
    check_usage(given);
    if (given.takes_seeds() && are_many)
      throw UsageError("strokes and points belong to one picture: they do not go with archives, --shard, "
                       "--resume and --table");
    return given.takes_seeds() ? localize_by_seeds(given) : localize_by_class(verb, given, inputs);
  });
}

}  // namespace fovea::cli
