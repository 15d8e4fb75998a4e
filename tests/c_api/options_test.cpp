/// Options beyond the first version of fovea.h: structs of other sizes, and JSON.
#include "c_api/support.hpp"
#include "fovea/explain.hpp"
#include "fovea/image.hpp"
#include "networks/sha256.hpp"
#include "support/temporary_folder.hpp"

#include <nlohmann/json.hpp>

#include <cstddef>

namespace fovea::test {
namespace {

fovea_pixels view_of(const Image& image) {
  return {image.pixels.data(), image.height, image.width, image.channels, 0};
}

std::string error_of_session(const fovea_model* model, const char* json) {
  fovea_session_options options = options_of("gradient");
  options.options = json;
  fovea_session* session = nullptr;
  EXPECT_EQ(fovea_session_create(model, &options, &session), FOVEA_ERROR_INPUT) << json;
  return fovea_last_error();
}

TEST(CApiOptions, StructsOfEveryVersionAreTaken) {
  const auto model = load_model(bundled());
  fovea_session_options options = options_of("gradient");
  options.size = offsetof(fovea_session_options, options);
  options.options = "not read: this is beyond the size";
  EXPECT_TRUE(make_session(model.get(), options));
  for (const std::size_t wrong : {std::size_t{0}, options.size - 8, sizeof options + 8}) {
    options.size = wrong;
    fovea_session* session = nullptr;
    EXPECT_EQ(fovea_session_create(model.get(), &options, &session), FOVEA_ERROR_USAGE) << wrong;
  }
}

TEST(CApiOptions, FieldsThatCannotBeAreNamed) {
  const auto model = load_model(bundled());
  EXPECT_NE(error_of_session(model.get(), R"({"noises": 1})").find("'noises': is not known"),
            std::string::npos);
  EXPECT_NE(error_of_session(model.get(), R"({"noise": -1})").find("'noise': expected 0 to 100"),
            std::string::npos);
  EXPECT_NE(error_of_session(model.get(), R"({"samples": 1.5})").find("'samples': expected a whole number"),
            std::string::npos);
  EXPECT_NE(error_of_session(model.get(), R"({"crops": "3"})").find("'crops': expected one of"),
            std::string::npos);
  EXPECT_NE(error_of_session(model.get(), R"({"preprocessing": {"mean": [1, 2]}})")
                .find("'preprocessing.mean': expected 1, 3 or 4"),
            std::string::npos);
  EXPECT_NE(error_of_session(model.get(), "[").find("is not JSON"), std::string::npos);
}

TEST(CApiOptions, TargetsTakeThePlaceOfClasses) {
  fovea_model_options options = {sizeof options, nullptr, nullptr, R"({"targets": ["logits[0, 3]"]})"};
  fovea_model* made = nullptr;
  ASSERT_EQ(fovea_model_load_with(bundled().c_str(), &options, &made), FOVEA_OK) << fovea_last_error();
  fovea_model_info info;
  ASSERT_EQ(fovea_model_describe(made, &info), FOVEA_OK);
  EXPECT_EQ(info.classes, 1);
  const char* label = nullptr;
  ASSERT_EQ(fovea_model_label(made, 0, &label), FOVEA_OK);
  EXPECT_STREQ(label, "logits[0, 3]");
  fovea_model_free(made);
  options.scores = "logits";
  EXPECT_EQ(fovea_model_load_with(bundled().c_str(), &options, &made), FOVEA_ERROR_INPUT);
  EXPECT_NE(std::string(fovea_last_error()).find("give targets or scores"), std::string::npos);
  options = {sizeof options, nullptr, nullptr, R"({"targets": ["logits[0, 3"]})"};
  EXPECT_EQ(fovea_model_load_with(bundled().c_str(), &options, &made), FOVEA_ERROR_INPUT);
  EXPECT_NE(std::string(fovea_last_error()).find("expected ',' or ']'"), std::string::npos);
}

TEST(CApiOptions, MethodsCropsAndPreprocessingAreThoseOfAnExplainer) {
  const auto model = load_model(bundled());
  fovea_session_options options = options_of("grad-cam");
  options.options = R"({"further_methods": ["smoothgrad"], "crops": "2", "samples": 3, "seed": 7,
                        "preprocessing": {"preset": "tf", "channel_order": "bgr"}})";
  const auto session = make_session(model.get(), options);
  ExplainOptions expected_options;
  expected_options.method = "grad-cam";
  expected_options.further_methods = {"smoothgrad"};
  expected_options.crops = Crops::WholeAndMirror;
  expected_options.method_options.samples = 3;
  expected_options.method_options.seed = 7;
  expected_options.batch = 1;
  expected_options.preprocessing = preprocessing_preset("tf");
  expected_options.preprocessing->channel_order = ChannelOrder::BGR;
  expected_options.program.threads = 1;
  Explainer explain(Model::load(bundled()), expected_options);
  const Image photo = read_image(golf_ball());
  const std::vector<Explanation> expected = explain.all(explain.frame(photo), {.target = 3, .against = 1});
  const fovea_pixels pixels = view_of(photo);
  fovea_map* maps[2] = {};
  ASSERT_EQ(fovea_session_explain(session.get(), &pixels, 3, 1, maps, 2), FOVEA_OK) << fovea_last_error();
  for (std::size_t i = 0; i < 2; ++i) {
    const Owned<fovea_map> map(maps[i]);
    const char* method = nullptr;
    ASSERT_EQ(fovea_map_method(map.get(), &method), FOVEA_OK);
    EXPECT_EQ(method, expected[i].method);
    fovea_array relevance = {};
    ASSERT_EQ(fovea_map_relevance(map.get(), &relevance), FOVEA_OK);
    const auto values = expected[i].relevance.data<float>();
    EXPECT_EQ(shape_of(relevance), expected[i].relevance.shape().dims());
    EXPECT_EQ(elements_of<float>(relevance, FOVEA_FLOAT32), std::vector<float>(values.begin(), values.end()));
    std::vector<std::uint8_t> rgb(expected[i].seen.pixels.size());
    ASSERT_EQ(fovea_map_view_with(map.get(), FOVEA_VIEW_HEAT, "viridis", 90, 0.5, rgb.data(), rgb.size()),
              FOVEA_OK);
    EXPECT_EQ(rgb, expected[i].heat("viridis", {90, 0.5}).pixels);
  }
  EXPECT_EQ(fovea_session_explain(session.get(), &pixels, 3, 1, maps, 1), FOVEA_ERROR_USAGE);
}

TEST(CApiOptions, ClassifiesAsAnExplainerDoes) {
  const auto model = load_model(bundled());
  fovea_session_options options = options_of(nullptr);
  options.options = R"({"crops": "10"})";
  const auto session = make_session(model.get(), options);
  const Image photo = read_image(golf_ball());
  const fovea_pixels pixels = view_of(photo);
  const auto result = result_of(fovea_session_classify, session.get(), &pixels);
  ExplainOptions expected;
  expected.method = "";
  expected.crops = Crops::Ten;
  expected.batch = 1;
  expected.program.threads = 1;
  Explainer explain(Model::load(bundled()), expected);
  const FramedPhoto framed = explain.frame(photo);
  EXPECT_EQ(numbers_of(result, "scores"), framed.scores().scores);
  EXPECT_EQ(numbers_of(result, "probabilities"), framed.scores().probabilities);
  EXPECT_EQ(integers_of(result, "order").front(), top_k(framed.scores(), 1).front().index);
  fovea_array array = {};
  EXPECT_EQ(fovea_result_array(result.get(), "map", &array), FOVEA_ERROR_INPUT);
  EXPECT_NE(std::string(fovea_last_error()).find("order, probabilities, scores"), std::string::npos);
}

TEST(CApiOptions, LabelsOfTheCaller) {
  const auto model =
      load_model_with(bundled(), R"({"labels": ["a", "b", "c", "d", "e", "f", "g ball", "h", "i", "j"]})");
  std::int64_t index = -1;
  EXPECT_EQ(fovea_model_find_class(model.get(), "G BALL", &index), FOVEA_OK) << fovea_last_error();
  EXPECT_EQ(index, 6);
  EXPECT_EQ(fovea_model_find_class(model.get(), "golf", &index), FOVEA_ERROR_INPUT);
  const TemporaryFolder folder;
  store(folder.file("labels.txt"), "one\ntwo\n");
  const std::string json = R"({"labels": ")" + folder.file("labels.txt") + "\"}";
  const auto two = load_model_with(bundled(), json.c_str());
  fovea_session* session = nullptr;
  const fovea_session_options options = options_of(nullptr);
  EXPECT_EQ(fovea_session_create(two.get(), &options, &session), FOVEA_ERROR_INPUT);
  EXPECT_NE(std::string(fovea_last_error()).find("labels: 2 names for 10 classes"), std::string::npos);
}

TEST(CApiOptions, PropertiesSayWherePreprocessingComesFrom) {
  const auto result = result_of(fovea_model_properties, load_model(bundled()).get(),
                                static_cast<const char*>(R"({"layers": true, "sha256": true})"));
  EXPECT_EQ(text_of(result, "sha256"), networks::sha256_of(Model::load(bundled())));
  EXPECT_EQ(text_of(result, "preprocessing_source"), "the model file");
  EXPECT_EQ(text_of(result, "path"), bundled());
  EXPECT_EQ(integers_of(result, "preprocessing_is_assumed"), std::vector<std::int64_t>{0});
  EXPECT_NE(text_of(result, "layers").find("\"operator\": \"Conv\""), std::string::npos);
  const auto chosen =
      result_of(fovea_model_properties, load_model_with(bundled(), R"({"preprocessing": "caffe"})").get(),
                static_cast<const char*>(nullptr));
  EXPECT_EQ(text_of(chosen, "preprocessing_source"), "preset caffe");
}

TEST(CApiOptions, PropertiesHaveTheWordNetIdsOfLabels) {
  const TemporaryFolder folder;
  store(folder.file("labels.txt"), "n01440764 tench\ndog\n");
  const std::string json = R"({"labels": ")" + folder.file("labels.txt") + "\"}";
  const auto result = result_of(fovea_model_properties, load_model_with(bundled(), json.c_str()).get(),
                                static_cast<const char*>(nullptr));
  EXPECT_EQ(nlohmann::json::parse(text_of(result, "wordnet_ids")), nlohmann::json({"n01440764", ""}));
}

TEST(CApiOptions, EncodesPictures) {
  const Image photo = read_image(golf_ball());
  const fovea_pixels pixels = view_of(photo);
  const auto png = bytes_of(result_of(fovea_encode, &pixels, "png", 0), "bytes");
  EXPECT_EQ(std::string(png.begin(), png.end()), encode_png(photo));
  const auto jpeg = bytes_of(result_of(fovea_encode, &pixels, "jpeg", 50), "bytes");
  EXPECT_EQ(std::string(jpeg.begin(), jpeg.end()), encode_jpeg(photo, 50));
  fovea_result* result = nullptr;
  EXPECT_EQ(fovea_encode(&pixels, "gif", 0, &result), FOVEA_ERROR_INPUT);
  EXPECT_EQ(fovea_encode(&pixels, "jpeg", 101, &result), FOVEA_ERROR_INPUT);
  EXPECT_EQ(result, nullptr);
}

}  // namespace
}  // namespace fovea::test
