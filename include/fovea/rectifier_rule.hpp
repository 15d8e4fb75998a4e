#pragma once

#include <functional>
#include <string>

namespace fovea {

/// A rule of one's own for the way back through rectifiers, in place of the first three of Rule and at the
/// same nodes: those that compute max(x, 0), element by element. All other operators pass back their own
/// gradient.
struct RectifierRule {
  std::string name;  ///< for notes and errors
  /// dx from x, the rectifier's input, and dy, what arrives at its output: back-propagation is
  /// `x > 0 ? dy : 0`. Where a rectifier has an upper bound, dy is 0 where x is above that. Called once for
  /// each element in every run, by several threads at once where a program is shared; in float32 programs
  /// both numbers are float32 and the result is rounded. What it throws ends the run as a ModelError that
  /// names the node.
  std::function<double(double x, double dy)> dx;
};

}  // namespace fovea
