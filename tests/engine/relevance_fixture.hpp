#pragma once

#include "autodiff/rules.hpp"
#include "backend/backend.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace fovea::test {

/// All rules of relevance; the z-box rule with values of -7 to 8.
std::vector<autodiff::RuleSet> relevance_rules();

/// Scores and relevance of the picture, both in float64.
struct Relevance {
  Tensor scores, picture;
};

/// Standard normal numbers in float64.
Tensor normal_numbers(const Shape& shape, unsigned seed);
Tensor absolute(Tensor tensor);
Tensor product(const Tensor& a, const Tensor& b);
double sum_of(const Tensor& tensor);
double largest_magnitude(const Tensor& tensor);
/// The largest difference of two elements, relative to the largest element that is expected; NaN if one is.
double largest_difference(const Tensor& found, const Tensor& expected);

/// Tests of relevance on networks written as text in f64: in float64 on the reference backend and in float32
/// on oneDNN, by the passes of a program with that backend.
class RelevanceTest : public testing::TestWithParam<const backend::Backend*> {
protected:
  static Relevance run(const std::string& text, const autodiff::RuleSet& rules, const Tensor& x,
                       const Tensor& seed);
  /// Seeded with the score of class `k` itself.
  static Relevance run_from_score(const std::string& text, const autodiff::RuleSet& rules, const Tensor& x,
                                  std::size_t k = 0);
  static bool is_double();
  static double tolerance() { return is_double() ? 1e-6 : 2e-4; }
};

}  // namespace fovea::test
