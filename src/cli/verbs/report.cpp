#include "cli/verbs/report.hpp"

#include "base/check.hpp"
#include "base/failure.hpp"
#include "cli/kit/model_options.hpp"
#include "cli/kit/output.hpp"
#include "cli/kit/progress_bar.hpp"
#include "cli/kit/usage_error.hpp"
#include "cli/verbs/verbs.hpp"
#include "fovea/batch.hpp"
#include "fovea/display.hpp"
#include "fovea/error.hpp"
#include "fovea/networks.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <set>

namespace fovea::cli {
namespace {

namespace fs = std::filesystem;

/// Files that cannot be shown, noted by workers as they meet them.
class LeftOut {
public:
  void note(std::size_t place, const std::string& path, const std::string& why) {
    const std::lock_guard lock(mutex_);
    files_[place] = {path, why};
  }

  std::vector<LeftOutFile> in_order() const {
    std::vector<LeftOutFile> list;
    for (const auto& [place, file] : files_)
      list.push_back(file);
    return list;
  }

private:
  std::map<std::size_t, LeftOutFile> files_;
  std::mutex mutex_;
};

/// An error's text without the file's name in front, which stands beside it.
std::string without_path(const std::string& text, const std::string& path) {
  const std::string start = path + ": ";
  return text.starts_with(start) ? text.substr(start.size()) : text;
}

void check_usage(const ReportArguments& arguments) {
  if (arguments.top > 1 && arguments.target != "auto")
    throw UsageError("--top explains the best guesses: it does not go with --class");
  const std::set<std::string> different(arguments.methods.begin(), arguments.methods.end());
  if (different.size() != arguments.methods.size())
    throw UsageError("--methods: a method is named twice");
}

/// A stem for the names of a picture's files that no other photo's names begin with.
std::vector<std::string> stems_of(const std::vector<std::string>& images) {
  std::vector<std::string> stems;
  for (std::size_t i = 0; i < images.size(); ++i)
    stems.push_back(fmt::format("{:05}-{}", i + 1, stem_of(images[i])));
  return stems;
}

int make_report(const ReportArguments& arguments, const std::string& command_line) {
  check_usage(arguments);
  const auto begin = std::chrono::steady_clock::now();
  const std::vector<std::string> images = expand_folders(arguments.images);
  const Network loaded = load_network(arguments.model);
  const ThreadPartition partition =
      partition_threads(images.size(), arguments.model.workers, arguments.model.threads);
  const ReportExplainers explainers(loaded, arguments, partition.threads);
  const Program& scores = explainers.maps.program();
  check_labels(loaded, scores);
  std::optional<std::int64_t> target;
  if (arguments.target != "auto")
    target = loaded.labels.find(arguments.target, scores.classes());

  const std::string title =
      !arguments.title.empty() ? arguments.title : fs::path(loaded.model.path()).stem().string() + ": maps";
  Page page(arguments.output, title, arguments.split ? Page::Pictures::Beside : Page::Pictures::Inside);
  add_settings(page, arguments);
  const PhotoReport report(loaded, arguments, target, page);
  const std::vector<std::string> stems = stems_of(images);
  ReportSummary summary;
  summary.command_line = command_line;
  LeftOut left_out;
  std::atomic<bool> lost = false;  // a file could not be written: no page either
  const int code = run_files(images, partition.workers, [&]() -> FileWorker {
    auto explain = std::make_shared<ReportExplainers>(explainers);
    return [&, explain](std::size_t i) -> DeliverResult {
      if (lost)
        return [] {};
      try {
        return [&, entry = report.entry(*explain, images[i], stems[i])] {
          if (lost)
            return;
          try {
            page.add_block("photo", entry.json);
          } catch (const OutputError&) {
            lost = true;
            throw;
          }
          ++summary.photos_of_class[entry.target_class];
          ++summary.photos;
          if (entry.probability)
            summary.probabilities.push_back(*entry.probability);
        };
      } catch (const OutputError&) {
        lost = true;
        throw;
      } catch (const std::exception&) {
        left_out.note(i, images[i],
                      without_path(failure_text(std::current_exception(), images[i]), images[i]));
        throw;
      }
    };
  });
  if (lost)
    return code;
  summary.left_out = left_out.in_order();
  FOVEA_ASSERT(static_cast<std::size_t>(summary.photos) + summary.left_out.size() == images.size());
  for (const std::string& path : other_files(arguments.images))
    summary.left_out.push_back({path, "not a picture, by its name"});
  summary.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  add_summary(page, arguments, loaded, explainers, summary);
  page.finish();
  print("{}: {}, {} left out\n", arguments.output, counted(static_cast<std::size_t>(summary.photos), "photo"),
        counted(summary.left_out.size(), "file"));
  return code;
}

}  // namespace

ReportExplainers::ReportExplainers(const Network& loaded, const ReportArguments& arguments, int threads)
    : maps(loaded.model,
           explain_options(loaded, arguments.model, arguments.methods, arguments.method_options.chosen(),
                           parse_crops(arguments.crops), threads)) {
  for (const std::string& note : maps.notes())
    say("fovea: note: {}\n", note);
  localize.model = arguments.model;
  if (arguments.localizes())
    objects.emplace(object_explainer(loaded, localize, threads));
}

void add_report(Command app) {
  auto arguments = std::make_shared<ReportArguments>();
  Command verb =
      app.add_command("report", "Write one HTML page of photos with their maps, objects and class models");
  verb.add_option("images", arguments->images, "pictures, or folders of pictures")
      .required()
      .check(file_or_folder());
  verb.add_option("--methods", arguments->methods,
                  "how the maps are made, side by side, separated by commas: see 'fovea list methods'")
      .check(one_of(method_names()))
      .delimiter(',')
      .one_value_each()
      .shows_default();
  verb.add_option(
          "--class", arguments->target,
          "the class to explain: auto (the best guess of each picture), an index, a WordNet id or a name")
      .shows_default();
  verb.add_option("--top", arguments->top, "explain the N best guesses; the page switches between them")
      .check(whole_number(1, 5))
      .shows_default();
  verb.add_switch("--localize,!--no-localize", arguments->localize,
                  "show how the object of each class is found (default), or leave it out");
  verb.add_option("--class-models", arguments->class_models,
                  "show class models of the N most frequent classes; 0: none")
      .check(whole_number(0, 1000))
      .shows_default();
  arguments->method_options.add_to(verb);
  add_crops_to(verb, arguments->crops).shows_default();
  verb.add_option("--percentile", arguments->range.percentile,
                  "percentile of a map's values that is shown as white; 100: the maximum")
      .check(between(1.0, 100.0))
      .shows_default();
  verb.add_option("--colormap", arguments->colormap,
                  "colour map that the page starts with; the page can change it")
      .check(one_of(colormap_names()))
      .shows_default();
  verb.add_option("--title", arguments->title, "the page's title (default: the network's name)")
      .check(not_empty());
  verb.add_flag(
      "--split", arguments->split,
      "write pictures as files into the folder NAME_files beside the page, which keeps the page small");
  verb.add_option("-o,--output", arguments->output, "the page to write, NAME.html")
      .required()
      .check(file_or_folder());
  arguments->model.add_to(verb);
  arguments->model.add_workers_to(verb);
  verb.runs([arguments, verb] { return make_report(*arguments, verb.line()); });
}

}  // namespace fovea::cli
