#include "model_builder.hpp"

#include "ops/average_pool.hpp"
#include "ops/conv.hpp"
#include "ops/conv_transpose.hpp"
#include "ops/max_pool.hpp"

#include <cmath>

namespace fovea::onnx_import {
namespace {

using Attributes = std::vector<Attribute>;

/// One node over an image 1x2x5x6.
ImportBuilder image_node(const std::string& type, const Attributes& attributes, int opset = 13) {
  ImportBuilder m(opset);
  m.input("x", {1, 2, 5, 6}).output("y").node(type, {"x"}, {"y"}, attributes, "n");
  return m;
}

/// A 3x2 convolution of an image 1x1x5x6.
ImportBuilder conv(const Attributes& attributes, const std::string& type = "Conv") {
  ImportBuilder m;
  m.input("x", {1, 1, 5, 6}).output("y").weight("w", {1, 1, 3, 2}, {1, 2, 3, 4, 5, 6});
  m.node(type, {"x", "w"}, {"y"}, attributes, "conv1");
  return m;
}

template <class T>
T attributes_of(const ImportBuilder& m) {
  const ir::Graph graph = m.import();
  return graph.nodes().front().attributes.as<T>();
}

TEST(Conv, ExplicitAttributes) {
  const auto a = attributes_of<ops::ConvAttributes>(conv({{"kernel_shape", Dims{3, 2}},
                                                          {"strides", Dims{2, 1}},
                                                          {"pads", Dims{1, 0, 2, 3}},
                                                          {"dilations", Dims{1, 2}}}));
  EXPECT_EQ(a.strides, Dims({2, 1}));
  EXPECT_EQ(a.pads, Dims({1, 0, 2, 3}));
  EXPECT_EQ(a.dilations, Dims({1, 2}));
}

TEST(Conv, AutoPadBecomesPads) {
  const Attribute strides{"strides", Dims{2, 2}};
  const auto pads = [&](const char* mode) {
    return attributes_of<ops::ConvAttributes>(conv({{"auto_pad", mode}, strides})).pads;
  };
  // Height 5 -> 3 with a window of 3: 2 rows; width 6 -> 3 with a window of 2: none.
  EXPECT_EQ(pads("SAME_UPPER"), Dims({1, 0, 1, 0}));
  EXPECT_EQ(pads("VALID"), Dims({0, 0, 0, 0}));
  EXPECT_EQ(pads("NOTSET"), Dims({0, 0, 0, 0}));
  const auto odd = [&](const char* mode) {
    return attributes_of<ops::ConvAttributes>(conv({{"auto_pad", mode}})).pads;
  };
  EXPECT_EQ(odd("SAME_UPPER"), Dims({1, 0, 1, 1}));
  EXPECT_EQ(odd("SAME_LOWER"), Dims({1, 1, 1, 0}));
}

TEST(Conv, BadAttributesAreNamed) {
  const auto expect = [](const Attributes& attributes, const std::vector<std::string>& parts) {
    expect_model_error([&] { conv(attributes).import(); }, parts);
  };
  expect({{"auto_pad", "FOO"}},
         {"model.onnx: node 'conv1' (Conv): attribute 'auto_pad': unexpected value 'FOO'"});
  expect({{"auto_pad", 3}}, {"attribute 'auto_pad'", "expected STRING, found INT"});
  expect({{"strides", 2}}, {"attribute 'strides'", "expected INTS, found INT"});
  expect({{"strides", Dims{1, 1, 1}}}, {"attribute 'strides'", "expected 2 numbers, found 3"});
  expect({{"strides", Dims{0, 1}}}, {"attribute 'strides'", "unexpected value 0"});
  expect({{"pads", Dims{-1, 0, 0, 0}}}, {"attribute 'pads'", "unexpected value -1"});
  expect({{"dilations", Dims{1, std::int64_t{1} << 40}}}, {"attribute 'dilations'", "unexpected value"});
  expect({{"kernel_shape", Dims{3, 3}}}, {"attribute 'kernel_shape'", "[3,3]", "1x1x3x2"});
  expect({{"group", 2}}, {"node 'conv1' (Conv)", "2 groups"});
  ImportBuilder solid;
  solid.input("x", {1, 1, 2, 2, 2, 2})
      .output("y")
      .weight("w", {1, 1, 1, 1, 1, 1}, {1})
      .node("Conv", {"x", "w"}, {"y"});
  expect_model_error([&] { solid.import(); },
                     {"node 'y' (Conv)", "only volumes, images and signals are supported"});
  ImportBuilder alone;
  alone.input("x", {1, 1, 5, 5}).output("y").node("Conv", {"x"}, {"y"});
  expect_model_error([&] { alone.import(); }, {"(Conv)", "input 1 is missing"});
}

/// The numbers 0.3, -0.2, ... of a tensor.
std::vector<float> numbers(const Shape& shape, int first) {
  std::vector<float> values;
  for (std::int64_t i = 0; i < shape.elements(); ++i)
    values.push_back(static_cast<float>((i + first) * 7 % 11 - 5) / 10);
  return values;
}

/// A convolution over three axes, from its definition.
struct VolumeConvolution {
  Shape x, w;
  Dims strides = {1, 1, 1}, pads = {0, 0, 0, 0, 0, 0}, dilations = {1, 1, 1};
  std::int64_t groups = 1;

  Shape result() const {
    Shape y = {x[0], w[0], 0, 0, 0};
    for (std::size_t i = 0; i < 3; ++i) {
      const auto axis = static_cast<std::int64_t>(i) + 2;
      y[axis] = (x[axis] + pads[i] + pads[i + 3] - (w[axis] - 1) * dilations[i] - 1) / strides[i] + 1;
    }
    return y;
  }
  static std::size_t at(const Shape& shape, const Dims& place) {
    std::int64_t index = 0;
    for (std::size_t i = 0; i < place.size(); ++i)
      index = index * shape[static_cast<std::int64_t>(i)] + place[i];
    return static_cast<std::size_t>(index);
  }
  template <class F>
  static void for_each_place(const Shape& shape, F&& f) {
    Dims place(static_cast<std::size_t>(shape.rank()), 0);
    for (std::int64_t i = 0; i < shape.elements(); ++i) {
      f(place);
      for (std::size_t axis = place.size();
           axis-- > 0 && ++place[axis] == shape[static_cast<std::int64_t>(axis)];)
        place[axis] = 0;
    }
  }
  std::vector<float> expected(const std::vector<float>& bias) const {
    const std::vector<float> a = numbers(x, 0), b = numbers(w, 3);
    std::vector<float> y;
    for_each_place(result(), [&](const Dims& to) {
      float sum = bias[static_cast<std::size_t>(to[1])];
      Shape taps = w;
      taps[0] = 1;
      for_each_place(taps, [&](const Dims& tap) {
        Dims from = {to[0], to[1] / (w[0] / groups) * w[1] + tap[1], 0, 0, 0};
        bool inside = true;
        for (std::size_t i = 0; i < 3; ++i) {
          from[i + 2] = to[i + 2] * strides[i] + tap[i + 2] * dilations[i] - pads[i];
          inside = inside && from[i + 2] >= 0 && from[i + 2] < x[static_cast<std::int64_t>(i) + 2];
        }
        if (inside)
          sum += a[at(x, from)] * b[at(w, {to[1], tap[1], tap[2], tap[3], tap[4]})];
      });
      y.push_back(sum);
    });
    return y;
  }
  ImportBuilder model(const std::vector<float>& bias) const {
    ImportBuilder m;
    m.input("x", x.dims()).output("y").weight("w", w.dims(), numbers(w, 3));
    m.weight("b", {w[0]}, bias)
        .node("Conv", {"x", "w", "b"}, {"y"},
              {{"strides", strides},
               {"pads", pads},
               {"dilations", dilations},
               {"group", static_cast<int>(groups)}});
    return m;
  }
};

TEST(Volumes, AreConvolvedAlongAnyAxis) {
  const VolumeConvolution cases[] = {
      {{2, 2, 4, 5, 3}, {3, 2, 1, 3, 2}},
      {{1, 2, 5, 4, 3}, {2, 2, 3, 1, 3}, {2, 2, 1}, {1, 1, 1, 0, 2, 1}},
      {{1, 2, 5, 4, 3}, {2, 2, 3, 3, 1}, {1, 1, 2}, {1, 1, 0, 1, 1, 0}},
      {{2, 4, 5, 6, 4}, {6, 2, 2, 3, 2}, {2, 1, 2}, {1, 0, 1, 0, 2, 1}, {2, 1, 3}, 2},
      {{1, 3, 4, 3, 6}, {3, 1, 3, 3, 2}, {1, 2, 1}, {2, 0, 1, 1, 1, 0}, {1, 1, 2}, 3},
  };
  for (const VolumeConvolution& c : cases) {
    const std::vector<float> bias = numbers({c.w[0]}, 1);
    const Tensor x = floats(c.x, numbers(c.x, 0));
    const Tensor y = run(c.model(bias).import({.batch = c.x[0]}), {x})[0];
    EXPECT_EQ(y.shape(), c.result());
    const std::vector<float> found = to_vector<float>(y), expected = c.expected(bias);
    ASSERT_EQ(found.size(), expected.size());
    for (std::size_t i = 0; i < found.size(); ++i)
      EXPECT_NEAR(found[i], expected[i], 1e-5) << to_string(c.w) << ", element " << i;
  }
}

TEST(Volumes, NeedOneConvolutionWhereTheKernelIsOne) {
  const VolumeConvolution flat{{1, 2, 5, 4, 3}, {2, 2, 3, 3, 1}};
  EXPECT_EQ(operators(flat.model({0, 0}).import()), "Transpose Reshape Conv Reshape Transpose");
  ImportBuilder same;
  same.input("x", {1, 1, 4, 5, 3}).output("y").weight("w", {1, 1, 2, 3, 2}, std::vector<float>(12, 1));
  same.node("Conv", {"x", "w"}, {"y"}, {{"auto_pad", "SAME_UPPER"}});
  EXPECT_EQ(output_shape(same.import()), Shape({1, 1, 4, 5, 3}));
  const VolumeConvolution large{{1, 1, 2, 4, 4}, {1, 1, 3, 3, 3}};
  expect_model_error([&] { large.model({0}).import(); },
                     {"(Conv)", "a window over 3 does not fit an extent of 2"});
}

ImportBuilder col2im(const Dims& x, const Dims& image, const Dims& block, const Attributes& attributes = {}) {
  ImportBuilder m(18);
  m.input("x", x).output("y").list("image", image).list("block", block);
  m.node("Col2Im", {"x", "image", "block"}, {"y"}, attributes, "n");
  return m;
}

/// The sum of blocks, from the definition.
TEST(Col2Im, AddsBlocksWhereTheyOverlap) {
  const Dims strides = {2, 1}, dilations = {1, 2}, pads = {1, 0, 0, 1};
  const std::int64_t batch = 2, channels = 2, rows = 2, columns = 3, height = 4, width = 6;
  const std::int64_t down = (height + 1 - 1 - 1) / 2 + 1, across = (width + 1 - 4 - 1) / 1 + 1;
  const Shape shape = {batch, channels * rows * columns, down * across};
  const std::vector<float> values = numbers(shape, 2);
  std::vector<float> expected(static_cast<std::size_t>(batch * channels * height * width), 0);
  std::size_t next = 0;
  for (std::int64_t n = 0; n < batch * channels; ++n)
    for (std::int64_t i = 0; i < rows; ++i)
      for (std::int64_t j = 0; j < columns; ++j)
        for (std::int64_t p = 0; p < down; ++p)
          for (std::int64_t q = 0; q < across; ++q, ++next) {
            const std::int64_t row = 2 * p + i - 1, column = q + 2 * j;
            if (row >= 0 && row < height && column < width)
              expected[static_cast<std::size_t>((n * height + row) * width + column)] += values[next];
          }
  const ImportBuilder m = col2im(shape.dims(), {height, width}, {rows, columns},
                                 {{"strides", strides}, {"dilations", dilations}, {"pads", pads}});
  const Tensor y = run(m.import({.batch = batch}), {floats(shape, values)})[0];
  EXPECT_EQ(y.shape(), Shape({batch, channels, height, width}));
  const std::vector<float> found = to_vector<float>(y);
  for (std::size_t i = 0; i < expected.size(); ++i)
    EXPECT_NEAR(found[i], expected[i], 1e-6) << "element " << i;
}

TEST(Col2Im, TakesSignalsAndNamesWhatDoesNotFit) {
  const ImportBuilder signal = col2im({1, 2, 3}, {4}, {2});
  const Tensor y = run(signal.import(), {floats({1, 2, 3}, {1, 2, 3, 10, 20, 30})})[0];
  EXPECT_EQ(y.shape(), Shape({1, 1, 4}));
  EXPECT_EQ(to_vector<float>(y), std::vector<float>({1, 12, 23, 30}));
  const auto refuse = [](const ImportBuilder& m, const char* why) {
    expect_model_error([&] { m.import(); }, {"'n' (Col2Im)", why});
  };
  refuse(col2im({1, 5, 3}, {4}, {2}), "do not fit x of 1x5x3");
  refuse(col2im({1, 2, 4}, {4}, {2}), "do not fit x of 1x2x4");
  refuse(col2im({1, 2, 3}, {1}, {2}), "a block over 2 does not fit an image of 1");
  refuse(col2im({1, 2, 3}, {4, 1}, {2}), "image_shape and block_shape");
  refuse(col2im({1, 8, 1}, {2, 2, 2}, {2, 2, 2}), "only images and signals");
  refuse(col2im({1, 2, 3}, {4}, {0}), "unexpected value 0");
  refuse(col2im({1, 2}, {4}, {2}), "expected x of rank 3");
}

TEST(ConvTranspose, PaddingForms) {
  const auto shape = [](const Attributes& attributes) {
    return output_shape(conv(attributes, "ConvTranspose").import());
  };
  const Attribute strides{"strides", Dims{2, 2}};
  EXPECT_EQ(shape({}), Shape({1, 1, 7, 7}));
  EXPECT_EQ(shape({strides, {"output_padding", Dims{1, 0}}}), Shape({1, 1, 12, 12}));
  EXPECT_EQ(shape({strides, {"auto_pad", "SAME_UPPER"}}), Shape({1, 1, 10, 12}));
  EXPECT_EQ(shape({strides, {"auto_pad", "VALID"}}), Shape({1, 1, 11, 12}));
  EXPECT_EQ(shape({strides, {"output_shape", Dims{9, 11}}}), Shape({1, 1, 9, 11}));
  EXPECT_EQ(shape({strides, {"output_shape", Dims{1, 1, 9, 11}}}), Shape({1, 1, 9, 11}));
  const auto pads = [&](const char* mode) {
    return attributes_of<ops::ConvTransposeAttributes>(
               conv({strides, {"output_shape", Dims{10, 12}}, {"auto_pad", mode}}, "ConvTranspose"))
        .pads;
  };
  EXPECT_EQ(pads("SAME_UPPER"), Dims({0, 0, 1, 0}));
  EXPECT_EQ(pads("NOTSET"), Dims({1, 0, 0, 0}));
}

TEST(MaxPool, Attributes) {
  const auto a = attributes_of<ops::MaxPoolAttributes>(image_node(
      "MaxPool",
      {{"kernel_shape", Dims{3, 2}}, {"strides", Dims{2, 2}}, {"ceil_mode", 1}, {"storage_order", 1}}));
  EXPECT_EQ(a.kernel, Dims({3, 2}));
  EXPECT_EQ(a.ceil_mode, 1);
  const auto same = attributes_of<ops::MaxPoolAttributes>(
      image_node("MaxPool", {{"kernel_shape", Dims{2, 2}}, {"auto_pad", "SAME_LOWER"}}));
  EXPECT_EQ(same.pads, Dims({1, 1, 0, 0}));
  expect_model_error([] { image_node("MaxPool", {}).import(); }, {"'kernel_shape' is missing"});
}

TEST(MaxPool, IndicesCountOverTheWholeTensor) {
  ImportBuilder m;
  m.input("x", {2, 1, 2, 3})
      .output("y")
      .output("indices")
      .node("MaxPool", {"x"}, {"y", "indices"}, {{"kernel_shape", Dims{2, 2}}});
  const Tensor x = floats({2, 1, 2, 3}, {1, 5, 2, 3, 4, 6, 9, 0, 0, 0, 0, 8});
  EXPECT_EQ(to_vector<std::int64_t>(run(m.import({.batch = 2}), {x})[1]),
            std::vector<std::int64_t>({1, 5, 6, 11}));
  ImportBuilder columns;
  columns.input("x", {2, 1, 2, 3})
      .output("y")
      .output("indices")
      .node("MaxPool", {"x"}, {"y", "indices"}, {{"kernel_shape", Dims{2, 2}}, {"storage_order", 1}});
  EXPECT_EQ(to_vector<std::int64_t>(run(columns.import({.batch = 2}), {x})[1]),
            std::vector<std::int64_t>({2, 5, 6, 11}));
}

TEST(Signals, ArePicturesOfOneRow) {
  ImportBuilder conv;
  conv.input("x", {1, 1, 5})
      .output("y")
      .weight("w", {1, 1, 3}, {1, 2, 3})
      .node("Conv", {"x", "w"}, {"y"}, {{"pads", Dims{1, 0}}, {"strides", Dims{2}}});
  EXPECT_EQ(to_vector<float>(run(conv.import(), {floats({1, 1, 5}, {1, 2, 3, 4, 5})})[0]),
            std::vector<float>({8, 20}));
  ImportBuilder pool;
  pool.input("x", {1, 1, 5})
      .output("y")
      .node("MaxPool", {"x"}, {"y"}, {{"kernel_shape", Dims{2}}, {"strides", Dims{2}}, {"ceil_mode", 1}});
  EXPECT_EQ(to_vector<float>(run(pool.import(), {floats({1, 1, 5}, {1, 2, 4, 3, 5})})[0]),
            std::vector<float>({2, 4, 5}));
  ImportBuilder up;
  up.input("x", {1, 1, 2})
      .output("y")
      .weight("w", {1, 1, 3}, {1, 2, 3})
      .node("ConvTranspose", {"x", "w"}, {"y"}, {{"strides", Dims{2}}, {"output_padding", Dims{1}}});
  EXPECT_EQ(to_vector<float>(run(up.import(), {floats({1, 1, 2}, {1, 10})})[0]),
            std::vector<float>({1, 2, 13, 20, 30, 0}));
}

TEST(LpPool, SumsPowersOverWindowsAndPadsWithNothing) {
  const Tensor x = floats({1, 1, 2, 3}, {3, 4, 0, 0, 0, 0});
  const auto pool = [&](const Attributes& attributes, const char* type = "LpPool") {
    ImportBuilder m(18);
    m.input("x", {1, 1, 2, 3}).output("y").node(type, {"x"}, {"y"}, attributes);
    return to_vector<float>(run(m.import(), {x})[0]);
  };
  const auto y = pool({{"kernel_shape", Dims{2, 2}}});
  EXPECT_NEAR(y[0], 5, 1e-6);
  EXPECT_NEAR(y[1], 4, 1e-6);
  const auto hanging = pool({{"kernel_shape", Dims{2, 2}}, {"strides", Dims{2, 2}}, {"ceil_mode", 1}});
  ASSERT_EQ(hanging.size(), 2u);
  EXPECT_NEAR(hanging[0], 5, 1e-6);
  EXPECT_NEAR(hanging[1], 0, 1e-6);
  EXPECT_EQ(pool({{"kernel_shape", Dims{1, 2}}, {"pads", Dims{0, 1, 0, 0}}, {"p", 1}})[0], 3);
  EXPECT_NEAR(pool({{"p", 3}}, "GlobalLpPool")[0], std::cbrt(27.0F + 64.0F), 1e-5);
}

TEST(AveragePool, Attributes) {
  const auto a = attributes_of<ops::AveragePoolAttributes>(image_node(
      "AveragePool", {{"kernel_shape", Dims{3, 3}}, {"pads", Dims{1, 1, 1, 1}}, {"count_include_pad", 1}}));
  EXPECT_EQ(a.count_include_pad, 1);
  EXPECT_EQ(a.pads, Dims({1, 1, 1, 1}));
  expect_model_error(
      [] {
        image_node("AveragePool", {{"kernel_shape", Dims{3, 3}}, {"ceil_mode", 2}}).import();
      },
      {"attribute 'ceil_mode'", "found 2"});
}

TEST(GlobalPools, KeepTheAxes) {
  EXPECT_EQ(output_shape(image_node("GlobalAveragePool", {}).import()), Shape({1, 2, 1, 1}));
  const ir::Graph max = image_node("GlobalMaxPool", {}).import();
  EXPECT_EQ(operators(max), "MaxPool");
  EXPECT_EQ(output_shape(max), Shape({1, 2, 1, 1}));
  ImportBuilder line;
  line.input("x", {1, 2, 7}).output("y").node("GlobalMaxPool", {"x"}, {"y"});
  EXPECT_EQ(output_shape(line.import()), Shape({1, 2, 1}));
}

ImportBuilder batch_norm(int opset, const Attributes& attributes,
                         const std::vector<std::string>& outputs = {"y"}) {
  ImportBuilder m(opset);
  m.input("x", {1, 2, 5, 6}).output("y");
  for (const char* name : {"scale", "bias", "mean", "variance"})
    m.weight(name, {2}, {1, 2});
  m.node("BatchNormalization", {"x", "scale", "bias", "mean", "variance"}, outputs, attributes, "bn");
  return m;
}

TEST(BatchNormalization, InferenceOnly) {
  EXPECT_EQ(operators(batch_norm(9, {{"epsilon", 1e-3}}).import()), "BatchNormalization");
  expect_model_error(
      [] {
        batch_norm(14, {{"training_mode", 1}}).import();
      },
      {"'bn' (BatchNormalization)", "training_mode = 1", "evaluation mode"});
  expect_model_error([] { batch_norm(7, {{"spatial", 0}}).import(); }, {"'bn'", "expected 60 numbers"});
  EXPECT_EQ(batch_norm(9, {}, {"y", "m", "v"}).import().nodes().size(), 1u);  // nobody reads m and v
  ImportBuilder used = batch_norm(9, {}, {"y", "m"});
  used.output("m");
  expect_model_error([&] { used.import(); }, {"'bn'", "training mode"});
}

// PyTorch's exporter writes the standardization of a convolution's weights so: [1,filters,numbers], scale and
// bias by filter.
TEST(BatchNormalization, StandardizesConstantWeights) {
  ImportBuilder m(14);
  m.input("x", {1, 2}).output("y").output("m").output("v");
  m.weight("w", {1, 2, 4}, {1, 2, 3, 6, 5, 5, 9, 9})
      .weight("scale", {2}, {2, 1})
      .weight("bias", {2}, {0, 10});
  m.weight("mean", {2}, {1, 2}).weight("variance", {2}, {1, 2});
  m.node("BatchNormalization", {"w", "scale", "bias", "mean", "variance"}, {"s", "m", "v"},
         {{"training_mode", 1}, {"epsilon", 0.5}, {"momentum", 0.75}}, "bn");
  m.node("MatMul", {"x", "s"}, {"y"});
  const ir::Graph graph = m.import();
  EXPECT_EQ(operators(graph), "MatMul");
  const auto outputs = run(graph, {floats({1, 2}, {1, 0})});
  const float root = std::sqrt(4.0F);  // variances 3.5 and 4, of the whole population
  const auto y = to_vector<float>(outputs[0]);
  for (std::size_t i = 0; i < 4; ++i)
    EXPECT_NEAR(y[i], 2 * (std::vector<float>{-2, -1, 0, 3}[i]) / root, 1e-6) << i;
  EXPECT_EQ(to_vector<float>(outputs[1]), std::vector<float>({1.5F, 3.25F}));
  EXPECT_EQ(to_vector<float>(outputs[2]), std::vector<float>({1.625F, 2.5F}));
}

TEST(Lrn, NeedsASize) {
  EXPECT_EQ(operators(image_node("LRN", {{"size", 3}}).import()), "LRN");
  expect_model_error([] { image_node("LRN", {}).import(); }, {"attribute 'size' is missing"});
}

TEST(Gemm, AllForms) {
  ImportBuilder m(11);
  m.input("x", {2, 3}).output("y").weight("w", {2, 3}, {1, 0, 0, 0, 1, 0}).weight("c", {2}, {10, 20});
  m.node("Gemm", {"x", "w", "c"}, {"y"}, {{"transB", 1}, {"alpha", 2.0}, {"beta", 0.5}});
  m.node("Gemm", {"x", "w", ""}, {"z"}, {{"transB", 1}}).output("z");
  const auto results = run(m.import({.batch = 2}), {floats({2, 3}, {1, 2, 3, 4, 5, 6})});
  EXPECT_EQ(to_vector<float>(results[0]), std::vector<float>({7, 14, 13, 20}));
  EXPECT_EQ(to_vector<float>(results[1]), std::vector<float>({1, 2, 4, 5}));
}

TEST(MatMul, MismatchNamesTheNode) {
  ImportBuilder m;
  m.input("x", {2, 3})
      .output("y")
      .weight("w", {2, 2}, {1, 2, 3, 4})
      .node("MatMul", {"x", "w"}, {"y"}, {}, "mm");
  expect_model_error([&] { m.import(); }, {"model.onnx: node 'mm' (MatMul): "});
}

TEST(Softmax, BeforeOpset13FlattensAtItsAxis) {
  const auto shape_of = [](int opset, const Attributes& attributes, const Dims& dims) {
    ImportBuilder m(opset);
    m.input("x", dims).output("y").node("Softmax", {"x"}, {"y"}, attributes, "s");
    return m.import({.batch = dims[0]});
  };
  EXPECT_EQ(operators(shape_of(7, {}, {1, 4, 1, 1})), "Softmax");
  EXPECT_EQ(operators(shape_of(12, {}, {2, 4})), "Softmax");
  const ir::Graph flat = shape_of(11, {}, {2, 2, 2});
  EXPECT_EQ(operators(flat), "Reshape Softmax Reshape");
  EXPECT_NE(flat.find("y"), ir::kNoValue);
  const std::vector<float> zeros(8, 0);
  EXPECT_EQ(to_vector<float>(run(flat, {floats({2, 2, 2}, zeros)})[0]), std::vector<float>(8, 0.25F));
  const ir::Graph lines = shape_of(13, {}, {2, 2, 2});
  EXPECT_EQ(to_vector<float>(run(lines, {floats({2, 2, 2}, zeros)})[0]), std::vector<float>(8, 0.5F));
  const ir::Graph ones = shape_of(13, {}, {1, 4, 1, 1});
  EXPECT_EQ(to_vector<float>(run(ones, {floats({1, 4, 1, 1}, {1, 2, 3, 4})})[0]),
            std::vector<float>(4, 1.0F));
  EXPECT_EQ(operators(shape_of(11, {{"axis", -1}}, {2, 2, 2})), "Softmax");
  expect_model_error([&] { shape_of(13, {{"axis", 3}}, {2, 2, 2}); }, {"'s' (Softmax)", "axis 3", "rank 3"});
}

TEST(LogSoftmax, FlattensToo) {
  ImportBuilder m(7);
  m.input("x", {1, 2, 2}).output("y").node("LogSoftmax", {"x"}, {"y"});
  const auto y = to_vector<float>(run(m.import(), {floats({1, 2, 2}, {0, 0, 0, 0})})[0]);
  EXPECT_NEAR(y[3], -std::log(4.0F), 1e-6F);
}

TEST(Dropout, DoesNothing) {
  ImportBuilder old(7);
  old.input("x", {1, 2}).output("y").output("mask");
  old.node("Dropout", {"x"}, {"y", "mask"}, {{"ratio", 0.5}});
  const ir::Graph graph = old.import();
  EXPECT_EQ(operators(graph), "Identity");
  EXPECT_EQ(to_vector<bool>(run(graph, {floats({1, 2}, {1, 2})})[1]), std::vector<bool>({true, true}));

  ImportBuilder now(13);
  now.input("x", {1, 2}).output("y").weight("ratio", {}, {0.5F});
  onnx::TensorProto training = int_tensor("t", {}, {});
  training.set_data_type(onnx::TensorProto::BOOL);
  training.add_int32_data(0);
  *now.graph().add_initializer() = training;
  now.node("Dropout", {"x", "ratio", "t"}, {"y"}, {}, "d");
  EXPECT_EQ(operators(now.import()), "Identity");
  now.graph().mutable_initializer(1)->set_int32_data(0, 1);
  expect_model_error([&] { now.import(); }, {"'d' (Dropout)", "training mode"});
  now.graph().mutable_initializer(0)->set_float_data(0, 0);
  EXPECT_EQ(operators(now.import()), "Identity") << "a ratio of 0 drops nothing";
}

}  // namespace
}  // namespace fovea::onnx_import
