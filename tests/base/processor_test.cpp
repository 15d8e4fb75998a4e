#include "base/processor.hpp"

#include <gtest/gtest.h>

namespace fovea::test {
namespace {

TEST(Processor, RunsWhatItRunsNow) {
  EXPECT_EQ(first_missing_instructions(instructions_of_compiler(), instructions_of_processor()), nullptr);
}

TEST(Processor, NamesTheFirstThatIsMissing) {
  constexpr std::uint32_t haswell = 0b1111111, westmere = 0b11;
  EXPECT_EQ(first_missing_instructions(westmere, haswell), nullptr);
  EXPECT_EQ(first_missing_instructions(0, 0), nullptr);
  EXPECT_STREQ(first_missing_instructions(haswell, westmere), "AVX");
  EXPECT_STREQ(first_missing_instructions(haswell, haswell & ~8U), "AVX2");
  EXPECT_STREQ(first_missing_instructions(haswell | 1U << 10, haswell), "AVX512VL");
}

}  // namespace
}  // namespace fovea::test
