#include "explain/least_squares.hpp"

#include "base/check.hpp"
#include "image/opencv_errors.hpp"

#include <opencv2/core.hpp>

#include <cmath>

namespace fovea {

std::vector<double> weighted_least_squares(std::span<const double> rows, std::span<const double> weights,
                                           std::span<const double> values, double ridge) try {
  const std::size_t equations = values.size();
  FOVEA_ASSERT(equations > 0 && weights.size() == equations && rows.size() % equations == 0);
  const std::size_t unknowns = rows.size() / equations;
  cv::Mat matrix(static_cast<int>(equations), static_cast<int>(unknowns), CV_64F);
  cv::Mat right(static_cast<int>(equations), 1, CV_64F);
  for (std::size_t i = 0; i < equations; ++i) {
    const double root = std::sqrt(weights[i]);
    right.at<double>(static_cast<int>(i)) = root * values[i];
    for (std::size_t k = 0; k < unknowns; ++k)
      matrix.at<double>(static_cast<int>(i), static_cast<int>(k)) = root * rows[i * unknowns + k];
  }
  cv::Mat normal, solution;
  cv::mulTransposed(matrix, normal, true);
  normal += ridge * cv::Mat::eye(normal.size(), CV_64F);
  const cv::Mat product = matrix.t() * right;
  if (!cv::solve(normal, product, solution, cv::DECOMP_CHOLESKY))
    cv::solve(normal, product, solution, cv::DECOMP_SVD);
  return {solution.begin<double>(), solution.end<double>()};
} catch (const cv::Exception& error) {
  rethrow_opencv(error);
}

}  // namespace fovea
