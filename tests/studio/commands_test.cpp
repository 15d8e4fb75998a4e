#include "studio/code_text.hpp"
#include "studio/sanity.hpp"
#include "studio_fixture.hpp"

#include <filesystem>
#include <set>
#include <thread>

namespace fovea::studio {
namespace {

using Json = nlohmann::ordered_json;

TEST(CodeText, ShellWordsSurviveTheShell) {
  EXPECT_EQ(shell_word("photos/cat-1.jpg"), "photos/cat-1.jpg");
  EXPECT_EQ(shell_word(""), "''");
  EXPECT_EQ(shell_word("it's; rm -rf $HOME"), "'it'\\''s; rm -rf $HOME'");
  EXPECT_EQ(shell_word("고양이.jpg"), "'고양이.jpg'");
  EXPECT_EQ(shell_file("-rf"), "./-rf");
}

TEST(CodeText, LiteralsHideWhatWouldEndThem) {
  EXPECT_EQ(literal("a\"b\\c\n"), "\"a\\\"b\\\\c\\012\"");
  EXPECT_EQ(literal("고양이"), "\"고양이\"");
}

TEST(CodeText, Base64) {
  EXPECT_EQ(base64_lines(""), "");
  EXPECT_EQ(base64_lines("f"), "Zg==\n");
  EXPECT_EQ(base64_lines("fo"), "Zm8=\n");
  EXPECT_EQ(base64_lines("foobar"), "Zm9vYmFy\n");
  EXPECT_EQ(base64_lines(std::string(57, 'a')).size(), 77U);
  EXPECT_EQ(base64_lines(std::string(58, 'a')).size(), 77U + 5U);
}

class CommandTexts : public StudioTest {
protected:
  Json commands(const Json& view) {
    const Response answer = post("/api/commands", view);
    EXPECT_EQ(answer.status, 200) << answer.body;
    return json_of(answer);
  }
};

TEST_F(CommandTexts, NameWhatDiffersFromTheDefaults) {
  const Json look = commands({{"view", "look"},
                              {"model", "m1"},
                              {"photo", "p2"},
                              {"method", "rise"},
                              {"class", 3},
                              {"samples", 40},
                              {"crops", "whole"},
                              {"colormap", "magma"},
                              {"gamma", 0.5}});
  const std::string command = look.at("command");
  for (const char* part : {"fovea saliency", "golf-ball.jpg", "--method rise", "--class 3", "--samples 40",
                           "--crops whole", "--colormap magma", "--gamma 0.5"})
    EXPECT_NE(command.find(part), std::string::npos) << part << ": " << command;
  EXPECT_EQ(command.find("--seed"), std::string::npos);
  EXPECT_EQ(command.find("-m "), std::string::npos) << "the bundled network needs no name";
  EXPECT_NE(look.at("python").get<std::string>().find("samples=40"), std::string::npos);
  EXPECT_NE(look.at("cpp").get<std::string>().find("options.method_options.samples = 40;"),
            std::string::npos);
  // As the command does, and the page.
  EXPECT_NE(look.at("cpp").get<std::string>().find("map.overlay_on(photo, style, range)"), std::string::npos);
}

TEST_F(CommandTexts, UploadedFilesHaveTheirOwnNames) {
  const Response sent =
      send_file("/api/photos", {{"name", "my 'cat'.jpg"}}, bytes_of_file(sample("church.jpg")));
  const std::string command =
      commands({{"view", "look"}, {"model", "m1"}, {"photo", json_of(sent).at("id")}, {"method", "gradient"}})
          .at("command");
  EXPECT_NE(command.find("'my '\\''cat'\\''.jpg'"), std::string::npos) << command;
}

TEST_F(CommandTexts, SayWhatOnlyCppCan) {
  const Json stroke = {{"label", "object"}, {"radius", 4}, {"points", {{170, 175}, {310, 195}}}};
  const Json both =
      commands({{"view", "cut"}, {"photo", "p2"}, {"strokes", {stroke}}, {"map", {{"model", "m1"}}}});
  EXPECT_EQ(both.at("command").get<std::string>().substr(0, 1), "#");
  EXPECT_NE(both.at("cpp").get<std::string>().find("fovea::localize(photo, maps, seeds, how)"),
            std::string::npos);
}

TEST_F(CommandTexts, RefuseWhatIsNoView) {
  error_of(post("/api/commands", {{"model", "m1"}}), 400);
  error_of(post("/api/commands", {{"view", "sky"}}), 400);
  error_of(post("/api/commands", {{"view", "look"}, {"model", "m1"}, {"photo", "p1"}}), 400);
  error_of(post("/api/commands",
                {{"view", "look"}, {"model", "m1"}, {"photo", "p1"}, {"method", "gradient"}, {"x", 1}}),
           400);
  error_of(post("/api/commands",
                {{"view", "class-model"}, {"model", "m1"}, {"class", 1}, {"start", "job"}, {"from", "j1"}}),
           400);
}

class Reports : public StudioTest {};

TEST_F(Reports, LeaveNoFolderWhenCancelled) {
  const auto folders = [] {
    std::set<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(testing::TempDir()))
      if (entry.path().filename().string().starts_with("fovea-report-"))
        names.insert(entry.path().string());
    return names;
  };
  const std::set<std::string> before = folders();
  const std::string id = json_of(post("/api/jobs", {{"kind", "report"},
                                                    {"model", "m1"},
                                                    {"photos", {"p1", "p2"}},
                                                    {"methods", {"gradient", "occlusion"}},
                                                    {"classModels", 8}}))
                             .at("id");
  while (folders() == before && json_of(get("/api/jobs/" + id)).at("state") != "done")
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  routes.handle(request("DELETE", "/api/jobs/" + id));
  EXPECT_EQ(end_of_job(id).at("state"), "cancelled");
  EXPECT_EQ(folders(), before);
}

TEST_F(Reports, AreOnePage) {
  const std::string broken = testing::TempDir() + "studio-broken-report.jpg";
  std::ofstream(broken, std::ios::binary) << "no picture";
  studio.photos().add(broken, PhotoOrigin::Named);
  const Json job = json_of(post("/api/jobs", {{"kind", "report"},
                                              {"model", "m1"},
                                              {"photos", {"p1", "p2", "p3"}},
                                              {"methods", {"gradient", "grad-cam"}},
                                              {"classModels", 0}}));
  const Json ended = end_of_job(job.at("id"));
  ASSERT_EQ(ended.at("state"), "done") << ended;
  EXPECT_EQ(ended.at("result").at("photos"), 2);
  EXPECT_EQ(ended.at("result").at("failures").size(), 1U);
  const Response page = get(ended.at("result").at("file").get<std::string>());
  EXPECT_EQ(page.type.substr(0, 9), "text/html");
  EXPECT_NE(page.body.find("church.jpg"), std::string::npos);
  EXPECT_NE(page.body.find("golf-ball.jpg"), std::string::npos);
  std::remove(broken.c_str());
  error_of(post("/api/jobs", {{"kind", "report"}, {"model", "m1"}}), 400);
  error_of(post("/api/jobs", {{"kind", "report"}, {"model", "m1"}, {"photos", {"p9"}}}), 404);
  error_of(post("/api/jobs", {{"kind", "report"}, {"model", "m1"}, {"photos", {"p1"}}, {"methods", {"a"}}}),
           400);
  error_of(
      post("/api/jobs",
           {{"kind", "report"}, {"model", "m1"}, {"photos", {"p1"}}, {"methods", {"gradient", "gradient"}}}),
      400);
}

class Sanity : public StudioTest {};

TEST_F(Sanity, SaysWhichMapIsFlat) {
  const auto text = [](const Json& json) { return json.at("text").get<std::string>(); };
  const Json own = sanity_json({true, {{}, {}}}, "DeconvNet");
  EXPECT_TRUE(own.at("passes").is_null());
  EXPECT_NE(text(own).find("its map of this photo is flat"), std::string::npos) << own;
  const Json shuffled = sanity_json({false, {{}, {}}}, "DeconvNet");
  EXPECT_TRUE(shuffled.at("passes").is_null());
  EXPECT_TRUE(shuffled.at("correlation").is_null());
  EXPECT_NE(text(shuffled).find("weights are shuffled"), std::string::npos) << shuffled;
  EXPECT_NE(text(shuffled).find("depends on the weights"), std::string::npos) << shuffled;
  const Json some = sanity_json({false, {0.2, {}}}, "DeconvNet");
  EXPECT_EQ(some.at("passes"), true);
  EXPECT_NE(text(some).find("1 of 2 stages"), std::string::npos) << some;
  const Json unclear = sanity_json({false, {0.55, 0.55}}, "DeconvNet");
  EXPECT_EQ(unclear.at("verdict"), "unclear");
  EXPECT_TRUE(unclear.at("passes").is_null());
  EXPECT_EQ(sanity_json({false, {0.9, 0.9}}, "DeconvNet").at("passes"), false);
}

TEST_F(Sanity, TellsGradientFromControls) {
  const Response answer = get("/api/sanity", {{"model", "m1"}, {"photo", "p2"}, {"method", "gradient"}});
  ASSERT_EQ(answer.status, 200) << answer.body;
  const Json checked = json_of(answer);
  EXPECT_TRUE(checked.at("passes").get<bool>()) << checked;
  EXPECT_EQ(checked.at("stages").size(), 4U);
  EXPECT_LT(checked.at("correlation").get<double>(), 0.6);
  EXPECT_NE(checked.at("text").get<std::string>().find("Gradient"), std::string::npos) << checked;
  const Json control = json_of(get("/api/sanity", {{"model", "m1"}, {"photo", "p2"}, {"method", "centre"}}));
  EXPECT_FALSE(control.at("passes").get<bool>());
  error_of(get("/api/sanity", {{"model", "m1"}, {"photo", "p2"}, {"method", "graadient"}}), 400);
  error_of(get("/api/sanity", {{"model", "m1"}, {"photo", "p2"}, {"method", "gradient"}, {"class", "77"}}),
           400);
}

}  // namespace
}  // namespace fovea::studio
