#include "fovea/features.hpp"
#include "studio_fixture.hpp"

#include <chrono>
#include <thread>

namespace fovea::studio {
namespace {

using Json = nlohmann::ordered_json;

class ClassModels : public StudioTest {
protected:
  ClassModels() = default;
  explicit ClassModels(const StudioLimits& limits) : StudioTest(limits) {}

  Json start(const Json& more) {
    Json body = {{"kind", "class-model"}, {"model", "m1"}};
    body.update(more);
    const Response answer = post("/api/jobs", body);
    EXPECT_EQ(answer.status, 202) << answer.body;
    return json_of(answer);
  }
  std::string message(const Json& more, int status = 400) {
    Json body = {{"kind", "class-model"}, {"model", "m1"}};
    body.update(more);
    return error_of(post("/api/jobs", body), status).at("message");
  }
};

TEST_F(ClassModels, AscendAsTheLibraryDoes) {
  const Json job = end_of_job(start({{"class", 3}, {"steps", 6}, {"seed", 4}, {"jitter", 0.05}}).at("id"));
  ASSERT_EQ(job.at("state"), "done") << job;
  ProgramOptions options;
  options.final_relu = ProgramOptions::FinalRelu::Remove;
  options.threads = 1;
  const auto& network = studio.models().get("m1")->network;
  Session session(compile_for_pictures(network.model, options));
  ClassModelOptions ascent;
  ascent.target_class = 3;
  ascent.steps = 6;
  ascent.seed = 4;
  ascent.jitter = 0.05;
  const ClassModel expected = class_model(session, network.preprocessing, ascent);
  EXPECT_NEAR(job.at("result").at("score").get<double>(), expected.score, 1e-3 * std::abs(expected.score));
  EXPECT_EQ(job.at("result").at("steps"), 6);
  EXPECT_EQ(job.at("result").at("frames"), 7);
  const std::string id = job.at("id");
  const Response first = get("/api/jobs/" + id + "/frames/0"), last = get("/api/jobs/" + id + "/frames/last");
  EXPECT_EQ(last.type, "image/png");
  EXPECT_NE(first.body, last.body);
  EXPECT_NE(get("/api/jobs/" + id + "/frames/last", {{"display", "pixels"}}).body, last.body);
}

TEST_F(ClassModels, GoOnFromAnotherJobsPicture) {
  const Json first = end_of_job(start({{"class", 3}, {"steps", 5}}).at("id"));
  const Json second =
      end_of_job(start({{"class", 3}, {"steps", 3}, {"start", "job"}, {"from", first.at("id")}}).at("id"));
  ASSERT_EQ(second.at("state"), "done") << second;
  // It begins with the picture that the first one ended with.
  const auto frame = [&](const Json& job, const std::string& number) {
    return get("/api/jobs/" + job.at("id").get<std::string>() + "/frames/" + number).body;
  };
  EXPECT_EQ(frame(second, "0"), frame(first, "last"));
  EXPECT_GT(second.at("result").at("score"), first.at("result").at("score"));
  message({{"class", 3}, {"start", "job"}, {"from", "j99"}}, 404);
  message({{"class", 3}, {"start", "job"}});
  message({{"class", 3}, {"from", "j1"}});
}

TEST_F(ClassModels, StopKeepsThePictureAndCancelDropsIt) {
  const Json job = start({{"class", 1}, {"steps", 100000}});
  const std::string id = job.at("id");
  while (get("/api/jobs/" + id + "/frames/2").status != 200)
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  Request stop = request("POST", "/api/jobs/" + id + "/stop");
  EXPECT_LT(routes.handle(stop).status, 300);
  const Json ended = end_of_job(id);
  EXPECT_EQ(ended.at("state"), "done");
  EXPECT_LT(ended.at("result").at("steps"), 100000);
  EXPECT_EQ(
      end_of_job(start({{"class", 1}, {"steps", 1}, {"start", "job"}, {"from", id}}).at("id")).at("state"),
      "done");

  const std::string other = start({{"class", 1}, {"steps", 100000}}).at("id");
  while (get("/api/jobs/" + other + "/frames/1").status != 200)
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  routes.handle(request("DELETE", "/api/jobs/" + other));
  EXPECT_EQ(end_of_job(other).at("state"), "cancelled");
  EXPECT_EQ(get("/api/jobs/" + other + "/frames/1").status, 404);
  message({{"class", 1}, {"start", "job"}, {"from", other}}, 404);
}

TEST_F(ClassModels, StartsAndParts) {
  EXPECT_EQ(end_of_job(start({{"class", 3}, {"steps", 2}, {"start", "noise"}}).at("id")).at("state"), "done");
  EXPECT_EQ(end_of_job(start({{"class", 3}, {"steps", 2}, {"start", "photo"}, {"photo", "p1"}}).at("id"))
                .at("state"),
            "done");
  EXPECT_EQ(end_of_job(start({{"class", 3}, {"steps", 2}, {"method", "fourier"}}).at("id")).at("state"),
            "done");
  EXPECT_EQ(end_of_job(start({{"class", 3}, {"steps", 2}, {"method", "paper"}}).at("id")).at("state"),
            "done");
  std::string layer;
  const Json model = json_of(get("/api/models/m1"));
  for (const Json& one : model.at("layers"))
    if (one.at("isDefault").get<bool>())
      layer = one.at("name");
  EXPECT_EQ(end_of_job(start({{"layer", layer}, {"channel", 2}, {"steps", 2}}).at("id")).at("state"), "done");
  EXPECT_EQ(
      end_of_job(start({{"layer", layer}, {"channel", 2}, {"row", 1}, {"column", 2}, {"steps", 2}}).at("id"))
          .at("state"),
      "done");
  const Json outside = end_of_job(start({{"layer", layer}, {"channel", 99999}, {"steps", 2}}).at("id"));
  EXPECT_EQ(outside.at("state"), "failed");
  EXPECT_EQ(outside.at("error").at("kind"), "input");
  EXPECT_EQ(end_of_job(start({{"class", 4711}, {"steps", 2}}).at("id")).at("state"), "failed");
  EXPECT_EQ(end_of_job(start({{"layer", "nothing"}, {"channel", 1}}).at("id")).at("state"), "failed");
}

TEST_F(ClassModels, DefaultsAreWhatTheReaderTakes) {
  const Json about = json_of(get("/api/studio"));
  ASSERT_EQ(about.at("classModel").at("methods").size(), 3U);
  for (const Json& method : about.at("classModel").at("methods")) {
    // Given in full, the defaults leave the command without any option.
    Json view = {{"view", "class-model"}, {"model", "m1"}, {"class", 3}, {"method", method.at("name")}};
    view.update(method.at("defaults"));
    const std::string command = json_of(post("/api/commands", view)).at("command");
    view["display"] = method.at("name") == "regularized" ? "fitted" : "pixels";
    EXPECT_EQ(json_of(post("/api/commands", view)).at("command").get<std::string>().find("--display"),
              std::string::npos);
    for (const auto& [name, value] : method.at("defaults").items())
      EXPECT_EQ(command.find("--" + name + " "), std::string::npos) << command;
  }
}

class ClassModelsInLittleMemory : public ClassModels {
protected:
  static StudioLimits little() {
    StudioLimits limits;
    limits.memory = std::int64_t{4} << 20;
    return limits;
  }
  ClassModelsInLittleMemory() : ClassModels(little()) {}
};

TEST_F(ClassModelsInLittleMemory, KeepTheLastPictures) {
  for (const char* id : {"j1", "j2", "j3"}) {
    EXPECT_EQ(start({{"class", 3}, {"steps", 12}}).at("id"), id);
    EXPECT_EQ(end_of_job(id).at("state"), "done");
    EXPECT_LE(studio.jobs().bytes(), std::size_t{1} << 20);
  }
  for (const char* id : {"j1", "j2", "j3"}) {
    const std::string frames = std::string("/api/jobs/") + id + "/frames/";
    EXPECT_EQ(get(frames + "last").status, 200) << id;
    EXPECT_EQ(get(frames + "3").status, 200) << id;
  }
  EXPECT_EQ(get("/api/jobs/j1/frames/0").body, get("/api/jobs/j1/frames/last").body) << "the others are gone";
  const Json on = start({{"class", 3}, {"steps", 2}, {"start", "job"}, {"from", "j3"}});
  EXPECT_EQ(end_of_job(on.at("id")).at("state"), "done");
}

TEST_F(ClassModels, CommandsWriteThePictureThatIsShown) {
  for (const char* method : {"regularized", "fourier", "paper"})
    for (const std::string display : {"", "fitted", "pixels"}) {
      Json view = {{"view", "class-model"}, {"model", "m1"}, {"class", 3}, {"method", method}};
      if (!display.empty())
        view["display"] = display;
      const Json texts = json_of(post("/api/commands", view));
      const std::string shown = display.empty() ? "fitted" : display;
      const bool is_usual = (shown == "fitted") == (std::string(method) == "regularized");
      SCOPED_TRACE(texts.dump());
      const auto has = [&](const char* text, const std::string& part) {
        return texts.at(text).get<std::string>().find(part) != std::string::npos;
      };
      EXPECT_EQ(has("command", "--display " + shown), !is_usual);
      EXPECT_EQ(has("python", "display=\"" + shown + "\""), !is_usual);
      EXPECT_TRUE(has("cpp", shown == "fitted" ? "ClassModelDisplay::Fitted" : "ClassModelDisplay::Pixels"));
    }
  error_of(
      post("/api/commands", {{"view", "class-model"}, {"model", "m1"}, {"class", 3}, {"display", "magic"}}),
      400);
}

TEST_F(ClassModels, RefuseWhatDoesNotFit) {
  EXPECT_NE(message(Json::object()).find("class"), std::string::npos);
  message({{"class", 3}, {"layer", "x"}});
  message({{"class", 3}, {"channel", 1}});
  message({{"layer", "x"}, {"row", 1}, {"channel", 1}});
  message({{"layer", "x"}, {"row", 1}, {"column", 1}});
  message({{"class", 3}, {"method", "magic"}});
  message({{"class", 3}, {"steps", 0}});
  message({{"class", 3}, {"method", "paper"}, {"rotate", 5}});
  message({{"class", 3}, {"start", "photo"}});
  message({{"class", 3}, {"start", "photo"}, {"photo", "p9"}}, 404);
  message({{"class", 3}, {"speed", 5}});
}

}  // namespace
}  // namespace fovea::studio
