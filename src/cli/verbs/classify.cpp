#include "fovea/classify.hpp"

#include "base/shown_path.hpp"
#include "cli/kit/many_photos.hpp"
#include "cli/kit/method_options.hpp"
#include "cli/kit/model_options.hpp"
#include "cli/kit/output.hpp"
#include "cli/kit/picture_arguments.hpp"
#include "cli/kit/progress_bar.hpp"
#include "cli/kit/result_format.hpp"
#include "cli/verbs/verbs.hpp"
#include "evaluate/photo_runs.hpp"
#include "fovea/batch.hpp"
#include "fovea/error.hpp"
#include "fovea/networks.hpp"
#include "report/result_text.hpp"

#include <fmt/format.h>

namespace fovea::cli {
namespace {

struct Options {
  ModelOptions model;
  PictureArguments images;
  ManyPhotosArguments many;
  std::int64_t top = 5;
  std::string crops = "1";
  std::string output;  ///< empty: none
  ResultFormat format;
};

nlohmann::ordered_json guesses_json(const std::vector<Prediction>& best, const Labels& labels,
                                    const std::string& path) {
  nlohmann::ordered_json entry = {{"image", path}, {"predictions", nlohmann::ordered_json::array()}};
  for (const Prediction& guess : best) {
    nlohmann::ordered_json row = to_json(labels, guess.index);
    add_scores(row, guess);
    entry["predictions"].push_back(std::move(row));
  }
  return entry;
}

void print_guesses(const std::vector<Prediction>& best, const Labels& labels, const std::string& path) {
  print("{}\n", path);
  for (const Prediction& guess : best) {
    if (guess.probability)
      print("  {:6.2f} %  {:>4}  {}  (score {:.3f})\n", 100 * *guess.probability, guess.index,
            labels.name_with_id(guess.index), guess.score);
    else
      print("  {:9.3f}  {:>4}  {}{}\n", guess.score, guess.index, labels.name_with_id(guess.index),
            confidence_text(guess));
  }
}

/// The guesses for one of many pictures, a row for each.
PhotoResult classify_one_of_many(Explainer& explain, const Labels& labels, std::int64_t top,
                                 const Picture& picture) {
  const ClassScores scores = explain.frame(read_picture(picture)).scores();
  warn_of_probabilities(explain.program(), scores.scores);
  PhotoResult result;
  for (const Prediction& guess : top_k(scores, top)) {
    result.rows.push_back(row_of(picture, labels, guess));
    result.rows.back().rank = static_cast<std::int64_t>(result.rows.size());
  }
  return result;
}

/// Guesses as a table with a manifest, which can be divided and resumed.
int classify_many(Command verb, const Options& options, const PictureInputs& inputs, const Network& loaded,
                  const Explainer& explainer, std::size_t workers) {
  ManyPhotosCommand command{verb, options.many, inputs, loaded, workers, options.output};
  command.writes_no_pictures = true;
  command.settings = {{"top", options.top}};
  command.format = options.format;
  command.make_worker = [&]() -> PhotoWorker {
    auto explain = std::make_shared<Explainer>(explainer);
    return [&, explain](const Picture& picture) {
      return classify_one_of_many(*explain, loaded.labels, options.top, picture);
    };
  };
  return run_command(command);
}

int classify(Command verb, Options options) {
  const PictureInputs inputs = options.images.inputs(options.model.model, options.output);
  const bool are_many = !options.output.empty() || options.many.are_asked_for(inputs, options.output);
  const std::vector<std::string> images = are_many ? std::vector<std::string>() : inputs.paths();
  const Network loaded = load_network(options.model);
  const ThreadPartition partition = partition_photos(options.model, are_many, inputs.size());
  const Explainer explainer(loaded.model, explain_options(loaded, options.model, {}, {},
                                                          parse_crops(options.crops), partition.threads));
  check_labels(loaded, explainer.program());
  say_notes(explainer.program().report().notes);
  if (are_many)
    return classify_many(verb, options, inputs, loaded, explainer, partition.workers);
  auto results = nlohmann::ordered_json::array();
  const int code = run_files(images, partition.workers, [&]() -> FileWorker {
    auto explain = std::make_shared<Explainer>(explainer);
    return [&, explain](std::size_t i) -> DeliverResult {
      const ClassScores scores = explain->frame(read_image(images[i])).scores();
      warn_of_probabilities(explain->program(), scores.scores);
      const std::vector<Prediction> best = top_k(scores, options.top);
      return [&, best, i] {
        if (!options.format.is_text())
          results.push_back(guesses_json(best, loaded.labels, name_of_input(images[i])));
        else
          print_guesses(best, loaded.labels, name_of_input(images[i]));
      };
    };
  });
  if (!options.format.is_text())
    print_results(options.format, results, nested_records(results, "predictions"));
  return code;
}

}  // namespace

void add_classify(Command app) {
  auto options = std::make_shared<Options>();
  Command verb =
      app.add_command("classify", "Print the best guesses for each picture, with their probabilities");
  options->images.add_with_list_to(verb);
  verb.add_option("--top", options->top, "number of guesses to print")
      .check(whole_number(1, 1000000))
      .shows_default();
  add_crops_to(verb, options->crops).shows_default();
  verb.add_option("-o,--output", options->output,
                  "folder for the guesses as a table, with a manifest, instead of printing them")
      .check(output_in(kFolderOnly));
  options->format.add_to(verb);
  options->model.add_to(verb);
  options->model.add_workers_to(verb);
  options->model.add_target_to(verb);
  options->model.add_region_to(verb);
  options->many.add_to(verb);
  verb.add_example("fovea classify photo.jpg", "the five best guesses of the bundled network");
  verb.add_example("fovea classify photos/ -m net.onnx --preprocess caffe --top 1",
                   "the best guess for each picture of a folder");
  verb.add_example("fovea classify photo.jpg -m net.onnx --labels classes.txt --crops 10",
                   "class names of your own, and scores averaged over ten views");
  verb.add_example("fovea classify --files photos.txt --shard 1/8 --resume -o guesses",
                   "the first of eight parts of a list of photos, as a table");
  verb.runs([options, verb] { return classify(verb, *options); });
}

}  // namespace fovea::cli
