#include "studio/layer_looks.hpp"
#include "studio_fixture.hpp"

#include <fmt/format.h>

#include <cmath>
#include <cstring>

namespace fovea::studio {
namespace {

using Json = nlohmann::ordered_json;

class Inside : public StudioTest {
protected:
  /// A layer of the bundled network in the middle, with several positions.
  std::string layer() {
    std::vector<std::string> names;
    for (const LayerInfo& info : *layers_of(studio, *studio.models().get("m1")))
      if (info.layout && info.layout->has_grid && info.layout->height() >= 7 && info.operator_name == "Relu")
        names.push_back(info.name);
    return names.at(names.size() / 2);
  }
  NamedTexts query(const NamedTexts& more = {}) {
    NamedTexts made = {{"model", "m1"}, {"photo", "p2"}, {"layer", layer()}};
    made.insert(made.end(), more.begin(), more.end());
    return made;
  }
  /// What the library gives for the same photo.
  LayerInfo info() { return layer_with_units(studio, *studio.models().get("m1"), layer()); }
};

TEST_F(Inside, UnitsAreThoseOfTheLibrary) {
  const Json units = json_of(get("/api/units", query({{"top", "5"}})));
  const LayerInfo of = info();
  EXPECT_EQ(units.at("grid").at("height"), of.layout->height());
  EXPECT_TRUE(units.at("place").is_null());
  const auto& network = studio.models().get("m1")->network;
  ProgramOptions options;
  options.layer = of.name;
  options.threads = 1;
  Session session(Program::compile(network.model, options));
  LayerExplainer explain(session, of, read_image(sample("golf-ball.jpg")), network.preprocessing);
  const std::vector<UnitActivation> expected = explain.strongest_channels(5);
  ASSERT_EQ(units.at("channels").size(), expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i) {
    const Json& one = units.at("channels").at(i);
    EXPECT_EQ(one.at("channel"), expected[i].unit.channel);
    EXPECT_EQ(one.at("row"), expected[i].unit.y);
    EXPECT_NEAR(one.at("value").get<double>(), expected[i].value, 1e-4 * expected[i].value);
    const Rect field = explain.unit(expected[i].unit).field_in_photo;
    EXPECT_EQ(one.at("field").at("x"), field.x);
    EXPECT_EQ(one.at("field").at("width"), field.width);
  }
}

TEST_F(Inside, APlaceHasTheUnitAboveIt) {
  const Json units = json_of(get("/api/units", query({{"x", "240"}, {"y", "180"}, {"top", "3"}})));
  const Json& place = units.at("place");
  const Json& field = place.at("field");
  EXPECT_LE(field.at("x").get<double>(), 240);
  EXPECT_GE(field.at("x").get<double>() + field.at("width").get<double>(), 240);
  for (const Json& one : units.at("channels")) {
    EXPECT_EQ(one.at("row"), place.at("row"));
    EXPECT_EQ(one.at("column"), place.at("column"));
    EXPECT_GT(one.at("value"), 0);
  }
  // Corners of what the network saw belong to corner units.
  const Json first = json_of(get("/api/units", query({{"x", "84"}, {"y", "24"}})));
  EXPECT_EQ(first.at("place").at("row"), 0);
}

TEST_F(Inside, ActivationIsAPlaneOfFloats) {
  const Json units = json_of(get("/api/units", query({{"top", "1"}})));
  const Json& best = units.at("channels").at(0);
  const Response plane =
      get("/api/activation", query({{"channel", best.at("channel").dump()}, {"format", "f32"}}));
  ASSERT_EQ(plane.status, 200) << plane.body;
  const std::int64_t height = units.at("grid").at("height"), width = units.at("grid").at("width");
  ASSERT_EQ(plane.body.size(), static_cast<std::size_t>(4 * height * width));
  EXPECT_EQ(header_of(plane, "X-Fovea-Shape"), fmt::format("{},{}", height, width));
  float value = 0;
  const auto at = static_cast<std::size_t>(best.at("row").get<std::int64_t>() * width +
                                           best.at("column").get<std::int64_t>());
  std::memcpy(&value, plane.body.data() + 4 * at, 4);
  EXPECT_FLOAT_EQ(value, best.at("value").get<float>());
  EXPECT_EQ(header_of(plane, "X-Fovea-Range").substr(header_of(plane, "X-Fovea-Range").find(',') + 1),
            fmt::format("{}", value));
  EXPECT_FALSE(header_of(plane, "ETag").empty());
}

TEST_F(Inside, ReconstructionsByEachRuleDiffer) {
  const std::string channel =
      json_of(get("/api/units", query({{"top", "1"}}))).at("channels").at(0).at("channel").dump();
  std::vector<std::string> pictures;
  for (const char* rule : {"gradient", "deconvnet", "guided"}) {
    const Response made = get("/api/reconstruction", query({{"channel", channel}, {"rule", rule}}));
    ASSERT_EQ(made.status, 200) << made.body;
    EXPECT_EQ(made.type, "image/png");
    EXPECT_GT(std::stod(header_of(made, "X-Fovea-Activation")), 0);
    pictures.push_back(made.body);
  }
  EXPECT_NE(pictures[0], pictures[1]);
  EXPECT_NE(pictures[1], pictures[2]);
  const Response cut = get("/api/reconstruction", query({{"channel", channel}, {"cut", "1"}}));
  EXPECT_NE(cut.body, pictures[0]);
  EXPECT_EQ(get("/api/reconstruction", query({{"channel", channel}, {"whole", "1"}})).status, 200);
  const Response unit =
      get("/api/reconstruction", query({{"channel", channel}, {"row", "0"}, {"column", "1"}}));
  EXPECT_EQ(header_of(unit, "X-Fovea-Unit"), channel + ",0,1");
}

TEST_F(Inside, RefusesWhatIsNoUnit) {
  const auto kind = [&](const std::string& path, const NamedTexts& fields, int status) {
    return error_of(get(path, fields), status).at("message").get<std::string>();
  };
  EXPECT_NE(kind("/api/units", {{"model", "m1"}, {"photo", "p2"}, {"layer", "nothing"}}, 400).find("nothing"),
            std::string::npos);
  std::string flat;
  for (const LayerInfo& one : *layers_of(studio, *studio.models().get("m1")))
    if (!one.layout || !one.layout->has_grid)
      flat = one.name;
  ASSERT_FALSE(flat.empty());
  kind("/api/units", {{"model", "m1"}, {"photo", "p2"}, {"layer", flat}}, 400);
  kind("/api/units", query({{"x", "5"}}), 400);
  kind("/api/units", query({{"x", "5"}, {"y", "100000"}}), 400);
  kind("/api/units", query({{"x", "red"}, {"y", "1"}}), 400);
  EXPECT_NE(kind("/api/units", query({{"x", "1"}, {"y", "1"}}), 400).find("did not see"), std::string::npos);
  kind("/api/units", query({{"toop", "1"}}), 400);
  kind("/api/activation", query(), 400);
  EXPECT_NE(kind("/api/activation", query({{"channel", "99999"}}), 400).find("out of range"),
            std::string::npos);
  kind("/api/reconstruction", query({{"channel", "-1"}}), 400);
  kind("/api/reconstruction", query({{"channel", "0"}, {"row", "3"}}), 400);
  kind("/api/reconstruction", query({{"channel", "0"}, {"row", "999"}, {"column", "0"}}), 400);
  kind("/api/reconstruction", query({{"channel", "0"}, {"rule", "lrp"}}), 400);
  kind("/api/units", {{"model", "m1"}, {"photo", "p9"}, {"layer", layer()}}, 404);
}

TEST_F(Inside, PatchesComeFromAJob) {
  const NamedTexts of = {{"model", "m1"}, {"layer", layer()}, {"channel", "3"}};
  EXPECT_NE(error_of(get("/api/patches", of), 409).at("help").get<std::string>().find("patches"),
            std::string::npos);
  // One photo is broken: the others are searched.
  const std::string broken = testing::TempDir() + "studio-broken.jpg";
  std::ofstream(broken, std::ios::binary) << "no picture";
  studio.photos().add(broken, PhotoOrigin::Named);
  const Json job =
      json_of(post("/api/jobs", {{"kind", "patches"}, {"model", "m1"}, {"layer", layer()}, {"top", 2}}));
  const Json ended = end_of_job(job.at("id"));
  ASSERT_EQ(ended.at("state"), "done") << ended;
  EXPECT_EQ(ended.at("result").at("photos"), 2);
  EXPECT_EQ(ended.at("result").at("failures").size(), 1U);
  const LayerInfo layer_info = info();
  EXPECT_EQ(ended.at("result").at("channels"), layer_info.layout->channels());
  std::size_t patches = 0;
  for (std::int64_t channel = 0; channel < layer_info.layout->channels(); ++channel) {
    const Json found =
        json_of(
            get("/api/patches", {{"model", "m1"}, {"layer", layer()}, {"channel", std::to_string(channel)}}))
            .at("patches");
    double last = 1e30;
    for (const Json& patch : found) {
      ++patches;
      EXPECT_LE(patch.at("value").get<double>(), last);
      last = patch.at("value").get<double>();
      // The same value as the photo's own look at the layer.
      const auto look =
          layer_look(studio, studio.models().get("m1"), studio.photos().get(patch.at("photo")), layer(), {});
      EXPECT_NEAR(look->strongest(channel).value, last, 1e-4 * last);
      EXPECT_EQ(patch.at("field").at("x"), look->field_of(patch.at("row"), patch.at("column")).x);
    }
  }
  EXPECT_GT(patches, 10U);
  EXPECT_EQ(
      error_of(post("/api/jobs", {{"kind", "patches"}, {"model", "m1"}, {"layer", "x"}}), 400).at("kind"),
      "input");
  std::remove(broken.c_str());
}

}  // namespace
}  // namespace fovea::studio
