#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

/// How much an output depends on each of its inputs, estimated from samples.
namespace fovea {

/// Jansen's estimate of the total Sobol indices (jansen1999analysis): S_i = mean (f(a) - f(a_i))^2 / (2 Var
/// f(a)), where a_i is the point a with another i-th coordinate. `values` has a row for each point a: f(a),
/// f(a_1), ..., f(a_inputs). All are 0 where f(a) is constant. There are 2 points or more.
std::vector<double> total_sobol_indices(std::span<const double> values, std::size_t inputs);

/// HSIC (gretton2005measuring) between each input, 0 or 1, and the output: tr(K H L H) / (n - 1)^2, where
/// K_ij is 1 for equal inputs and 0 for others, L_ij = exp(-(y_i - y_j)^2 / (2 s^2)) with s the median of the
/// distances above 0 between outputs, and H = I - 1/n. `inputs` has a row for each output. All are 0 where
/// the outputs are equal. There are 2 outputs or more; the time grows with the square of their number.
std::vector<double> hsic_of_binary(std::span<const std::uint8_t> inputs, std::span<const double> outputs);

}  // namespace fovea
