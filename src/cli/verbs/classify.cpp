#include "fovea/classify.hpp"

#include "base/shown_path.hpp"
#include "cli/kit/method_options.hpp"
#include "cli/kit/model_options.hpp"
#include "cli/kit/output.hpp"
#include "cli/kit/picture_arguments.hpp"
#include "cli/kit/progress_bar.hpp"
#include "cli/kit/result_format.hpp"
#include "cli/verbs/verbs.hpp"
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
  std::int64_t top = 5;
  std::string crops = "1";
  ResultFormat format;
};

nlohmann::ordered_json guesses_json(const std::vector<Prediction>& best, const Labels& labels,
                                    const std::string& path) {
  nlohmann::ordered_json entry = {{"image", path}, {"predictions", nlohmann::ordered_json::array()}};
  for (const Prediction& guess : best) {
    nlohmann::ordered_json row = to_json(labels, guess.index);
    row["score"] = guess.score;
    row["probability"] = to_json(guess.probability);
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
      print("  {:9.3f}  {:>4}  {}\n", guess.score, guess.index, labels.name_with_id(guess.index));
  }
}

int classify(Options options) {
  const std::vector<std::string> images = options.images.expand(options.model.model);
  const Network loaded = load_network(options.model);
  const ThreadPartition partition =
      partition_threads(images.size(), options.model.workers, options.model.threads);
  const Explainer explainer(loaded.model, explain_options(loaded, options.model, {}, {},
                                                          parse_crops(options.crops), partition.threads));
  check_labels(loaded, explainer.program());
  say_notes(explainer.program().report().notes);
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
  options->images.add_to(verb).required();
  verb.add_option("--top", options->top, "number of guesses to print")
      .check(whole_number(1, 1000000))
      .shows_default();
  add_crops_to(verb, options->crops).shows_default();
  options->format.add_to(verb);
  options->model.add_to(verb);
  options->model.add_workers_to(verb);
  verb.add_example("fovea classify photo.jpg", "the five best guesses of the bundled network");
  verb.add_example("fovea classify photos/ -m net.onnx --preprocess caffe --top 1",
                   "the best guess for each picture of a folder");
  verb.add_example("fovea classify photo.jpg -m net.onnx --labels classes.txt --crops 10",
                   "class names of your own, and scores averaged over ten views");
  verb.runs([options] { return classify(*options); });
}

}  // namespace fovea::cli
