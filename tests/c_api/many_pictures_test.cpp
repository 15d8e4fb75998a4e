/// Pages, evaluations and exported networks through the C interface.
#include "base/json.hpp"
#include "c_api/support.hpp"
#include "fovea/concepts.hpp"
#include "fovea/cuda_support.hpp"
#include "fovea/export.hpp"
#include "fovea/features.hpp"
#include "fovea/image.hpp"
#include "support/temporary_folder.hpp"

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

namespace fovea::test {
namespace {

namespace fs = std::filesystem;

std::string sample(const std::string& name) {
  return std::string(FOVEA_SOURCE_DIR) + "/samples/" + name;
}

int count_calls(std::int64_t, std::int64_t, void* user) {
  ++*static_cast<int*>(user);
  return 0;
}

int refuse(std::int64_t, std::int64_t, void*) {
  return 1;
}

nlohmann::ordered_json pictures_json() {
  return {{"images", {sample("golf-ball.jpg"), sample("church.jpg")}}, {"threads", 1}, {"workers", 1}};
}

TEST(CApiManyPictures, WritesAReport) {
  const TemporaryFolder folder;
  const auto model = load_model(bundled());
  nlohmann::ordered_json options = pictures_json();
  store(folder.file("damaged.jpg"), "no picture");
  options["images"].push_back(folder.file("damaged.jpg"));
  options["methods"] = {"gradient", "grad-cam"};
  options["class_models"] = 0;
  options["localize"] = false;
  options["output"] = folder.file("page.html");
  int calls = 0;
  const auto result = result_of(fovea_report, model.get(), nullptr, options.dump().c_str(), &count_calls,
                                static_cast<void*>(&calls));
  EXPECT_EQ(integers_of(result, "photos").front(), 2);
  EXPECT_EQ(integers_of(result, "failed").front(), 1);
  EXPECT_NE(text_of(result, "failures").find("damaged.jpg"), std::string::npos);
  EXPECT_GE(calls, 2);
  EXPECT_NE(load(folder.file("page.html")).find("golf ball"), std::string::npos);
}

TEST(CApiManyPictures, ComparesTwoNetworks) {
  const TemporaryFolder folder;
  const auto model = load_model(bundled());
  const auto plain = load_model(std::string(FOVEA_SOURCE_DIR) + "/models/imagenette-resnet-plain.onnx");
  nlohmann::ordered_json options = pictures_json();
  options["class_models"] = 0;
  options["localize"] = false;
  options["target"] = 4;
  options["output"] = folder.file("page.html");
  const auto result =
      result_of(fovea_report, model.get(), plain.get(), options.dump().c_str(), nullptr, nullptr);
  EXPECT_EQ(integers_of(result, "photos").front(), 2);
  EXPECT_NE(load(folder.file("page.html")).find("imagenette-resnet-plain"), std::string::npos);
  const auto renamed = load_model_with(bundled(), R"({"labels": ["a","b","c","d","e","f","g","h","i","j"]})");
  fovea_result* none = nullptr;
  EXPECT_EQ(fovea_report(model.get(), renamed.get(), options.dump().c_str(), nullptr, nullptr, &none),
            FOVEA_ERROR_INPUT);
  EXPECT_NE(std::string(fovea_last_error()).find("church"), std::string::npos) << fovea_last_error();
}

TEST(CApiManyPictures, ACancelledReportLeavesNothing) {
  const TemporaryFolder folder;
  const auto model = load_model(bundled());
  nlohmann::ordered_json options = pictures_json();
  options["output"] = folder.file("page.html");
  fovea_result* result = nullptr;
  EXPECT_EQ(fovea_report(model.get(), nullptr, options.dump().c_str(), &refuse, nullptr, &result),
            FOVEA_CANCELLED);
  EXPECT_EQ(result, nullptr);
  EXPECT_TRUE(fs::is_empty(folder.file("")));
}

TEST(CApiManyPictures, ComparesNetworksWithThresholds) {
  const TemporaryFolder folder;
  const auto model = load_model(bundled());
  const auto plain = load_model(std::string(FOVEA_SOURCE_DIR) + "/models/imagenette-resnet-plain.onnx");
  nlohmann::ordered_json options = pictures_json();
  options["layers"] = 2;
  options["min_correlation"] = 0.999;
  options["max_changed"] = 1;
  const auto same =
      result_of(fovea_compare, model.get(), model.get(), options.dump().c_str(), nullptr, nullptr);
  EXPECT_EQ(integers_of(same, "passed").front(), 1);
  EXPECT_TRUE(fs::is_empty(folder.file("")));
  options["output"] = folder.file("pages/page.html");
  int calls = 0;
  const auto other = result_of(fovea_compare, model.get(), plain.get(), options.dump().c_str(), &count_calls,
                               static_cast<void*>(&calls));
  EXPECT_EQ(integers_of(other, "passed").front(), 0);
  EXPECT_EQ(calls, 2);
  EXPECT_EQ(load(folder.file("pages/page.json")), text_of(other, "summary") + "\n");
  EXPECT_NE(text_of(other, "text").find("failed  --min-correlation 0.999"), std::string::npos);
  EXPECT_NE(load(folder.file("pages/page.html")).find("Gate: failed"), std::string::npos);
  fovea_result* none = nullptr;
  options["output"] = folder.file("cancelled.html");
  EXPECT_EQ(fovea_compare(model.get(), plain.get(), options.dump().c_str(), &refuse, nullptr, &none),
            FOVEA_CANCELLED);
  EXPECT_FALSE(fs::exists(folder.file("cancelled.html")));
  options.erase("output");
  options["min_ssim"] = 2;
  EXPECT_EQ(fovea_compare(model.get(), plain.get(), options.dump().c_str(), nullptr, nullptr, &none),
            FOVEA_ERROR_INPUT);
  EXPECT_NE(std::string(fovea_last_error()).find("'min_ssim': expected"), std::string::npos)
      << fovea_last_error();
}

TEST(CApiManyPictures, OptionsOfReportsAreChecked) {
  const auto model = load_model(bundled());
  fovea_result* result = nullptr;
  for (const auto& [json, text] :
       {std::pair{R"({"output": "x.html"})", "'images': is missing"},
        std::pair{R"({"images": ["a.jpg"]})", "'output': is missing"},
        std::pair{R"({"images": ["a.jpg"], "output": "x.html", "top": 6})", "'top': expected 1 to 5"},
        std::pair{R"({"images": ["a.jpg"], "output": "x.html", "methods": ["x"]})", "unknown method 'x'"},
        std::pair{R"({"images": ["a.jpg"], "output": "x.html", "target": 10})", "class 10"}}) {
    EXPECT_EQ(fovea_report(model.get(), nullptr, json, nullptr, nullptr, &result), FOVEA_ERROR_INPUT) << json;
    EXPECT_NE(std::string(fovea_last_error()).find(text), std::string::npos) << fovea_last_error();
  }
  EXPECT_EQ(result, nullptr);
}

TEST(CApiManyPictures, FindsTheStrongestPatches) {
  const auto model = load_model(bundled());
  const Model loaded = Model::load(bundled());
  ProgramOptions program;
  program.head = ProgramOptions::Head::Classes;
  program.threads = 1;
  const std::string name = last_spatial_layer(loaded, program);
  const LayerInfo layer = find_layer(layers(loaded), name);
  program.layer = name;
  program.direction = Direction::Forward;
  Session session(Program::compile(loaded, program));
  StrongestPatches best(layer.layout->channels(), 1);
  const std::vector<std::string> photos = {sample("golf-ball.jpg"), sample("church.jpg")};
  for (std::size_t i = 0; i < photos.size(); ++i) {
    const LayerExplainer explainer(session, layer, read_image(photos[i]), *loaded.preprocessing());
    std::vector<UnitActivation> strongest;
    for (std::int64_t c = 0; c < explainer.channels(); ++c)
      strongest.push_back(explainer.strongest(c));
    best.add(i, strongest);
  }
  nlohmann::ordered_json options = pictures_json();
  options["layer"] = name;
  options["top"] = 2;
  options["patches"] = 1;
  const auto result =
      result_of(fovea_strongest_patches, model.get(), options.dump().c_str(), nullptr, nullptr);
  const std::vector<std::int64_t> channels = best.channels(2);
  const StrongestPatches::Patch &first = best.of(channels[0]).front(), &second = best.of(channels[1]).front();
  EXPECT_EQ(integers_of(result, "picture"),
            (std::vector<std::int64_t>{static_cast<std::int64_t>(first.picture),
                                       static_cast<std::int64_t>(second.picture)}));
  EXPECT_EQ(numbers_of(result, "activation"),
            (std::vector<double>{first.activation.value, second.activation.value}));
  const Unit &a = first.activation.unit, &b = second.activation.unit;
  EXPECT_EQ(integers_of(result, "unit"),
            (std::vector<std::int64_t>{a.channel, a.y, a.x, b.channel, b.y, b.x}));
  options["channel"] = 100000;
  fovea_result* none = nullptr;
  EXPECT_EQ(fovea_strongest_patches(model.get(), options.dump().c_str(), nullptr, nullptr, &none),
            FOVEA_ERROR_INPUT);
}

TEST(CApiManyPictures, FindsRelevantPatchesAsCppDoes) {
  const auto model = load_model(bundled());
  nlohmann::ordered_json options = pictures_json();
  options["top"] = 1;
  options["rule"] = "lrp";
  const auto result =
      result_of(fovea_relevant_patches, model.get(), options.dump().c_str(), nullptr, nullptr);
  const auto images = nlohmann::json::parse(text_of(result, "images")).get<std::vector<std::string>>();
  ConceptOptions concepts;
  concepts.layer = text_of(result, "layer");
  concepts.rule = Rule::LrpComposite;
  concepts.program.threads = 1;
  concepts.program.head = ProgramOptions::Head::Classes;
  ConceptExplainer explain(Model::load(bundled()), concepts);
  StrongestPatches best(explain.layer().layout->channels(), 9);
  std::size_t number = 0;
  for (const std::string& image : images) {
    std::vector<UnitActivation> strongest(static_cast<std::size_t>(explain.layer().layout->channels()));
    for (const ChannelRelevance& channel : explain.relevances(read_image(image)).channels)
      strongest[static_cast<std::size_t>(channel.channel)] = channel.strongest;
    best.add(number++, strongest);
  }
  std::vector<std::int64_t> pictures, units;
  std::vector<double> relevances;
  for (const StrongestPatches::Patch& patch : best.of(best.channels(1).front())) {
    const Unit& unit = patch.activation.unit;
    pictures.push_back(static_cast<std::int64_t>(patch.picture));
    units.insert(units.end(), {unit.channel, unit.y, unit.x});
    relevances.push_back(patch.activation.value);
  }
  EXPECT_FALSE(relevances.empty());
  EXPECT_EQ(integers_of(result, "picture"), pictures);
  EXPECT_EQ(integers_of(result, "unit"), units);
  EXPECT_EQ(numbers_of(result, "relevance"), relevances);
  fovea_result* none = nullptr;
  for (const auto& [name, value] :
       {std::pair<std::string, nlohmann::json>{"channel", 100000}, {"rule", "guided"}, {"layer", "logits"}}) {
    nlohmann::ordered_json wrong = pictures_json();
    wrong[name] = value;
    EXPECT_EQ(fovea_relevant_patches(model.get(), wrong.dump().c_str(), nullptr, nullptr, &none),
              FOVEA_ERROR_INPUT);
  }
}

TEST(CApiManyPictures, EvaluatesMaps) {
  const TemporaryFolder folder;
  const auto model = load_model(bundled());
  nlohmann::ordered_json options = pictures_json();
  options["kind"] = "faithfulness";
  options["methods"] = {"gradient"};
  options["steps"] = 4;
  options["subsets"] = 0;
  options["output"] = folder.file("faithfulness");
  const auto faithfulness = result_of(fovea_evaluate, model.get(), options.dump().c_str(), nullptr, nullptr);
  const auto summary = nlohmann::json::parse(text_of(faithfulness, "summary"));
  EXPECT_EQ(summary, nlohmann::json::parse(load(folder.file("faithfulness/summary.json"))));
  EXPECT_TRUE(fs::exists(folder.file("faithfulness/report.html")));
  EXPECT_NE(text_of(faithfulness, "text").find("insertion"), std::string::npos);

  nlohmann::ordered_json sanity_options = pictures_json();
  sanity_options["kind"] = "sanity";
  sanity_options["methods"] = {"gradient"};
  sanity_options["stages"] = 1;
  const auto sanity = result_of(fovea_evaluate, model.get(), sanity_options.dump().c_str(), nullptr, nullptr);
  EXPECT_EQ(nlohmann::json::parse(text_of(sanity, "summary")).at("images"), 2);
}

TEST(CApiManyPictures, EvaluatesBoxesAndMergesShards) {
  const TemporaryFolder folder;
  const auto model = load_model(bundled());
  store(folder.file("truth.csv"),
        "file,class_index,x0,y0,x1,y1\ngolf-ball.jpg,8,10,10,100,100\nchurch.jpg,4,10,10,100,100\n");
  nlohmann::ordered_json options = {{"kind", "localization"},
                                    {"images", std::string(FOVEA_SOURCE_DIR) + "/samples"},
                                    {"truth", folder.file("truth.csv")},
                                    {"guesses", 1},
                                    {"threads", 1},
                                    {"workers", 1}};
  options["output"] = folder.file("whole");
  const auto whole = result_of(fovea_evaluate, model.get(), options.dump().c_str(), nullptr, nullptr);
  for (const char* shard : {"1/2", "2/2"}) {
    options["output"] = folder.file("shards");
    options["shard"] = shard;
    (void)result_of(fovea_evaluate, model.get(), options.dump().c_str(), nullptr, nullptr);
  }
  const nlohmann::ordered_json merge = {
      {"kind", "merge"}, {"inputs", {folder.file("shards")}}, {"output", folder.file("merged")}};
  (void)result_of(fovea_evaluate, static_cast<const fovea_model*>(nullptr), merge.dump().c_str(), nullptr,
                  nullptr);
  const auto rows = [](const std::string& csv) { return std::count(csv.begin(), csv.end(), '\n'); };
  EXPECT_EQ(rows(load(folder.file("merged/images.csv"))), 3);
  EXPECT_EQ(rows(load(folder.file("whole/images.csv"))), 3);
  EXPECT_EQ(nlohmann::json::parse(text_of(whole, "summary")).at("images"), 2);
  options["shard"] = "1/2";
  fovea_result* result = nullptr;
  EXPECT_EQ(fovea_evaluate(model.get(), options.dump().c_str(), nullptr, nullptr, &result),
            FOVEA_ERROR_INPUT);
  EXPECT_NE(std::string(fovea_last_error()).find("resume"), std::string::npos) << fovea_last_error();
}

TEST(CApiManyPictures, ExportsWhatCppExports) {
  const auto model = load_model(bundled());
  const Model loaded = Model::load(bundled());
  ExplanationOptions options;
  options.rule = Rule::Guided;
  options.map = ExplanationOptions::Map::Gradient;
  options.explained = ExplanationOptions::Class::Input;
  options.opset = 13;
  const ImageInput input = loaded.image_input();
  options.height = input.height;
  options.width = input.width;
  const auto explanation =
      bytes_of(result_of(fovea_export, model.get(),
                         R"({"method": "guided", "map": "gradient", "explained": "input", "opset": 13})"),
               "onnx");
  EXPECT_EQ(std::string(explanation.begin(), explanation.end()), export_explanation(loaded, options));
  const auto canonical = bytes_of(result_of(fovea_export, model.get(), R"({"kind": "canonical"})"), "onnx");
  ExportOptions plain;
  plain.height = input.height;
  plain.width = input.width;
  EXPECT_EQ(std::string(canonical.begin(), canonical.end()), export_canonical(loaded, plain));
}

TEST(CApiCudaSupport, SaysWhatCppSays) {
  const CudaSupport expected = cuda_support_of_file(bundled());
  const auto result = result_of(fovea_cuda_support, bundled().c_str());
  const auto found = nlohmann::json::parse(text_of(result, "support"));
  EXPECT_EQ(found["opset"], expected.opset);
  EXPECT_EQ(found["gaps"], expected.gaps());
  EXPECT_EQ(found["nodes"].size(), expected.nodes.size());
  EXPECT_NE(text_of(result, "text").find(expected.version), std::string::npos);
  fovea_result* none = nullptr;
  EXPECT_EQ(fovea_cuda_support("/nowhere.onnx", &none), FOVEA_ERROR_MODEL);
  EXPECT_EQ(fovea_cuda_support(nullptr, &none), FOVEA_ERROR_USAGE);
}

}  // namespace
}  // namespace fovea::test
