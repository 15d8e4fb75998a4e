#include "engine/way.hpp"
#include "fovea/error.hpp"
#include "fovea/program.hpp"
#include "support/tensors.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace fovea::test {
namespace {

Model network(const std::string& name) {
  return Model::load(std::string(FOVEA_TEST_DATA) + "/networks/" + name + ".onnx");
}

void fill(Session& session) {
  Tensor values(DType::F64, session.input().shape());
  for (std::size_t i = 0; i < values.data<double>().size(); ++i)
    values.data<double>()[i] = static_cast<double>((i * 37 + i / 7) % 101) / 40 - 1.2;
  const Tensor input = values.cast(session.input().dtype());
  std::copy_n(static_cast<const std::byte*>(input.raw()), input.bytes(),
              static_cast<std::byte*>(session.input().raw()));
}

std::vector<double> values_of(const Tensor& tensor) {
  const Tensor wide = tensor.cast(DType::F64);
  return {wide.data<double>().begin(), wide.data<double>().end()};
}

class BackwardPasses : public testing::TestWithParam<Way> {
protected:
  static ProgramOptions options() {
    return {.precision = GetParam().precision, .backend = GetParam().backend, .threads = 1};
  }

  static std::vector<double> alone(const Model& model, const BackwardPass& pass) {
    ProgramOptions one = options();
    one.rule = pass.rule;
    one.wrt = pass.wrt;
    Session session(Program::compile(model, one));
    fill(session);
    session.forward();
    session.seed_classes(std::vector<std::int64_t>{1});
    session.backward();
    return values_of(session.gradient());
  }

  static void expect_near(const std::vector<double>& found, const std::vector<double>& expected,
                          const std::string& what) {
    ASSERT_EQ(found.size(), expected.size()) << what;
    double size = 0;
    for (const double value : expected)
      size = std::max(size, std::abs(value));
    EXPECT_GT(size, 0) << what;
    for (std::size_t i = 0; i < found.size(); ++i)
      ASSERT_LE(std::abs(found[i] - expected[i]), GetParam().tolerance * size) << what << ", " << i;
  }
};

INSTANTIATE_TEST_SUITE_P(All, BackwardPasses,
                         testing::Values(Way{"reference_f64", Precision::F64, BackendKind::Reference, 1e-12},
                                         Way{"onednn_f32", Precision::F32, BackendKind::OneDnn, 2e-5}),
                         [](const auto& way) { return way.param.name; });

/// Whatever the order, each pass gives what a program of its own gives. Rules of relevance look at who reads
/// a value: the nodes of other passes must not count.
TEST_P(BackwardPasses, OfOneProgramGiveWhatProgramsOfTheirOwnGive) {
  for (const char* name : {"plain", "residual_bn", "inception"}) {
    const Model model = network(name);
    const std::vector<BackwardPass> passes = {{Rule::LrpEpsilon, {}}, {Rule::Gradient, {}},
                                              {Rule::Guided, {}},     {Rule::LrpComposite, {}},
                                              {Rule::Deconvnet, {}},  {Rule::LrpEpsilon, {}}};
    ProgramOptions all = options();
    all.rule = passes.front().rule;
    all.further_passes.assign(passes.begin() + 1, passes.end());
    const auto program = Program::compile(model, all);
    ASSERT_EQ(program->backward_passes(), passes.size());
    Session session(program);
    fill(session);
    session.forward();
    session.seed_classes(std::vector<std::int64_t>{1});
    session.backward();
    for (std::size_t k = 0; k < passes.size(); ++k)
      expect_near(values_of(session.gradient(k)), alone(model, passes[k]),
                  name + std::string(", pass ") + std::to_string(k));
  }
}

/// A layer that several passes are with respect to is one output.
TEST_P(BackwardPasses, ReachThePictureAndALayer) {
  const Model model = network("residual_bn");
  const std::string layer = last_spatial_layer(model, options());
  ProgramOptions all = options();
  all.further_passes = {{Rule::Gradient, layer}, {Rule::Excitation, layer}, {Rule::Guided, {}}};
  const auto program = Program::compile(model, all);
  ASSERT_EQ(program->outputs().size(), 2U);
  EXPECT_EQ(program->wrt_output(0), std::nullopt);
  EXPECT_EQ(program->wrt_output(1), 1U);
  EXPECT_EQ(program->wrt_output(2), 1U);
  Session session(program);
  fill(session);
  session.forward();
  session.seed_classes(std::vector<std::int64_t>{1});
  session.backward();
  EXPECT_EQ(session.gradient(1).shape(), session.output(1).shape());
  expect_near(values_of(session.gradient()), alone(model, {}), "picture");
  for (std::size_t k = 0; k < all.further_passes.size(); ++k)
    expect_near(values_of(session.gradient(k + 1)), alone(model, all.further_passes[k]), std::to_string(k));
}

TEST(NoBackwardPasses, AreNoneOfAProgramThatRunsForwardOnly) {
  const auto program = Program::compile(network("plain"), {.direction = Direction::Forward, .threads = 1});
  EXPECT_EQ(program->backward_passes(), 0U);
}

}  // namespace
}  // namespace fovea::test
