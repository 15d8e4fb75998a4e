#pragma once

#include <span>
#include <string>
#include <vector>

namespace fovea {

/// An axis with ticks at multiples of 1, 2 or 5 times a power of ten. It begins and ends with a tick.
struct Axis {
  double first = 0, step = 1;
  int intervals = 1;

  double last() const { return first + step * intervals; }
  /// 0 at the first tick, 1 at the last.
  double place(double value) const { return (value - first) / (last() - first); }
  double tick(int i) const;
  /// The tick's value with as many decimals as the step needs.
  std::string label(int i) const;
};

/// The axis with the smallest step, at least `least_step`, that reaches all finite values in at most `most`
/// intervals. From 0 to 1 if there are none. A least step of 1 gives whole numbers at all ticks.
Axis axis_for(std::span<const double> values, int most, double least_step = 0);

}  // namespace fovea
