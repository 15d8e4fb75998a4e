#include "c_api/many_pictures.hpp"
#include "c_api/result.hpp"
#include "report/photos_page.hpp"

namespace fovea::c_api {
namespace {

struct ReportRequest {
  ManyPictures pictures;
  std::vector<std::string> methods;
  MethodOptions method_options;
  Crops crops = Crops::One;
  bool localize = true;
  std::optional<std::int64_t> target;
  ReportOptions options;
};

ReportRequest read_report(const char* options) {
  JsonFields fields = read_options(options);
  ReportRequest request;
  request.pictures = ManyPictures::read(fields);
  request.methods = read_methods(fields, {"gradient"});
  request.method_options = read_all_method_options(fields);
  request.crops = read_crops(fields, Crops::One);
  request.localize = fields.flag_if_given("localize").value_or(true);
  ReportOptions& page = request.options;
  page.file = fields.text("output");
  page.title = fields.text_if_given("title").value_or("");
  page.split = fields.flag_if_given("split").value_or(false);
  request.target = read_target_class(fields);
  const std::optional<std::int64_t> top = fields.whole_number_if_given("top", 1, 5);
  page.top = top.value_or(1);
  if (request.target && page.top > 1)
    fields.fail("top", "explains the best guesses: it does not go with a target");
  page.range = read_display_range(fields);
  if (const std::string name = fields.word_if_given("colormap", colormap_names()); !name.empty())
    page.colormap = name;
  page.class_models = fields.whole_number_if_given("class_models", 0, 1000).value_or(page.class_models);
  page.truth = class_truth(fields.text_if_given("truth").value_or(""), request.pictures.images);
  page.command_line = fields.text_if_given("command_line").value_or("");
  fields.expect_no_others();
  return request;
}

ReportNetwork network_for(const fovea_model& model, const ReportRequest& request,
                          std::optional<std::int64_t> target) {
  const auto explainer = [&](const ExplainOptions& options) { return *model.explainer(options); };
  ReportNetwork network{model.network(request.pictures.preprocessing, 0, 0),
                        {explainer(explain_options(model, request.pictures, request.methods,
                                                   request.method_options, request.crops)),
                         {}},
                        "",
                        target,
                        model.program_options(0, 0, request.pictures.threads)};
  if (request.localize)
    network.explainers.objects = explainer(
        object_explain_options(explain_options(model, request.pictures, {"gradient"}, {}, Crops::One)));
  check_class(target, network.explainers.maps.program());
  return network;
}

/// The network that is shown beside `model`: with a preprocessing of its own, and for a given class that of
/// the same name.
ReportNetwork network_beside(const fovea_model& model, const fovea_model& other, ReportRequest request) {
  request.pictures.preprocessing = {};
  std::optional<std::int64_t> target;
  if (request.target)
    target =
        other.names.find(model.names.name(*request.target), static_cast<std::int64_t>(other.labels.size()));
  return network_for(other, request, target);
}

}  // namespace
}  // namespace fovea::c_api

using namespace fovea::c_api;

fovea_status fovea_report(const fovea_model* model, const fovea_model* compared, const char* options,
                          fovea_progress progress, void* user, fovea_result** result) {
  return give_result(result, [&](fovea_result& out) {
    const fovea_model& from = not_null(model, "model");
    ReportRequest request = read_report(options);
    std::vector<fovea::ReportNetwork> networks = {network_for(from, request, request.target)};
    if (compared)
      networks.push_back(network_beside(from, *compared, request));
    const fovea::ThreadPartition partition = request.pictures.partition();
    request.options.workers = partition.workers;
    CallerEvents caller{progress, user};
    fovea::ReportEvents events;
    events.progress = caller.on_progress();
    events.failed = caller.on_failure();
    const fovea::ReportOutcome outcome =
        fovea::write_photos_page(request.pictures.images, fovea::other_files(request.pictures.given),
                                 networks, request.options, events);
    if (!outcome.is_written)
      throw fovea::OutputError(caller.failures.empty() ? "the page is not written" : caller.failures.back(),
                               request.options.file);
    out.add("photos", static_cast<std::int64_t>(outcome.photos));
    out.add("failed", static_cast<std::int64_t>(outcome.failed));
    out.add("left_out", static_cast<std::int64_t>(outcome.left_out));
    out.add_list("failures", caller.failures);
  });
}
