#pragma once

#include "support/onnx_builder.hpp"

#include <string>
#include <vector>

namespace fovea::test {

/// A network that segments pictures of [N,3,24,32] into three classes, at [N,3,12,16]. Pixels are 0 to 1. The
/// first class has the score 0.25 everywhere; the others have twice the red over the blue, or the blue over
/// the red, of the 2x2 pixels of a position, less an eightieth of that of each neighbour, less 0.1.
/// `activation`: "Softmax" or "Sigmoid" at the end, or none.
inline ModelBuilder small_segmenter(const std::string& activation = {}) {
  ModelBuilder builder;
  builder.input("image", {-1, 3, 24, 32}).output("scores");
  std::vector<float> around(2 * 3 * 9, 0);
  for (std::size_t i = 0; i < 9; ++i) {
    const float weight = i == 4 ? 1.0F : -0.0125F;
    around[i] = around[27 + 18 + i] = weight;   // red of the first channel, blue of the second
    around[18 + i] = around[27 + i] = -weight;  // less the other colour
  }
  builder.weight("w1", {2, 3, 3, 3}, around);
  builder.weight("w2", {3, 2, 1, 1}, {0, 0, 2, -1, -1, 2}).weight("b2", {3}, {0.25F, -0.1F, -0.1F});
  builder.node("AveragePool", {"image"}, {"small"}, {{"kernel_shape", Dims{2, 2}}, {"strides", Dims{2, 2}}});
  builder.node("Conv", {"small", "w1"}, {"c1"}, {{"pads", Dims{1, 1, 1, 1}}});
  builder.node("Relu", {"c1"}, {"r1"});
  const std::string dense = activation.empty() ? "scores" : "dense";
  builder.node("Conv", {"r1", "w2", "b2"}, {dense});
  if (activation == "Softmax")
    builder.node("Softmax", {"dense"}, {"scores"}, {{"axis", 1}});
  else if (!activation.empty())
    builder.node(activation, {"dense"}, {"scores"});
  return builder;
}

}  // namespace fovea::test
