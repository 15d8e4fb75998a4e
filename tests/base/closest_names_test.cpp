#include "base/closest_names.hpp"

#include <gtest/gtest.h>
#include <vector>

namespace fovea::test {
namespace {

const std::vector<std::string> kNames = {"conv1", "conv10", "relu1", "pool", "Fire/squeeze", "conv1"};

TEST(ClosestNames, CountsLettersThatDiffer) {
  EXPECT_EQ(closest_names("cnv1", kNames, 2), "'conv1', 'conv10'");
  EXPECT_EQ(closest_names("pol", kNames, 1), "'pool'");
}

TEST(ClosestNames, TakesCaseAndPartsLightly) {
  EXPECT_EQ(closest_names("RELU1", kNames, 1), "'relu1'");
  EXPECT_EQ(closest_names("squeeze", kNames, 1), "'Fire/squeeze'");
}

TEST(ClosestNames, ListsEachOnceAndNoMoreThanThereAre) {
  EXPECT_EQ(closest_names("conv1", kNames, 100), "'conv1', 'conv10', 'relu1', 'pool', 'Fire/squeeze'");
  EXPECT_EQ(closest_names("x", {}), "");
}

}  // namespace
}  // namespace fovea::test
