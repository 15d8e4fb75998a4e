#include "fovea/error.hpp"
#include "fovea/model.hpp"
#include "fovea/program.hpp"
#include "support/onnx_builder.hpp"
#include "support/temporary_folder.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace fovea::test {
namespace {

constexpr std::int64_t kSide = 111;

Model built(const ModelBuilder& builder) {
  const TemporaryFolder folder;
  return Model::load(builder.save(folder.file("model.onnx")));
}

Model network(const std::string& name) {
  return Model::load(std::string(FOVEA_TEST_DATA) + "/networks/" + name + ".onnx");
}

/// The smallest rectangle around the pixels with a gradient of a unit, on pictures of noise: each maximum of
/// a pooling shows one of its pixels only, so that it takes several to see all.
Rect true_field(const Model& model, const LayerInfo& layer, std::int64_t y, std::int64_t x) {
  Session session(Program::compile(
      model, {.precision = Precision::F64, .backend = BackendKind::Reference, .layer = layer.name}));
  std::mt19937 random(11);
  std::normal_distribution<double> normal;
  const std::int64_t H = layer.picture_height, W = layer.picture_width;
  std::int64_t top = H, left = W, bottom = -1, right = -1;
  for (int look = 0; look < 20; ++look) {
    for (double& value : session.input().data<double>())
      value = normal(random);
    session.forward();
    auto seed = session.seed().data<double>();
    std::fill(seed.begin(), seed.end(), 0.0);
    seed[static_cast<std::size_t>(y * layer.shape[3] + x)] = 1;
    session.backward();
    const auto gradient = session.gradient().data<double>();
    for (std::size_t i = 0; i < gradient.size(); ++i) {
      if (gradient[i] == 0)
        continue;
      const std::int64_t row = static_cast<std::int64_t>(i) / W % H,
                         column = static_cast<std::int64_t>(i) % W;
      top = std::min(top, row);
      bottom = std::max(bottom, row);
      left = std::min(left, column);
      right = std::max(right, column);
    }
  }
  return {left, top, right - left + 1, bottom - top + 1};
}

/// A random network of one channel, grown node by node.
class RandomNetwork {
public:
  explicit RandomNetwork(unsigned seed) : random_(seed) {
    builder_.input("image", {1, 1, kSide, kSide});
    const int nodes = 2 + pick(3);
    for (int i = 0; i < nodes; ++i)
      (this->*kinds[static_cast<std::size_t>(pick(static_cast<int>(std::size(kinds))))])();
    builder_.output(last_);
  }
  Model model() const { return built(builder_); }
  const std::string& last() const { return last_; }

private:
  using Grow = void (RandomNetwork::*)();
  int pick(int count) { return static_cast<int>(random_() % static_cast<unsigned>(count)); }
  std::int64_t from_one_to(int most) { return 1 + pick(most); }
  std::string fresh() { return fmt::format("v{}", ++values_); }

  std::string add_conv(const std::string& x, const Dims& kernel, const std::vector<Attribute>& attributes) {
    const std::string w = fresh(), y = fresh();
    std::vector<float> values(static_cast<std::size_t>(kernel[0] * kernel[1]));
    for (float& value : values)
      value = 0.3F + static_cast<float>(pick(100)) / 100;
    builder_.weight(w, {1, 1, kernel[0], kernel[1]}, values).node("Conv", {x, w}, {y}, attributes);
    return y;
  }

  void conv() {
    last_ = add_conv(last_, {from_one_to(4), from_one_to(4)},
                     {{"strides", Dims{from_one_to(2), from_one_to(2)}},
                      {"dilations", Dims{from_one_to(2), from_one_to(2)}},
                      {"pads", Dims{pick(3), pick(3), pick(3), pick(3)}}});
  }
  void max_pool() { pool("MaxPool"); }
  void average_pool() { pool("AveragePool"); }
  void pool(const char* type) {
    const std::string y = fresh();
    builder_.node(type, {last_}, {y},
                  {{"kernel_shape", Dims{2 + pick(2), 2 + pick(2)}},
                   {"strides", Dims{from_one_to(2), from_one_to(2)}},
                   {"pads", Dims{pick(2), pick(2), pick(2), pick(2)}},
                   {"ceil_mode", pick(2)}});
    last_ = y;
  }
  void pad() {
    const std::string y = fresh(), pads = fresh();
    builder_.list(pads, {0, 0, pick(3), pick(3), 0, 0, pick(3), pick(3)});
    builder_.node("Pad", {last_, pads}, {y});
    last_ = y;
  }
  void cut() {
    const std::string y = fresh(), starts = fresh(), ends = fresh(), axes = fresh(), steps = fresh();
    builder_.list(starts, {pick(3), pick(3)}).list(ends, {1000, 1000});
    builder_.list(axes, {2, 3}).list(steps, {from_one_to(2), from_one_to(2)});
    builder_.node("Slice", {last_, starts, ends, axes, steps}, {y});
    last_ = y;
  }
  void residual() {
    const std::string wide = add_conv(last_, {3, 5}, {{"pads", Dims{1, 2, 1, 2}}});
    const std::string shifted = add_conv(last_, {4, 1}, {{"pads", Dims{3, 0, 0, 0}}});
    const std::string sum = fresh(), both = fresh(), activated = fresh();
    builder_.node("Add", {wide, last_}, {sum}).node("Sigmoid", {sum}, {activated});
    builder_.node("Mul", {activated, shifted}, {both});
    last_ = both;
  }

  static constexpr Grow kinds[] = {
      &RandomNetwork::conv,         &RandomNetwork::conv, &RandomNetwork::max_pool, &RandomNetwork::residual,
      &RandomNetwork::average_pool, &RandomNetwork::pad,  &RandomNetwork::cut};
  std::minstd_rand random_;
  ModelBuilder builder_;
  std::string last_ = "image";
  int values_ = 0;
};

bool inside_picture(const FieldAxis& field, std::int64_t unit) {
  const double low = field.offset + static_cast<double>(unit) * field.stride;
  return low >= 0 && low + field.size <= kSide;
}

TEST(Layers, ReceptiveFieldsAreTheTrueOnesInTheMiddle) {
  int checked = 0;
  for (unsigned seed = 1; seed <= 50; ++seed) {
    const RandomNetwork net(seed);
    const Model model = net.model();
    const std::vector<LayerInfo> all = layers(model);
    const LayerInfo& layer = find_layer(all, net.last());
    ASSERT_TRUE(layer.field) << seed;
    const std::int64_t y = layer.shape[2] / 2, x = layer.shape[3] / 2;
    if (!inside_picture(layer.field->height, y) || !inside_picture(layer.field->width, x))
      continue;
    EXPECT_EQ(layer.field_of(y, x), true_field(model, layer, y, x))
        << "seed " << seed << ": " << fmt::format("{}", model.operator_counts().size()) << " operators, unit "
        << y << "," << x << " of " << to_string(layer.shape);
    ++checked;
  }
  EXPECT_GT(checked, 40);
}

/// The last layer's unit in the middle; what it sees and what it may see.
std::pair<Rect, Rect> seen_and_bound(const ModelBuilder& builder, const std::string& name) {
  const Model model = built(builder);
  const std::vector<LayerInfo> all = layers(model);
  const LayerInfo& layer = find_layer(all, name);
  const std::int64_t y = layer.shape[2] / 2, x = layer.shape[3] / 2 + 1;
  return {true_field(model, layer, y, x), layer.field_of(y, x)};
}

void expect_close_bound(const std::pair<Rect, Rect>& fields, std::int64_t slack) {
  const auto& [seen, bound] = fields;
  EXPECT_LE(bound.x, seen.x);
  EXPECT_LE(bound.y, seen.y);
  EXPECT_GE(bound.x + bound.width, seen.x + seen.width);
  EXPECT_GE(bound.y + bound.height, seen.y + seen.height);
  EXPECT_LE(bound.width, seen.width + slack);
  EXPECT_LE(bound.height, seen.height + slack);
}

TEST(Layers, TransposedConvolutionsAndResizesAreBounded) {
  for (const Dims& stride : {Dims{1, 1}, Dims{2, 3}}) {
    ModelBuilder builder;
    builder.input("image", {1, 1, 40, 40}).output("y");
    builder.weight("w1", {1, 1, 3, 3}, std::vector<float>(9, 1))
        .weight("w2", {1, 1, 4, 5}, std::vector<float>(20, 1));
    builder.node("Conv", {"image", "w1"}, {"c"}, {{"strides", stride}, {"pads", Dims{1, 1, 1, 1}}});
    builder.node("ConvTranspose", {"c", "w2"}, {"y"}, {{"strides", Dims{2, 3}}, {"pads", Dims{1, 0, 1, 2}}});
    // Behind a convolution of stride 1 rounding to whole pixels makes the bound exact.
    expect_close_bound(seen_and_bound(builder, "y"), 2 * (stride[1] - 1));
  }
  for (const char* mode : {"nearest", "linear", "cubic"}) {
    ModelBuilder builder;
    builder.input("image", {1, 1, 40, 40}).output("y").weight("scales", {4}, {1, 1, 2, 3});
    builder.weight("w1", {1, 1, 3, 3}, std::vector<float>(9, 1));
    builder.node("Conv", {"image", "w1"}, {"c"}, {{"pads", Dims{1, 1, 1, 1}}});
    builder.node("Resize", {"c", "", "scales"}, {"y"}, {{"mode", mode}});
    expect_close_bound(seen_and_bound(builder, "y"), mode == std::string("cubic") ? 4 : 2);
  }
}

/// The numbers that everybody quotes of VGG's 16 layers, here with one channel.
TEST(Layers, KnowsTheFieldsOfVgg) {
  ModelBuilder builder;
  builder.input("image", {1, 1, 224, 224}).output("pool5");
  builder.weight("w", {1, 1, 3, 3}, std::vector<float>(9, 1));
  std::string last = "image";
  int convolutions[] = {2, 2, 3, 3, 3};
  for (int block = 1; block <= 5; ++block) {
    for (int i = 1; i <= convolutions[block - 1]; ++i) {
      const std::string name = fmt::format("conv{}_{}", block, i);
      builder.node("Conv", {last, "w"}, {name}, {{"pads", Dims{1, 1, 1, 1}}});
      builder.node("Relu", {name}, {name + "/relu"});
      last = name + "/relu";
    }
    builder.node("MaxPool", {last}, {fmt::format("pool{}", block)},
                 {{"kernel_shape", Dims{2, 2}}, {"strides", Dims{2, 2}}});
    last = fmt::format("pool{}", block);
  }
  const std::vector<LayerInfo> all = layers(built(builder));
  struct Known {
    const char* name;
    double size, stride, offset;
  };
  for (const Known& known :
       {Known{"conv1_1", 3, 1, -1}, Known{"pool1", 6, 2, -2}, Known{"conv2_2/relu", 14, 2, -6},
        Known{"conv3_3", 40, 4, -18}, Known{"conv4_3", 92, 8, -42}, Known{"pool4", 100, 16, -42},
        Known{"conv5_3", 196, 16, -90}, Known{"pool5", 212, 32, -90}}) {
    const LayerInfo& layer = find_layer(all, known.name);
    ASSERT_TRUE(layer.field);
    EXPECT_EQ(layer.field->height, (FieldAxis{known.size, known.stride, known.offset})) << known.name;
    EXPECT_EQ(layer.field->width, layer.field->height) << known.name;
  }
  EXPECT_EQ(find_layer(all, "conv1_1").field_of(0, 223), (Rect{222, 0, 2, 2}));
  EXPECT_EQ(find_layer(all, "pool5").field_of(0, 6), (Rect{102, 0, 122, 122}));
}

TEST(Layers, TellsNamesOperatorsAndShapesInOrder) {
  ModelBuilder builder;
  builder.input("image", {-1, 2, -2, -3}).output("scores");
  builder.weight("w", {3, 2, 3, 3}, std::vector<float>(54, 1)).weight("m", {3, 4}, std::vector<float>(12, 1));
  builder.node("Conv", {"image", "w"}, {"c"}, {}, "first");
  builder.node("Relu", {"c"}, {"r"});
  builder.node("Shape", {"r"}, {"s"}).node("Cast", {"s"}, {"unused"}, {{"to", 1}});
  builder.node("GlobalAveragePool", {"r"}, {"pooled"}).node("Flatten", {"pooled"}, {"flat"});
  builder.node("MatMul", {"flat", "m"}, {"scores"}, {}, "head");
  const std::vector<LayerInfo> all = layers(built(builder), 9, 7);
  std::vector<std::string> rows;
  for (const LayerInfo& layer : all)
    rows.push_back(fmt::format("{} {} {} {} {}", layer.name, layer.node, layer.operator_name,
                               to_string(layer.shape), layer.field ? "part" : "whole"));
  EXPECT_EQ(rows, (std::vector<std::string>{"c first Conv 1x3x7x5 part", "r r Relu 1x3x7x5 part",
                                            "pooled pooled GlobalAveragePool 1x3x1x1 whole",
                                            "flat flat Flatten 1x3 whole", "scores head MatMul 1x4 whole"}));
  EXPECT_EQ(find_layer(all, "head").name, "scores");
  EXPECT_EQ(find_layer(all, "scores").field_of(0, 0), (Rect{0, 0, 7, 9}));
  EXPECT_EQ(message_of<InputError>([&] { find_layer(all, "pool"); }),
            "there is no layer named 'pool'; the nearest are 'pooled', 'c', 'r', 'flat', 'head'");
}

/// A value that depends on a gate over the whole picture reaches the whole picture; shuffled channels and
/// channels in the last axis keep their fields.
TEST(Layers, FollowsGatesShufflesAndOtherLayouts) {
  const auto fields = [](const std::string& name) {
    std::vector<std::pair<std::string, bool>> list;
    for (const LayerInfo& layer : layers(network(name), 48, 48))
      if (layer.shape.rank() == 4 && layer.shape[2] > 1 && layer.shape[3] > 1)
        list.emplace_back(layer.operator_name, layer.field.has_value());
    return list;
  };
  const auto all_have_fields = [](const auto& list) {
    return !list.empty() &&
           std::all_of(list.begin(), list.end(), [](const auto& entry) { return entry.second; });
  };
  EXPECT_TRUE(all_have_fields(fields("shuffle")));
  EXPECT_TRUE(all_have_fields(fields("keras")));
  EXPECT_TRUE(all_have_fields(fields("inception")));
  const auto gated = fields("squeeze_excite");
  const auto gate = std::find(gated.begin(), gated.end(), std::pair(std::string("Mul"), false));
  ASSERT_NE(gate, gated.end());
  EXPECT_TRUE(std::all_of(gated.begin(), gate, [](const auto& entry) { return entry.second; }));
  EXPECT_TRUE(std::none_of(gate, gated.end(), [](const auto& entry) { return entry.second; }));
}

TEST(Layers, ATargetMayBeANodesName) {
  ModelBuilder builder;
  builder.input("image", {1, 1, 4, 4}).output("y").weight("w", {1, 1, 2, 2}, {1, 2, 3, 4});
  builder.node("Conv", {"image", "w"}, {"y"}, {}, "the/conv").node("Relu", {"y"}, {"z"});
  const Model model = built(builder);
  const auto program = Program::compile(model, {.layer = "the/conv"});
  EXPECT_EQ(program->outputs().front().shape, Shape({1, 1, 3, 3}));
  EXPECT_NE(message_of<ModelError>([&] {
              Program::compile(model, {.layer = "the/con"});
            }).find("there is no value or node named 'the/con'; the nearest are 'the/conv'"),
            std::string::npos);
}

/// Three Relus named "act", and one named as the value of the first Conv; the last node has no name.
Model with_shared_names() {
  ModelBuilder builder;
  builder.input("image", {1, 1, 4, 4}).output("y").weight("w", {1, 1, 1, 1}, {2});
  builder.node("Conv", {"image", "w"}, {"c"}, {}, "conv").node("Relu", {"c"}, {"a"}, {}, "act");
  builder.node("Sigmoid", {"a"}, {"b"}, {}, "act").node("Relu", {"b"}, {"d"}, {}, "act");
  builder.node("Tanh", {"d"}, {"e"}, {}, "c").node("Abs", {"e"}, {"y"});
  return built(builder);
}

TEST(Layers, SaysWhichOfSeveralThingsOfOneNameIsTaken) {
  const Model model = with_shared_names();
  const auto notes = [&](const ProgramOptions& options) {
    return Program::compile(model, options)->report().notes;
  };
  const Note act{NoteKind::NameOfSeveralNodes, {3}, {"act", "a", "Relu", "b", "Sigmoid", "d", "Relu"}};
  const Note c{NoteKind::NameOfValueAndNodes, {1}, {"c", "Conv", "conv", "e", "Tanh"}};
  EXPECT_EQ(layer_name_note(model, "act"), act);
  EXPECT_EQ(layer_name_note(model, "c"), c);
  for (const char* clear : {"conv", "a", "b", "d", "e", "y", "", "no such name"})
    EXPECT_EQ(layer_name_note(model, clear), std::nullopt) << clear;
  EXPECT_EQ(notes({.layer = "act"}), std::vector{act});
  EXPECT_EQ(notes({.wrt = "c"}), std::vector{c});
  EXPECT_TRUE(notes({.layer = "b"}).empty());
  EXPECT_EQ(Program::compile(model, {.layer = "act"})->outputs().front().name, "act");
  EXPECT_EQ(find_layer(layers(model), "act").name, "a");
  EXPECT_EQ(find_layer(layers(model), "c").operator_name, "Conv");
  EXPECT_EQ(find_layer(layers(model), "y").node, "y");
}

/// A value that is the same as the one before it stands for that one.
TEST(Layers, AValueThatIsAnotherStandsForIt) {
  ModelBuilder builder;
  builder.input("image", {1, 1, 4, 4}).output("y");
  builder.node("Relu", {"image"}, {"r"})
      .list("s", {1, 1, 4, 4})
      .node("Reshape", {"r", "s"}, {"same"}, {}, "shape");
  builder.node("Tanh", {"same"}, {"y"});
  const Model model = built(builder);
  for (const char* name : {"same", "shape"})
    EXPECT_EQ(Program::compile(model, {.layer = name})->outputs().front().shape, Shape({1, 1, 4, 4})) << name;
}

}  // namespace
}  // namespace fovea::test
