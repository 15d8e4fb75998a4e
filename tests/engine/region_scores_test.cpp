/// Scores of networks that segment pictures, summed over a region by a program.
#include "fovea/error.hpp"
#include "fovea/program.hpp"
#include "support/small_segmenter.hpp"
#include "support/temporary_folder.hpp"

#include <cmath>
#include <gtest/gtest.h>
#include <span>

namespace fovea::test {
namespace {

Model load(const ModelBuilder& builder) {
  const TemporaryFolder folder;
  return Model::load(builder.save(folder.file("model.onnx")));
}

ProgramOptions options_of(std::int64_t batch = 1, Precision precision = Precision::F64) {
  ProgramOptions options{.batch = batch, .precision = precision, .threads = 1, .sum_over_region = true};
  options.head = ProgramOptions::Head::Classes;
  return options;
}

void fill(Tensor& tensor, double phase) {
  auto values = tensor.data<double>();
  for (std::size_t i = 0; i < values.size(); ++i)
    values[i] = 0.5 + 0.5 * std::sin(phase + 0.37 * static_cast<double>(i));
}

TEST(RegionScores, are_weighted_sums_over_the_positions_of_each_picture) {
  for (const char* const activation : {"", "Softmax", "Sigmoid"}) {
    SCOPED_TRACE(activation);
    Session session(Program::compile(load(small_segmenter(activation)), options_of(2)));
    const RegionScores region = session.program().region_scores().value();
    EXPECT_EQ(region.are_exclusive, std::string(activation) != "Sigmoid");
    EXPECT_EQ(session.program().classes(), 3);
    EXPECT_EQ(session.program().head().activation, Activation::None);
    fill(session.input(), 1);
    for (const double weight : session.input(region.region_input).data<double>())
      ASSERT_EQ(weight, 1) << "a new session sums over everything";
    fill(session.input(region.region_input), 2);
    session.forward();
    const std::span<const double> rows = session.output().data<double>(),
                                  dense = session.output(region.scores_output).data<double>(),
                                  weights = session.input(region.region_input).data<double>();
    ASSERT_EQ(dense.size(), 2U * 3 * 192);
    for (std::size_t n = 0; n < 2; ++n)
      for (std::size_t k = 0; k < 3; ++k) {
        double sum = 0;
        for (std::size_t i = 0; i < 192; ++i)
          sum += dense[(n * 3 + k) * 192 + i] * weights[n * 192 + i];
        EXPECT_NEAR(rows[n * 3 + k], sum, 1e-9);
      }
    EXPECT_NEAR(dense[0], 0.25, 1e-6) << "before the activation";
  }
}

TEST(RegionScores, have_the_gradient_of_their_sum) {
  Session session(Program::compile(load(small_segmenter()), options_of()));
  fill(session.input(), 1);
  fill(session.input(session.program().region_scores()->region_input), 2);
  for (const std::int64_t k : {1, 2}) {
    session.forward();
    session.seed_classes(std::vector<std::int64_t>{k});
    session.backward();
    const Tensor gradient = session.gradient().clone();
    for (std::size_t i = 5; i < gradient.data<double>().size(); i += 97) {
      double& x = session.input().data<double>()[i];
      const double kept = x, step = 1e-6;
      const auto score_at = [&](double value) {
        x = value;
        session.forward();
        return session.output().data<double>()[static_cast<std::size_t>(k)];
      };
      const double slope = (score_at(kept + step) - score_at(kept - step)) / (2 * step);
      x = kept;
      EXPECT_NEAR(gradient.data<double>()[i], slope, 1e-6) << k << ' ' << i;
    }
  }
}

TEST(RegionScores, last_spatial_layer_is_the_one_that_scores_are_computed_of) {
  const Model model = load(small_segmenter("Softmax"));
  EXPECT_EQ(last_spatial_layer(model, options_of()), "r1");
}

TEST(RegionScores, need_scores_at_several_positions) {
  ModelBuilder builder;
  builder.input("image", {1, 3, 2, 2}).output("scores").weight("W", {12, 4}, std::vector<float>(48, 0.5F));
  builder.node("Flatten", {"image"}, {"flat"}).node("MatMul", {"flat", "W"}, {"scores"});
  try {
    Program::compile(load(builder), options_of());
    FAIL() << "nothing was thrown";
  } catch (const ModelError& error) {
    EXPECT_NE(
        error.detail().find("the output 'scores' has shape 1x4, so it has no scores at several positions"),
        std::string::npos)
        << error.detail();
  }
  ProgramOptions options = options_of();
  options.head = ProgramOptions::Head::Scores;
  EXPECT_THROW(Program::compile(load(small_segmenter()), options), ModelError);
}

}  // namespace
}  // namespace fovea::test
