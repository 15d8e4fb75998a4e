#include "engine/way.hpp"
#include "fovea/error.hpp"
#include "fovea/program.hpp"
#include "support/tensors.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

/// Attention of networks that PyTorch exported: where it lies, and its gradients from one backward pass.
namespace fovea::test {
namespace {

Model family(const std::string& name) {
  return Model::load(std::string(FOVEA_TEST_DATA) + "/families/" + name + ".onnx");
}

std::vector<double> values_of(const Tensor& tensor) {
  const Tensor wide = tensor.cast(DType::F64);
  return {wide.data<double>().begin(), wide.data<double>().end()};
}

void run(Session& session) {
  Tensor values(DType::F64, session.input().shape());
  for (std::size_t i = 0; i < values.data<double>().size(); ++i)
    values.data<double>()[i] = static_cast<double>((i * 37 + i / 7) % 101) / 40 - 1.2;
  const Tensor input = values.cast(session.input().dtype());
  std::copy_n(static_cast<const std::byte*>(input.raw()), input.bytes(),
              static_cast<std::byte*>(session.input().raw()));
  session.forward();
  if (session.program().backward_passes() == 0)
    return;
  session.seed_classes(std::vector<std::int64_t>{1});
  session.backward();
}

void expect_near(const std::vector<double>& found, const std::vector<double>& expected, double tolerance,
                 const std::string& what) {
  ASSERT_EQ(found.size(), expected.size()) << what;
  double size = 0, apart = 0;
  for (std::size_t i = 0; i < expected.size(); ++i) {
    size = std::max(size, std::abs(expected[i]));
    apart = std::max(apart, std::abs(found[i] - expected[i]));
  }
  EXPECT_GT(size, 0) << what;
  EXPECT_LE(apart, tolerance * size) << what;
}

class AttentionOf : public testing::TestWithParam<Way> {
protected:
  static ProgramOptions options() {
    return {.precision = GetParam().precision, .backend = GetParam().backend, .threads = 1};
  }
};

INSTANTIATE_TEST_SUITE_P(All, AttentionOf,
                         testing::Values(Way{"reference_f64", Precision::F64, BackendKind::Reference, 1e-11},
                                         Way{"onednn_f32", Precision::F32, BackendKind::OneDnn, 2e-5}),
                         [](const auto& way) { return way.param.name; });

/// A class token and 4 x 4 patches; two layers of two heads.
TEST_P(AttentionOf, AVisionTransformerIsKnownByHeadsAndTokens) {
  for (const char* name : {"vit_13", "vit_17"}) {
    ProgramOptions forward = options();
    forward.direction = Direction::Forward;
    forward.attention = true;
    Session session(Program::compile(family(name), forward));
    run(session);
    const Attention& attention = session.program().attention();
    ASSERT_EQ(attention.layers.size(), 2U) << name;
    EXPECT_EQ(attention.height, 4);
    EXPECT_EQ(attention.width, 4);
    EXPECT_EQ(attention.read, std::vector<std::int64_t>{0});
    ASSERT_EQ(attention.patches.size(), 16U);
    for (std::size_t i = 0; i < 16; ++i)
      EXPECT_EQ(attention.patches[i], static_cast<std::int64_t>(i) + 1);
    for (const AttentionLayer& layer : attention.layers) {
      const std::vector<double> values = values_of(session.output(layer.output));
      EXPECT_EQ(layer.layout.heads(), 2);
      EXPECT_EQ(layer.layout.tokens(), 17);
      for (const std::int64_t head : layer.layout.head_offsets)
        for (const std::int64_t query : layer.layout.query_offsets) {
          double sum = 0;
          for (const std::int64_t key : layer.layout.key_offsets)
            sum +=
                values[static_cast<std::size_t>(layer.layout.picture_offsets.front() + head + query + key)];
          EXPECT_NEAR(sum, 1, 1e-5) << name;
        }
    }
  }
}

/// The gradient of each layer is that of a program which differentiates with respect to it alone.
TEST_P(AttentionOf, AllLayersHaveTheirGradientsFromOnePass) {
  for (const char* name : {"vit_13", "vit_17"}) {
    const Model model = family(name);
    ProgramOptions all = options();
    all.wrt = kAttention;
    all.further_passes = {{Rule::Gradient, {}}, {Rule::Gradient, std::string(kAttentionOfBlocks)}};
    Session session(Program::compile(model, all));
    run(session);
    const Attention& attention = session.program().attention();
    for (std::size_t l = 0; l < attention.layers.size(); ++l) {
      ProgramOptions one = options();
      one.wrt = session.program().outputs()[attention.layers[l].output].name;
      Session alone(Program::compile(model, one));
      run(alone);
      expect_near(values_of(session.attention_gradient(0, l)), values_of(alone.gradient()),
                  GetParam().tolerance, name);
      expect_near(values_of(session.output(attention.layers[l].output)), values_of(alone.output(1)),
                  GetParam().tolerance, name);
    }
    Session picture(Program::compile(model, options()));
    run(picture);
    expect_near(values_of(session.gradient(1)), values_of(picture.gradient()), GetParam().tolerance, name);
    // The last block's own scores are the network's.
    expect_near(values_of(session.attention_gradient(2, 1)), values_of(session.attention_gradient(0, 1)),
                GetParam().tolerance, name);
    EXPECT_NE(values_of(session.attention_gradient(2, 0)), values_of(session.attention_gradient(0, 0)));
  }
}

TEST(AttentionLayers, OfWindowsAreRefused) {
  try {
    Program::compile(family("swin_13"), {.direction = Direction::Forward, .attention = true});
    ADD_FAILURE();
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("windows of"), std::string::npos) << error.what();
  }
}

TEST(AttentionLayers, AreNoneUnlessTheyAreAskedFor) {
  const auto program = Program::compile(family("vit_13"));
  EXPECT_TRUE(program->attention().layers.empty());
  EXPECT_EQ(program->outputs().size(), 1U);
}

/// What the last block's attention reads, for both exporters' forms of the normalisation.
TEST(LastSpatialLayer, OfExportedTransformers) {
  EXPECT_EQ(last_spatial_layer(family("vit_17"), {}), "85");
  const Model vit = family("vit_13"), swin = family("swin_13");
  const std::vector<LayerInfo> all = layers(vit);
  const LayerInfo& layer = find_layer(all, last_spatial_layer(vit, {}));
  EXPECT_EQ(layer.node, "/encoder/layers/encoder_layer_1/ln_1/Add_1");
  const std::vector<LayerInfo> of_swin = layers(swin);
  EXPECT_TRUE(find_layer(of_swin, last_spatial_layer(swin, {})).layout->has_grid);
}

}  // namespace
}  // namespace fovea::test
