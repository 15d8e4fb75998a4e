#pragma once

#include "base/json.hpp"
#include "studio/all_routes.hpp"
#include "studio/studio.hpp"

#include <fstream>
#include <gtest/gtest.h>
#include <iterator>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

namespace fovea::studio {

inline std::string sample(const std::string& name) {
  return std::string(FOVEA_SOURCE_DIR) + "/samples/" + name;
}

inline std::string bytes_of_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// A studio with the bundled network as m1 and two samples as p1 and p2, on one thread.
class StudioTest : public testing::Test {
protected:
  StudioTest() : StudioTest(StudioLimits()) {}
  explicit StudioTest(const StudioLimits& limits) : studio(options_of(limits)), routes(all_routes(studio)) {
    NetworkRequest network;
    network.found.path = std::string(FOVEA_SOURCE_DIR) + "/models/imagenette-resnet.onnx";
    network.found.origin = FoundNetwork::Origin::Bundled;
    studio.models().add(std::move(network), ModelOrigin::Bundled, "imagenette-resnet.onnx");
    studio.photos().add(sample("church.jpg"), PhotoOrigin::Sample);
    studio.photos().add(sample("golf-ball.jpg"), PhotoOrigin::Sample);
  }

  static StudioOptions options_of(const StudioLimits& limits) {
    StudioOptions options;
    options.limits = limits;
    options.program.threads = 1;
    options.temporary_folder = testing::TempDir();
    return options;
  }

  Request request(const std::string& method, const std::string& path, NamedTexts query = {}) const {
    Request made{.method = method, .path = path};
    made.query = std::move(query);
    return made;
  }
  Response get(const std::string& path, NamedTexts query = {}) const {
    return routes.handle(request("GET", path, std::move(query)));
  }
  Response post(const std::string& path, const nlohmann::ordered_json& body) const {
    Request made = request("POST", path);
    made.body = body.dump();
    return routes.handle(made);
  }
  Response send_file(const std::string& path, NamedTexts query, const std::string& bytes) const {
    Request made = request("POST", path, std::move(query));
    made.upload = studio.make_upload();
    made.upload->write(bytes);
    return routes.handle(made);
  }
  static nlohmann::ordered_json json_of(const Response& response) {
    return nlohmann::ordered_json::parse(response.body);
  }
  /// The object "error" of an answer, whose status is checked.
  static nlohmann::ordered_json error_of(const Response& response, int status) {
    EXPECT_EQ(response.status, status) << response.body;
    return json_of(response).at("error");
  }
  static std::string header_of(const Response& response, const std::string& name) {
    for (const auto& [known, value] : response.headers)
      if (known == name)
        return value;
    return {};
  }
  /// Waits for the end of a job and gives it.
  nlohmann::ordered_json end_of_job(const std::string& id) const {
    while (true) {
      const auto job = json_of(get("/api/jobs/" + id));
      if (job.at("state") != "queued" && job.at("state") != "running")
        return job;
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
  }

  Studio studio;
  Routes routes;
};

}  // namespace fovea::studio
