#include "c_api/evaluate.hpp"

#include "base/json.hpp"
#include "base/make_folder.hpp"
#include "c_api/result.hpp"
#include "evaluate/faithfulness_results.hpp"
#include "evaluate/pick.hpp"
#include "evaluate/sanity_results.hpp"
#include "evaluate/settings.hpp"
#include "report/faithfulness_page.hpp"
#include "report/sanity_page.hpp"

#include <filesystem>
#include <functional>

namespace fovea::c_api {
namespace {

std::string page_in(const std::string& folder) {
  return (std::filesystem::path(folder) / "report.html").string();
}

struct FaithfulnessRequest {
  std::string truth, masks;
  FaithfulnessProtocol protocol;
};

FaithfulnessRequest read_faithfulness(JsonFields& fields, MapEvaluation& common, bool pick) {
  FaithfulnessRequest request;
  request.truth = fields.text_if_given("truth").value_or("");
  request.masks = fields.text_if_given("masks").value_or("");
  if (!request.truth.empty() && !request.masks.empty())
    fields.fail("masks", "does not go with a truth: give one of them");
  FaithfulnessProtocol& protocol = request.protocol;
  std::vector<std::string> measures = fields.texts_if_given("measures");
  if (measures.empty())
    measures = {"default"};
  protocol.measures = parse_map_measures(measures, !request.truth.empty() || !request.masks.empty());
  if (pick) {
    add_measures_to_pick_by(protocol.measures);
    common.settings["pick"] = true;
  }
  protocol.curves.steps = fields.whole_number_if_given("steps", 1, 100000).value_or(50);
  protocol.curves.tolerance = number_within(fields, "area_tolerance", 0, 1).value_or(0.005);
  protocol.superpixels =
      fields.whole_number_if_given("superpixels", 1, 100000000).value_or(protocol.superpixels);
  protocol.stability.samples =
      fields.whole_number_if_given("noisy_copies", 1, 1000000).value_or(protocol.stability.samples);
  protocol.stability.radius = number_within(fields, "radius", 0, 1e6).value_or(protocol.stability.radius);
  protocol.blur = number_within(fields, "blur", 0, 1).value_or(protocol.blur);
  const std::int64_t subsets = fields.whole_number_if_given("subsets", 0, 1000000).value_or(50);
  protocol.set_subsets(subsets, measures);
  protocol.tolerance = number_within(fields, "tolerance", 0, 1e6).value_or(protocol.tolerance);
  protocol.seed = common.method_options.seed;
  common.settings["measures"] = measures;
  common.settings["steps"] = protocol.curves.steps;
  common.settings["area_tolerance"] = protocol.curves.tolerance;
  common.settings["subsets"] = subsets;
  common.settings["blur"] = protocol.blur;
  common.settings["tolerance"] = protocol.tolerance;
  common.settings["superpixels"] = protocol.superpixels;
  common.settings["noisy_copies"] = protocol.stability.samples;
  common.settings["radius"] = protocol.stability.radius;
  return request;
}

ObjectTruths truths_of(const FaithfulnessRequest& request, const MapEvaluation& common,
                       const fovea_model& model, std::int64_t classes) {
  if (!request.masks.empty())
    return ObjectTruths::of_masks(request.masks);
  if (request.truth.empty())
    return {};
  return ObjectTruths(request.truth, model.names, common.target ? 0 : classes);
}

}  // namespace

MapEvaluation MapEvaluation::read(JsonFields& fields, const fovea_model& model,
                                  const std::vector<std::string>& otherwise) {
  MapEvaluation common;
  common.pictures = ManyPictures::read(fields);
  common.methods = read_methods(fields, otherwise);
  common.method_options = read_all_method_options(fields);
  const std::string view = fields.word_if_given("view", {"whole", "crop"});
  common.crops = view == "crop" ? Crops::One : Crops::Whole;
  common.target = read_target_class(fields);
  common.output = fields.text_if_given("output").value_or("");
  common.command_line = fields.text_if_given("command_line").value_or("");
  common.settings = {{"fovea", FOVEA_VERSION},
                     {"methods", common.methods},
                     {"class", common.target ? std::to_string(*common.target) : "auto"},
                     {"view", view.empty() ? "whole" : view},
                     {"precision", name_of(model.choice.precision)},
                     {"method_options", settings_json(common.method_options)}};
  return common;
}

Evaluated evaluate_faithfulness(const fovea_model& model, JsonFields& fields, CallerEvents& caller) {
  const bool pick = fields.flag_if_given("pick").value_or(false);
  MapEvaluation common = MapEvaluation::read(
      fields, model, pick ? methods_to_pick_from() : std::vector<std::string>{"gradient"});
  FaithfulnessRequest request = read_faithfulness(fields, common, pick);
  fields.expect_no_others();
  const ThreadPartition partition = common.pictures.partition();
  ProgramOptions options = model.program_options(0, 0, partition.threads);
  options.direction = Direction::Forward;
  options.batch = scoring_batch(partition.threads);
  const auto scores = model.program(options);
  check_class(common.target, *scores);
  request.protocol.curves.batch = scores->options().batch;
  const Shape& pictures = scores->inputs().front().shape;
  request.protocol.check_fits(pictures[2], pictures[3]);
  const ExplainOptions base =
      explain_options(model, common.pictures, common.methods, common.method_options, common.crops);
  const auto refused = [&](const std::string& why) { common.settings["left_out"].push_back(why); };
  CompiledCandidates compiled =
      pick ? compile_candidates(model.model, base, candidates_of(common.methods, common.method_options),
                                common.methods == methods_to_pick_from()
                                    ? std::function<void(const std::string&)>(refused)
                                    : std::function<void(const std::string&)>())
           : CompiledCandidates{common.methods, {*model.explainer(base)}};
  FaithfulnessPlan plan{
      std::move(compiled), scores,        truths_of(request, common, model, scores->classes()),
      request.protocol,    common.target, {}};
  if (!common.output.empty())
    plan.small_picture = small_picture;
  const std::vector<std::string> methods = plan.methods.names;
  common.settings["methods"] = methods;
  const FaithfulnessRun run{common.pictures.images, std::move(plan), partition.workers};
  if (!common.output.empty())
    make_folder(common.output);
  FaithfulnessResults results;
  results.methods = methods;
  results.methods.insert(results.methods.end(), kControlMaps.begin(), kControlMaps.end());
  results.settings = common.settings;
  results.seed = common.method_options.seed;
  results.images = run_faithfulness(run, caller.events());
  const std::vector<MethodMeans> means = means_of(results);
  if (!common.output.empty()) {
    write_faithfulness(results, means, common.output);
    write_faithfulness_page(results, means, page_in(common.output), common.command_line);
  }
  return {summary_json(results, means), summary_text(results, means)};
}

Evaluated evaluate_sanity(const fovea_model& model, JsonFields& fields, CallerEvents& caller) {
  const MapEvaluation common = MapEvaluation::read(fields, model);
  const std::int64_t stages = fields.whole_number_if_given("stages", 0, 1000000).value_or(10);
  fields.expect_no_others();
  SanityCheck check(
      {common.pictures.images, model.model,
       explain_options(model, common.pictures, common.methods, common.method_options, common.crops),
       common.target, stages, common.pictures.partition().workers});
  check_class(common.target, check.scores());
  if (!common.output.empty())
    make_folder(common.output);
  SanityResults results = check.results(caller.events());
  results.settings = common.settings;
  results.settings["stages"] = stages;
  if (!common.output.empty()) {
    const std::vector<NamedPlot> plots = likeness_plots(results);
    write_sanity(results, plots, common.output);
    write_sanity_page(results, plots, page_in(common.output), common.command_line);
  }
  return {summary_json(results), summary_text(results)};
}

}  // namespace fovea::c_api

using namespace fovea::c_api;

fovea_status fovea_evaluate(const fovea_model* model, const char* options, fovea_progress progress,
                            void* user, fovea_result** result) {
  return give_result(result, [&](fovea_result& out) {
    fovea::JsonFields fields = read_options(options);
    const std::string kind =
        fields.word_if_given("kind", {"faithfulness", "sanity", "localization", "merge"});
    CallerEvents caller{progress, user};
    const Evaluated evaluated = [&] {
      if (kind == "merge")
        return merge_evaluations(fields);
      const fovea_model& from = not_null(model, "model");
      if (kind == "localization")
        return evaluate_localization(from, fields, caller);
      if (kind == "sanity")
        return evaluate_sanity(from, fields, caller);
      if (kind.empty())
        fields.fail("kind", "is missing: expected faithfulness, sanity, localization or merge");
      return evaluate_faithfulness(from, fields, caller);
    }();
    out.add_text("summary", fovea::json_text(evaluated.summary));
    out.add_text("text", evaluated.text);
    out.add_list("failures", caller.failures);
  });
}
