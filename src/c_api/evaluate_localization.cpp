#include "base/atomic_file.hpp"
#include "base/json.hpp"
#include "base/make_folder.hpp"
#include "c_api/evaluate.hpp"
#include "evaluate/localization_run.hpp"
#include "evaluate/localization_summary.hpp"
#include "evaluate/merge_shards.hpp"
#include "networks/preprocessing_json.hpp"
#include "report/localization_page.hpp"

#include <filesystem>

namespace fovea::c_api {
namespace {

TruthSource read_truth_source(JsonFields& fields) {
  TruthSource truth;
  truth.path = fields.text("truth");
  truth.devkit.list = fields.text_if_given("list").value_or("");
  truth.devkit.class_numbers = fields.text_if_given("class_numbers").value_or("");
  truth.devkit.synsets = fields.text_if_given("synsets").value_or("");
  for (const auto& [field, value] :
       {std::pair{"list", &truth.devkit.list}, std::pair{"class_numbers", &truth.devkit.class_numbers},
        std::pair{"synsets", &truth.devkit.synsets}})
    if (!value->empty() && !truth.is_devkit())
      fields.fail(field, fmt::format("needs a folder of XML files, but the truth {} is not one", truth.path));
  return truth;
}

/// Writes summary and page of results.
Evaluated summarize_results(const EvaluatedImages& images, const ResultFiles& files) {
  const LocalizationSummary summary = summarize(images.results);
  Evaluated evaluated{summary_json(summary, images.settings),
                      summary_text(summary, guesses_of(images.settings))};
  write_file_atomically(files.summary, json_text(evaluated.summary) + "\n");
  write_localization_page(images, summary, files.page);
  return evaluated;
}

struct LocalizationRequest {
  ManyPictures pictures;  ///< only how the work is divided: the truth names the pictures
  std::string folder;
  TruthSource truth;
  std::string method, preset;
  MethodOptions method_options;
  Crops crops = Crops::WholeAndMirror;
  LocalizationProtocol protocol;
  Shard shard;
  EarlierResults earlier = EarlierResults::Refuse;
  std::string output, command_line;

  std::vector<std::string> methods() const {
    return method == "product" ? std::vector<std::string>{"gradient", "guided"} : std::vector{method};
  }
};

LocalizationRequest read_localization(JsonFields& fields) {
  LocalizationRequest request;
  request.folder = fields.text("images");
  std::error_code ignored;
  if (!std::filesystem::is_directory(request.folder, ignored))
    throw InputError("is not a folder of pictures", request.folder);
  request.truth = read_truth_source(fields);
  request.preset = fields.word_if_given("preset", {"default", "paper"});
  const bool is_paper = request.preset == "paper";
  request.preset = is_paper ? "paper" : "default";
  request.method =
      fields.text_if_given("method").value_or(is_paper ? "gradient" : object_explain_options().method);
  if (request.method != "product")
    method_info(request.method);  // throws for an unknown one
  request.method_options = read_all_method_options(fields);
  request.crops = read_crops(fields, is_paper ? Crops::Ten : Crops::WholeAndMirror);
  request.protocol.localize = read_localize_options(fields, {});
  request.protocol.guesses = fields.whole_number_if_given("guesses", 0, 5).value_or(5);
  request.shard = parse_shard(fields.text_if_given("shard").value_or(""));
  if (fields.flag_if_given("resume").value_or(false))
    request.earlier = EarlierResults::Resume;
  request.output = fields.text("output");
  request.command_line = fields.text_if_given("command_line").value_or("");
  request.pictures.preprocessing = networks::read_preprocessing(fields);
  request.pictures.workers = static_cast<int>(fields.whole_number_if_given("workers", 0, 1024).value_or(0));
  request.pictures.threads =
      static_cast<int>(fields.whole_number_if_given("threads", 0, kMaxThreads).value_or(0));
  fields.expect_no_others();
  return request;
}

}  // namespace

Evaluated evaluate_localization(const fovea_model& model, JsonFields& fields, CallerEvents& caller) {
  LocalizationRequest request = read_localization(fields);
  std::vector<AnnotatedImage> truth = read_truth(request.truth);
  std::vector<std::int64_t> places = request.shard.places(static_cast<std::int64_t>(truth.size()));
  request.pictures.images.resize(places.size());  // their number divides the threads
  const auto explainer = model.explainer(
      explain_options(model, request.pictures, request.methods(), request.method_options, request.crops));
  resolve_classes(truth, model.names, explainer->program().classes());
  const LocalizationRun run{*explainer,        truth,
                            std::move(places), request.folder,
                            request.protocol,  request.pictures.partition().workers};
  make_folder(request.output);
  const ResultFiles files(request.output, request.shard);
  const nlohmann::ordered_json settings =
      localization_settings(model.network(request.pictures.preprocessing, 0, 0),
                            {std::string(name_of(model.choice.precision)), request.method, request.preset},
                            request.method_options, request.protocol, request.crops, truth, request.shard);
  try {
    Journal journal(files, run.places, settings, request.earlier);
    run_localization(run, journal, caller.events());
    const std::vector<ImageResult> results = journal.finish();
    return summarize_results({results, settings, request.folder, model.names, request.command_line}, files);
  } catch (const UnfinishedResults& results) {
    throw InputError(
        fmt::format("{}: continue with the option resume, or name another folder", results.what()));
  }
}

Evaluated merge_evaluations(JsonFields& fields) {
  const std::vector<std::string> inputs = fields.texts_if_given("inputs");
  const std::string output = fields.text("output");
  const std::string command_line = fields.text_if_given("command_line").value_or("");
  fields.expect_no_others();
  if (inputs.empty())
    fields.fail("inputs", "is missing: expected a list of folders with the results of shards");
  try {
    const MergedResults merged = merge_shards(inputs, output);
    return summarize_results({merged.results, merged.settings, "", {}, command_line}, merged.files);
  } catch (const UnfinishedResults& results) {
    throw InputError(fmt::format("{}: continue it with the option resume", results.what()));
  }
}

}  // namespace fovea::c_api
