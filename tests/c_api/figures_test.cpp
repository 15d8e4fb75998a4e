/// What people look at of one picture.
#include "c_api/support.hpp"
#include "fovea/image.hpp"
#include "support/temporary_folder.hpp"

#include <nlohmann/json.hpp>

#include <filesystem>

namespace fovea::test {
namespace {

class CFigures : public testing::Test {
protected:
  CFigures() {
    fovea_session_options options = options_of("grad-cam");
    options.options = R"({"further_methods": ["gradient"]})";
    const Owned<fovea_session> session = make_session(model.get(), options);
    fovea_map* made[2] = {};
    EXPECT_EQ(fovea_session_explain(session.get(), &pixels, -1, -1, made, 2), FOVEA_OK) << fovea_last_error();
    maps = {made[0], made[1]};
    for (fovea_map* map : made)
      owned.emplace_back(map);
  }
  Owned<fovea_result> draw(const char* json, std::size_t count = 2) const {
    return result_of(fovea_figure, model.get(), maps.data(), count, &pixels, json);
  }
  std::string error(const char* json, fovea_status status = FOVEA_ERROR_INPUT) const {
    fovea_result* result = nullptr;
    EXPECT_EQ(fovea_figure(model.get(), maps.data(), 2, &pixels, json, &result), status) << json;
    return fovea_last_error();
  }

  Image photo = read_image(golf_ball());
  fovea_pixels pixels = {photo.pixels.data(), photo.height, photo.width, photo.channels, 0};
  Owned<fovea_model> model = load_model(bundled());
  std::vector<const fovea_map*> maps;
  std::vector<Owned<fovea_map>> owned;
  TemporaryFolder folder;
};

TEST_F(CFigures, AreBytesOfAPngAndItsPixels) {
  const Owned<fovea_result> result = draw(R"({"dpi": 48})");
  const std::vector<std::uint8_t> bytes = bytes_of(result, "bytes");
  EXPECT_EQ(std::string(bytes.begin() + 1, bytes.begin() + 4), "PNG");
  const fovea_array picture = array_of(result, "picture");
  ASSERT_EQ(picture.rank, 3);
  EXPECT_EQ(picture.shape[2], 3);
  EXPECT_GT(picture.shape[0], array_of(draw(R"({"dpi": 48})", 1), "picture").shape[0]);  // a second row
}

TEST_F(CFigures, AreWrittenByTheEndingOfTheirPath) {
  const std::string path = folder.file("a.svg");
  draw(("{\"path\": \"" + path + "\"}").c_str());
  EXPECT_GT(std::filesystem::file_size(path), 1000U);
  EXPECT_NE(error(("{\"path\": \"" + folder.file("a.gif") + "\"}").c_str()).find(".svg"), std::string::npos);
  error(("{\"path\": \"" + folder.file("no/a.png") + "\"}").c_str(), FOVEA_ERROR_OUTPUT);
}

TEST_F(CFigures, OfAnExplanationSayWhatWasAssumed) {
  const fovea_array picture =
      array_of(draw(R"({"kind": "explanation", "dpi": 48, "photo": "a.jpg"})"), "picture");
  EXPECT_GT(picture.shape[1], picture.shape[0]);
}

TEST_F(CFigures, RefuseWhatDoesNotFit) {
  EXPECT_NE(error(R"({"alpha": 2})").find("alpha"), std::string::npos);
  EXPECT_NE(error(R"({"kind": "poster"})").find("kind"), std::string::npos);
  EXPECT_NE(error(R"({"colour": "red"})").find("colour"), std::string::npos);
  fovea_pixels small = pixels;
  small.height = small.width = 20;
  small.stride = pixels.width * 3;
  fovea_result* result = nullptr;
  EXPECT_EQ(fovea_figure(model.get(), maps.data(), 2, &small, nullptr, &result), FOVEA_ERROR_INPUT);
  EXPECT_EQ(fovea_figure(model.get(), maps.data(), 0, &pixels, nullptr, &result), FOVEA_ERROR_USAGE);
  EXPECT_EQ(fovea_figure(model.get(), nullptr, 1, &pixels, nullptr, &result), FOVEA_ERROR_USAGE);
}

TEST_F(CFigures, MapsKnowTheBestGuesses) {
  const Owned<fovea_result> result = result_of(fovea_map_guesses, maps[0]);
  const std::vector<double> probabilities = numbers_of(result, "probabilities");
  ASSERT_EQ(integers_of(result, "classes").size(), 5U);
  EXPECT_EQ(numbers_of(result, "scores").size(), 5U);
  EXPECT_GE(probabilities[0], probabilities[1]);
  fovea_map_info info = {};
  EXPECT_EQ(fovea_map_describe(maps[0], &info), FOVEA_OK);
  EXPECT_EQ(integers_of(result, "classes")[0], info.target);
}

TEST_F(CFigures, AssumptionsAreToldWithTheirSource) {
  const Owned<fovea_result> result =
      result_of(fovea_model_assumptions, model.get(), R"({"preprocessing": "caffe", "columns": 60})");
  const auto json = nlohmann::json::parse(text_of(result, "assumptions"));
  EXPECT_EQ(json["preprocessing_assumed"], false);
  EXPECT_EQ(json["preprocessing_source"], "preset caffe");
  EXPECT_NE(text_of(result, "text").find("  preprocessing"), std::string::npos);
}

TEST_F(CFigures, PresetsOfPreprocessingAreCompared) {
  std::int64_t last = 0;
  const fovea_progress progress = [](int64_t done, int64_t, void* user) {
    *static_cast<std::int64_t*>(user) = done;
    return 0;
  };
  const std::string options = "{\"threads\": 1, \"images\": [\"" + golf_ball() + "\"]}";
  const Owned<fovea_result> result =
      result_of(fovea_try_preprocessing, model.get(), options.c_str(), progress, static_cast<void*>(&last));
  const auto json = nlohmann::json::parse(text_of(result, "advice"));
  EXPECT_EQ(json["trials"].size(), 4U);
  EXPECT_TRUE(json["recommended"].is_null());  // the file says how
  EXPECT_GT(last, 0);
  fovea_result* none = nullptr;
  EXPECT_EQ(fovea_try_preprocessing(model.get(), "{}", nullptr, nullptr, &none), FOVEA_ERROR_INPUT);
}

}  // namespace
}  // namespace fovea::test
