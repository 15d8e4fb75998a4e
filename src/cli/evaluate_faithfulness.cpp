#include "base/failure.hpp"
#include "base/make_folder.hpp"
#include "base/ordered_parallel.hpp"
#include "cli/evaluate_maps.hpp"
#include "cli/output.hpp"
#include "fovea/error.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>

namespace fovea::cli {
namespace {

namespace fs = std::filesystem;

struct Arguments : MapEvaluation {
  std::string truth, masks;
  std::int64_t steps = 50, subsets = 50;
  double blur = 0.1, tolerance = kPointingTolerance;
};

/// Where objects are, by the picture's file name.
class Truths {
public:
  Truths(const Arguments& arguments, const Labels& labels, std::int64_t classes) : arguments_(arguments) {
    if (arguments.truth.empty())
      return;
    std::vector<AnnotatedImage> images = read_truth_csv(arguments.truth);
    if (arguments.target == "auto")
      resolve_classes(images, labels, classes);
    for (AnnotatedImage& image : images)
      images_.emplace(image.name, std::move(image));
  }

  /// The truth of a picture, and its class where that is known. InputError for a truth that does not fit.
  ObjectTruth of(const std::string& path, const Image& photo,
                 std::optional<std::int64_t>& class_index) const {
    if (!arguments_.masks.empty()) {
      const std::string file = (fs::path(arguments_.masks) / (stem_of(path) + ".png")).string();
      return mask_from_image(upright_mask(file, path, photo));
    }
    const fs::path name = fs::path(path).filename();
    auto found = images_.find(name.string());
    if (found == images_.end())
      found = images_.find(name.stem().string());
    if (found == images_.end())
      return {};
    AnnotatedImage image = found->second;
    if (!image.usable())
      throw InputError(image.error);
    turn_upright(image, path, photo.width, photo.height);
    if (!class_index && image.class_index >= 0)
      class_index = image.class_index;
    return image.boxes;
  }

private:
  /// The picture of a mask, which may have been drawn on the photo as it is stored: then it has the photo's
  /// sides exchanged.
  static Image upright_mask(const std::string& file, const std::string& path, const Image& photo) {
    Image mask = read_image(file);
    if (mask.width == photo.width && mask.height == photo.height)
      return mask;
    const bool exchanged = mask.width == photo.height && mask.height == photo.width;
    const int orientation = exchanged ? read_orientation(path) : 1;
    if (orientation < 5)
      throw InputError(fmt::format("is for a picture of {}x{}, but it has {}x{}", mask.width, mask.height,
                                   photo.width, photo.height),
                       file);
    return turn_upright(std::move(mask), orientation);
  }

  const Arguments& arguments_;
  std::map<std::string, AnnotatedImage> images_;
};

FaithfulnessProtocol protocol_of(const Arguments& arguments) {
  FaithfulnessProtocol protocol;
  protocol.curves.steps = arguments.steps;
  protocol.blur = arguments.blur;
  protocol.subsets = std::max<std::int64_t>(arguments.subsets, 2);
  if (arguments.subsets == 0)
    protocol.set_shares.clear();
  protocol.tolerance = arguments.tolerance;
  protocol.seed = arguments.seed();
  return protocol;
}

/// What the workers share.
struct Task {
  const Arguments& arguments;
  const Network& loaded;
  const std::vector<std::string>& images;
  std::vector<std::shared_ptr<const MapProgram>> programs;
  std::shared_ptr<const Program> scores;
  const Truths& truths;
  FaithfulnessProtocol protocol;
  std::optional<std::int64_t> class_index;
};

/// One worker's sessions.
struct Sessions {
  explicit Sessions(const Task& task) : scorer(task.scores) {
    for (const auto& program : task.programs)
      methods.emplace_back(program);
  }
  Session scorer;
  std::vector<MapSession> methods;
};

FaithfulnessImage judge(const Task& task, Sessions& sessions, std::size_t i) {
  FaithfulnessImage result{task.images[i], {}, {}};
  try {
    const Image photo = read_image(result.image);
    std::optional<std::int64_t> class_index = task.class_index;
    const ObjectTruth truth = task.truths.of(result.image, photo, class_index);
    result.judged =
        judge_photo(sessions.scorer, sessions.methods, photo, task.loaded.preprocessing,
                    task.arguments.crops(), class_index, truth, task.protocol, task.protocol.seed + i);
  } catch (const std::exception&) {
    result.error = failure_text(std::current_exception(), result.image);
  }
  return result;
}

std::vector<FaithfulnessImage> judge_all(const Task& task, std::size_t workers) {
  std::vector<FaithfulnessImage> all;
  ProgressBar bar(static_cast<std::int64_t>(task.images.size()));
  OrderedParallelOptions options;
  options.count = task.images.size();
  options.workers = workers;
  options.make_worker = [&]() -> Work {
    auto sessions = std::make_shared<Sessions>(task);
    return [&, sessions](std::size_t i) -> Finish {
      return [&, result = judge(task, *sessions, i)] {
        if (!result.error.empty()) {
          bar.clear();
          say("fovea: error: {}\n", result.error);
        }
        all.push_back(result);
      };
    };
  };
  options.before = [&](std::size_t i) { bar.update(static_cast<std::int64_t>(i), task.images[i]); };
  options.failed = [](std::size_t, const std::exception_ptr& failure) { std::rethrow_exception(failure); };
  ordered_parallel(options);
  return all;
}

int evaluate_faithfulness(const Arguments& arguments) {
  const std::vector<std::string> images = arguments.checked_images();
  const Network loaded = load_network(arguments.model);
  const ThreadPartition partition =
      partition_threads(images.size(), arguments.model.workers, arguments.model.threads);
  constexpr std::int64_t batch = 8;
  ProgramOptions options = program_options(loaded, arguments.model, Direction::Forward, batch);
  options.threads = partition.threads;
  const auto scores = compile_for_crops(loaded, options);
  check_labels(loaded, *scores);
  const Truths truths(arguments, loaded.labels, scores->classes());
  FaithfulnessProtocol protocol = protocol_of(arguments);
  protocol.curves.batch = scores->options().batch;
  Task task{arguments, loaded, images, {}, scores, truths, protocol, {}};
  options.batch = 1;
  std::set<std::string> notes;
  for (const std::string& method : arguments.methods) {
    task.programs.push_back(MapProgram::compile(loaded.model, loaded.preprocessing, method, options,
                                                arguments.method_options.chosen()));
    for (const std::string& note : task.programs.back()->notes())
      if (notes.insert(note).second)
        say("fovea: note: {}\n", note);
  }
  if (arguments.target != "auto")
    task.class_index = loaded.labels.find(arguments.target, scores->classes());
  make_folder(arguments.output);

  FaithfulnessResults results;
  results.methods = arguments.methods;
  results.methods.insert(results.methods.end(), kControlMaps.begin(), kControlMaps.end());
  results.settings = arguments.settings();
  results.settings["steps"] = arguments.steps;
  results.settings["subsets"] = arguments.subsets;
  results.settings["blur"] = arguments.blur;
  results.settings["tolerance"] = arguments.tolerance;
  results.images = judge_all(task, partition.workers);
  report_faithfulness(results, arguments);
  return std::any_of(results.images.begin(), results.images.end(),
                     [](const FaithfulnessImage& image) { return !image.error.empty(); })
             ? 1
             : 0;
}

}  // namespace

void add_faithfulness(Command evaluate) {
  auto arguments = std::make_shared<Arguments>();
  Command verb = evaluate.add_command(
      "faithfulness", "Measure whether maps show what the network uses: several methods beside control maps");
  arguments->add_to(verb);
  Option truth =
      verb.add_option("--truth", arguments->truth,
                      "known boxes, a CSV as for 'evaluate localization', for the pointing game and the "
                      "energy on the object; where it names a class, that class is explained")
          .check(file_or_folder());
  verb.add_option("--masks", arguments->masks,
                  "instead of --truth: a folder of masks, NAME.png for the picture NAME")
      .check(file_or_folder())
      .excludes(truth);
  verb.add_option("--steps", arguments->steps, "number of steps of the insertion and deletion curves")
      .check(whole_number(1, 100000))
      .shows_default();
  verb.add_option("--blur", arguments->blur,
                  "blur of the picture that insertion starts from, as a share of its side")
      .check(between(0.0, 1.0))
      .shows_default();
  verb.add_option("--subsets", arguments->subsets,
                  "number of random sets of pixels for each n of sensitivity-n; 0: leave it out")
      .check(whole_number(0, 1000000))
      .shows_default();
  verb.add_option("--tolerance", arguments->tolerance,
                  "tolerance of the pointing game, in the photo's pixels")
      .check(not_negative())
      .shows_default();
  verb.runs([arguments, verb] {
    arguments->command_line = verb.line();
    return evaluate_faithfulness(*arguments);
  });
}

}  // namespace fovea::cli
