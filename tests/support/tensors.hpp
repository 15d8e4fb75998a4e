#pragma once

#include "fovea/tensor.hpp"

#include <gtest/gtest.h>

#include <initializer_list>
#include <vector>

namespace fovea::test {

/// A tensor of the given element type; the number of values must be that of the shape.
template <class T>
Tensor tensor(Shape shape, std::initializer_list<T> values) {
  EXPECT_EQ(shape.elements(), static_cast<std::int64_t>(values.size()));
  return Tensor::from<T>(std::move(shape), std::span<const T>(values.begin(), values.size()));
}
inline Tensor f32(Shape shape, std::initializer_list<float> values) {
  return tensor<float>(std::move(shape), values);
}
inline Tensor f64(Shape shape, std::initializer_list<double> values) {
  return tensor<double>(std::move(shape), values);
}
inline Tensor i64(Shape shape, std::initializer_list<std::int64_t> values) {
  return tensor<std::int64_t>(std::move(shape), values);
}
inline Tensor booleans(Shape shape, std::initializer_list<bool> values) {
  return tensor<bool>(std::move(shape), values);
}

/// Passes when both have one type and shape and their elements differ by at most `tolerance`, relative to the
/// larger of 1 and the expected magnitude. A NaN equals a NaN, an infinity only itself.
testing::AssertionResult near(const Tensor& found, const Tensor& expected, double tolerance = 1e-6);

/// The elements, for printing.
std::string to_text(const Tensor& tensor);

}  // namespace fovea::test
