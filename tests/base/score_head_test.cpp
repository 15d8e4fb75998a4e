#include "fovea/classes.hpp"

#include "fovea/error.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace fovea {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

TEST(ScoreHead, a_softmax_is_the_share_of_the_exponentials) {
  const std::vector<double> p =
      ScoreHead().probabilities(std::vector<double>{0, std::log(2.0), std::log(5.0)});
  EXPECT_NEAR(p[0], 0.125, 1e-15);
  EXPECT_NEAR(p[1], 0.25, 1e-15);
  EXPECT_NEAR(p[2], 0.625, 1e-15);
}

TEST(ScoreHead, does_not_overflow) {
  EXPECT_EQ(ScoreHead().probabilities(std::vector<double>{1e30, 1e30, -1e30}),
            (std::vector<double>{0.5, 0.5, 0}));
  const ScoreHead independent{Activation::Sigmoid};
  EXPECT_EQ(independent.probabilities(std::vector<double>{1e30, 0, -1e30}), (std::vector<double>{1, 0.5, 0}));
}

TEST(ScoreHead, sigmoids_are_independent_of_each_other) {
  const ScoreHead head{Activation::Sigmoid};
  const std::vector<double> p = head.probabilities(std::vector<double>{3.765, -3.765, 1});
  EXPECT_NEAR(p[0], 0.97736, 1e-5);
  EXPECT_NEAR(p[0] + p[1], 1, 1e-15);
  EXPECT_NEAR(p[2], 1 / (1 + std::exp(-1.0)), 1e-15);
}

TEST(ScoreHead, without_an_activation_there_are_no_probabilities) {
  EXPECT_TRUE(ScoreHead{Activation::None}.probabilities(std::vector<double>{1, 2}).empty());
}

/// The probabilities of two classes of a softmax over three.
TEST(ScoreHead, scores_left_out_of_the_output_keep_their_share) {
  const std::vector<double> whole = ScoreHead().probabilities(std::vector<double>{2, 1, -1});
  const std::vector<double> part =
      ScoreHead().probabilities(std::vector<double>{2, 1}, std::vector<double>{-1});
  ASSERT_EQ(part.size(), 2U);
  EXPECT_NEAR(part[0], whole[0], 1e-15);
  EXPECT_NEAR(part[1], whole[1], 1e-15);
}

TEST(ScoreHead, each_group_sums_to_one) {
  const ScoreHead head{Activation::Softmax, false, {0, 1, 0, 1, 1}};
  const std::vector<double> p =
      head.probabilities(std::vector<double>{0, 5, 0, 5}, std::vector<double>{5 + std::log(2.0)});
  EXPECT_EQ(p[0], 0.5);
  EXPECT_EQ(p[2], 0.5);
  EXPECT_NEAR(p[1], 0.25, 1e-15);
  EXPECT_NEAR(p[3], 0.25, 1e-15);
  EXPECT_THROW(head.probabilities(std::vector<double>{0, 5}), InputError);
}

TEST(ScoreHead, refuses_scores_that_are_not_finite) {
  for (const Activation activation : {Activation::Softmax, Activation::Sigmoid, Activation::None})
    for (double bad : {kInfinity, -kInfinity, std::nan("")})
      EXPECT_THROW(ScoreHead{activation}.probabilities(std::vector<double>{0, bad}), InputError);
  EXPECT_THROW(ScoreHead().probabilities(std::vector<double>{}), InputError);
}

TEST(LookLikeProbabilities, asks_for_a_sum_of_one) {
  EXPECT_TRUE(look_like_probabilities(std::vector<double>{0.2, 0.5, 0.3}));
  EXPECT_TRUE(look_like_probabilities(std::vector<double>{0, 0.9995}));
  EXPECT_FALSE(look_like_probabilities(std::vector<double>{0.2, 0.5, 0.5}));
  EXPECT_FALSE(look_like_probabilities(std::vector<double>{-0.2, 0.7, 0.5}));
  EXPECT_FALSE(look_like_probabilities(std::vector<double>{1})) << "one number";
}

}  // namespace
}  // namespace fovea
