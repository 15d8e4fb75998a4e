/// Detectors, and networks that segment pictures, through fovea.h.
#include "c_api/support.hpp"
#include "fovea/detect.hpp"
#include "support/small_segmenter.hpp"
#include "support/squares_detector.hpp"
#include "support/temporary_folder.hpp"

#include <nlohmann/json.hpp>

namespace fovea::test {
namespace {

using Json = nlohmann::json;

fovea_pixels view(const Image& image) {
  return {image.pixels.data(), image.height, image.width, image.channels, 0};
}

TEST(CApiDetect, FindsBoxesAndWhatExplainsThem) {
  const TemporaryFolder folder;
  const std::string path = squares_detector().save(folder.file("squares.onnx"));
  const auto model = load_model(path);
  const Image photo = two_squares();
  const fovea_pixels pixels = view(photo);
  const auto found = result_of(fovea_detect, model.get(), &pixels, R"({"threads": 1})");
  Detector detect(Model::load(path), {});
  const std::vector<Detection> expected = detect(photo);
  ASSERT_EQ(shape_of(array_of(found, "box")), (std::vector<std::int64_t>{2, 4}));
  EXPECT_EQ(numbers_of(found, "box")[0], expected[0].box.x0);
  EXPECT_EQ(numbers_of(found, "score")[1], expected[1].score);
  EXPECT_EQ(integers_of(found, "class"), (std::vector<std::int64_t>{1, 0}));
  EXPECT_EQ(text_of(found, "decoder"), "yolox");
  const Json targets = Json::parse(text_of(found, "targets"));
  EXPECT_EQ(targets[0], detect.score_target(expected[0]).text());

  const Json options = {{"targets", targets},
                        {"preprocessing", Json::parse(text_of(found, "preprocessing"))}};
  const std::string text = options.dump();
  const auto explained = load_model_with(path, options.dump().c_str());
  const auto session = make_session(explained.get(), options_of("gradient"));
  fovea_map* map = nullptr;
  ASSERT_EQ(fovea_session_saliency(session.get(), &pixels, 1, &map), FOVEA_OK) << fovea_last_error();
  const Owned<fovea_map> owned_map(map);
  fovea_map_info info = {};
  ASSERT_EQ(fovea_map_describe(map, &info), FOVEA_OK);
  EXPECT_NEAR(info.score, expected[1].score, 1e-5);

  const auto sides = result_of(fovea_detect, model.get(), &pixels, R"({"side": "left", "most": 1})");
  EXPECT_EQ(Json::parse(text_of(sides, "targets"))[0], detect.side_target(expected[0], BoxSide::Left).text());
  fovea_result* none = nullptr;
  EXPECT_EQ(fovea_detect(model.get(), &pixels, R"({"decoder": "yolov8"})", &none), FOVEA_ERROR_INPUT);
  EXPECT_EQ(fovea_detect(model.get(), &pixels, R"({"min_score": 2})", &none), FOVEA_ERROR_INPUT);
}

TEST(CApiRegion, IsWhereAClassIsSummed) {
  const TemporaryFolder folder;
  const auto model = load_model(small_segmenter().save(folder.file("segmenter.onnx")));
  Image photo = Image::blank(32, 24, 3, 0);
  for (std::int64_t y = 4; y < 12; ++y)
    for (std::int64_t x = 4; x < 10; ++x)
      photo.at(x, y)[0] = 255;
  const fovea_pixels pixels = view(photo);
  std::vector<double> scores;
  for (const char* const region : {"own", "4,4,10,12", "0,0,32,24"}) {
    const std::string json = fmt::format(
        R"({{"region": "{}", "crops": "whole", "preprocessing": {{"preset": "none", "scale": 0.00392156862745098}}}})",
        region);
    fovea_session_options options = options_of("gradient");
    options.options = json.c_str();
    const auto session = make_session(model.get(), options);
    fovea_map* map = nullptr;
    ASSERT_EQ(fovea_session_saliency(session.get(), &pixels, 1, &map), FOVEA_OK) << fovea_last_error();
    const Owned<fovea_map> owned(map);
    fovea_map_info info = {};
    ASSERT_EQ(fovea_map_describe(map, &info), FOVEA_OK);
    scores.push_back(info.score);
  }
  EXPECT_NEAR(scores[0], scores[1], 1e-5) << "the rectangle is the mask";
  EXPECT_LT(scores[2], scores[1] - 1) << "red has scores below 0 elsewhere";
  fovea_session_options options = options_of("gradient");
  options.options = R"({"region": "1,2,3"})";
  fovea_session* none = nullptr;
  EXPECT_EQ(fovea_session_create(model.get(), &options, &none), FOVEA_ERROR_INPUT);
}

}  // namespace
}  // namespace fovea::test
