#include "base/json.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace fovea::test {
namespace {

TEST(ExactNumbers, are_read_back_as_they_were) {
  using Limits = std::numeric_limits<double>;
  for (const double number : {0.1, 1.0 / 3, -0.0, 5e-324, Limits::max(), 1e22, Limits::infinity(),
                              -Limits::infinity(), 9007199254740993.0}) {
    const double back = number_from(nlohmann::ordered_json::parse(exact_number(number).dump()));
    EXPECT_EQ(back, number);
    EXPECT_EQ(std::signbit(back), std::signbit(number)) << number;
  }
  EXPECT_TRUE(std::isnan(number_from(exact_number(Limits::quiet_NaN()))));
  EXPECT_THROW(number_from("0.5"), nlohmann::json::exception);
  EXPECT_THROW(number_from(nullptr), nlohmann::json::exception);
}

}  // namespace
}  // namespace fovea::test
