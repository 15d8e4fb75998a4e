#include "cli/verbs/evaluate.hpp"

#include "base/json.hpp"
#include "base/read_file.hpp"
#include "cli/kit/output.hpp"
#include "cli/kit/usage_error.hpp"
#include "evaluate/settings.hpp"
#include "fovea/batch.hpp"
#include "fovea/error.hpp"
#include "report/result_place.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <set>

namespace fovea::cli {
namespace {

constexpr std::size_t kMaxSummaryBytes = std::size_t{1} << 30;

}  // namespace

void MapEvaluationOptions::add_to(Command verb, bool are_methods_required) {
  images.add_with_list_to(verb);
  Option names = verb.add_option("--methods,--method", methods,
                                 "the methods to compare, separated by commas: see 'fovea list methods'")
                     .delimiter(',')
                     .check(one_of(method_names()));
  if (are_methods_required)
    names.required();
  verb.add_option("--class", target,
                  "the class to explain: auto (that of --truth where it names one, otherwise the best "
                  "guess), an index, a WordNet id or a name")
      .shows_default();
  verb.add_option("--view", view, "whole: the photo squeezed to the network's size; crop: its centre crop")
      .check(one_of({"whole", "crop"}))
      .shows_default();
  method_options.add_to(verb);
  verb.add_option("-o,--output", output, "folder for tables and plots")
      .required()
      .check(output_in(kFolderOnly));
  format.add_to(verb);
  model.add_to(verb);
  model.add_workers_to(verb);
  many.add_without_table_to(verb);
}

std::vector<std::string> MapEvaluationOptions::checked_images() {
  std::set<std::string> seen;
  for (const std::string& method : methods)
    if (!seen.insert(method).second)
      throw UsageError(fmt::format("--methods: '{}' comes twice", method));
  method_options.note_unused(methods);
  std::vector<std::string> paths = images.expand(model.model, output);
  for (const std::string& path : paths)
    if (const std::string reason = why_no_pictures(path); !reason.empty())
      throw InputError(reason, path);
  return paths;
}

std::string evaluation_page(const std::string& folder) {
  return (std::filesystem::path(folder) / "report.html").string();
}

int print_earlier_summary(const ResultStore& store, const ResultFormat& format) {
  const RunCounts& counts = store.counts();
  const std::string& folder = store.files().folder;
  if (format.is_text()) {
    print("{} photos, {} without a result: {} has the results already\n", counts.photos, counts.failed,
          folder);
  } else {
    const std::string file = (std::filesystem::path(folder) / "summary.json").string();
    const nlohmann::ordered_json summary = parse_json(read_file(file, kMaxSummaryBytes), file);
    print_results(format, summary, method_records(summary));
  }
  return counts.failed > 0 ? 1 : 0;
}

void MapEvaluationOptions::prepare(std::vector<std::string> files) const {
  files.push_back(evaluation_page(output));
  prepare_results(output, files);
}

std::optional<std::int64_t> MapEvaluationOptions::class_index(const Labels& labels,
                                                              std::int64_t classes) const {
  return target == "auto" ? std::nullopt : std::optional(labels.find(target, classes));
}

nlohmann::ordered_json MapEvaluationOptions::settings() const {
  return {{"fovea", FOVEA_VERSION},
          {"methods", methods},
          {"class", target},
          {"view", view},
          {"precision", model.precision},
          {"method_options", settings_json(method_options.chosen())}};
}

EvaluationEvents events_of(ProgressDisplay& display) {
  return {display.progress(), display.failed()};
}

void add_evaluate(Command app) {
  Command verb =
      app.add_command("evaluate", "Measure how often boxes are right, and how far maps can be trusted");
  verb.needs_command();
  add_localization(verb);
  add_merge_of_evaluations(verb);
  add_faithfulness(verb);
  add_sanity(verb);
}

}  // namespace fovea::cli
