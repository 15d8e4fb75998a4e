#include "evaluate/sanity_run.hpp"

#include "fovea/image.hpp"
#include "support/onnx_builder.hpp"
#include "support/temporary_folder.hpp"

#include <gtest/gtest.h>

namespace fovea::test {
namespace {

/// A linear classifier of three classes for pictures of `side` pixels, and a photo of that size.
SanityRun linear_run(const TemporaryFolder& folder, std::int64_t side) {
  const std::int64_t inputs = 3 * side * side;
  std::vector<float> weights(static_cast<std::size_t>(inputs * 3));
  for (std::size_t i = 0; i < weights.size(); ++i)
    weights[i] = static_cast<float>(i * 7 % 11) - 5;
  ModelBuilder builder;
  builder.input("x", {1, 3, side, side}).output("scores").weight("w", {inputs, 3}, weights);
  builder.node("Flatten", {"x"}, {"flat"}).node("Gemm", {"flat", "w"}, {"scores"}, {}, "fc");
  Image photo = Image::blank(side, side, 3, 0);
  for (std::size_t i = 0; i < photo.pixels.size(); ++i)
    photo.pixels[i] = static_cast<std::uint8_t>(i * 37 % 256);
  write_png(folder.file("photo.png"), photo);
  return {.images = {folder.file("photo.png")},
          .model = Model::load(builder.save(folder.file("model.onnx"))),
          .explain = {}};
}

TEST(SanityRun, compares_maps_of_shuffled_layers) {
  const TemporaryFolder folder;
  const SanityResults results = SanityCheck(linear_run(folder, 16)).results({});
  EXPECT_EQ(results.images, 1);
  EXPECT_TRUE(results.failed.empty());
  ASSERT_EQ(results.cascades.size(), 1U);
  EXPECT_EQ(results.cascades.front().count, 1);
}

/// The structural similarity looks through a window of 11 pixels.
TEST(SanityRun, says_which_photo_gives_maps_too_small_to_be_compared) {
  const TemporaryFolder folder;
  std::string told;
  EvaluationEvents events;
  events.failed = [&](const std::string& message) { told = message; };
  const SanityResults results = SanityCheck(linear_run(folder, 8)).results(events);
  EXPECT_EQ(results.images, 0);
  ASSERT_EQ(results.failed.size(), 1U);
  EXPECT_NE(results.failed.front().error.find("needs at least 11 pixels a side"), std::string::npos);
  EXPECT_NE(told.find("photo.png"), std::string::npos);
}

}  // namespace
}  // namespace fovea::test
