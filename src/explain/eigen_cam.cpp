#include "explain/layer_map.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

/// The first principal component of a layer A [K,h,w], read as a matrix of h*w positions and K channels:
/// Eigen-CAM (Muhammad & Yeasin 2020), and the same of A times its gradient (Eigen-Grad-CAM).
namespace fovea {
namespace {

/// M v for a matrix whose columns, the channels, lie one after the other.
std::vector<double> times(std::span<const double> matrix, std::span<const double> v, std::size_t rows) {
  std::vector<double> product(rows, 0);
  for (std::size_t k = 0; k < v.size(); ++k)
    for (std::size_t i = 0; i < rows; ++i)
      product[i] += matrix[k * rows + i] * v[k];
  return product;
}

/// M' u for the same.
std::vector<double> transposed_times(std::span<const double> matrix, std::span<const double> u) {
  std::vector<double> product;
  for (; !matrix.empty(); matrix = matrix.subspan(u.size()))
    product.push_back(std::inner_product(u.begin(), u.end(), matrix.begin(), 0.0));
  return product;
}

/// Divides by the norm, which is returned.
double normalize_vector(std::vector<double>& v) {
  const double norm = std::sqrt(std::inner_product(v.begin(), v.end(), v.begin(), 0.0));
  if (norm > 0)
    for (double& value : v)
      value /= norm;
  return norm;
}

/// M v, v being the first right singular vector of M, not centred. Singular vectors have no sign of their
/// own; this one makes the result agree with the sum of M's columns, with which the power iteration begins:
/// its steps keep the inner product with that sum positive.
std::vector<double> project_on_first_component(std::span<const double> matrix, std::size_t rows) {
  constexpr int most_steps = 2000;
  constexpr double enough = 1e-10;
  std::vector<double> v(matrix.size() / rows, 1);
  normalize_vector(v);
  for (int step = 0; step < most_steps; ++step) {
    std::vector<double> next = transposed_times(matrix, times(matrix, v, rows));
    if (normalize_vector(next) == 0)
      break;
    double change = 0;
    for (std::size_t k = 0; k < v.size(); ++k)
      change = std::max(change, std::abs(next[k] - v[k]));
    v = std::move(next);
    if (change < enough)
      break;
  }
  return times(matrix, v, rows);
}

enum class Of { Activations, ActivationsTimesGradients };

/// The map at the picture's size, [1,H,W].
template <Of of>
Tensor eigen_cam(std::span<const PassView> passes, const Shape& picture) {
  const PassView& layer = passes.front();
  std::vector<double> matrix(layer.values.begin(), layer.values.end());
  if (of == Of::ActivationsTimesGradients)
    for (std::size_t i = 0; i < matrix.size(); ++i)
      matrix[i] *= static_cast<double>(layer.gradient[i]);
  const std::vector<double> projection =
      project_on_first_component(matrix, static_cast<std::size_t>(layer.height * layer.width));
  return layer_map(layer, projection, picture);
}

}  // namespace

std::vector<Method> eigen_cam_methods() {
  using enum MethodInfo::Values;
  return {
      {{"eigen-cam", "Eigen-CAM", "muhammad2020eigen", "the first principal component of a layer", 0,
        PerPixel,
        "Bright regions hold what dominates the layer, whatever the class: the map is the same for all of "
        "them."},
       {kToLayer},
       eigen_cam<Of::Activations>},
      {{"eigen-grad-cam", "Eigen-Grad-CAM", "gildenblat2021pytorch",
        "the first principal component of a layer's values times their gradients", 0, PerPixel,
        "Bright regions hold the strongest common pattern of what raises the score; a smoother HiResCAM."},
       {kToLayer},
       eigen_cam<Of::ActivationsTimesGradients>},
  };
}

}  // namespace fovea
