#include "explain/method.hpp"
#include "fovea/explain.hpp"
#include "studio_fixture.hpp"
#include "support/onnx_builder.hpp"

#include <cstring>
#include <filesystem>

namespace fovea::studio {
namespace {

using Json = nlohmann::ordered_json;

class Api : public StudioTest {};

const NamedTexts kMap = {{"model", "m1"}, {"photo", "p1"}, {"method", "gradient"}};

NamedTexts with(NamedTexts query, const NamedTexts& more) {
  query.insert(query.end(), more.begin(), more.end());
  return query;
}

std::vector<float> floats_of(const Response& response) {
  std::vector<float> values(response.body.size() / sizeof(float));
  std::memcpy(values.data(), response.body.data(), response.body.size());
  return values;
}

TEST_F(Api, PageAndWhatItNeeds) {
  const Response page = get("/");
  EXPECT_EQ(page.status, 200);
  EXPECT_NE(page.body.find("/web/studio.js"), std::string::npos);
  EXPECT_EQ(get("/web/studio.js").type, "text/javascript; charset=utf-8");
  EXPECT_EQ(get("/web/tokens.css").type, "text/css; charset=utf-8");
  const Json about = json_of(get("/api/studio"));
  EXPECT_EQ(about.at("methods").size(), methods().size());
  for (const Json& method : about.at("methods"))
    EXPECT_FALSE(method.at("reading").get<std::string>().empty()) << method;
  EXPECT_EQ(about.at("controls").size(), 2U);
  EXPECT_EQ(about.at("colourMaps").at("grey").get<std::string>().substr(0, 12), "000000010101");
  const auto options_of = [&](const std::string& name) {
    for (const Json& method : about.at("methods"))
      if (method.at("name") == name)
        return method.at("options");
    return Json();
  };
  EXPECT_EQ(options_of("gradient"), Json({"merge"}));
  EXPECT_EQ(options_of("grad-cam"), Json({"layer"}));
  EXPECT_EQ(options_of("rise"), Json({"samples", "baseline", "cells", "keep", "seed"}));
}

TEST_F(Api, PathTricksLeadNowhere) {
  for (const char* path :
       {"/web/../models_routes.cpp", "/web/..", "/web//studio.js", "/web/studio.js/", "/etc/passwd",
        "//etc/passwd", "/web/", "/api/", "/api/models/", "/api/models/m1/../m1"})
    EXPECT_EQ(error_of(get(path), 404).at("kind"), "not-found") << path;
  EXPECT_EQ(error_of(get("/web/passwd"), 404).at("kind"), "not-found");
  EXPECT_EQ(error_of(get("/web//etc/passwd"), 404).at("kind"), "not-found");
}

TEST_F(Api, OtherMethodsAreRefused) {
  const Response refused = routes.handle(request("PUT", "/api/models"));
  EXPECT_EQ(error_of(refused, 405).at("kind"), "input");
  EXPECT_EQ(header_of(refused, "Allow"), "GET, POST");
}

TEST_F(Api, ModelsAreDescribed) {
  const Json list = json_of(get("/api/models"));
  EXPECT_EQ(list.at("chosen"), "m1");
  const Json model = list.at("models").at(0);
  EXPECT_EQ(model.at("origin"), "bundled");
  EXPECT_EQ(model.at("classes"), 10);
  EXPECT_EQ(model.at("hasLabels"), true);
  EXPECT_TRUE(model.at("unusable").contains("attention-rollout")) << model;
  EXPECT_FALSE(model.at("unusable").contains("grad-cam")) << model;
  EXPECT_FALSE(model.contains("error"));
  const Json full = json_of(get("/api/models/m1"));
  std::size_t defaults = 0;
  for (const Json& layer : full.at("layers"))
    defaults += layer.at("isDefault").get<bool>() ? 1 : 0;
  EXPECT_EQ(defaults, 1U);
  EXPECT_EQ(json_of(get("/api/models/m1/classes", {{"match", "CHURCH"}})).at("classes").at(0).at("label"),
            "church");
  EXPECT_EQ(json_of(get("/api/models/m1/classes", {{"limit", "3"}})).at("classes").size(), 3U);
  EXPECT_EQ(error_of(get("/api/models/m9"), 404).at("kind"), "not-found");
}

TEST_F(Api, UploadedModelIsAnotherOne) {
  const std::string bytes = bytes_of_file(std::string(FOVEA_SOURCE_DIR) + "/models/imagenette-resnet.onnx");
  const Response added = send_file("/api/models", {{"name", "망.onnx"}, {"preset", "caffe"}}, bytes);
  ASSERT_EQ(added.status, 201) << added.body;
  const Json model = json_of(added);
  EXPECT_EQ(model.at("id"), "m2");
  EXPECT_EQ(model.at("name"), "망.onnx");
  EXPECT_EQ(model.at("origin"), "uploaded");
  EXPECT_EQ(model.at("preprocessing").at("preset"), "caffe");
  EXPECT_EQ(model.at("classes"), 10);
  const Response map = get("/api/map", {{"model", "m2"}, {"photo", "p1"}, {"method", "gradient"}});
  EXPECT_EQ(map.status, 200) << map.body;
  EXPECT_EQ(routes.handle(request("DELETE", "/api/models/m2")).status, 204);
  EXPECT_EQ(get("/api/models/m2").status, 404);
}

TEST_F(Api, BrokenFilesAreAnswers) {
  const Json model = error_of(send_file("/api/models", {{"name", "b.onnx"}}, "this is no model"), 422);
  EXPECT_EQ(model.at("kind"), "model");
  EXPECT_NE(model.at("message").get<std::string>().find("b.onnx"), std::string::npos);
  EXPECT_EQ(model.dump().find("/proc/"), std::string::npos);
  EXPECT_EQ(error_of(send_file("/api/models", {{"name", "e.onnx"}}, ""), 422).at("kind"), "model");
  const Json photo = error_of(send_file("/api/photos", {{"name", "b.jpg"}}, "this is no picture"), 400);
  EXPECT_EQ(photo.at("kind"), "input");
  EXPECT_NE(photo.at("message").get<std::string>().find("b.jpg"), std::string::npos);
  EXPECT_EQ(photo.dump().find("/proc/"), std::string::npos);
  const std::string half = bytes_of_file(sample("church.jpg")).substr(0, 9000);
  EXPECT_EQ(error_of(send_file("/api/photos", {{"name", "half.jpg"}}, half), 400).at("kind"), "input");
  EXPECT_EQ(json_of(get("/api/photos")).at("total"), 2);
  EXPECT_EQ(json_of(get("/api/models")).at("models").size(), 1U);
}

TEST_F(Api, SentModelsFindNoFilesBesideThem) {
  const std::string bytes = "0123456789abcdef";
  const std::string weights = testing::TempDir() + "weights.bin";
  std::ofstream(weights) << bytes;
  test::ModelBuilder builder;
  builder.input("x", {1, 1, 2, 2}).output("y");
  onnx::TensorProto& tensor = *builder.graph().add_initializer();
  tensor.set_name("w");
  tensor.set_data_type(onnx::TensorProto::FLOAT);
  for (const int extent : {1, 4})
    tensor.add_dims(extent);
  tensor.set_data_location(onnx::TensorProto::EXTERNAL);
  auto& entry = *tensor.add_external_data();
  entry.set_key("location");
  entry.set_value("weights.bin");
  builder.node("Flatten", {"x"}, {"f"}).node("Add", {"f", "w"}, {"y"});
  const std::string model = builder.model.SerializeAsString();
  std::ofstream(testing::TempDir() + "beside.onnx") << model;
  EXPECT_NO_THROW(Model::load(testing::TempDir() + "beside.onnx"));
  const Json error = error_of(send_file("/api/models", {{"name", "a.onnx"}}, model), 422);
  EXPECT_EQ(error.at("kind"), "model");
  EXPECT_EQ(error.at("message"), "a.onnx has weights in further files, which cannot be sent");
  EXPECT_NE(error.at("help").get<std::string>().find("-m a.onnx"), std::string::npos) << error;
  std::filesystem::remove(weights);
}

TEST_F(Api, RegionsOfThinPhotosHaveAPixel) {
  Image thin = Image::blank(1, 300, 3, 90);
  const Json photo = json_of(send_file("/api/photos", {{"name", "thin.png"}}, encode_png(thin)));
  const Json answer = json_of(get("/api/predictions", {{"model", "m1"}, {"photo", photo.at("id")}}));
  EXPECT_EQ(answer.at("region").at("width"), 1) << answer;
  EXPECT_EQ(answer.at("region").at("height"), 1) << answer;
}

TEST_F(Api, AnotherPreprocessingIsAnotherRevision) {
  const Response before = get("/api/map", kMap);
  Request change = request("PATCH", "/api/models/m1");
  change.body = R"({"preset": "caffe"})";
  const Json changed = json_of(routes.handle(change));
  EXPECT_EQ(changed.at("revision"), 2);
  EXPECT_EQ(changed.at("preprocessing").at("preset"), "caffe");
  const Response after = get("/api/map", kMap);
  EXPECT_NE(before.body, after.body);
  EXPECT_NE(header_of(before, "ETag"), header_of(after, "ETag"));
  EXPECT_EQ(json_of(routes.handle(change)).at("revision"), 2) << "nothing is changed";
  const Response again = get("/api/map", kMap);
  EXPECT_EQ(header_of(again, "ETag"), header_of(after, "ETag"));
  change.body = "{}";
  EXPECT_EQ(json_of(routes.handle(change)).at("revision"), 3) << "back to what the file says";
  EXPECT_EQ(json_of(routes.handle(change)).at("revision"), 3);
  change.body = R"({"preset": "cafe"})";
  EXPECT_EQ(error_of(routes.handle(change), 400).at("kind"), "input");
}

TEST_F(Api, PhotosArePaged) {
  const Json all = json_of(get("/api/photos"));
  EXPECT_EQ(all.at("total"), 2);
  EXPECT_TRUE(all.at("photos").at(0).at("width").is_null());
  EXPECT_EQ(json_of(get("/api/photos/p1")).at("name"), "church.jpg");
  EXPECT_FALSE(json_of(get("/api/photos")).at("photos").at(0).at("width").is_null());
  EXPECT_EQ(json_of(get("/api/photos", {{"offset", "1"}, {"limit", "5"}})).at("photos").at(0).at("id"), "p2");
  EXPECT_EQ(error_of(get("/api/photos", {{"limit", "0"}}), 400).at("kind"), "input");
  EXPECT_EQ(error_of(get("/api/photos", {{"lmit", "1"}}), 400).at("kind"), "input");
}

TEST_F(Api, PicturesHaveTheSizeThatIsAskedFor) {
  const Response small = get("/api/photos/p1/picture", {{"side", "64"}, {"format", "png"}});
  EXPECT_EQ(small.type, "image/png");
  const Response added = send_file("/api/photos", {{"name", "small.png"}}, small.body);
  ASSERT_EQ(added.status, 201) << added.body;
  EXPECT_EQ(std::max(json_of(added).at("width").get<int>(), json_of(added).at("height").get<int>()), 64);
  const Response part = get("/api/photos/p1/picture",
                            {{"x", "10"}, {"y", "20"}, {"width", "30"}, {"height", "40"}, {"format", "png"}});
  const Json cut = json_of(send_file("/api/photos", {{"name", "part.png"}}, part.body));
  EXPECT_EQ(cut.at("width"), 30);
  EXPECT_EQ(cut.at("height"), 40);
  EXPECT_EQ(get("/api/photos/p1/picture").type, "image/jpeg");
  EXPECT_EQ(error_of(get("/api/photos/p1/picture", {{"x", "10"}}), 400).at("kind"), "input");
  EXPECT_EQ(error_of(get("/api/photos/p1/picture", {{"format", "gif"}}), 400).at("kind"), "input");
}

TEST_F(Api, PredictionsAreThoseOfTheLibrary) {
  const Json answer = json_of(get("/api/predictions", {{"model", "m1"}, {"photo", "p1"}, {"top", "3"}}));
  EXPECT_EQ(answer.at("predictions").size(), 3U);
  EXPECT_EQ(answer.at("predictions").at(0).at("label"), "church");
  ExplainOptions options;
  options.program.threads = 1;
  Explainer explain(Model::load(std::string(FOVEA_SOURCE_DIR) + "/models/imagenette-resnet.onnx"), options);
  const Explanation expected = explain(read_image(sample("church.jpg")));
  EXPECT_NEAR(answer.at("predictions").at(0).at("score").get<double>(), expected.target.score, 1e-4);
  EXPECT_EQ(answer.at("region").at("width"), expected.region.width);
  const Response map = get("/api/map", kMap);
  EXPECT_EQ(header_of(map, "X-Fovea-Region"), fmt::format("{},{},{},{}", expected.region.x, expected.region.y,
                                                          expected.region.width, expected.region.height));
  const std::vector<float> values = floats_of(map);
  const auto reference = expected.map.data<float>();
  ASSERT_EQ(values.size(), reference.size());
  for (std::size_t i = 0; i < values.size(); ++i)
    ASSERT_NEAR(values[i], reference[i], 1e-5) << i;
}

TEST_F(Api, EveryMethodHasAMap) {
  for (const MethodInfo& info : methods()) {
    NamedTexts query = {{"model", "m1"}, {"photo", "p1"}, {"method", std::string(info.name)}};
    const bool solves = info.name == "lime" || info.name == "kernel-shap";  // more samples than regions
    if (info.samples > 0)
      query.emplace_back("samples", solves ? "16" : "2");
    const Response map = get("/api/map", query);
    if (needs_attention(find_method(info.name))) {
      EXPECT_NE(map.status, 200) << info.name;
      EXPECT_NE(map.body.find("there is no attention"), std::string::npos) << map.body;
      continue;
    }
    EXPECT_EQ(map.status, 200) << info.name << map.body;
    EXPECT_EQ(map.body.size(), 4U * 128 * 128) << info.name;
    EXPECT_EQ(header_of(map, "X-Fovea-Shape"), "128,128");
    EXPECT_EQ(header_of(map, "X-Fovea-Label"), "church");
  }
}

TEST_F(Api, ControlsAreMaps) {
  const Response centre = get("/api/map", {{"model", "m1"}, {"photo", "p1"}, {"method", "centre"}});
  ASSERT_EQ(centre.status, 200) << centre.body;
  const std::vector<float> values = floats_of(centre);
  EXPECT_GT(values[64 * 128 + 64], 0.99F);
  EXPECT_LT(values[0], 0.1F);
  const Response one =
      get("/api/map", {{"model", "m1"}, {"photo", "p1"}, {"method", "random"}, {"seed", "1"}});
  const Response two =
      get("/api/map", {{"model", "m1"}, {"photo", "p1"}, {"method", "random"}, {"seed", "2"}});
  EXPECT_NE(one.body, two.body);
}

TEST_F(Api, MapsComeInSeveralForms) {
  const Response relevance = get("/api/map", with(kMap, {{"values", "relevance"}}));
  EXPECT_EQ(header_of(relevance, "X-Fovea-Shape"), "3,128,128");
  const std::vector<float> all = floats_of(relevance);
  const std::vector<float> sum = floats_of(get("/api/map", with(kMap, {{"values", "signed"}})));
  for (std::size_t i = 0; i < sum.size(); i += 101)
    ASSERT_FLOAT_EQ(sum[i], all[i] + all[i + 128 * 128] + all[i + 2 * 128 * 128]);
  EXPECT_TRUE(get("/api/map", with(kMap, {{"format", "png"}})).body.starts_with("\x89PNG"));
  EXPECT_TRUE(get("/api/map", with(kMap, {{"format", "png"}, {"overlay", "1"}})).body.starts_with("\x89PNG"));
  EXPECT_TRUE(get("/api/map", with(kMap, {{"format", "npy"}})).body.starts_with("\x93NUMPY"));
  const Json json = json_of(get("/api/map", with(kMap, {{"format", "json"}, {"against", "1"}})));
  EXPECT_EQ(json.at("target").at("label"), "church");
  EXPECT_EQ(json.at("against").at("class"), 1);
  EXPECT_EQ(json.at("shape"), Json({128, 128}));
}

TEST_F(Api, BadMapRequestsSayWhatIsWrong) {
  const auto message = [&](const NamedTexts& query, int status = 400) {
    return error_of(get("/api/map", query), status).at("message").get<std::string>();
  };
  EXPECT_NE(message({{"photo", "p1"}, {"method", "gradient"}}).find("'model': is missing"),
            std::string::npos);
  EXPECT_NE(
      message({{"model", "m1"}, {"photo", "p1"}, {"method", "gradcam"}}).find("did you mean 'grad-cam'"),
      std::string::npos);
  EXPECT_NE(message(with(kMap, {{"class", "10"}})).find("10"), std::string::npos);
  EXPECT_NE(message(with(kMap, {{"class", "church"}})).find("expected a whole number, found 'church'"),
            std::string::npos);
  EXPECT_NE(message(with(kMap, {{"layer", "nowhere"}, {"method", "x"}})).find("given twice"),
            std::string::npos);
  message(with({{"model", "m1"}, {"photo", "p1"}, {"method", "grad-cam"}}, {{"layer", "nowhere"}}), 422);
  message(with(kMap, {{"percentile", "101"}}));
  message(with(kMap, {{"colormap", "rainbow"}}));
  message(with(kMap, {{"wat", "1"}}));
  message({{"model", "m7"}, {"photo", "p1"}, {"method", "gradient"}}, 404);
  message({{"model", "m1"}, {"photo", "p7"}, {"method", "gradient"}}, 404);
}

TEST_F(Api, WhatIsKnownIsNotMadeAgain) {
  const Response first = get("/api/map", kMap);
  EXPECT_NE(header_of(first, "X-Fovea-Seconds"), "0.0000");
  const Response second = get("/api/map", kMap);
  EXPECT_EQ(header_of(second, "X-Fovea-Seconds"), "0.0000");
  EXPECT_EQ(first.body, second.body);
  Request again = request("GET", "/api/map", kMap);
  again.headers = {{"if-none-match", header_of(first, "ETag")}};
  EXPECT_EQ(routes.handle(again).status, 304);
  again.query.emplace_back("percentile", "90");
  EXPECT_EQ(routes.handle(again).status, 200);
}

TEST_F(Api, JobsMakeMaps) {
  const Json begun = json_of(
      post("/api/jobs",
           {{"kind", "map"}, {"model", "m1"}, {"photo", "p1"}, {"method", "smoothgrad"}, {"samples", 3}}));
  EXPECT_EQ(begun.at("kind"), "map");
  const Json job = end_of_job(begun.at("id"));
  EXPECT_EQ(job.at("state"), "done") << job;
  EXPECT_EQ(job.at("result").at("label"), "church");
  EXPECT_EQ(job.at("progress").at("total"), 3);
  const Response map =
      get("/api/map", {{"model", "m1"}, {"photo", "p1"}, {"method", "smoothgrad"}, {"samples", "3"}});
  EXPECT_EQ(header_of(map, "X-Fovea-Seconds"), "0.0000");
  EXPECT_EQ(error_of(post("/api/jobs", {{"kind", "mop"}}), 400).at("kind"), "input");
  EXPECT_EQ(error_of(post("/api/jobs", {{"kind", "map"}, {"model", "m1"}}), 400).at("kind"), "input");
  const Json failed = end_of_job(
      json_of(
          post("/api/jobs",
               {{"kind", "map"}, {"model", "m1"}, {"photo", "p1"}, {"method", "gradient"}, {"class", 99}}))
          .at("id"));
  EXPECT_EQ(failed.at("state"), "failed");
  EXPECT_EQ(failed.at("error").at("kind"), "input");
}

TEST_F(Api, CancelledJobEndsAndFreesItsMemory) {
  const std::size_t before = studio.results().bytes();
  const Json begun = json_of(
      post("/api/jobs",
           {{"kind", "map"}, {"model", "m1"}, {"photo", "p1"}, {"method", "rise"}, {"samples", 1000000}}));
  const std::string id = begun.at("id");
  while (json_of(get("/api/jobs/" + id)).at("progress").at("done") == 0)
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  EXPECT_EQ(routes.handle(request("DELETE", "/api/jobs/" + id)).status, 204);
  EXPECT_EQ(end_of_job(id).at("state"), "cancelled");
  EXPECT_EQ(routes.handle(request("DELETE", "/api/jobs/" + id)).status, 204);
  EXPECT_EQ(get("/api/jobs/" + id).status, 404);
  studio.results().forget("m1");
  studio.results().forget("p1");
  EXPECT_EQ(studio.results().bytes(), before);
}

TEST_F(Api, EventsTellOfAJobToItsEnd) {
  const Json begun = json_of(
      post("/api/jobs",
           {{"kind", "map"}, {"model", "m1"}, {"photo", "p2"}, {"method", "smoothgrad"}, {"samples", 3}}));
  const std::string events = "/api/jobs/" + begun.at("id").get<std::string>() + "/events";
  const auto text_of = [](const Response& response) {
    std::string text;
    response.stream([&](std::string_view part) {
      text += part;
      return true;
    });
    return text;
  };
  const Response stream = get(events);
  EXPECT_EQ(stream.type, "text/event-stream");
  const std::string text = text_of(stream);
  EXPECT_NE(text.find("event: progress\ndata: {\"done\":3,\"total\":3"), std::string::npos) << text;
  EXPECT_NE(text.find("event: done\n"), std::string::npos) << text;
  const std::size_t last = text.rfind("id: ");
  const std::string number = text.substr(last + 4, text.find('\n', last) - last - 4);
  Request again = request("GET", events);
  again.headers = {{"last-event-id", std::to_string(std::stoi(number) - 1)}};
  const std::string rest = text_of(routes.handle(again));
  EXPECT_TRUE(rest.starts_with("id: " + number + "\nevent: done\n")) << rest;
  again.headers = {{"last-event-id", number}};
  EXPECT_EQ(routes.handle(again).status, 204);
}

class SmallLimits : public StudioTest {
protected:
  SmallLimits() : StudioTest({.max_upload = 200'000, .max_pixels = 10'000, .memory = 1 << 20}) {}
};

TEST_F(SmallLimits, PhotosOfTooManyPixelsAreRefused) {
  const Response refused =
      send_file("/api/photos", {{"name", "church.jpg"}}, bytes_of_file(sample("church.jpg")));
  EXPECT_EQ(error_of(refused, 413).at("kind"), "too-large");
  EXPECT_EQ(error_of(get("/api/photos/p1/picture"), 413).at("kind"), "too-large");
}

TEST_F(SmallLimits, OldestUploadsMakeRoom) {
  StudioLimits limits;
  limits.max_upload = 40'000;
  Studio small(options_of(limits));
  const Routes all = all_routes(small);
  const std::string bytes = encode_png(Image::blank(200, 200, 3, 7)) + std::string(30'000, ' ');
  for (int i = 0; i < 7; ++i) {
    Request upload = request("POST", "/api/photos", {{"name", "a.png"}});
    upload.upload = small.make_upload();
    upload.upload->write(bytes);
    ASSERT_EQ(all.handle(upload).status, 201);
  }
  EXPECT_LT(small.photos().size(), 7U);
  EXPECT_EQ(all.handle(request("GET", "/api/photos/p1")).status, 404);
  EXPECT_EQ(all.handle(request("GET", "/api/photos/p7")).status, 200);
}

}  // namespace
}  // namespace fovea::studio
