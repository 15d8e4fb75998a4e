#include "fovea/image.hpp"
#include "fovea/tensor.hpp"
#include "studio/studio_fixture.hpp"
#include "support/program.hpp"
#include "support/temporary_folder.hpp"

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <fmt/format.h>
#include <utility>

namespace fovea::studio {
namespace {

using Json = nlohmann::ordered_json;

/// The command lines that the studio gives for its views are run as they are, and give what the studio shows.
class StudioCommands : public StudioTest {
protected:
  StudioCommands() {
    std::filesystem::create_directory(folder.file("bin"));
    std::filesystem::create_symlink(FOVEA_PROGRAM, folder.file("bin/fovea"));
  }

  void run(const Json& view) {
    const Response answer = post("/api/commands", view);
    ASSERT_EQ(answer.status, 200) << answer.body;
    const std::string command = json_of(answer).at("command");
    test::CommandOptions options;
    options.folder = folder.path();
    options.environment = {{"PATH", folder.file("bin") + ":/usr/bin:/bin"}};
    const test::Outcome outcome = test::run_command("/bin/sh", {"-c", command}, options);
    ASSERT_EQ(outcome.code, 0) << command << outcome.err;
  }

  Image picture(const std::string& bytes) {
    test::store(folder.file("answer.png"), bytes);
    return read_image(folder.file("answer.png"));
  }

  /// Values that differ by no more than rounding makes of other orders of sums.
  static void expect_close(const Image& a, const Image& b, int tolerance) {
    ASSERT_EQ(a.pixels.size(), b.pixels.size());
    std::size_t far = 0;
    for (std::size_t i = 0; i < a.pixels.size(); ++i)
      far += std::abs(a.pixels[i] - b.pixels[i]) > tolerance ? 1 : 0;
    EXPECT_LE(far, a.pixels.size() / 500);
  }

  test::TemporaryFolder folder;
};

TEST_F(StudioCommands, Look) {
  for (const Json& options : {Json{{"method", "grad-cam"}, {"crops", "whole"}},
                              Json{{"method", "rise"}, {"samples", 16}, {"seed", 5}, {"class", 1}}}) {
    Json view = {{"view", "look"}, {"model", "m1"}, {"photo", "p2"}};
    view.update(options);
    run(view);
    NamedTexts query = {{"model", "m1"}, {"photo", "p2"}};
    for (const auto& [name, value] : options.items())
      query.emplace_back(name, value.is_string() ? value.get<std::string>() : value.dump());
    const Response map = get("/api/map", query);
    const Tensor written = read_npy(folder.file("maps/golf-ball-map.npy"));
    ASSERT_EQ(map.body.size(), written.bytes());
    std::vector<float> values(map.body.size() / 4);
    std::memcpy(values.data(), map.body.data(), map.body.size());
    const float largest = *std::max_element(values.begin(), values.end());
    for (std::size_t i = 0; i < values.size(); ++i)
      ASSERT_NEAR(values[i], written.data<float>()[i], 1e-3F * largest) << options << " at " << i;
    std::filesystem::remove_all(folder.file("maps"));
  }
}

TEST_F(StudioCommands, CutByStrokesAndByMap) {
  const auto stroke = [](const char* label, double x0, double y0, double x1, double y1) {
    return Json{{"label", label}, {"radius", 4}, {"points", {{x0, y0}, {x1, y1}}}};
  };
  const Json strokes = {stroke("object", 170, 175, 310, 195), stroke("background", 40, 50, 440, 50),
                        stroke("background", 60, 330, 430, 330)};
  for (const Json& body :
       {Json{{"photo", "p2"}, {"strokes", strokes}, {"smoothness", 12}},
        Json{{"photo", "p2"}, {"strokes", strokes}, {"star", false}},
        Json{{"photo", "p2"}, {"map", {{"model", "m1"}}}},
        Json{{"photo", "p2"}, {"map", {{"model", "m1"}, {"method", "grad-cam"}, {"class", 3}}}, {"prior", 1}},
        Json{{"photo", "p2"}, {"map", {{"model", "m1"}, {"use", "seeds"}}}, {"preset", "paper"}}}) {
    Json view = {{"view", "cut"}};
    view.update(body);
    run(view);
    const Json cut = json_of(post("/api/cut", body));
    const Image expected = picture(get("/api/cuts/" + cut.at("id").get<std::string>() + "/mask.png").body);
    SCOPED_TRACE(body.dump());
    expect_close(read_image(folder.file("objects/golf-ball-mask.png")), expected, 0);
    std::filesystem::remove_all(folder.file("objects"));
  }
}

TEST_F(StudioCommands, Inside) {
  std::string layer;
  const Json model = json_of(get("/api/models/m1"));
  for (const Json& one : model.at("layers"))
    if (one.at("isDefault").get<bool>())
      layer = one.at("name");
  run({{"view", "inside"},
       {"model", "m1"},
       {"photo", "p2"},
       {"layer", layer},
       {"channel", 5},
       {"row", 2},
       {"column", 3},
       {"rule", "guided"}});
  const Response made = get("/api/reconstruction", {{"model", "m1"},
                                                    {"photo", "p2"},
                                                    {"layer", layer},
                                                    {"channel", "5"},
                                                    {"row", "2"},
                                                    {"column", "3"},
                                                    {"rule", "guided"},
                                                    {"cut", "1"}});
  ASSERT_EQ(made.status, 200) << made.body;
  std::string written;
  for (const std::string& name : test::files_in(folder.file("patterns")))
    if (name.ends_with("-reconstruction.png"))
      written = name;
  ASSERT_FALSE(written.empty());
  expect_close(read_image(folder.file("patterns/" + written)), picture(made.body), 3);
}

TEST_F(StudioCommands, ClassModel) {
  // As the page shows them, and otherwise than the command line would by itself.
  for (const auto& [method, display] : {std::pair{"regularized", "fitted"},
                                        std::pair{"regularized", "pixels"}, std::pair{"fourier", "fitted"}}) {
    SCOPED_TRACE(fmt::format("{}, {}", method, display));
    const Json fields = {{"model", "m1"}, {"class", 3},     {"method", method},
                         {"steps", 4},    {"jitter", 0.02}, {"seed", 7}};
    Json view = {{"view", "class-model"}, {"display", display}};
    view.update(fields);
    run(view);
    Json body = {{"kind", "class-model"}};
    body.update(fields);
    const std::string id = json_of(post("/api/jobs", body)).at("id");
    const Json job = end_of_job(id);
    ASSERT_EQ(job.at("state"), "done") << job;
    std::string written;
    for (const std::string& name : test::files_in(folder.file("models")))
      if (name.ends_with(".png"))
        written = name;
    expect_close(read_image(folder.file("models/" + written)),
                 picture(get("/api/jobs/" + id + "/frames/last", {{"display", display}}).body), 12);
    std::filesystem::remove_all(folder.file("models"));
  }
}

}  // namespace
}  // namespace fovea::studio
