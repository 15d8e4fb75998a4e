#pragma once

#include "model_builder.hpp"

namespace fovea::onnx_import {

using Attributes = std::vector<Attribute>;
using Values = std::vector<float>;

inline void expect_near(const Values& found, const Values& expected, double tolerance = 1e-5) {
  ASSERT_EQ(found.size(), expected.size());
  for (std::size_t i = 0; i < found.size(); ++i)
    EXPECT_NEAR(found[i], expected[i], tolerance) << "element " << i;
}

/// The result of a node over one tensor of floats.
inline Values apply(const std::string& type, const Dims& dims, const Values& x,
                    const Attributes& attributes = {}, int opset = 13) {
  ImportBuilder m(opset);
  m.input("x", dims).output("y").node(type, {"x"}, {"y"}, attributes, "n");
  return to_vector<float>(run(m.import({.batch = dims[0]}), {floats(Shape(dims), x)})[0]);
}

}  // namespace fovea::onnx_import
