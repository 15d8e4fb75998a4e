#include "cli/verbs/evaluate.hpp"

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

void MapEvaluationOptions::add_to(Command verb) {
  images.add_to(verb).required();
  verb.add_option("--methods,--method", methods,
                  "the methods to compare, separated by commas: see 'fovea list methods'")
      .delimiter(',')
      .required()
      .check(one_of(method_names()));
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
}

std::vector<std::string> MapEvaluationOptions::checked_images() {
  std::set<std::string> seen;
  for (const std::string& method : methods)
    if (!seen.insert(method).second)
      throw UsageError(fmt::format("--methods: '{}' comes twice", method));
  method_options.note_unused(methods);
  std::vector<std::string> paths = images.expand(model.model);
  for (const std::string& path : paths)
    if (const std::string reason = why_no_pictures(path); !reason.empty())
      throw InputError(reason, path);
  return paths;
}

std::string MapEvaluationOptions::page() const {
  return (std::filesystem::path(output) / "report.html").string();
}

void MapEvaluationOptions::prepare(std::vector<std::string> files) const {
  files.push_back(page());
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
