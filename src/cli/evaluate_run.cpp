#include "base/append_file.hpp"
#include "base/atomic_file.hpp"
#include "base/fingerprint.hpp"
#include "base/make_folder.hpp"
#include "base/mapped_file.hpp"
#include "base/ordered_parallel.hpp"
#include "cli/evaluate.hpp"
#include "cli/output.hpp"
#include "fovea/error.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <limits>

namespace fovea::cli {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

std::vector<AnnotatedImage> read_truth(const EvaluateArguments& arguments) {
  std::error_code error;
  if (fs::is_directory(arguments.truth, error)) {
    DevkitFiles files = arguments.devkit;
    files.annotations = arguments.truth;
    return read_devkit_truth(files);
  }
  for (const auto& [option, value] : {std::pair{"--list", &arguments.devkit.list},
                                      std::pair{"--class-numbers", &arguments.devkit.class_numbers},
                                      std::pair{"--synsets", &arguments.devkit.synsets}})
    if (!value->empty())
      throw UsageError(
          fmt::format("{} needs a folder of XML files, but --truth {} is not one", option, arguments.truth));
  return read_truth_csv(arguments.truth);
}

/// Everything that results depend on, but for the pictures themselves. Threads and workers do not matter.
Json settings_of(const EvaluateArguments& arguments, const Network& loaded, const LocalizeOptions& options,
                 const std::vector<AnnotatedImage>& truth, const Shard& shard) {
  const auto file = MappedFile::open(loaded.model.path(), std::numeric_limits<std::size_t>::max());
  const Preprocessing& input = loaded.preprocessing;
  Json json = {
      {"fovea", FOVEA_VERSION},
      {"model", Fingerprint().add(file->bytes()).text()},
      {"size", {loaded.size.height, loaded.size.width}},
      {"preprocessing",
       {{"resize", input.resize_short_side},
        {"crop", input.crop},
        {"scale", input.scale},
        {"mean", input.mean},
        {"std", input.std},
        {"channel_order", input.channel_order == ChannelOrder::BGR ? "bgr" : "rgb"}}},
      {"precision", arguments.localize.model.precision},
      {"method", arguments.localize.method_name()},
      {"method_options", arguments.localize.method_options.to_json()},
      {"crops", arguments.localize.crop_count()},
      {"preset", arguments.localize.preset},
      {"smoothing", options.smoothing},
      {"quantiles", {100 * options.seeds.foreground_quantile, 100 * options.seeds.background_quantile}},
      {"prior", options.belief ? options.belief->steepness : 0.0},
      {"level", options.belief ? options.belief->level : 0.0},
      {"colour_weight", options.belief ? options.belief->colour_weight : options.segment.colour_weight},
      {"smoothness", options.belief ? options.belief->smoothness : options.segment.smoothness},
      {"cuts", options.segment.iterations},
      {"box", options.box == BoxRule::LargestComponent ? "largest" : "sizeable"},
      {"star", options.star.has_value()},
      {"max_side", options.max_side},
      {"guesses", arguments.guesses},
      {"truth", {{"images", truth.size()}, {"fingerprint", fingerprint(truth)}}}};
  if (shard.of > 1)
    json["shard"] = {{"number", shard.number}, {"of", shard.of}};
  return json;
}

/// The rows that are there from an earlier run, if it was to be gone on with; and an open file for more.
class Journal {
public:
  Journal(const ResultFiles& files, const std::vector<std::int64_t>& places, const Json& settings,
          bool resume)
      : files_(files) {
    std::error_code ignored;
    const bool finished = fs::exists(files.rows, ignored);
    // Rows without settings were never begun: settings are written before the first row.
    const bool begun = fs::exists(files.partial, ignored) && fs::exists(files.settings, ignored);
    if ((finished || begun) && !resume)
      throw InputError("results of an earlier run are there: continue with --resume, or name another folder",
                       finished ? files.rows : files.partial);
    if (finished || begun)
      check_settings(settings);
    if (finished) {
      rows_ = read_finished(files.rows, places);
      return;
    }
    file_.emplace(files.partial);
    if (begun)
      rows_ = read_beginning(files.partial, places);
    else
      write_file_atomically(files.settings, json_text(settings) + "\n");
    file_->cut(rows_.bytes);
    if (rows_.bytes == 0)
      file_->append(result_csv_header() + "\n");
  }

  std::size_t done() const { return rows_.results.size(); }

  void add(ImageResult result) {
    file_->append(to_csv(result) + "\n");
    rows_.results.push_back(std::move(result));
  }

  /// The finished file; all results.
  std::vector<ImageResult> finish() {
    if (file_) {
      file_->sync();
      std::error_code error;
      fs::rename(files_.partial, files_.rows, error);
      if (error)
        throw OutputError(fmt::format("cannot write: {}", error.message()), files_.rows);
    }
    return std::move(rows_.results);
  }

private:
  void check_settings(const Json& settings) const {
    const std::string complaint = difference(read_settings(files_.settings), settings);
    if (!complaint.empty())
      throw InputError(fmt::format("the earlier run had other settings: {}", complaint), files_.settings);
  }

  const ResultFiles& files_;
  ResultRows rows_;
  std::optional<AppendFile> file_;
};

void print_failure(const ImageResult& result) {
  const bool named = result.error.find(result.name) != std::string::npos;
  say("fovea: error: {}{}\n", named ? "" : result.name + ": ", result.error);
}

struct Task {
  const EvaluateArguments& arguments;
  const Network& loaded;
  LocalizationProtocol protocol;
  const MapPrograms& programs;
  const std::vector<AnnotatedImage>& truth;
  std::vector<std::int64_t> places;
  std::size_t workers;
};

/// Puts the images to the test that the journal does not have yet.
void evaluate_rest(const Task& task, Journal& journal) {
  const std::size_t done = journal.done();
  ProgressBar bar(static_cast<std::int64_t>(task.places.size()));
  const auto image_of = [&](std::size_t i) -> const AnnotatedImage& {
    return task.truth[static_cast<std::size_t>(task.places[done + i])];
  };
  OrderedParallelOptions options;
  options.count = task.places.size() - done;
  options.workers = task.workers;
  options.make_worker = [&]() -> Work {
    auto sessions = std::make_shared<MapSessions>(task.programs);
    return [&, sessions](std::size_t i) -> Finish {
      ImageResult result = evaluate_image(sessions->all(), task.loaded.preprocessing, image_of(i),
                                          task.arguments.images, task.protocol);
      result.index = task.places[done + i];
      return [&, result] {
        if (result.failed()) {
          bar.clear();
          print_failure(result);
        }
        journal.add(result);
      };
    };
  };
  options.before = [&](std::size_t i) { bar.update(static_cast<std::int64_t>(done + i), image_of(i).name); };
  options.failed = [](std::size_t, const std::exception_ptr& failure) { std::rethrow_exception(failure); };
  ordered_parallel(options);
}

}  // namespace

int evaluate_localization(const EvaluateArguments& arguments) {
  const Shard shard = parse_shard(arguments.shard);
  const LocalizeOptions options = localize_options(arguments.localize);
  const ModelOptions& model = arguments.localize.model;
  std::error_code error;
  if (!fs::is_directory(arguments.images, error))
    throw InputError("is not a folder of pictures", arguments.images);
  std::vector<AnnotatedImage> truth = read_truth(arguments);
  const Network loaded = load_network(model);
  const std::vector<std::int64_t> places = shard.places(static_cast<std::int64_t>(truth.size()));
  const ThreadPartition partition = partition_threads(places.size(), model.workers, model.threads);
  const MapPrograms programs(loaded, arguments.localize, partition.threads);
  check_labels(loaded, programs.first());
  resolve_classes(truth, loaded.labels, programs.first().classes());
  make_folder(arguments.output);
  const ResultFiles files(arguments.output, shard);
  // As they are read back: what is not UTF-8 would differ.
  const Json settings = Json::parse(json_text(settings_of(arguments, loaded, options, truth, shard)));
  Journal journal(files, places, settings, arguments.resume);
  programs.print_notes();
  const Task task{arguments,        loaded, {arguments.localize.framing(), options, arguments.guesses},
                  programs,         truth,  places,
                  partition.workers};
  evaluate_rest(task, journal);
  const std::vector<ImageResult> results = journal.finish();
  return report_summary({results, settings, arguments.images, loaded.labels, arguments.command_line}, files,
                        arguments.json);
}

}  // namespace fovea::cli
