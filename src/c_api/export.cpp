#include "fovea/export.hpp"
#include "fovea/image.hpp"

#include "base/json.hpp"
#include "c_api/model.hpp"
#include "c_api/options.hpp"
#include "c_api/result.hpp"
#include "fovea/cuda_support.hpp"
#include "report/cuda_support_text.hpp"

namespace fovea::c_api {
namespace {

/// The method that is no rule of its own: the gradient times the input.
constexpr const char* kTimesInput = "gradient-x-input";

void read_export(JsonFields& fields, const fovea_model& model, ExportOptions& options) {
  const Network network = model.network({}, 0, 0);
  options.opset = fields.whole_number_if_given("opset", 13, 17).value_or(options.opset);
  options.batch = fields.whole_number_if_given("batch", 1, kMaxBatch).value_or(options.batch);
  options.height = network.size.height;
  options.width = network.size.width;
  options.scores = model.choice.scores;
  options.targets = model.choice.targets;
}

std::string export_explanation_of(const fovea_model& model, JsonFields& fields) {
  ExplanationOptions options;
  read_export(fields, model, options);
  std::vector<std::string> methods = rule_names();
  methods.emplace_back(kTimesInput);
  const std::string method = fields.word_if_given("method", methods);
  options.times_input = method == kTimesInput;
  if (!method.empty() && !options.times_input)
    options.rule = parse_rule(method);
  if (options.rule == Rule::LrpEpsilonGammaBox)
    options.input_range =
        input_range(model.preprocessing({}).preprocessing, model.model.image_input().channels);
  if (fields.word_if_given("map", {"saliency", "gradient"}) == "gradient")
    options.map = ExplanationOptions::Map::Gradient;
  if (fields.word_if_given("explained", {"top", "input"}) == "input")
    options.explained = ExplanationOptions::Class::Input;
  fields.expect_no_others();
  return export_explanation(model.model, options);
}

std::string export_model(const fovea_model& model, JsonFields& fields) {
  if (fields.word_if_given("kind", {"explanation", "canonical"}) != "canonical")
    return export_explanation_of(model, fields);
  ExportOptions options;
  read_export(fields, model, options);
  fields.expect_no_others();
  return export_canonical(model.model, options);
}

}  // namespace
}  // namespace fovea::c_api

using namespace fovea::c_api;

fovea_status fovea_export(const fovea_model* model, const char* options, fovea_result** result) {
  return give_result(result, [&](fovea_result& out) {
    const fovea_model& from = not_null(model, "model");
    fovea::JsonFields fields = read_options(options);
    const std::string bytes = export_model(from, fields);
    out.add("onnx", {static_cast<std::int64_t>(bytes.size())},
            std::vector<std::uint8_t>(bytes.begin(), bytes.end()));
  });
}

fovea_status fovea_cuda_support(const char* path, fovea_result** result) {
  return give_result(result, [&](fovea_result& out) {
    const std::string file = &not_null(path, "path");
    const fovea::CudaSupport support = fovea::cuda_support_of_file(file);
    out.add_text("support", fovea::json_text(fovea::cuda_support_json(support, file)));
    out.add_text("text", fovea::cuda_support_text(support, file));
  });
}
