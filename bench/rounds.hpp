#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <functional>
#include <vector>

/// Times that are compared: taken in turns, so that a change of the machine's speed meets all of them.
namespace bench {

using Clock = std::chrono::steady_clock;

inline double seconds_of(const std::function<void()>& work) {
  const Clock::time_point begin = Clock::now();
  work();
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

inline double median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

/// The seconds of two kinds of work in alternating rounds, after one of each that is not measured.
struct Pair {
  std::vector<double> first, second;

  Pair(const std::function<void()>& one, const std::function<void()>& other, int rounds) {
    one();
    other();
    for (int i = 0; i < rounds; ++i) {
      first.push_back(seconds_of(one));
      second.push_back(seconds_of(other));
    }
  }
  /// The median over the rounds of first / second.
  double ratio() const {
    std::vector<double> ratios;
    for (std::size_t i = 0; i < first.size(); ++i)
      ratios.push_back(first[i] / second[i]);
    return median(ratios);
  }
};

}  // namespace bench
