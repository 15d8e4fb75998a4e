#include "fovea/tensor.hpp"
#include "support/onnx_builder.hpp"
#include "support/program.hpp"

#include <cmath>
#include <limits>

namespace fovea::test {
namespace {

/// A linear classifier of two classes over a picture; the starting point of the broken ones.
ModelBuilder sound(const Dims& picture = {1, 3, 8, 8}) {
  ModelBuilder builder;
  builder.input("image", picture)
      .output("scores")
      .weight("W", {2, 3}, {1, -2, 3, -1, 2, 0.5F})
      .weight("b", {2}, {0.1F, 0});
  builder.node("GlobalAveragePool", {"image"}, {"mean"}, {}, "pool");
  builder.node("Flatten", {"mean"}, {"flat"}, {}, "flatten");
  builder.node("Gemm", {"flat", "W", "b"}, {"scores"}, {{"transB", 1}}, "classifier");
  return builder;
}

onnx::NodeProto& node_named(ModelBuilder& builder, const std::string& name) {
  for (onnx::NodeProto& node : *builder.graph().mutable_node())
    if (node.name() == name)
      return node;
  throw std::runtime_error("no node " + name);
}

class ModelErrors : public testing::Test {
protected:
  /// Every verb that takes a model refuses it with one line that names it, and leaves nothing behind.
  void expect_refused(const std::string& model, const std::vector<std::string>& parts) {
    std::vector<std::string> all = parts;
    all.push_back(model);
    expect_error(fovea({"classify", sample("church.jpg"), "-m", model}), 1, all);
    expect_error(fovea({"saliency", sample("church.jpg"), "-m", model, "-o", folder.file("map.png")}), 1,
                 all);
    expect_error(fovea({"class-model", "--class", "0", "-m", model, "-o", folder.file("model.png")}), 1, all);
    const Outcome info = fovea({"info", model});
    EXPECT_EQ(info.code, 1) << info.out;
    EXPECT_EQ(info.err.find("fovea: error: "), 0U) << info.err;
    EXPECT_FALSE(std::filesystem::exists(folder.file("map.png")));
    EXPECT_FALSE(std::filesystem::exists(folder.file("model.png")));
  }
  void expect_refused(const ModelBuilder& builder, const std::vector<std::string>& parts) {
    expect_refused(builder.save(folder.file("model.onnx")), parts);
  }

  TemporaryFolder folder;
};

TEST_F(ModelErrors, TheSoundModelWorks) {
  const std::string model = sound().save(folder.file("model.onnx"));
  EXPECT_EQ(fovea({"info", model}).code, 0);
  EXPECT_EQ(fovea({"classify", sample("church.jpg"), "-m", model}).code, 0);
}

/// A network whose batch comes second, as in PyTorch's attention; `joined` is what is left of the batch
/// there.
ModelBuilder batch_in_the_middle(const Dims& picture, std::int64_t joined) {
  ModelBuilder builder;
  std::vector<float> weights(2 * 3 * 64);
  for (std::size_t i = 0; i < weights.size(); ++i)
    weights[i] = static_cast<float>(i * i % 17) - 8;
  builder.input("image", picture).output("scores").weight("W", {2, 3 * 64}, weights);
  builder.list("target", {3, joined, 64}).list("flat", {-1, 3 * 64});
  builder.node("Transpose", {"image"}, {"turned"}, {{"perm", Dims{1, 0, 2, 3}}});
  builder.node("Reshape", {"turned", "target"}, {"joined"}, {}, "join");
  builder.node("Sigmoid", {"joined"}, {"bent"});
  builder.node("Transpose", {"bent"}, {"back"}, {{"perm", Dims{1, 0, 2}}});
  builder.node("Reshape", {"back", "flat"}, {"features"});
  builder.node("Gemm", {"features", "W"}, {"scores"}, {{"transB", 1}});
  return builder;
}

TEST_F(ModelErrors, ABatchThatCannotBeChangedTakesCropsOneByOne) {
  const std::string fixed = batch_in_the_middle({1, 3, 8, 8}, 1).save(folder.file("fixed.onnx"));
  const std::string free = batch_in_the_middle({-1, 3, 8, 8}, -1).save(folder.file("free.onnx"));
  const auto map_of = [&](const std::string& model) {
    const Outcome outcome = fovea({"saliency", sample("church.jpg"), "--class", "0", "--crops", "10", "-m",
                                   model, "-o", folder.file("out")});
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    return read_npy(folder.file("out") + "/church-map.npy");
  };
  const Tensor expected = map_of(free), found = map_of(fixed);
  ASSERT_EQ(found.shape(), expected.shape());
  for (std::int64_t i = 0; i < found.elements(); ++i)
    EXPECT_NEAR(found.data<float>()[static_cast<std::size_t>(i)],
                expected.data<float>()[static_cast<std::size_t>(i)], 1e-6);
  for (const char* crops : {"whole", "2", "10"})
    EXPECT_EQ(fovea({"localize", sample("church.jpg"), "--class", "0", "--method", "gradient", "--crops",
                     crops, "-m", fixed, "-o", folder.file("out")})
                  .code,
              0);
  EXPECT_EQ(fovea({"classify", sample("church.jpg"), "--crops", "10", "-m", fixed}).code, 0);
}

TEST_F(ModelErrors, NotAnOnnxFile) {
  store(folder.file("a.onnx"), "this is text and not a model at all");
  expect_refused(folder.file("a.onnx"), {"not an ONNX model"});
  store(folder.file("b.onnx"), "");
  expect_refused(folder.file("b.onnx"), {"empty"});
  store(folder.file("c.onnx"), std::string("\x89PNG\r\n\x1a\n\0\0\0\rIHDR", 16));
  expect_refused(folder.file("c.onnx"), {"PNG"});
  expect_refused(folder.path(), {"folder"});
  expect_refused(folder.file("missing.onnx"), {"No such file"});
}

TEST_F(ModelErrors, ATruncatedFile) {
  const std::string whole = load(bundled());
  for (double share : {0.01, 0.5, 0.99}) {
    store(folder.file("cut.onnx"),
          whole.substr(0, static_cast<std::size_t>(share * static_cast<double>(whole.size()))));
    expect_refused(folder.file("cut.onnx"), {});
  }
}

TEST_F(ModelErrors, ANodeThatReadsAMissingValue) {
  ModelBuilder builder = sound();
  node_named(builder, "flatten").set_input(0, "nowhere");
  expect_refused(builder, {"flatten", "nowhere"});
}

TEST_F(ModelErrors, ACycle) {
  ModelBuilder builder = sound();
  builder.node("Add", {"mean", "back"}, {"forth"}, {}, "adds");
  builder.node("Relu", {"forth"}, {"back"}, {}, "clamps");
  node_named(builder, "flatten").set_input(0, "back");
  expect_refused(builder, {"cycle"});
}

TEST_F(ModelErrors, AWrongAttribute) {
  ModelBuilder builder = sound();
  builder.weight("k", {3, 3, 3, 3}, std::vector<float>(81, 0.1F));
  builder.node("Conv", {"image", "k"}, {"conv"}, {{"auto_pad", "SIDEWAYS"}}, "first");
  node_named(builder, "pool").set_input(0, "conv");
  expect_refused(builder, {"node 'first' (Conv)", "auto_pad", "SIDEWAYS"});
  *node_named(builder, "first").mutable_attribute(0) = onnx::AttributeProto();
  auto& strides = *node_named(builder, "first").mutable_attribute(0);
  strides.set_name("strides");
  strides.set_type(onnx::AttributeProto::INTS);
  strides.add_ints(0);
  strides.add_ints(-4);
  expect_refused(builder, {"node 'first' (Conv)", "strides"});
}

TEST_F(ModelErrors, NegativeOrAbsurdDimensions) {
  ModelBuilder builder = sound();
  builder.graph().mutable_initializer(0)->set_dims(0, -2);
  expect_refused(builder, {"'W'"});
  builder.graph().mutable_initializer(0)->set_dims(0, std::int64_t{1} << 62);
  expect_refused(builder, {"'W'"});
  expect_refused(sound({1, 3, std::int64_t{1} << 40, std::int64_t{1} << 40}), {});
}

TEST_F(ModelErrors, BytesThatDoNotFitTheShape) {
  ModelBuilder builder = sound();
  builder.graph().mutable_initializer(0)->clear_float_data();
  builder.graph().mutable_initializer(0)->set_raw_data(std::string(23, 'x'));
  expect_refused(builder, {"'W'", "23", "24"});
}

TEST_F(ModelErrors, ExternalDataOutsideTheModelsFolder) {
  std::filesystem::create_directories(folder.file("inner"));
  store(folder.file("secret.bin"), std::string(24, 'x'));
  for (const std::string& location : {std::string("../secret.bin"), folder.file("secret.bin")}) {
    ModelBuilder builder = sound();
    onnx::TensorProto& W = *builder.graph().mutable_initializer(0);
    W.clear_float_data();
    W.set_data_location(onnx::TensorProto::EXTERNAL);
    onnx::StringStringEntryProto& entry = *W.add_external_data();
    entry.set_key("location");
    entry.set_value(location);
    expect_refused(builder.save(folder.file("inner/model.onnx")), {"secret.bin"});
  }
}

TEST_F(ModelErrors, UnsupportedOperatorsAreListedAtOnceAndInfoShowsItsTable) {
  ModelBuilder builder = sound();
  builder.node("Frobnicate", {"mean"}, {"f"}, {}, "odd").node("Loop", {"f"}, {"g"}, {}, "round");
  node_named(builder, "flatten").set_input(0, "g");
  const std::string model = builder.save(folder.file("model.onnx"));
  for (const auto& arguments : {std::vector<std::string>{"classify", sample("church.jpg"), "-m", model},
                                std::vector<std::string>{"saliency", sample("church.jpg"), "-m", model, "-o",
                                                         folder.file("x.png")}}) {
    const Outcome outcome = fovea(arguments);
    EXPECT_EQ(outcome.code, 1);
    for (const char* part : {"fovea: error: ", "'odd'", "Frobnicate", "'round'", "Loop"})
      EXPECT_TRUE(contains(outcome.err, part)) << part << "\n" << outcome.err;
    EXPECT_EQ(outcome.out, "");
  }
  const Outcome info = fovea({"info", model});
  EXPECT_EQ(info.code, 1);
  for (const char* part :
       {"GlobalAveragePool", "unsupported    node 'odd' (Frobnicate)", "unsupported    node 'round' (Loop)"})
    EXPECT_TRUE(contains(info.out, part)) << part << "\n" << info.out;
  const Outcome json = fovea({"info", model, "--json"});
  EXPECT_EQ(json.code, 1);
  EXPECT_TRUE(contains(json.out, "Frobnicate") && contains(json.out, "\"error\"")) << json.out;
  EXPECT_EQ(folder.count(), 1U);
}

TEST_F(ModelErrors, TwoInputsWhereAPictureIsNeeded) {
  ModelBuilder builder = sound();
  builder.input("other", {1, 2});
  node_named(builder, "classifier").set_input(2, "other");
  expect_refused(builder, {"2 inputs", "'image'", "'other'"});
}

TEST_F(ModelErrors, AnInputThatIsNoPicture) {
  expect_refused(sound({1, 7, 8, 8}), {"'image'", "picture"});
  ModelBuilder text;
  text.input("x", {4}, onnx::TensorProto::STRING).output("y").node("Identity", {"x"}, {"y"});
  expect_refused(text, {"'x'"});
}

TEST_F(ModelErrors, NoInputsNoOutputsOrNoNodes) {
  ModelBuilder no_outputs = sound();
  no_outputs.graph().clear_output();
  expect_refused(no_outputs, {"output"});
  ModelBuilder no_inputs = sound();
  no_inputs.graph().clear_input();
  expect_refused(no_inputs, {});
  ModelBuilder nothing;
  expect_refused(nothing, {});
}

TEST_F(ModelErrors, NaNInTheWeights) {
  ModelBuilder builder = sound();
  builder.graph().mutable_initializer(0)->set_float_data(1, std::nanf(""));
  expect_refused(builder, {"'W'", "element 1 is NaN"});
}

TEST_F(ModelErrors, AModelThatGivesNaN) {
  ModelBuilder builder = sound();
  node_named(builder, "classifier").set_output(0, "raw");
  builder.weight("far", {1}, {-1000})
      .node("Add", {"raw", "far"}, {"negative"})
      .node("Log", {"negative"}, {"scores"}, {}, "log");
  const std::string model = builder.save(folder.file("model.onnx"));
  expect_error(fovea({"classify", sample("church.jpg"), "-m", model}), 1,
               {"church.jpg", "score of class 0", "nan"});
  expect_error(fovea({"saliency", sample("church.jpg"), "-m", model, "-o", folder.file("x.png")}), 1,
               {"church.jpg", "nan"});
  EXPECT_EQ(folder.count(), 1U);
}

TEST_F(ModelErrors, AnOpenSizeNeedsOneAndAFixedSizeTakesNoOther) {
  const std::string open = sound({-1, 3, -2, -3}).save(folder.file("open.onnx"));
  expect_error(fovea({"classify", sample("church.jpg"), "-m", open}), 1, {"open.onnx", "'image'", "--size"});
  EXPECT_EQ(fovea({"classify", sample("church.jpg"), "-m", open, "--size", "20"}).code, 0);
  EXPECT_EQ(fovea({"classify", sample("church.jpg"), "-m", open, "--size", "20x28"}).code, 0);
  expect_error(fovea({"classify", sample("church.jpg"), "-m", open, "--size", "20x"}), 2,
               {"--size", "'20x'"});
  EXPECT_EQ(fovea({"info", open}).code, 0);
  const std::string fixed = sound().save(folder.file("fixed.onnx"));
  expect_error(fovea({"classify", sample("church.jpg"), "-m", fixed, "--size", "20"}), 1,
               {"--size 20", "8x8"});
  EXPECT_EQ(fovea({"classify", sample("church.jpg"), "-m", fixed, "--size", "8"}).code, 0);
}

/// Other programs' metadata are reported once and have no effect; options of the user replace them.
TEST_F(ModelErrors, ForeignMetadata) {
  for (const auto& [key, value] : {std::pair{"std", "0,0,0"}, std::pair{"mean", "grey"},
                                   std::pair{"channel_order", "XYZ"}, std::pair{"resize_short_side", "-4"}}) {
    ModelBuilder builder = sound();
    onnx::StringStringEntryProto& entry = *builder.model.add_metadata_props();
    entry.set_key(key);
    entry.set_value(value);
    const std::string model = builder.save(folder.file("model.onnx"));
    const auto plain = fovea({"classify", sample("church.jpg"), "-m", model});
    EXPECT_EQ(plain.code, 0) << plain.err;
    EXPECT_NE(plain.err.find("warning"), std::string::npos) << plain.err;
    EXPECT_NE(plain.err.find(key), std::string::npos) << plain.err;
    const auto told = fovea({"classify", sample("church.jpg"), "-m", model, "--preprocess", "none"});
    EXPECT_EQ(told.code, 0) << told.err;
  }
}

TEST_F(ModelErrors, LabelsOfAnotherNetwork) {
  const std::string model = sound().save(folder.file("model.onnx"));
  store(folder.file("labels.txt"), "a\nb\nc\n");
  expect_error(fovea({"classify", sample("church.jpg"), "-m", model, "--labels", folder.file("labels.txt")}),
               1, {"labels.txt", "3 labels for 2 classes"});
}

}  // namespace
}  // namespace fovea::test
