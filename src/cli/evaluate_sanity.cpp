#include "base/failure.hpp"
#include "base/make_folder.hpp"
#include "base/ordered_parallel.hpp"
#include "cli/evaluate_maps.hpp"
#include "cli/output.hpp"
#include "fovea/classify.hpp"
#include "fovea/error.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace fovea::cli {
namespace {

struct Arguments : MapEvaluation {
  std::int64_t stages = 10;
};

/// A picture as the network sees it, with the maps that all others are compared with.
struct SanityImage {
  std::string path;
  Tensor input;
  std::int64_t class_index = 0;
  std::int64_t other_class = 0;  ///< any but that one
  std::vector<JudgedMap> maps;   ///< one for each method
};

/// What maps of one kind of network, or of another class, are compared with.
struct Comparison {
  std::string kind;
  SanityStage stage;
  std::size_t position = 0;
};

struct Task {
  const Arguments& arguments;
  const Network& loaded;
  ProgramOptions options;  ///< for one picture
  std::size_t workers;
  std::vector<SanityImage> images;
  std::vector<FailedImage> failed;
  bool comparison_failed = false;  ///< some picture's maps of a changed network could not be made
};

using Programs = std::vector<std::shared_ptr<const MapProgram>>;

Programs compile(const Task& task, const SanityStage& stage) {
  ProgramOptions options = task.options;
  options.shuffled_layers = stage.layers;
  options.shuffle_seed = task.arguments.seed();
  Programs programs;
  for (const std::string& method : task.arguments.methods)
    programs.push_back(MapProgram::compile(task.loaded.model, task.loaded.preprocessing, method, options,
                                           task.arguments.method_options.chosen()));
  return programs;
}

std::shared_ptr<std::vector<MapSession>> sessions_of(const Programs& programs) {
  auto sessions = std::make_shared<std::vector<MapSession>>();
  for (const auto& program : programs)
    sessions->emplace_back(program);
  return sessions;
}

SanityImage explain_image(const Task& task, std::vector<MapSession>& sessions, const std::string& path,
                          std::size_t place) {
  SanityImage image{path, {}, 0, 0, {}};
  const InputSize& size = task.loaded.size;
  const Framing framing = frame(read_image(path), task.loaded.preprocessing, size, task.arguments.crops());
  image.input = Tensor(DType::F32, {size.channels, size.height, size.width});
  write_crop(framing, 0, task.loaded.preprocessing, image.input.data<float>().data());
  Session& scorer = sessions.front().scores();
  const std::int64_t classes = scorer.program().classes();
  image.class_index = task.arguments.target == "auto"
                          ? top_k(class_scores(scorer, framing, task.loaded.preprocessing), 1).front().index
                          : task.loaded.labels.find(task.arguments.target, classes);
  const auto steps =
      static_cast<std::int64_t>((task.arguments.seed() * 7919 + place * 104729 + 1) %
                                static_cast<std::uint64_t>(std::max<std::int64_t>(classes - 1, 1)));
  image.other_class = (image.class_index + 1 + steps) % classes;
  for (MapSession& session : sessions)
    image.maps.push_back(explain(session, image.input, image.class_index));
  return image;
}

/// Maps of the network as it is.
void explain_images(Task& task, const Programs& programs, const std::vector<std::string>& paths,
                    ProgressBar& bar) {
  OrderedParallelOptions options;
  options.count = paths.size();
  options.workers = task.workers;
  options.make_worker = [&]() -> Work {
    auto sessions = sessions_of(programs);
    return [&, sessions](std::size_t i) -> Finish {
      SanityImage image = explain_image(task, *sessions, paths[i], i);
      return [&task, image = std::move(image)] { task.images.push_back(image); };
    };
  };
  options.before = [&](std::size_t i) { bar.update(static_cast<std::int64_t>(i), paths[i]); };
  options.failed = [&](std::size_t i, const std::exception_ptr& failure) {
    bar.clear();
    task.failed.push_back({paths[i], failure_text(failure, paths[i])});
    say("fovea: error: {}\n", task.failed.back().error);
  };
  ordered_parallel(options);
}

/// How alike the maps of all images are to the first ones: one list for each method; none where a map could
/// not be made.
std::vector<std::vector<std::optional<MapLikeness>>> compare(Task& task, const Programs& programs,
                                                             const Comparison& comparison, ProgressBar& bar,
                                                             std::int64_t& done) {
  std::vector<std::vector<std::optional<MapLikeness>>> found(programs.size());
  OrderedParallelOptions options;
  options.count = task.images.size();
  options.workers = task.workers;
  options.make_worker = [&]() -> Work {
    auto sessions = sessions_of(programs);
    return [&, sessions](std::size_t i) -> Finish {
      const SanityImage& image = task.images[i];
      std::vector<std::optional<MapLikeness>> row;
      for (std::size_t m = 0; m < sessions->size(); ++m)
        try {
          const std::int64_t target =
              comparison.kind == "other_class" ? image.other_class : image.class_index;
          row.push_back(likeness(image.maps[m], explain((*sessions)[m], image.input, target)));
        } catch (const InputError&) {
          row.emplace_back();  // scores of a shuffled network may be beyond all numbers
        }
      return [&found, row = std::move(row)] {
        for (std::size_t m = 0; m < row.size(); ++m)
          found[m].push_back(row[m]);
      };
    };
  };
  options.before = [&](std::size_t i) {
    bar.update(done++, comparison.stage.name + " " + task.images[i].path);
  };
  options.failed = [&](std::size_t i, const std::exception_ptr& failure) {
    bar.clear();
    say("fovea: error: {}\n", failure_text(failure, task.images[i].path));
    task.comparison_failed = true;
    for (auto& values : found)
      values.emplace_back();
  };
  ordered_parallel(options);
  return found;
}

std::vector<Comparison> comparisons_for(const std::vector<std::string>& layers, std::int64_t stages) {
  std::vector<Comparison> list = {{"other_class", {"another class", {}}, 0}};
  for (const SanityStage& stage : cascading_stages(layers, stages))
    list.push_back({"cascading", stage, stage.layers.size()});
  for (const SanityStage& stage : independent_stages(layers, stages)) {
    const auto at = std::find(layers.begin(), layers.end(), stage.name);
    list.push_back({"independent", stage, static_cast<std::size_t>(at - layers.begin()) + 1});
  }
  return list;
}

/// Rank correlations by method, image and stage of the cascade.
using CascadeRanks = std::vector<std::vector<std::vector<std::optional<double>>>>;

void add_points(SanityResults& results, CascadeRanks& ranks, Task& task, const Programs& programs,
                const Comparison& comparison, ProgressBar& bar, std::int64_t& done) {
  const auto found = compare(task, programs, comparison, bar, done);
  for (std::size_t m = 0; m < found.size(); ++m) {
    std::vector<MapLikeness> defined;
    for (const auto& value : found[m])
      if (value)
        defined.push_back(*value);
    for (std::size_t i = 0; comparison.kind == "cascading" && i < found[m].size(); ++i)
      ranks[m][i].push_back(found[m][i] ? found[m][i]->rank : std::nullopt);
    results.points.push_back({results.methods[m], comparison.kind, comparison.stage, comparison.position,
                              mean_likeness(defined, {.seed = task.arguments.seed()}),
                              static_cast<std::int64_t>(found[m].size() - defined.size())});
  }
}

int evaluate_sanity(const Arguments& arguments) {
  const std::vector<std::string> paths = arguments.checked_images();
  const Network loaded = load_network(arguments.model);
  const ThreadPartition partition =
      partition_threads(paths.size(), arguments.model.workers, arguments.model.threads);
  Task task{
      arguments, loaded, program_options(loaded, arguments.model, Direction::Forward), partition.workers, {},
      {},        false};
  task.options.threads = partition.threads;
  const std::vector<std::string> layers = layers_with_weights(loaded.model, task.options);
  if (layers.empty())
    throw InputError("has no layer with weights that could be shuffled", loaded.model.path());
  const std::vector<Comparison> comparisons = comparisons_for(layers, arguments.stages);
  const Programs programs = compile(task, {});
  check_labels(loaded, programs.front()->scores());
  if (arguments.target != "auto")
    loaded.labels.find(arguments.target, programs.front()->scores().classes());
  make_folder(arguments.output);

  ProgressBar bar(static_cast<std::int64_t>(paths.size() * (comparisons.size() + 1)));
  explain_images(task, programs, paths, bar);
  SanityResults results;
  results.methods = arguments.methods;
  results.images = static_cast<std::int64_t>(task.images.size());
  results.layers = static_cast<std::int64_t>(layers.size());
  results.failed = task.failed;
  results.settings = arguments.settings();
  results.settings["stages"] = arguments.stages;
  auto done = static_cast<std::int64_t>(paths.size());
  CascadeRanks ranks(programs.size(), CascadeRanks::value_type(task.images.size()));
  for (const Comparison& comparison : comparisons)
    add_points(results, ranks, task,
               comparison.stage.layers.empty() ? programs : compile(task, comparison.stage), comparison, bar,
               done);
  for (const auto& method : ranks)
    results.cascades.push_back(cascade_rank(method, {.seed = arguments.seed()}));
  bar.clear();
  report_sanity(results, arguments);
  return task.failed.empty() && !task.comparison_failed ? 0 : 1;
}

}  // namespace

void add_sanity(Command evaluate) {
  auto arguments = std::make_shared<Arguments>();
  Command verb =
      evaluate.add_command("sanity", "Measure whether maps depend on what the network has learnt, by "
                                     "comparing them with maps of the network with shuffled weights");
  arguments->add_to(verb);
  verb.add_option("--stages", arguments->stages,
                  "number of steps in which the layers are shuffled; 0: one for each layer")
      .check(whole_number(0, 1000000))
      .shows_default();
  verb.runs([arguments, verb] {
    arguments->command_line = verb.line();
    return evaluate_sanity(*arguments);
  });
}

}  // namespace fovea::cli
