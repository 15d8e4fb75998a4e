#include "report/deconv_report.hpp"

#include "support/temporary_folder.hpp"

#include <gtest/gtest.h>

#include <filesystem>

namespace fovea::test {
namespace {

const std::string kSource = FOVEA_SOURCE_DIR;

/// The bundled network and a photo, under two rules.
class DeconvReports : public testing::Test {
protected:
  DeconvReports() {
    NetworkRequest request;
    request.found.path = kSource + "/models/imagenette-resnet.onnx";
    network_ = Network::load(request);
    program_.threads = 1;
    program_.height = network_->size.height;
    program_.width = network_->size.width;
    display_.rules = {Rule::Deconvnet, Rule::Guided};
    options_.output = folder_.path();
  }

  DeconvResult make() {
    std::vector<Session> sessions;
    for (const Rule rule : display_.rules) {
      program_.rule = rule;
      program_.layer = display_.layer ? display_.layer->name : "";
      sessions.emplace_back(Program::compile(network_->model, program_));
    }
    return DeconvReport(*network_, display_, options_)
        .make(sessions, kSource + "/samples/golf-ball.jpg", folder_.file("a"));
  }
  void take_layer() {
    const std::vector<LayerInfo> all = layers(network_->model, network_->size.height, network_->size.width);
    display_.layer = find_layer(all, last_spatial_layer(network_->model, program_));
    options_.layer_name = display_.layer->name;
  }

  TemporaryFolder folder_;
  std::optional<Network> network_;
  ProgramOptions program_;
  DeconvDisplay display_;
  DeconvReportOptions options_;
};

TEST_F(DeconvReports, are_of_the_best_guess_or_of_the_class_that_is_asked_for) {
  nlohmann::ordered_json json = make().json;
  EXPECT_EQ(json["rules"], (std::vector<std::string>{"deconvnet", "guided"}));
  EXPECT_FALSE(json.contains("layer"));
  ASSERT_EQ(json["reconstructions"].size(), 1U);
  const std::int64_t best = json["reconstructions"][0]["class"]["index"];
  for (const auto& file : json["reconstructions"][0]["files"])
    EXPECT_TRUE(std::filesystem::exists(file.get<std::string>())) << file;
  EXPECT_TRUE(std::filesystem::exists(folder_.file("a-figure.png")));
  options_.target = best == 3 ? 4 : 3;
  json = make().json;
  EXPECT_EQ(json["reconstructions"][0]["class"]["index"], *options_.target);
}

TEST_F(DeconvReports, are_of_the_strongest_channels_or_of_one_unit) {
  take_layer();
  options_.channels = 2;
  const DeconvResult strongest = make();
  ASSERT_EQ(strongest.json["reconstructions"].size(), 2U);
  const nlohmann::ordered_json first = strongest.json["reconstructions"][0];
  EXPECT_EQ(strongest.json["layer"], display_.layer->name);
  EXPECT_NE(strongest.text.find(", sees "), std::string::npos);
  options_.unit = Unit{first["channel"], 0, 0};
  options_.at_strongest = true;
  options_.output = folder_.file("one.png");
  const nlohmann::ordered_json one = make().json;
  ASSERT_EQ(one["reconstructions"].size(), 1U);
  EXPECT_EQ(one["reconstructions"][0]["y"], first["y"]);
  EXPECT_EQ(one["reconstructions"][0]["x"], first["x"]);
  EXPECT_FALSE(one["reconstructions"][0].contains("files"));
  EXPECT_EQ(one["figure"], options_.output);
}

}  // namespace
}  // namespace fovea::test
