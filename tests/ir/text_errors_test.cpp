#include "ir/text.hpp"
#include "ops/table.hpp"

#include <gtest/gtest.h>

namespace fovea::test {
namespace {

TEST(GraphText, reports_the_line_of_a_bad_constant) {
  for (const char* text : {"const c f32[1] {one}", "const c f32[2] {1 2x}", "const c f32[1] {random seed}"})
    EXPECT_THROW(ir::parse(text, ops::find), InputError) << text;
}

}  // namespace
}  // namespace fovea::test
