#include "plan/memory_plan.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace fovea::plan {
namespace {

std::vector<Lifetime> random_lifetimes(std::mt19937& random) {
  const auto below = [&](int bound) {
    return static_cast<std::int32_t>(random() % static_cast<unsigned>(bound));
  };
  std::vector<Lifetime> pieces(static_cast<std::size_t>(1 + below(60)));
  const int steps = 1 + below(40);
  for (Lifetime& piece : pieces) {
    piece.bytes = below(10) == 0 ? 0 : static_cast<std::size_t>(1 + below(5000));
    piece.first = below(steps);
    piece.last = std::min(piece.first + below(12), steps - 1);
  }
  return pieces;
}

/// The most bytes alive at one step: no plan can be smaller.
std::size_t lower_bound(const std::vector<Lifetime>& pieces, std::size_t alignment) {
  std::size_t most = 0;
  for (std::int32_t step = 0; step < 64; ++step) {
    std::size_t alive = 0;
    for (const Lifetime& piece : pieces)
      if (piece.first <= step && step <= piece.last)
        alive += (piece.bytes + alignment - 1) / alignment * alignment;
    most = std::max(most, alive);
  }
  return most;
}

void expect_sound(const std::vector<Lifetime>& pieces, const MemoryPlan& plan, std::size_t alignment) {
  ASSERT_EQ(plan.offsets.size(), pieces.size());
  for (std::size_t a = 0; a < pieces.size(); ++a) {
    EXPECT_EQ(plan.offsets[a] % alignment, 0U);
    EXPECT_LE(plan.offsets[a] + pieces[a].bytes, plan.total);
    for (std::size_t b = 0; b < a; ++b) {
      const bool together = pieces[a].first <= pieces[b].last && pieces[b].first <= pieces[a].last;
      const bool apart = plan.offsets[a] + pieces[a].bytes <= plan.offsets[b] ||
                         plan.offsets[b] + pieces[b].bytes <= plan.offsets[a];
      EXPECT_TRUE(!together || apart || pieces[a].bytes == 0 || pieces[b].bytes == 0)
          << "pieces " << b << " and " << a;
    }
  }
  EXPECT_LE(plan.total, plan.unshared);
  EXPECT_GE(plan.total, lower_bound(pieces, alignment));
}

TEST(MemoryPlan, keeps_pieces_apart_that_live_together) {
  std::mt19937 random(5);
  for (int trial = 0; trial < 300; ++trial) {
    const std::size_t alignment = trial % 3 == 0 ? 256 : 64;
    const std::vector<Lifetime> pieces = random_lifetimes(random);
    expect_sound(pieces, plan_memory(pieces, alignment), alignment);
    ASSERT_FALSE(HasFailure()) << "trial " << trial;
  }
}

TEST(MemoryPlan, needs_two_neighbours_of_a_chain) {
  // Each value lives until the next is made: at best the largest pair.
  const std::vector<Lifetime> chain = {{640, 0, 1}, {1280, 1, 2}, {320, 2, 3}, {960, 3, 4}, {64, 4, 5}};
  const MemoryPlan plan = plan_memory(chain);
  EXPECT_EQ(plan.total, 640U + 1280U);
  EXPECT_EQ(plan.unshared, 640U + 1280U + 320U + 960U + 64U);
  expect_sound(chain, plan, 64);
}

TEST(MemoryPlan, is_twice_the_piece_for_a_chain_of_equals) {
  std::vector<Lifetime> chain;
  for (std::int32_t i = 0; i < 50; ++i)
    chain.push_back({1000, i, i + 1});
  EXPECT_EQ(plan_memory(chain).total, 2048U);
}

TEST(MemoryPlan, shares_nothing_between_values_kept_for_the_backward_pass) {
  std::vector<Lifetime> kept;
  for (std::int32_t i = 0; i < 8; ++i)
    kept.push_back({128, i, 20 - i});
  const MemoryPlan plan = plan_memory(kept);
  EXPECT_EQ(plan.total, plan.unshared);
}

TEST(MemoryPlan, fills_the_tightest_gap) {
  // 640 bytes at 0, a hole of 256 that ends at step 1, 640 behind; a piece of 192 fits into the hole.
  const std::vector<Lifetime> pieces = {{640, 0, 3}, {576, 0, 3}, {512, 0, 1}, {448, 0, 3}, {192, 2, 3}};
  const MemoryPlan plan = plan_memory(pieces);
  EXPECT_EQ(plan.total, 640U + 576U + 512U + 448U);
  EXPECT_EQ(plan.offsets[4], plan.offsets[2]);
}

TEST(MemoryPlan, takes_nothing_for_nothing) {
  EXPECT_EQ(plan_memory({}).total, 0U);
  const std::vector<Lifetime> empty = {{0, 0, 5}, {0, 2, 3}};
  EXPECT_EQ(plan_memory(empty).total, 0U);
}

TEST(MemoryPlan, by_time_keeps_pieces_apart_that_live_together) {
  std::mt19937 random(6);
  for (int trial = 0; trial < 300; ++trial) {
    const std::vector<Lifetime> pieces = random_lifetimes(random);
    expect_sound(pieces, plan_memory_by_time(pieces), 64);
    ASSERT_FALSE(HasFailure()) << "trial " << trial;
  }
}

TEST(MemoryPlan, of_very_many_pieces_shares_their_memory) {
  std::vector<Lifetime> chain;
  for (std::int32_t i = 0; i < 100000; ++i)
    chain.push_back({1000, i, i + 1});
  EXPECT_EQ(plan_memory(chain).total, 2048U);
}

TEST(MemoryPlan, is_the_same_each_time) {
  std::mt19937 random(9);
  const std::vector<Lifetime> pieces = random_lifetimes(random);
  EXPECT_EQ(plan_memory(pieces).offsets, plan_memory(pieces).offsets);
}

}  // namespace
}  // namespace fovea::plan
