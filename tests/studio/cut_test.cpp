#include "studio/cuts.hpp"

#include "fovea/localize.hpp"
#include "studio_fixture.hpp"

#include <numeric>

namespace fovea::studio {
namespace {

using Json = nlohmann::ordered_json;

class CutRoutes : public StudioTest {};

Json stroke(const char* label, double x0, double y0, double x1, double y1) {
  return {{"label", label}, {"radius", 4}, {"points", {{x0, y0}, {x1, y1}}}};
}

/// The ball of golf-ball.jpg (p2) and the grass above and below it.
Json strokes() {
  return {stroke("object", 170, 175, 310, 195), stroke("background", 40, 50, 440, 50),
          stroke("background", 60, 330, 430, 330)};
}

Json body(const Json& more = Json::object()) {
  Json made = {{"photo", "p2"}, {"strokes", strokes()}};
  made.update(more);
  return made;
}

/// The object's pixels of an answer's runs.
std::vector<std::uint8_t> mask_of(const Json& cut) {
  std::vector<std::uint8_t> pixels;
  std::uint8_t label = 0;
  for (const std::int64_t run : cut.at("mask").at("runs")) {
    pixels.insert(pixels.end(), static_cast<std::size_t>(run), label);
    label = label ? 0 : 1;
  }
  return pixels;
}

Trimap painted() {
  JsonFields fields = JsonFields::parse(body().dump(), "body");
  return seeds_of(read_strokes(fields), 480, 360);
}

TEST(RunLengths, BeginWithBackground) {
  Mask mask = Mask::blank(3, 2);
  EXPECT_EQ(run_lengths(mask), (std::vector<std::int64_t>{6}));
  mask.pixels = {1, 1, 0, 0, 0, 1};
  EXPECT_EQ(run_lengths(mask), (std::vector<std::int64_t>{0, 2, 3, 1}));
  mask.pixels = {1, 1, 1, 1, 1, 1};
  EXPECT_EQ(run_lengths(mask), (std::vector<std::int64_t>{0, 6}));
}

TEST_F(CutRoutes, StrokesGiveTheCutOfTheLibrary) {
  const Response answer = post("/api/cut", body());
  ASSERT_EQ(answer.status, 200) << answer.body;
  const Json cut = json_of(answer);
  EXPECT_EQ(cut.at("id"), "c1");
  const Image photo = read_image(sample("golf-ball.jpg"));
  const Localization expected = localize(photo, painted());
  EXPECT_EQ(mask_of(cut), expected.mask.pixels);
  EXPECT_EQ(cut.at("area"), expected.mask.area());
  EXPECT_DOUBLE_EQ(cut.at("energy").get<double>(), expected.energy);
  EXPECT_EQ(cut.at("box").at("x"), expected.box.x0);
  EXPECT_EQ(cut.at("box").at("width"), expected.box.x1 - expected.box.x0);
  EXPECT_EQ(cut.at("boxes").size(), component_boxes(expected.mask, 0.1).size());
  EXPECT_GT(cut.at("area"), 25000);
  EXPECT_LT(cut.at("area"), 50000);
  EXPECT_EQ(json_of(post("/api/cut", body())).at("id"), "c2");
}

TEST_F(CutRoutes, StarAndOtherFieldsAreObeyed) {
  const Image photo = read_image(sample("golf-ball.jpg"));
  LocalizeOptions options = stroke_localize_options();
  options.star.reset();
  options.segment.iterations = 2;
  options.segment.smoothness = 10;
  const Json cut = json_of(post("/api/cut", body({{"star", false}, {"cuts", 2}, {"smoothness", 10}})));
  EXPECT_EQ(mask_of(cut), localize(photo, painted(), options).mask.pixels);
  options = stroke_localize_options();
  options.star->geodesic = 0;
  const Json rays = json_of(post("/api/cut", body({{"star", true}, {"geodesic", 0}})));
  EXPECT_EQ(mask_of(rays), localize(photo, painted(), options).mask.pixels);
}

TEST_F(CutRoutes, TheMapAloneIsWhatLocalizeDoes) {
  const Json cut = json_of(post("/api/cut", {{"photo", "p2"}, {"map", {{"model", "m1"}}}}));
  ExplainOptions options = object_explain_options();
  options.program.threads = 1;
  Explainer explain(Model::load(std::string(FOVEA_SOURCE_DIR) + "/models/imagenette-resnet.onnx"), options);
  const LocalizedClass expected = localize(explain, read_image(sample("golf-ball.jpg")));
  EXPECT_EQ(mask_of(cut), expected.object.mask.pixels);
  const Json result = json_of(get("/api/cuts/c1/result.json"));
  EXPECT_EQ(result.at("class"), expected.explanation.target.index);
  EXPECT_EQ(result.at("method"), "fused-layer-cam");
  EXPECT_EQ(result.at("preset"), "default");
}

TEST_F(CutRoutes, MapAndStrokesTogether) {
  // The map alone may take the stroke's pixels or not; with strokes they hold.
  for (const char* use : {"prior", "seeds"}) {
    Json both = body({{"map", {{"model", "m1"}, {"method", "grad-cam"}, {"use", use}, {"class", 3}}}});
    const Response answer = post("/api/cut", both);
    ASSERT_EQ(answer.status, 200) << answer.body;
    const std::vector<std::uint8_t> mask = mask_of(json_of(answer));
    const Trimap seeds = painted();
    std::size_t changed = 0;
    for (std::size_t i = 0; i < mask.size(); ++i) {
      if (seeds.pixels[i] != Seed::Unknown)
        changed += mask[i] == (seeds.pixels[i] == Seed::Foreground ? 1 : 0) ? 0 : 1;
    }
    EXPECT_EQ(changed, 0U) << use << ": pixels of strokes that got the other label";
  }
  // One label is enough beside a map.
  Json one = body({{"map", {{"model", "m1"}}}});
  one["strokes"] = Json::array({stroke("background", 40, 50, 440, 50)});
  EXPECT_EQ(post("/api/cut", one).status, 200);
  EXPECT_EQ(post("/api/cut", body({{"map", nullptr}})).status, 200);
}

TEST_F(CutRoutes, FilesOfACut) {
  ASSERT_EQ(post("/api/cut", body()).status, 200);
  const auto [width, height] = std::pair(480, 360);
  for (const char* name : {"mask.png", "cutout.png", "seeds.png", "object.png"}) {
    const Response file = get(std::string("/api/cuts/c1/") + name);
    ASSERT_EQ(file.status, 200) << name;
    EXPECT_EQ(file.type, "image/png");
    const std::string path = testing::TempDir() + "studio-cut-" + name;
    std::ofstream(path, std::ios::binary) << file.body;
    const Image image = read_image(path);
    EXPECT_EQ(image.width, width) << name;
    EXPECT_EQ(image.height, height) << name;
    std::remove(path.c_str());
  }
  EXPECT_EQ(get("/api/cuts/c1/cutout.png").body[25], 6) << "colours with alpha";
  EXPECT_EQ(get("/api/cuts/c1/stages.png").body.substr(1, 3), "PNG");
  EXPECT_NE(get("/api/cuts/c1/stages.svg").body.find("<svg"), std::string::npos);
  EXPECT_EQ(get("/api/cuts/c1/stages.pdf").body.substr(0, 4), "%PDF");
  EXPECT_EQ(json_of(get("/api/cuts/c1/result.json")).at("photo"), "golf-ball.jpg");
  EXPECT_EQ(error_of(get("/api/cuts/c1/map.png"), 404).at("help"), "no map led this cut");
  EXPECT_EQ(error_of(get("/api/cuts/c1/passwd"), 404).at("kind"), "not-found");
  EXPECT_EQ(error_of(get("/api/cuts/c9/mask.png"), 404).at("kind"), "not-found");
  ASSERT_EQ(post("/api/cut", body({{"map", {{"model", "m1"}}}})).status, 200);
  EXPECT_EQ(get("/api/cuts/c2/map.png").status, 200);
  EXPECT_EQ(get("/api/cuts/c2/stages.svg").status, 200);
}

TEST_F(CutRoutes, RefuseWhatIsNoCut) {
  const auto message = [&](const Json& wanted, int status = 400) {
    return error_of(post("/api/cut", wanted), status).at("message").get<std::string>();
  };
  EXPECT_NE(message({{"photo", "p2"}}).find("strokes"), std::string::npos);
  EXPECT_NE(message({{"photo", "p2"}, {"strokes", {stroke("object", 1, 1, 2, 2)}}}).find("background"),
            std::string::npos);
  EXPECT_NE(message({{"photo", "p2"}, {"strokes", {stroke("background", 1, 1, 2, 2)}}}).find("object"),
            std::string::npos);
  Json outside = body();
  outside["strokes"].push_back(stroke("object", 900, 900, 950, 900));
  EXPECT_NE(message(outside).find("strokes[3] lies outside the photo of 480 x 360"), std::string::npos);
  message(body({{"photo", "p77"}}), 404);
  message(body({{"map", {{"model", "m7"}}}}), 404);
  EXPECT_NE(message(body({{"map", {{"model", "m1"}, {"method", "grad-camm"}}}})).find("grad-cam"),
            std::string::npos);
  EXPECT_NE(message(body({{"map", {{"model", "m1"}, {"method", "gradient"}, {"crops", "1"}}}})).find("crops"),
            std::string::npos);
  message(body({{"map", {{"model", "m1"}, {"class", 10}}}}));
  message(body({{"preset", "best"}}));
  message(body({{"smoothness", -1}}));
  message(body({{"geodesic", 2}}));
  EXPECT_NE(message(body({{"star", false}, {"geodesic", 0.5}})).find("geodesic"), std::string::npos);
  message(body({{"strokess", 1}}));
  const Response broken =
      send_file("/api/photos", {{"name", "b.jpg"}}, bytes_of_file(sample("church.jpg")).substr(0, 9000));
  if (broken.status == 201) {
    Json of_broken = body();
    of_broken["photo"] = json_of(broken).at("id");
    EXPECT_GE(post("/api/cut", of_broken).status, 400);
  }
}

TEST_F(CutRoutes, GoneClientsGetNoCut) {
  Request gone = request("POST", "/api/cut");
  gone.body = body().dump();
  std::stop_source stop;
  stop.request_stop();
  gone.gone = stop.get_token();
  EXPECT_GE(routes.handle(gone).status, 400);
}

}  // namespace
}  // namespace fovea::studio
