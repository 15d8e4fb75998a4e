#include "engine/way.hpp"
#include "fovea/error.hpp"
#include "fovea/program.hpp"
#include "support/onnx_builder.hpp"
#include "support/temporary_folder.hpp"
#include "support/tensors.hpp"

#include <gtest/gtest.h>

#include <algorithm>

/// Programs that begin at a layer: given the layer's own value, they give the scores and the gradient that
/// the whole network gives.
namespace fovea::test {
namespace {

Model network(const std::string& name) {
  return Model::load(std::string(FOVEA_TEST_DATA) + "/networks/" + name + ".onnx");
}

std::vector<double> values_of(const Tensor& tensor) {
  const Tensor wide = tensor.cast(DType::F64);
  return {wide.data<double>().begin(), wide.data<double>().end()};
}

void copy(const Tensor& from, Tensor& to) {
  ASSERT_EQ(from.bytes(), to.bytes());
  std::copy_n(static_cast<const std::byte*>(from.raw()), from.bytes(), static_cast<std::byte*>(to.raw()));
}

void fill(Tensor& tensor) {
  Tensor values(DType::F64, tensor.shape());
  for (std::size_t i = 0; i < values.data<double>().size(); ++i)
    values.data<double>()[i] = static_cast<double>((i * 37 + i / 7) % 101) / 40 - 1.2;
  copy(values.cast(tensor.dtype()), tensor);
}

void expect_near(const Tensor& found, const Tensor& expected, double tolerance, const std::string& what) {
  const std::vector<double> a = values_of(found), b = values_of(expected);
  ASSERT_EQ(a.size(), b.size()) << what;
  double size = 0;
  for (const double value : b)
    size = std::max(size, std::abs(value));
  EXPECT_GT(size, 0) << what;
  for (std::size_t i = 0; i < a.size(); ++i)
    ASSERT_LE(std::abs(a[i] - b[i]), tolerance * size) << what << ", " << i;
}

class BeginAt : public testing::TestWithParam<Way> {
protected:
  static ProgramOptions options(std::int64_t batch) {
    return {.batch = batch, .precision = GetParam().precision, .backend = GetParam().backend, .threads = 1};
  }

  /// The number of inputs of the program that begins at that layer.
  static std::size_t compare(const std::string& name, const std::string& layer, std::int64_t batch) {
    const Model model = network(name);
    ProgramOptions whole = options(batch), rest = options(batch);
    whole.wrt = layer;
    rest.begin_at = layer;
    Session all(Program::compile(model, whole)), part(Program::compile(model, rest));
    fill(all.input());
    all.forward();
    const std::size_t at = all.program().wrt_output().value();
    EXPECT_EQ(part.program().inputs().front().shape, all.program().outputs()[at].shape);
    EXPECT_EQ(part.program().inputs().front().layout, all.program().outputs()[at].layout);
    EXPECT_EQ(part.program().outputs().size(), all.program().outputs().size() - 1);
    copy(all.output(at), part.input());
    if (part.program().inputs().size() > 1)
      copy(all.input(), part.input(1));
    part.forward();
    expect_near(part.output(), all.output(), GetParam().tolerance, name + " scores");
    const std::vector<std::int64_t> classes(static_cast<std::size_t>(batch), 1);
    all.seed_classes(classes);
    part.seed_classes(classes);
    all.backward();
    part.backward();
    expect_near(part.gradient(), all.gradient(), GetParam().tolerance, name + " gradient");
    return part.program().inputs().size();
  }
};

TEST_P(BeginAt, gives_the_scores_and_gradients_of_the_whole_network) {
  for (const char* name : {"plain", "residual", "inception", "dense", "squeeze_excite"})
    EXPECT_EQ(compare(name, std::string(kLastSpatialLayer), 2), 1U) << name;
}

INSTANTIATE_TEST_SUITE_P(All, BeginAt,
                         testing::Values(Way{"reference_f64", Precision::F64, BackendKind::Reference, 1e-12},
                                         Way{"onednn_f32", Precision::F32, BackendKind::OneDnn, 2e-5}),
                         [](const auto& way) { return way.param.name; });

Model residual() {
  const ModelBuilder builder = ModelBuilder()
                                   .input("image", {-1, 3, 4, 4})
                                   .output("scores")
                                   .node("Relu", {"image"}, {"branch"})
                                   .node("Add", {"branch", "image"}, {"sum"})
                                   .node("GlobalAveragePool", {"sum"}, {"pooled"})
                                   .node("Flatten", {"pooled"}, {"scores"});
  const TemporaryFolder folder;
  return Model::load(builder.save(folder.file("model.onnx")));
}

TEST(BeginAtLayer, takes_the_picture_too_where_it_goes_past_the_layer) {
  const auto program =
      Program::compile(residual(), {.direction = Direction::Forward, .threads = 1, .begin_at = "branch"});
  ASSERT_EQ(program->inputs().size(), 2U);
  EXPECT_EQ(program->inputs()[0].name, "branch");
  EXPECT_EQ(program->inputs()[1].name, "image");
  Session session(program);
  std::fill_n(session.input(0).data<float>().begin(), 48, 2.0F);
  std::fill_n(session.input(1).data<float>().begin(), 48, -5.0F);
  session.forward();
  for (const float score : session.output().data<float>())
    EXPECT_FLOAT_EQ(score, -3);
}

TEST(BeginAtLayer, bad_ones_are_errors) {
  const Model model = residual();
  const auto message = [&](const ProgramOptions& options) {
    try {
      Program::compile(model, options);
    } catch (const Error& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  EXPECT_NE(message({.begin_at = "image"}).find("is not computed from the picture"), std::string::npos);
  EXPECT_NE(message({.begin_at = "nowhere"}).find("no value or node named 'nowhere'"), std::string::npos);
  EXPECT_NE(message({.begin_at = "scores"}).find("cannot begin at 'scores', which is its output"),
            std::string::npos);
  EXPECT_NE(message({.wrt = "sum", .begin_at = "branch"}).find("differentiates with respect to it"),
            std::string::npos);
}

}  // namespace
}  // namespace fovea::test
