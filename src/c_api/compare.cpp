#include "base/json.hpp"
#include "base/make_folder.hpp"
#include "c_api/many_pictures.hpp"
#include "c_api/result.hpp"
#include "report/comparison_page.hpp"

namespace fovea::c_api {
namespace {

struct ComparisonRequest {
  ManyPictures pictures;
  std::vector<std::string> methods;
  NetworkComparisonOptions options;
};

GateThresholds read_gate(JsonFields& fields) {
  GateThresholds gate;
  gate.min_correlation = number_within(fields, "min_correlation", -1, 1);
  gate.min_photo_correlation = number_within(fields, "min_photo_correlation", -1, 1);
  gate.min_similarity = number_within(fields, "min_ssim", -1, 1);
  gate.min_overlap = number_within(fields, "min_overlap", 0, 1);
  gate.max_changed = number_within(fields, "max_changed", 0, 1);
  gate.max_accuracy_drop = number_within(fields, "max_accuracy_drop", 0, 1);
  gate.max_energy_drop = number_within(fields, "max_energy_drop", 0, 1);
  return gate;
}

/// Classes and places of objects.
void read_truth(JsonFields& fields, const std::vector<std::string>& images,
                NetworkComparisonOptions& options) {
  const std::string truth = fields.text_if_given("truth").value_or("");
  const std::string masks = fields.text_if_given("masks").value_or("");
  options.page.truth = class_truth(truth, images);
  if (!masks.empty())
    options.places = ObjectTruths::of_masks(masks);
  else if (has_boxes(truth))
    options.places = ObjectTruths(truth, {}, 0);
  if (options.gate.max_accuracy_drop && truth.empty())
    fields.fail("max_accuracy_drop", "needs the photos' classes: give them as 'truth'");
  if (options.gate.max_energy_drop && options.places.empty())
    fields.fail("max_energy_drop", "needs the objects' places: give boxes as 'truth', or 'masks'");
}

ComparisonRequest read_comparison(const char* given) {
  JsonFields fields = read_options(given);
  ComparisonRequest request;
  request.pictures = ManyPictures::read(fields);
  request.methods = read_methods(fields, {"gradient", "grad-cam"});
  NetworkComparisonOptions& options = request.options;
  options.method_options = read_method_options(fields);
  options.crops = read_crops(fields, Crops::One);
  options.target = read_target_class(fields);
  options.layers = fields.whole_number_if_given("layers", 0, 1000).value_or(options.layers);
  options.gate = read_gate(fields);
  read_truth(fields, request.pictures.images, options);
  ReportOptions& page = options.page;
  page.file = fields.text_if_given("output").value_or("");
  page.title = fields.text_if_given("title").value_or("");
  page.split = fields.flag_if_given("split").value_or(false);
  page.range = read_display_range(fields);
  if (const std::string name = fields.word_if_given("colormap", colormap_names()); !name.empty())
    page.colormap = name;
  page.command_line = fields.text_if_given("command_line").value_or("");
  fields.expect_no_others();
  return request;
}

ReportNetwork network_for(const fovea_model& model, const ComparisonRequest& request) {
  const NetworkComparisonOptions& options = request.options;
  return {model.network(request.pictures.preprocessing, 0, 0),
          {*model.explainer(explain_options(model, request.pictures, request.methods, options.method_options,
                                            options.crops)),
           {}},
          "",
          {},
          {}};
}

}  // namespace
}  // namespace fovea::c_api

using namespace fovea::c_api;

fovea_status fovea_compare(const fovea_model* first, const fovea_model* second, const char* options,
                           fovea_progress progress, void* user, fovea_result** result) {
  return give_result(result, [&](fovea_result& out) {
    const fovea_model &a = not_null(first, "first"), &b = not_null(second, "second");
    ComparisonRequest request = read_comparison(options);
    std::vector<fovea::ReportNetwork> networks = {network_for(a, request)};
    request.pictures.preprocessing = {};  // the second network has a preprocessing of its own
    networks.push_back(network_for(b, request));
    check_class(request.options.target, networks[0].explainers.maps.program());
    CallerEvents caller{progress, user};
    fovea::ReportEvents events;
    events.progress = caller.on_progress();
    events.failed = caller.on_failure();
    if (!request.options.page.file.empty())
      fovea::make_folder_of(request.options.page.file);
    const fovea::ComparisonRun run(networks, request.options, events);
    const fovea::NetworkComparisonOutcome outcome =
        run.compare(request.pictures.images, fovea::other_files(request.pictures.given),
                    request.pictures.partition().workers);
    out.add("passed", static_cast<std::int64_t>(fovea::passed(outcome.gate)));
    out.add_text("summary",
                 fovea::json_text(fovea::comparison_json(outcome.results, outcome.methods, outcome.gate)));
    out.add_text("text", fovea::comparison_text(outcome.results, outcome.methods, outcome.gate));
    out.add_list("failures", caller.failures);
  });
}
