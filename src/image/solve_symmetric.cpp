#include "image/solve_symmetric.hpp"

#include "base/check.hpp"
#include "image/opencv_errors.hpp"

#include <opencv2/core.hpp>

namespace fovea {

std::vector<double> solve_symmetric(std::span<const double> matrix, std::span<const double> right) try {
  FOVEA_ASSERT(matrix.size() == right.size() * right.size());
  const auto size = static_cast<int>(right.size());
  const cv::Mat a = cv::Mat(std::vector<double>(matrix.begin(), matrix.end()), true).reshape(1, size);
  const cv::Mat b(std::vector<double>(right.begin(), right.end()), true);
  cv::Mat solution;
  if (!cv::solve(a, b, solution, cv::DECOMP_CHOLESKY))
    cv::solve(a, b, solution, cv::DECOMP_SVD);
  return {solution.begin<double>(), solution.end<double>()};
} catch (const cv::Exception& error) {
  rethrow_opencv(error);
}

}  // namespace fovea
