/// Objects, class models and reconstructions equal those of C++.
#include "c_api/support.hpp"
#include "fovea/concepts.hpp"
#include "fovea/features.hpp"
#include "fovea/image.hpp"
#include "fovea/localize.hpp"

#include <nlohmann/json.hpp>

namespace fovea::test {
namespace {

fovea_pixels pixels_view(const Image& image) {
  return {image.pixels.data(), image.height, image.width, image.channels, 0};
}

ProgramOptions single_threaded() {
  ProgramOptions options;
  options.threads = 1;
  return options;
}

std::vector<float> values_of(const Tensor& tensor) {
  const auto data = tensor.data<float>();
  return {data.begin(), data.end()};
}

TEST(CApiObjects, LocalizesAsCppDoes) {
  const auto model = load_model(bundled());
  fovea_session_options options = options_of("fused-layer-cam");
  options.options = R"({"crops": "2"})";
  const auto session = make_session(model.get(), options);
  const Image photo = read_image(golf_ball());
  const fovea_pixels pixels = pixels_view(photo);
  const auto result = result_of(fovea_session_localize, session.get(), &pixels, std::int64_t(-1),
                                static_cast<const char*>(R"({"smoothing": 0.05, "box": "largest"})"));
  ExplainOptions explain_options;
  explain_options.batch = 1;
  explain_options.program = single_threaded();
  Explainer explain(Model::load(bundled()), object_explain_options(explain_options));
  LocalizeOptions expected_options;
  expected_options.smoothing = 0.05;
  expected_options.box = BoxRule::LargestComponent;
  const LocalizedClass expected = localize(explain, photo, {}, expected_options);
  const Box& box = expected.object.box;
  EXPECT_EQ(bytes_of(result, "mask"), expected.object.mask.pixels);
  EXPECT_EQ(integers_of(result, "box"), (std::vector<std::int64_t>{box.x0, box.y0, box.x1, box.y1}));
  EXPECT_EQ(floats_of(result, "map"), values_of(expected.object.map));
  EXPECT_EQ(integers_of(result, "target").front(), expected.explanation.target.index);
  EXPECT_EQ(shape_of(array_of(result, "contour")), (std::vector<std::int64_t>{photo.height, photo.width, 3}));
  EXPECT_FALSE(integers_of(result, "boxes").empty());
}

TEST(CApiObjects, SessionsOfTheCentreCannotLocalize) {
  const auto model = load_model(bundled());
  const Image photo = read_image(golf_ball());
  const fovea_pixels pixels = pixels_view(photo);
  fovea_result* result = nullptr;
  const auto centre = make_session(model.get(), options_of("gradient"));
  EXPECT_EQ(fovea_session_localize(centre.get(), &pixels, -1, nullptr, &result), FOVEA_ERROR_INPUT);
  const auto scores = make_session(model.get(), options_of(nullptr));
  EXPECT_EQ(fovea_session_localize(scores.get(), &pixels, -1, nullptr, &result), FOVEA_ERROR_USAGE);
  EXPECT_EQ(result, nullptr);
}

TEST(CApiObjects, SegmentsByLabelsStrokesAndPoints) {
  const Image photo = read_image(golf_ball());
  const fovea_pixels pixels = pixels_view(photo);
  const std::vector<Point> inside = {{photo.width / 2, photo.height / 2}}, outside = {{5, 5}, {9, 5}};
  const Trimap seeds = seeds_from_points(inside, outside, photo.width, photo.height, 4);
  const Localization expected = localize(photo, seeds);
  const std::string points = "{\"foreground\": [" + std::to_string(inside[0].x) + ", " +
                             std::to_string(inside[0].y) + "], \"background\": [5, 5, 9, 5], \"radius\": 4}";
  const auto by_points =
      result_of(fovea_segment, &pixels, static_cast<const fovea_pixels*>(nullptr), points.c_str());
  EXPECT_EQ(bytes_of(by_points, "mask"), expected.mask.pixels);
  EXPECT_EQ(numbers_of(by_points, "energy").front(), expected.energy);

  std::vector<std::uint8_t> labels;
  Image strokes = Image::blank(photo.width, photo.height, 3, 128);
  for (std::size_t i = 0; i < seeds.pixels.size(); ++i) {
    labels.push_back(static_cast<std::uint8_t>(seeds.pixels[i]));
    if (seeds.pixels[i] == Seed::Unknown)
      continue;
    strokes.pixels[3 * i] = seeds.pixels[i] == Seed::Foreground ? 255 : 0;
    strokes.pixels[3 * i + 1] = 0;
    strokes.pixels[3 * i + 2] = seeds.pixels[i] == Seed::Foreground ? 0 : 255;
  }
  const fovea_pixels grey = {labels.data(), photo.height, photo.width, 1, 0};
  const fovea_pixels coloured = pixels_view(strokes);
  for (const fovea_pixels* given : {&grey, &coloured})
    EXPECT_EQ(bytes_of(result_of(fovea_segment, &pixels, given, static_cast<const char*>(nullptr)), "mask"),
              expected.mask.pixels);
}

TEST(CApiObjects, SeedsThatCannotBe) {
  const std::vector<std::uint8_t> black(300), large(100, 3);
  const fovea_pixels pixels = {black.data(), 10, 10, 3, 0}, wrong = {large.data(), 10, 10, 1, 0};
  const fovea_pixels other = {black.data(), 10, 20, 1, 0};
  fovea_result* result = nullptr;
  EXPECT_EQ(fovea_segment(&pixels, &wrong, nullptr, &result), FOVEA_ERROR_INPUT);
  EXPECT_NE(std::string(fovea_last_error()).find("seeds: 3 at row 0, column 0"), std::string::npos);
  EXPECT_EQ(fovea_segment(&pixels, &other, nullptr, &result), FOVEA_ERROR_INPUT);
  EXPECT_EQ(fovea_segment(&pixels, nullptr, nullptr, &result), FOVEA_ERROR_INPUT);
  EXPECT_EQ(fovea_segment(&pixels, nullptr, R"({"foreground": [1]})", &result), FOVEA_ERROR_INPUT);
}

struct Progress {
  std::vector<std::int64_t> steps;
  std::int64_t last = -1;  ///< the step at which the work is to end
  static int report(std::int64_t done, std::int64_t, void* user) {
    auto& self = *static_cast<Progress*>(user);
    self.steps.push_back(done);
    return done == self.last ? 1 : 0;
  }
};

TEST(CApiObjects, ClassModelsAreThoseOfCpp) {
  const auto model = load_model(bundled());
  Progress progress;
  const auto result =
      result_of(fovea_class_model, model.get(),
                static_cast<const char*>(R"({"target": 3, "steps": 4, "pictures": 2, "seed": 5,
                                                             "strength": 0, "threads": 1})"),
                static_cast<const fovea_pixels*>(nullptr), &Progress::report, static_cast<void*>(&progress));
  ProgramOptions program = single_threaded();
  program.head = ProgramOptions::Head::Classes;
  program.batch = 2;
  program.final_relu = ProgramOptions::FinalRelu::Remove;
  const Model loaded = Model::load(bundled());
  Session session(compile_for_pictures(loaded, program));
  ClassModelOptions options;
  options.target_class = 3;
  options.steps = 4;
  options.seed = 5;
  const std::vector<ClassModel> expected =
      class_models(session, *loaded.preprocessing(), options, {.pictures = 2, .strength = 0});
  std::vector<float> inputs;
  for (const ClassModel& one : expected)
    for (const float value : values_of(one.input))
      inputs.push_back(value);
  EXPECT_EQ(floats_of(result, "input"), inputs);
  EXPECT_EQ(numbers_of(result, "score"), (std::vector<double>{expected[0].score, expected[1].score}));
  EXPECT_EQ(integers_of(result, "steps"), (std::vector<std::int64_t>{4, 4}));
  EXPECT_EQ(array_of(result, "picture").shape[3], 3);
  EXPECT_EQ(progress.steps, (std::vector<std::int64_t>{0, 1, 2, 3, 4}));
}

TEST(CApiObjects, AClassModelCanBeCancelled) {
  const auto model = load_model(bundled());
  Progress progress;
  progress.last = 2;
  fovea_result* result = nullptr;
  EXPECT_EQ(fovea_class_model(model.get(), R"({"target": 3, "threads": 1})", nullptr, &Progress::report,
                              &progress, &result),
            FOVEA_CANCELLED);
  EXPECT_EQ(result, nullptr);
}

TEST(CApiObjects, TargetsOfClassModelsAreChecked) {
  const auto model = load_model(bundled());
  for (const auto& [json, text] :
       {std::pair{"{}", "'target': is missing"}, std::pair{R"({"target": 10})", "out of range"},
        std::pair{R"({"channel": 1})", "'channel': needs the layer"},
        std::pair{R"({"layer": "x", "target": 1})", "'target': does not go"},
        std::pair{R"({"layer": "x", "unit": [1, 2]})", "'unit': expected [channel]"},
        std::pair{R"({"target": 1, "method": "paper", "zoom": 2})", "'zoom': the method paper"}}) {
    fovea_result* result = nullptr;
    EXPECT_EQ(fovea_class_model(model.get(), json, nullptr, nullptr, nullptr, &result), FOVEA_ERROR_INPUT)
        << json;
    EXPECT_NE(std::string(fovea_last_error()).find(text), std::string::npos) << fovea_last_error();
  }
}

TEST(CApiObjects, ReconstructionsAreThoseOfCpp) {
  const auto model = load_model(bundled());
  const Image photo = read_image(golf_ball());
  const fovea_pixels pixels = pixels_view(photo);
  const Model loaded = Model::load(bundled());
  ProgramOptions program = single_threaded();
  program.head = ProgramOptions::Head::Classes;
  const std::string name = last_spatial_layer(loaded, program);
  const LayerInfo layer = find_layer(layers(loaded), name);
  program.rule = Rule::Guided;
  program.layer = name;
  Session session(Program::compile(loaded, program));
  LayerExplainer explainer(session, layer, photo, *loaded.preprocessing());
  const UnitActivation best = explainer.strongest_channels(1).front();
  const Reconstruction expected = explainer.unit(best.unit);
  const std::string json = "{\"layer\": \"" + name + "\", \"top\": 2, \"rule\": \"guided\", \"threads\": 1}";
  const auto result = result_of(fovea_deconv, model.get(), &pixels, json.c_str());
  const std::vector<float> patterns = floats_of(result, "pattern"), first = values_of(expected.pattern);
  ASSERT_EQ(patterns.size(), 2 * first.size());
  EXPECT_TRUE(std::equal(first.begin(), first.end(), patterns.begin()));
  EXPECT_EQ(integers_of(result, "unit")[0], best.unit.channel);
  EXPECT_EQ(numbers_of(result, "activation")[0], best.value);
  EXPECT_EQ(integers_of(result, "field")[2], expected.field.width);
  EXPECT_EQ(bytes_of(result, "seen"), expected.seen.pixels);
}

TEST(CApiObjects, ReconstructsAClassScore) {
  const auto model = load_model(bundled());
  const Image photo = read_image(golf_ball());
  const fovea_pixels pixels = pixels_view(photo);
  const auto result = result_of(fovea_deconv, model.get(), &pixels,
                                static_cast<const char*>(R"({"target": 4, "threads": 1})"));
  EXPECT_EQ(integers_of(result, "unit"), (std::vector<std::int64_t>{4, 0, 0}));
  fovea_result* none = nullptr;
  EXPECT_EQ(fovea_deconv(model.get(), &pixels, R"({"target": 10})", &none), FOVEA_ERROR_INPUT);
  EXPECT_EQ(fovea_deconv(model.get(), &pixels, R"({"unit": [1]})", &none), FOVEA_ERROR_INPUT);
  EXPECT_EQ(fovea_deconv(model.get(), &pixels, R"({"layer": "nope"})", &none), FOVEA_ERROR_INPUT);
  EXPECT_EQ(none, nullptr);
}

TEST(CApiObjects, ShowsConceptsAsCppDoes) {
  const auto model = load_model(bundled());
  const Image photo = read_image(golf_ball());
  const fovea_pixels pixels = pixels_view(photo);
  const auto result =
      result_of(fovea_concepts, model.get(), &pixels,
                static_cast<const char*>(R"({"top": 2, "rule": "lrp", "target": 3, "threads": 1})"));
  ConceptOptions options;
  options.rule = Rule::LrpComposite;
  options.program = single_threaded();
  options.program.head = ProgramOptions::Head::Classes;
  ConceptExplainer explain(Model::load(bundled()), options);
  const ChannelRelevances found = explain.relevances(photo, 3);
  const std::vector<ChannelRelevance> channels = explain.choose(found, {}, 2);
  EXPECT_EQ(integers_of(result, "channel"),
            (std::vector<std::int64_t>{channels[0].channel, channels[1].channel}));
  EXPECT_EQ(numbers_of(result, "relevance"),
            (std::vector<double>{channels[0].relevance, channels[1].relevance}));
  std::vector<float> maps = values_of(explain.map(found, channels[0].channel));
  const std::vector<float> second = values_of(explain.map(found, channels[1].channel));
  maps.insert(maps.end(), second.begin(), second.end());
  EXPECT_EQ(floats_of(result, "map"), maps);
  EXPECT_EQ(floats_of(result, "layer_relevance"), values_of(found.relevance));
  EXPECT_EQ(integers_of(result, "target"), std::vector<std::int64_t>{3});
  EXPECT_EQ(text_of(result, "layer"), explain.layer().name);
  fovea_result* none = nullptr;
  for (const char* wrong : {R"({"channel": 100000})", R"({"rule": "guided"})", R"({"top": 2, "channel": 1})",
                            R"({"target": 10})"})
    EXPECT_EQ(fovea_concepts(model.get(), &pixels, wrong, &none), FOVEA_ERROR_INPUT) << wrong;
  EXPECT_EQ(fovea_concepts(model.get(), &pixels, R"({"layer": "nope"})", &none), FOVEA_ERROR_MODEL);
}

TEST(CApiObjects, FactorisesAsCppDoes) {
  const auto model = load_model(bundled());
  const nlohmann::json options = {
      {"images", nlohmann::json::array({golf_ball()})}, {"concepts", 3}, {"seed", 5}, {"threads", 1}};
  const auto result = result_of(fovea_factorise, model.get(), options.dump().c_str(), nullptr, nullptr);
  const Model loaded = Model::load(bundled());
  ProgramOptions program = single_threaded();
  program.layer = text_of(result, "layer");
  const LayerInfo layer = find_layer(layers(loaded), program.layer);
  Session session(Program::compile(loaded, program));
  const Tensor activations =
      LayerExplainer(session, layer, read_image(golf_ball()), *loaded.preprocessing()).activations();
  const ConceptFactors expected = factorise({&activations, 1}, {.concepts = 3, .seed = 5});
  EXPECT_EQ(floats_of(result, "map"), values_of(expected.maps.front()));
  EXPECT_EQ(floats_of(result, "direction"), values_of(expected.directions));
  EXPECT_EQ(numbers_of(result, "error"), expected.errors);
  fovea_result* none = nullptr;
  nlohmann::json wrong = options;
  wrong["concepts"] = 1000;
  EXPECT_EQ(fovea_factorise(model.get(), wrong.dump().c_str(), nullptr, nullptr, &none), FOVEA_ERROR_INPUT);
}

}  // namespace
}  // namespace fovea::test
