#pragma once

#include "fovea/image.hpp"
#include "support/onnx_builder.hpp"

#include <vector>

namespace fovea::test {

/// Three grids over a picture of 64 x 64. Of a cell of stride 8, the objectness is sigmoid(10 (|r - b| -
/// 0.5)) of the mean of red minus blue, the class red or blue by the sign, and the box the cell itself; the
/// cells of larger strides find nothing.
inline ModelBuilder squares_detector() {
  ModelBuilder builder;
  builder.input("image", {1, 3, 64, 64}).output("output");
  // BGR in, pixels 0..255: red minus blue is channel 2 minus channel 0.
  std::vector<float> difference(3 * 64, 0);
  for (std::size_t i = 0; i < 64; ++i) {
    difference[i] = -1.0F / (255 * 64);
    difference[128 + i] = 1.0F / (255 * 64);
  }
  builder.weight("w", {1, 3, 8, 8}, difference);
  builder.node("Conv", {"image", "w"}, {"d"}, {{"strides", Dims{8, 8}}});
  builder.weight("ten", {}, {10}).weight("half", {}, {0.5F}).weight("zero", {}, {0});
  builder.node("Abs", {"d"}, {"size"}).node("Sub", {"size", "half"}, {"above"});
  builder.node("Mul", {"above", "ten"}, {"o"}).node("Sigmoid", {"o"}, {"objectness"});
  builder.node("Mul", {"d", "ten"}, {"r"}).node("Sigmoid", {"r"}, {"red"});
  builder.node("Neg", {"r"}, {"minus"}).node("Sigmoid", {"minus"}, {"blue"});
  builder.node("Mul", {"d", "zero"}, {"nothing"}).node("Add", {"nothing", "half"}, {"middle"});
  builder.node("Concat", {"middle", "middle", "nothing", "nothing", "objectness", "red", "blue"}, {"grid"},
               {{"axis", 1}});
  builder.list("shape", {1, 7, 64}).node("Reshape", {"grid", "shape"}, {"fine"});
  builder.weight("empty", {1, 7, 20}, std::vector<float>(140, 0));
  builder.node("Concat", {"fine", "empty"}, {"all"}, {{"axis", 2}});
  builder.node("Transpose", {"all"}, {"output"}, {{"perm", Dims{0, 2, 1}}});
  return builder;
}

/// A black photo of 128 x 96 with a red and a blue square. Letterboxed to 64 x 64 it is half as large, 64 x
/// 48, at the top: the red square covers the cell (1, 2), the blue one the cell (5, 3).
inline Image two_squares() {
  Image photo = Image::blank(128, 96, 3, 0);
  for (std::int64_t y = 0; y < 16; ++y)
    for (std::int64_t x = 0; x < 16; ++x) {
      photo.at(16 + x, 32 + y)[0] = 230;
      photo.at(80 + x, 48 + y)[2] = 255;
    }
  return photo;
}

}  // namespace fovea::test
