#include "support/tensors.hpp"

#include "base/dispatch.hpp"

#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

namespace fovea::test {
namespace {

bool close(double found, double expected, double tolerance) {
  if (std::isnan(expected))
    return std::isnan(found);
  return found == expected || std::abs(found - expected) <= tolerance * std::max(1.0, std::abs(expected));
}

}  // namespace

std::string to_text(const Tensor& tensor) {
  const Tensor wide = tensor.cast(DType::F64);
  return fmt::format("{} {} [{}]", name_of(tensor.dtype()), to_string(tensor.shape()),
                     fmt::join(wide.data<double>(), " "));
}

testing::AssertionResult near(const Tensor& found, const Tensor& expected, double tolerance) {
  bool same = found.dtype() == expected.dtype() && found.shape() == expected.shape();
  if (same) {
    const Tensor a = found.cast(DType::F64), b = expected.cast(DType::F64);
    for (std::size_t i = 0; i < a.data<double>().size(); ++i)
      same = same && close(a.data<double>()[i], b.data<double>()[i], tolerance);
  }
  if (same)
    return testing::AssertionSuccess();
  return testing::AssertionFailure() << "found    " << to_text(found) << "\nexpected " << to_text(expected);
}

}  // namespace fovea::test
