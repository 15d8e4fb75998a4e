#include "studio/routes.hpp"

#include "fovea/error.hpp"

#include <gtest/gtest.h>
#include <new>
#include <nlohmann/json.hpp>

namespace fovea::studio {
namespace {

Request request(const std::string& method, const std::string& path) {
  return {.method = method, .path = path};
}

Handler answers(const std::string& name) {
  return [name](const Request& asked) {
    Response response;
    response.body = name;
    for (const auto& [parameter, value] : asked.parameters)
      response.body += " " + parameter + "=" + value;
    return response;
  };
}

TEST(Routes, FindTheFirstThatFits) {
  Routes routes;
  routes.add("GET", "/", answers("root"));
  routes.add("GET", "/api/jobs/{job}/events", answers("events"));
  routes.add("GET", "/api/jobs/{job}/{file}", answers("file"));
  routes.add("POST", "/api/jobs", answers("new"), Body::Json);
  EXPECT_EQ(routes.handle(request("GET", "/")).body, "root");
  EXPECT_EQ(routes.handle(request("HEAD", "/")).body, "root");
  EXPECT_EQ(routes.handle(request("GET", "/api/jobs/j1/events")).body, "events job=j1");
  EXPECT_EQ(routes.handle(request("GET", "/api/jobs/j1/a b")).body, "file job=j1 file=a b");
  EXPECT_EQ(routes.body_of("POST", "/api/jobs"), Body::Json);
  EXPECT_EQ(routes.body_of("GET", "/"), Body::None);
  EXPECT_EQ(routes.body_of("GET", "/nowhere"), std::nullopt);
  for (const char* path : {"/api/jobs//events", "/api/jobs/j1/events/", "/api/jobs/j1", "/api"})
    EXPECT_EQ(routes.handle(request("GET", path)).status, 404) << path;
  EXPECT_EQ(routes.handle(request("DELETE", "/api/jobs")).status, 405);
}

template <class Failure>
nlohmann::json answer_to(const Failure& failure, int status) {
  Routes routes([](std::string text) { return text + "!"; });
  routes.add("GET", "/", [&](const Request&) -> Response { throw failure; });
  const Response response = routes.handle(request("GET", "/"));
  EXPECT_EQ(response.status, status);
  EXPECT_EQ(response.type, "application/json");
  return nlohmann::json::parse(response.body).at("error");
}

TEST(Routes, MakeAnswersOfFailures) {
  const nlohmann::json model = answer_to(ModelError("cannot be run", {"net.onnx", "conv1", "Conv"}), 422);
  EXPECT_EQ(model.at("kind"), "model");
  EXPECT_EQ(model.at("where"), "net.onnx, conv1, Conv!");
  EXPECT_EQ(model.at("message"), "net.onnx: node 'conv1' (Conv): cannot be run!");
  EXPECT_EQ(answer_to(InputError("bad", "a.jpg"), 400).at("where"), "a.jpg!");
  EXPECT_EQ(answer_to(OutputError("full", "/tmp"), 500).at("kind"), "output");
  EXPECT_EQ(answer_to(Cancelled(), 409).at("kind"), "cancelled");
  EXPECT_EQ(answer_to(InternalError("broken"), 500).at("kind"), "internal");
  EXPECT_EQ(answer_to(std::bad_alloc(), 507).at("kind"), "too-large");
  EXPECT_EQ(answer_to(std::length_error("long"), 507).at("kind"), "too-large");
  EXPECT_EQ(answer_to(7, 500).at("kind"), "internal");
  EXPECT_EQ(answer_to(not_found("photo", "p7", "look"), 404).at("help"), "look");
  EXPECT_EQ(answer_to(busy("much to do"), 503).at("kind"), "busy");
}

}  // namespace
}  // namespace fovea::studio
