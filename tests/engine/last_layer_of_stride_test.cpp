/// Layers that are found by the distance of their rows in the picture.
#include "fovea/error.hpp"
#include "fovea/program.hpp"
#include "support/onnx_builder.hpp"
#include "support/temporary_folder.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace fovea::test {
namespace {

Model load(const ModelBuilder& builder) {
  const TemporaryFolder folder;
  return Model::load(builder.save(folder.file("model.onnx")));
}

std::vector<float> some_values(std::int64_t count) {
  std::vector<float> values;
  for (std::int64_t i = 0; i < count; ++i)
    values.push_back(static_cast<float>(i % 7 - 3) / 4.0F);
  return values;
}

/// A convolution of 3 x 3 and a ReLU of that name.
void add_layer(ModelBuilder& builder, const std::string& from, const std::string& to, std::int64_t channels,
               std::int64_t stride, std::int64_t pad = 1) {
  builder.weight("w_" + to, {4, channels, 3, 3}, some_values(4 * channels * 9));
  builder.node("Conv", {from, "w_" + to}, {"c_" + to},
               {{"strides", Dims{stride, stride}}, {"pads", Dims{pad, pad, pad, pad}}});
  builder.node("Relu", {"c_" + to}, {to});
}

/// The mean of `maps` by channel, which are classes or, with `channels`, weighted to two classes.
void add_scores(ModelBuilder& builder, const std::string& maps, std::int64_t channels = 0) {
  builder.node("GlobalAveragePool", {maps}, {"pooled"});
  builder.node("Flatten", {"pooled"}, {channels > 0 ? "flat" : "scores"});
  if (channels > 0) {
    builder.weight("w_scores", {channels, 2}, some_values(2 * channels));
    builder.node("MatMul", {"flat", "w_scores"}, {"scores"});
  }
}

/// The picture less a mean, layers of strides 2, 4, 4 and 8, and maps of classes.
ModelBuilder pyramid(std::int64_t side) {
  ModelBuilder builder;
  builder.input("image", {1, 3, side, side}).output("scores");
  builder.weight("mean", {1, 3, 1, 1}, {0.5F, 0.4F, 0.3F});
  builder.node("Sub", {"image", "mean"}, {"centred"});
  add_layer(builder, "centred", "two", 3, 2);
  add_layer(builder, "two", "four", 4, 2);
  add_layer(builder, "four", "four_again", 4, 1);
  add_layer(builder, "four_again", "eight", 4, 2);
  add_layer(builder, "eight", "maps", 4, 1);
  add_scores(builder, "maps");
  return builder;
}

std::string layer_of_stride(const Model& model, std::int64_t stride) {
  const auto program = Program::compile(model, {.threads = 1, .wrt = last_layer_of_stride(stride)});
  return program->outputs()[program->wrt_output(0).value()].name;
}

TEST(LastLayerOfStride, IsTheLastThatIsAsFine) {
  for (const std::int64_t side : {32, 33, 31}) {
    SCOPED_TRACE(side);
    const Model model = load(pyramid(side));
    EXPECT_EQ(layer_of_stride(model, 2), "two");
    EXPECT_EQ(layer_of_stride(model, 3), "two");
    EXPECT_EQ(layer_of_stride(model, 4), "four_again");
    EXPECT_EQ(layer_of_stride(model, 8), "eight") << "the maps of classes tell no class from another";
    EXPECT_EQ(layer_of_stride(model, 16), "eight");
    EXPECT_EQ(last_spatial_layer(model, {}), "maps");
  }
}

TEST(LastLayerOfStride, WithoutPaddingRowsThatAreLostAtTheEdgesMakeNoStride) {
  ModelBuilder builder;
  builder.input("image", {1, 3, 32, 32}).output("scores");
  add_layer(builder, "image", "two", 3, 2, 0);     // 15 rows
  add_layer(builder, "two", "also_two", 4, 1, 0);  // 13 rows
  add_layer(builder, "also_two", "four", 4, 2, 0);
  add_scores(builder, "four", 4);
  EXPECT_EQ(layer_of_stride(load(builder), 2), "also_two");
}

TEST(LastLayerOfStride, IsTheFinestWhereNoneIsAsFine) {
  const Model model = load(pyramid(32));
  EXPECT_EQ(layer_of_stride(model, 1), "two") << "the picture less its mean is no layer";
}

TEST(LastLayerOfStride, IsTheMapsOfClassesWhereThereIsNothingElse) {
  ModelBuilder builder;
  builder.input("image", {1, 3, 8, 8}).output("scores");
  add_layer(builder, "image", "maps", 3, 2);
  add_scores(builder, "maps");
  EXPECT_EQ(layer_of_stride(load(builder), 16), "maps");
}

TEST(LastLayerOfStride, CountsWeightsThatAreComputedFromConstants) {
  ModelBuilder builder;
  builder.input("image", {1, 3, 8, 8}).output("scores");
  builder.weight("half", {1}, {0.5F}).weight("twice", {4, 3, 3, 3}, some_values(108));
  builder.node("Mul", {"twice", "half"}, {"w"});
  builder.node("Conv", {"image", "w"}, {"c"}, {{"pads", Dims{1, 1, 1, 1}}});
  builder.node("Relu", {"c"}, {"r"});
  add_scores(builder, "r", 4);
  EXPECT_EQ(layer_of_stride(load(builder), 4), "r");
}

TEST(LastLayerOfStride, SeveralPassesReachLayersOfTheirOwn) {
  ProgramOptions options{.threads = 1, .wrt = last_layer_of_stride(16)};
  options.further_passes = {{Rule::Gradient, last_layer_of_stride(4)}, {Rule::Gradient, "two"}, {}};
  const auto program = Program::compile(load(pyramid(32)), options);
  ASSERT_EQ(program->outputs().size(), 4U);
  EXPECT_EQ(program->outputs()[program->wrt_output(0).value()].name, "eight");
  EXPECT_EQ(program->outputs()[program->wrt_output(1).value()].name, "four_again");
  EXPECT_EQ(program->outputs()[program->wrt_output(2).value()].name, "two");
  EXPECT_EQ(program->wrt_output(3), std::nullopt);
}

TEST(LastLayerOfStride, ThatIsNoneIsAnError) {
  EXPECT_THROW(last_layer_of_stride(0), InputError);
  ModelBuilder builder;
  builder.input("image", {1, 3, 4, 4}).output("scores").weight("w", {48, 2}, some_values(96));
  builder.node("Flatten", {"image"}, {"flat"}).node("MatMul", {"flat", "w"}, {"scores"});
  const Model flat = load(builder);
  EXPECT_NE(message_of<ModelError>([&] {
              layer_of_stride(flat, 4);
            }).find("no layer before the scores has more than one position of the picture: choose a method"),
            std::string::npos);
}

}  // namespace
}  // namespace fovea::test
