#include "fixtures.hpp"
#include "fovea/error.hpp"
#include "fovea/explain.hpp"
#include "fovea/features.hpp"
#include "fovea/model.hpp"
#include "support/tensors.hpp"

#include <gtest/gtest.h>

/// Whatever the order of a layer's axes, all that is said of it is the same. One network is built several
/// times: its layer "act" is [N,C,H,W], or lies behind Transposes and Reshapes that are undone after it.
/// Batch aside, all extents of the picture's layer are equal, so that none can be told by its size.
namespace fovea {
namespace {

using test::built;
using test::Dims;
using test::near;
using test::random_values;

constexpr std::int64_t kSide = 6;

/// Nodes that bring a value of [N,H,W,C] into some order, and back.
struct Order {
  std::string name;
  Dims shape;                                      ///< for a batch of 1
  std::function<void(test::ModelBuilder&)> bring;  ///< from "last" to "x"
  std::function<void(test::ModelBuilder&)> undo;   ///< from "act" to "undone"
};

void transpose(test::ModelBuilder& builder, const std::string& x, const std::string& y, const Dims& perm) {
  builder.node("Transpose", {x}, {y}, {{"perm", perm}});
}

void reshape(test::ModelBuilder& builder, const std::string& x, const std::string& y, const Dims& shape) {
  builder.list(y + "_shape", shape).node("Reshape", {x, y + "_shape"}, {y});
}

Order transposed(const std::string& name, const Dims& perm, const Dims& back) {
  return {name,
          {1, kSide, kSide, kSide},
          [=](auto& b) { transpose(b, "last", "x", perm); },
          [=](auto& b) { transpose(b, "act", "undone", back); }};
}

std::vector<Order> orders() {
  const Dims swap_windows = {0, 1, 3, 2, 4, 5};
  return {
      transposed("NHWC", {0, 1, 2, 3}, {0, 1, 2, 3}),
      transposed("NWHC", {0, 2, 1, 3}, {0, 2, 1, 3}),
      transposed("NWCH", {0, 2, 3, 1}, {0, 3, 1, 2}),
      {"CHWN",
       {kSide, kSide, kSide, 1},
       [](auto& b) {
         transpose(b, "last", "x", {3, 1, 2, 0});
       },
       [](auto& b) {
         transpose(b, "act", "undone", {3, 1, 2, 0});
       }},
      {"tokens",
       {1, kSide * kSide, kSide},
       [](auto& b) {
         reshape(b, "last", "x", {0, kSide * kSide, kSide});
       },
       [](auto& b) {
         reshape(b, "act", "undone", {0, kSide, kSide, kSide});
       }},
      {"tokens first",
       {kSide * kSide, 1, kSide},
       [](auto& b) {
         reshape(b, "last", "tokens", {0, kSide * kSide, kSide});
         transpose(b, "tokens", "x", {1, 0, 2});
       },
       [](auto& b) {
         transpose(b, "act", "batch_first", {1, 0, 2});
         reshape(b, "batch_first", "undone", {0, kSide, kSide, kSide});
       }},
      {"windows",
       {4, 9, kSide},
       [=](auto& b) {
         reshape(b, "last", "cut", {-1, 2, 3, 2, 3, kSide});
         transpose(b, "cut", "sorted", swap_windows);
         reshape(b, "sorted", "x", {-1, 9, kSide});
       },
       [=](auto& b) {
         reshape(b, "act", "sorted_back", {-1, 2, 2, 3, 3, kSide});
         transpose(b, "sorted_back", "cut_back", swap_windows);
         reshape(b, "cut_back", "undone", {-1, kSide, kSide, kSide});
       }},
      {"heads",
       {1, 2, kSide * kSide, 3},
       [](auto& b) {
         reshape(b, "last", "split", {0, kSide * kSide, 2, 3});
         transpose(b, "split", "x", {0, 2, 1, 3});
       },
       [](auto& b) {
         transpose(b, "act", "split_back", {0, 2, 1, 3});
         reshape(b, "split_back", "undone", {0, kSide, kSide, kSide});
       }},
  };
}

/// Without an order, "act" is [N,C,H,W]. The scores read every position by weights of its own.
Model network(const Order* order) {
  test::ModelBuilder builder;
  builder.input("image", {1, 3, kSide, kSide}).output("scores");
  builder.weight("w", {kSide, 3, 3, 3}, random_values(kSide * 27, 1))
      .weight("b", {kSide}, random_values(6, 2));
  builder.node("Conv", {"image", "w", "b"}, {"conv"}, {{"pads", Dims{1, 1, 1, 1}}});
  if (order) {
    transpose(builder, "conv", "last", {0, 2, 3, 1});
    order->bring(builder);
    builder.node("Relu", {"x"}, {"act"}, {}, "activation");
    order->undo(builder);
  } else {
    builder.node("Relu", {"conv"}, {"act"}, {}, "activation");
    transpose(builder, "act", "undone", {0, 2, 3, 1});
  }
  builder.weight("m", {kSide * kSide * kSide, 4}, random_values(kSide * kSide * kSide * 4, 3));
  reshape(builder, "undone", "flat", {0, kSide * kSide * kSide});
  builder.node("MatMul", {"flat", "m"}, {"mixed"});
  builder.weight("n", {4, 4}, random_values(16, 4));
  builder.node("Relu", {"mixed"}, {"bent"}).node("MatMul", {"bent", "n"}, {"scores"});
  return built(builder);
}

class LayerOrder : public testing::TestWithParam<Order> {
protected:
  Model plain_ = network(nullptr), other_ = network(&GetParam());
};

Tensor input() {
  Tensor x(DType::F32, {3, kSide, kSide});
  const auto values = random_values(static_cast<std::size_t>(x.elements()), 9);
  std::copy(values.begin(), values.end(), x.data<float>().begin());
  return x;
}

Tensor map_of(const Model& model, std::string_view method, const std::string& layer) {
  return test::explainer_of(model, {.method = std::string(method),
                                    .method_options = {.layer = layer},
                                    .preprocessing = preprocessing_preset("none")})
      .attribute(input(), {2, {}})
      .relevance;
}

TEST_P(LayerOrder, MapsAreTheSame) {
  for (const char* method : {"grad-cam", "grad-cam++", "layer-cam", "guided-grad-cam", "excitation"}) {
    const Tensor expected = map_of(plain_, method, "act");
    EXPECT_GT(*std::max_element(expected.data<float>().begin(), expected.data<float>().end()), 0) << method;
    EXPECT_TRUE(near(map_of(other_, method, "act"), expected, 1e-5)) << method;
  }
}

TEST_P(LayerOrder, LayersAreListedWithTheirAxes) {
  const std::vector<LayerInfo> all = layers(other_);
  const LayerInfo& layer = find_layer(all, "act");
  EXPECT_EQ(layer.shape.dims(), GetParam().shape);
  ASSERT_TRUE(layer.layout);
  EXPECT_TRUE(layer.layout->has_grid);
  EXPECT_EQ(layer.layout->channels(), kSide);
  EXPECT_EQ(layer.layout->height(), kSide);
  EXPECT_EQ(layer.layout->width(), kSide);
}

TEST_P(LayerOrder, ClassModelsAreTheSame) {
  using Part = LayerTarget::Part;
  const auto picture = [](const Model& model, const LayerTarget& target) {
    Session session(Program::compile(model, {.threads = 1, .layer = "act"}));
    return class_model(session, preprocessing_preset("none"), {.steps = 3, .layer = target}).input;
  };
  for (const LayerTarget& target :
       {LayerTarget{Part::Whole, 0, {}, {}}, LayerTarget{Part::Channel, 1, {}, {}},
        LayerTarget{Part::Unit, 1, 4, 2}, LayerTarget{Part::Unit, 3, {}, {}}})
    EXPECT_TRUE(near(picture(other_, target), picture(plain_, target), 1e-4));
}

/// Two pictures go through the network at a time, so that the batch's place matters, too.
TEST_P(LayerOrder, DiversePicturesAreTheSame) {
  const auto pictures = [](const Model& model, bool own) {
    Session layer(Program::compile(model, {.batch = 2, .threads = 1, .layer = "act"}));
    Session scores(Program::compile(model, {.batch = 2, .threads = 1}));
    ClassModelOptions options{.steps = 3};
    DiversityOptions diversity{.pictures = 3};
    if (own)
      options.layer = LayerTarget{LayerTarget::Part::Channel, 1, {}, {}};
    else
      diversity.layer = &layer;
    return class_models(own ? layer : scores, preprocessing_preset("none"), options, diversity);
  };
  for (const bool own : {true, false}) {
    const auto found = pictures(other_, own), expected = pictures(plain_, own);
    for (std::size_t k = 0; k < expected.size(); ++k)
      EXPECT_TRUE(near(found[k].input, expected[k].input, 1e-3));
  }
}

TEST_P(LayerOrder, ReconstructionsAreTheSame) {
  struct Found {
    std::vector<UnitActivation> strongest;
    Tensor unit, channel;
  };
  const auto reconstruct = [](const Model& model) {
    const std::vector<LayerInfo> all = layers(model);
    const LayerInfo& layer = find_layer(all, "activation");
    Session session(Program::compile(model, {.rule = Rule::Deconvnet, .threads = 1, .layer = layer.name}));
    LayerExplainer explainer(session, layer, test::photo(kSide, kSide), preprocessing_preset("none"));
    return Found{explainer.strongest_channels(9), explainer.unit({1, 4, 2}).pattern,
                 explainer.channel(3).pattern};
  };
  const Found found = reconstruct(other_), expected = reconstruct(plain_);
  ASSERT_FALSE(expected.strongest.empty());
  ASSERT_EQ(found.strongest.size(), expected.strongest.size());
  for (std::size_t i = 0; i < expected.strongest.size(); ++i) {
    EXPECT_EQ(found.strongest[i].unit, expected.strongest[i].unit);
    EXPECT_NEAR(found.strongest[i].value, expected.strongest[i].value, 1e-5);
  }
  EXPECT_TRUE(near(found.unit, expected.unit, 1e-5));
  EXPECT_TRUE(near(found.channel, expected.channel, 1e-5));
}

/// The last layer with places in the picture is the same one, or the same values moved.
TEST_P(LayerOrder, TheLastSpatialLayerIsFound) {
  EXPECT_TRUE(near(map_of(other_, "grad-cam", ""), map_of(plain_, "grad-cam", ""), 1e-5));
}

std::string name_of_order(const testing::TestParamInfo<Order>& order) {
  std::string name = order.param.name;
  std::replace(name.begin(), name.end(), ' ', '_');
  return name;
}

INSTANTIATE_TEST_SUITE_P(Orders, LayerOrder, testing::ValuesIn(orders()), name_of_order);

/// Attention has positions on two axes, and mixed tokens have no rows and columns; a class token does no
/// harm.
TEST(LayersWithoutAGrid, AreRefusedByName) {
  test::ModelBuilder builder;
  builder.input("image", {1, 3, 4, 4}).output("scores");
  reshape(builder, "image", "rows", {0, 3, 16});
  transpose(builder, "rows", "patches", {0, 2, 1});
  builder.weight("class", {1, 1, 3}, random_values(3, 1));
  builder.node("Concat", {"class", "patches"}, {"tokens"}, {{"axis", 1}});
  transpose(builder, "tokens", "keys", {0, 2, 1});
  builder.node("MatMul", {"tokens", "keys"}, {"attention"});
  builder.node("MatMul", {"attention", "tokens"}, {"mixed"});
  builder.weight("w", {5, 17}, random_values(85, 2)).node("MatMul", {"w", "mixed"}, {"few"});
  builder.node("ReduceMean", {"few"}, {"scores"}, {{"axes", Dims{1}}, {"keepdims", 0}});
  const Model model = built(builder);
  const auto message = [&](const std::string& layer) {
    return test::message_of<InputError>([&] { map_of(model, "grad-cam", layer); });
  };
  EXPECT_EQ(message("attention")
                .find("the layer 'attention' has shape 1x17x17, and which of its axes are "
                      "channels and positions is not known"),
            0U)
      << message("attention");
  EXPECT_EQ(message("few").find("the layer 'few' has shape 1x5x3 without rows and columns"), 0U)
      << message("few");
  const std::vector<LayerInfo> all = layers(model);
  EXPECT_EQ(axes_text(find_layer(all, "mixed")), "[N,T,C]");
  EXPECT_FALSE(find_layer(all, "mixed").layout->has_grid);
  EXPECT_TRUE(find_layer(all, "mixed").layout->grid());
  EXPECT_EQ(axes_text(find_layer(all, "attention")), "[N,T,T]");
}

}  // namespace
}  // namespace fovea
