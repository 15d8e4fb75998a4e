#include "ops/conv_transpose.hpp"

#include "ops/run.hpp"

namespace fovea::test {
namespace {

TEST(ConvTranspose, refuses_an_output_padding_that_is_not_below_the_stride) {
  const Tensor x = f64({1, 1, 1, 1}, {2}), w = f64({1, 1, 1, 1}, {3});
  EXPECT_TRUE(near(run(ops::conv_transpose(), {x, w}, {{"strides", "2,1"}, {"output_padding", "1,0"}}),
                   f64({1, 1, 2, 1}, {6, 0})));
  EXPECT_THROW(run(ops::conv_transpose(), {x, w}, {{"output_padding", "1,0"}}), InputError);
  EXPECT_THROW(run(ops::conv_transpose(), {x, w}, {{"output_padding", "0"}}), InputError);
}

}  // namespace
}  // namespace fovea::test
