#pragma once

#include "fovea/explain.hpp"
#include "fovea/program.hpp"
#include "fovea/segment.hpp"
#include "support/onnx_builder.hpp"
#include "support/temporary_folder.hpp"

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

namespace fovea::test {

/// A picture without symmetry: smooth colours with some noise, the same on every machine.
inline Image photo(std::int64_t width, std::int64_t height) {
  Image image = Image::blank(width, height, 3, 0);
  std::minstd_rand random(5);
  for (std::int64_t y = 0; y < height; ++y)
    for (std::int64_t x = 0; x < width; ++x)
      for (std::int64_t c = 0; c < 3; ++c)
        image.at(x, y)[c] = static_cast<std::uint8_t>((x * (3 + c) + y * (5 - c) + random() % 60) % 256);
  return image;
}

/// Green with some noise, and red rectangles.
inline Image scene(std::int64_t width, std::int64_t height, const std::vector<Box>& objects) {
  Image image = Image::blank(width, height, 3, 0);
  std::minstd_rand random(3);
  for (std::int64_t y = 0; y < height; ++y)
    for (std::int64_t x = 0; x < width; ++x) {
      bool inside = false;
      for (const Box& box : objects)
        inside = inside || (x >= box.x0 && x < box.x1 && y >= box.y0 && y < box.y1);
      image.at(x, y)[0] = static_cast<std::uint8_t>((inside ? 180 : 30) + random() % 20);
      image.at(x, y)[1] = static_cast<std::uint8_t>((inside ? 30 : 150) + random() % 20);
      image.at(x, y)[2] = static_cast<std::uint8_t>(40 + random() % 20);
    }
  return image;
}

/// A hill at (x, y), both 0..1 of the map: falls with the distance everywhere, so that all quantiles differ.
inline Tensor hill(std::int64_t width, std::int64_t height, double at_x, double at_y) {
  Tensor map(DType::F32, {height, width});
  auto values = map.data<float>();
  for (std::int64_t y = 0; y < height; ++y)
    for (std::int64_t x = 0; x < width; ++x) {
      const double dx = (static_cast<double>(x) + 0.5) / static_cast<double>(width) - at_x;
      const double dy = (static_cast<double>(y) + 0.5) / static_cast<double>(height) - at_y;
      values[static_cast<std::size_t>(y * width + x)] =
          static_cast<float>(std::exp(-8 * (dx * dx + dy * dy)));
    }
  return map;
}

inline std::vector<float> random_values(std::size_t count, unsigned seed) {
  std::minstd_rand random(seed);
  std::vector<float> values(count);
  for (float& value : values)
    value = static_cast<float>(random() % 2001) / 1000.0F - 1.0F;
  return values;
}

inline Model built(const ModelBuilder& builder) {
  const TemporaryFolder folder;
  return Model::load(builder.save(folder.file("model.onnx")));
}

/// scores = W x + b over a picture of [N, channels, height, width]; W is [classes, channels * height *
/// width].
inline ModelBuilder linear_model(const Dims& picture, const std::vector<float>& weights,
                                 const std::vector<float>& bias) {
  const std::int64_t pixels = picture[1] * picture[2] * picture[3];
  const auto classes = static_cast<std::int64_t>(bias.size());
  ModelBuilder builder;
  builder.input("image", picture).output("scores");
  builder.weight("W", {classes, pixels}, weights).weight("b", {classes}, bias);
  builder.node("Flatten", {"image"}, {"flat"});
  builder.node("Gemm", {"flat", "W", "b"}, {"scores"}, {{"transB", 1}});
  return builder;
}

/// A linear model whose first class looks at the middle, and the less the further away; the second nowhere.
inline Model looks_at_the_middle(std::int64_t side) {
  std::vector<float> weights(static_cast<std::size_t>(2 * 3 * side * side), 0);
  const Tensor middle = hill(side, side, 0.5, 0.5);
  std::copy(middle.data<float>().begin(), middle.data<float>().end(), weights.begin());
  return built(linear_model({1, 3, side, side}, weights, {0, 0}));
}

/// Two convolutions with ReLUs, a global mean and five scores: not linear, and any size of picture.
inline ModelBuilder small_network(std::int64_t height, std::int64_t width) {
  ModelBuilder builder;
  builder.input("image", {-1, 3, height, width}).output("scores");
  builder.weight("w1", {6, 3, 3, 3}, random_values(6 * 3 * 9, 1)).weight("b1", {6}, random_values(6, 2));
  builder.weight("w2", {5, 6, 3, 3}, random_values(5 * 6 * 9, 3)).weight("b2", {5}, random_values(5, 4));
  builder.node("Conv", {"image", "w1", "b1"}, {"c1"}, {{"strides", Dims{2, 2}}, {"pads", Dims{1, 1, 1, 1}}});
  builder.node("Relu", {"c1"}, {"r1"});
  builder.node("Conv", {"r1", "w2", "b2"}, {"c2"}, {{"pads", Dims{1, 0, 1, 0}}});
  builder.node("Sigmoid", {"c2"}, {"s2"});
  builder.node("GlobalAveragePool", {"s2"}, {"pooled"});
  builder.node("Flatten", {"pooled"}, {"flat"});
  builder.weight("w3", {5, 5}, random_values(25, 7)).weight("b3", {5}, random_values(5, 8));
  builder.node("Gemm", {"flat", "w3", "b3"}, {"scores"});
  return builder;
}

inline Session session_of(const Model& model, std::int64_t batch = 1) {
  ProgramOptions options;
  options.batch = batch;
  options.threads = 1;
  return Session(Program::compile(model, options));
}

/// An explainer that takes one thread, and pictures as they are unless the options say otherwise.
inline Explainer explainer_of(const Model& model, ExplainOptions options = {}) {
  options.program.threads = 1;
  if (!options.preprocessing)
    options.preprocessing = Preprocessing();
  return Explainer(model, options);
}

inline Explanation explained(const Model& model, const Image& photo, const ExplainTarget& target = {},
                             const ExplainOptions& options = {}) {
  return explainer_of(model, options)(photo, target);
}

}  // namespace fovea::test
