#include "explain/least_squares.hpp"

#include "base/check.hpp"
#include "image/opencv_errors.hpp"

#include <opencv2/core.hpp>

namespace fovea {

LeastSquares::LeastSquares(std::size_t unknowns)
    : unknowns_(unknowns), normal_(unknowns * unknowns, 0), right_(unknowns, 0) {}

void LeastSquares::add(std::span<const double> z, double y, double weight) {
  FOVEA_ASSERT(z.size() == unknowns_);
  for (std::size_t i = 0; i < unknowns_; ++i) {
    if (z[i] == 0)
      continue;
    const double scaled = weight * z[i];
    right_[i] += scaled * y;
    for (std::size_t k = 0; k < unknowns_; ++k)
      normal_[i * unknowns_ + k] += scaled * z[k];
  }
}

std::vector<double> LeastSquares::solve(double ridge) const try {
  const auto size = static_cast<int>(unknowns_);
  cv::Mat normal = ridge * cv::Mat::eye(size, size, CV_64F);
  normal += cv::Mat(normal_).reshape(1, size);
  const cv::Mat right(right_);
  cv::Mat solution;
  if (!cv::solve(normal, right, solution, cv::DECOMP_CHOLESKY))
    cv::solve(normal, right, solution, cv::DECOMP_SVD);
  return {solution.begin<double>(), solution.end<double>()};
} catch (const cv::Exception& error) {
  rethrow_opencv(error);
}

}  // namespace fovea
