#include "fovea/cuda_support.hpp"
#include "fovea/error.hpp"
#include "fovea/export.hpp"
#include "fovea/tensor.hpp"
#include "support/temporary_folder.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <fstream>

namespace fovea::test {
namespace {

std::string network(const std::string& name) {
  return std::string(FOVEA_TEST_DATA) + "/networks/" + name;
}

std::vector<std::string> networks() {
  std::ifstream stream(network("index.json"));
  std::vector<std::string> names;
  for (const auto& row : nlohmann::json::parse(stream))
    names.push_back(row.at("name"));
  return names;
}

void copy(const Tensor& from, Tensor& to) {
  const Tensor typed = from.cast(to.dtype());
  ASSERT_EQ(typed.bytes(), to.bytes());
  std::memcpy(to.raw(), typed.raw(), typed.bytes());
}

Model written(const TemporaryFolder& folder, const std::string& bytes) {
  const std::string path = folder.path() + "/exported.onnx";
  std::ofstream(path, std::ios::binary) << bytes;
  return Model::load(path);
}

/// Outputs of an exported file, run as a file of inputs and outputs.
std::vector<Tensor> run(const Model& model, const std::vector<Tensor>& inputs) {
  ProgramOptions options;
  options.direction = Direction::Forward;
  options.batch = inputs[0].shape()[0];
  options.head = ProgramOptions::Head::AsInFile;
  options.backend = BackendKind::Reference;
  options.input_layout = ProgramOptions::InputLayout::AsInFile;
  options.outputs = model.computable_outputs();
  Session session(Program::compile(model, options));
  for (std::size_t i = 0; i < inputs.size(); ++i)
    copy(inputs[i], session.input(i));
  session.forward();
  std::vector<Tensor> outputs;
  for (std::size_t i = 0; i < session.program().outputs().size(); ++i)
    outputs.push_back(session.output(i).cast(DType::F64).clone());
  return outputs;
}

/// Scores and gradient of the engine, one class for each picture.
std::vector<Tensor> engine(const std::string& name, const Tensor& pictures, Rule rule,
                           const std::vector<std::int64_t>& classes) {
  Session session(Program::compile(Model::load(network(name + ".onnx")),
                                   {.batch = pictures.shape()[0],
                                    .rule = rule,
                                    .backend = BackendKind::Reference,
                                    .input_layout = ProgramOptions::InputLayout::AsInFile}));
  copy(pictures, session.input());
  session.forward();
  session.seed_classes(classes);
  session.backward();
  return {session.output().cast(DType::F64).clone(), session.gradient().cast(DType::F64).clone()};
}

double largest_difference(const Tensor& a, const Tensor& b) {
  double off = 0, size = 1e-30;
  for (std::size_t i = 0; i < b.data<double>().size(); ++i) {
    off = std::max(off, std::abs(a.data<double>()[i] - b.data<double>()[i]));
    size = std::max(size, std::abs(b.data<double>()[i]));
  }
  return off / size;
}

std::vector<std::int64_t> top_classes(const Tensor& scores) {
  const auto batch = static_cast<std::size_t>(scores.shape()[0]);
  const auto values = scores.data<double>();
  const std::size_t count = values.size() / batch;
  std::vector<std::int64_t> classes;
  for (std::size_t n = 0; n < batch; ++n) {
    const auto begin = values.begin() + static_cast<std::ptrdiff_t>(n * count);
    classes.push_back(std::max_element(begin, begin + static_cast<std::ptrdiff_t>(count)) - begin);
  }
  return classes;
}

Tensor as_tensor(const std::vector<std::int64_t>& values) {
  Tensor tensor(DType::I64, {static_cast<std::int64_t>(values.size())});
  std::memcpy(tensor.raw(), values.data(), tensor.bytes());
  return tensor;
}

ExplanationOptions options_for(const Tensor& pictures) {
  ExplanationOptions options;
  options.batch = pictures.shape()[0];
  options.map = ExplanationOptions::Map::Gradient;
  return options;
}

/// Expects that ONNX Runtime runs every node on an NVIDIA GPU.
void expect_native(const std::string& bytes) {
  for (const CudaNode& node : cuda_support(bytes).nodes)
    EXPECT_EQ(node.reason, "") << node.node << " (" << node.operator_name << ")";
}

constexpr double kTolerance = 1e-4;

class ExportedNetwork : public testing::TestWithParam<std::string> {
protected:
  TemporaryFolder folder_;
  Tensor pictures_ = read_npy(network(GetParam() + ".input.npy"));
};

TEST_P(ExportedNetwork, explains_a_class_as_the_engine_does) {
  const std::int64_t batch = pictures_.shape()[0];
  std::vector<std::int64_t> classes;
  for (std::int64_t n = 0; n < batch; ++n)
    classes.push_back(n % 2);
  for (Rule rule : {Rule::Gradient, Rule::Deconvnet, Rule::Guided})
    for (std::int64_t opset : {13, 17}) {
      ExplanationOptions options = options_for(pictures_);
      options.rule = rule;
      options.opset = opset;
      options.explained = ExplanationOptions::Class::Input;
      const std::string bytes = export_explanation(Model::load(network(GetParam() + ".onnx")), options);
      expect_native(bytes);
      const Model model = written(folder_, bytes);
      const auto found = run(model, {pictures_, as_tensor(classes)});
      const auto expected = engine(GetParam(), pictures_, rule, classes);
      EXPECT_LE(largest_difference(found[0], expected[0]), kTolerance) << name_of(rule) << " " << opset;
      EXPECT_LE(largest_difference(found[1], expected[1]), kTolerance) << name_of(rule) << " " << opset;
    }
}

TEST_P(ExportedNetwork, explains_the_top_class) {
  const Model model = written(
      folder_, export_explanation(Model::load(network(GetParam() + ".onnx")), options_for(pictures_)));
  const auto found = run(model, {pictures_});
  const auto expected = engine(GetParam(), pictures_, Rule::Gradient, top_classes(found[0]));
  EXPECT_LE(largest_difference(found[1], expected[1]), kTolerance);
}

TEST_P(ExportedNetwork, keeps_its_scores_in_canonical_form) {
  const Model original = Model::load(network(GetParam() + ".onnx"));
  ExportOptions options;
  options.batch = pictures_.shape()[0];
  const auto found = run(written(folder_, export_canonical(original, options)), {pictures_});
  const auto expected = run(original, {pictures_});
  ASSERT_EQ(found.size(), expected.size());
  EXPECT_LE(largest_difference(found[0], expected[0]), kTolerance);
}

INSTANTIATE_TEST_SUITE_P(all, ExportedNetwork, testing::ValuesIn(networks()),
                         [](const auto& row) { return row.param; });

TEST(ExportedSaliency, is_the_largest_gradient_over_channels) {
  const TemporaryFolder folder;
  const Tensor pictures = read_npy(network("plain.input.npy"));
  ExplanationOptions options = options_for(pictures);
  options.map = ExplanationOptions::Map::Saliency;
  const Model original = Model::load(network("plain.onnx"));
  const Tensor map = run(written(folder, export_explanation(original, options)), {pictures})[1];
  options.map = ExplanationOptions::Map::Gradient;
  const Tensor gradient = run(written(folder, export_explanation(original, options)), {pictures})[1];
  const Shape& shape = gradient.shape();
  ASSERT_EQ(map.shape(), (Shape{shape[0], shape[2], shape[3]}));
  const std::int64_t plane = shape[2] * shape[3];
  for (std::int64_t n = 0; n < shape[0]; ++n)
    for (std::int64_t p = 0; p < plane; ++p) {
      double largest = 0;
      for (std::int64_t c = 0; c < shape[1]; ++c)
        largest = std::max(
            largest,
            std::abs(gradient.data<double>()[static_cast<std::size_t>((n * shape[1] + c) * plane + p)]));
      ASSERT_EQ(map.data<double>()[static_cast<std::size_t>(n * plane + p)], largest);
    }
}

/// tools/make_relevance_goldens.py: the relevance of class 0.
TEST(ExportedRelevance, is_that_of_pytorch) {
  const TemporaryFolder folder;
  for (const char* name : {"plain", "residual", "inception"})
    for (Rule rule : {Rule::LrpEpsilon, Rule::LrpAlphaBeta, Rule::LrpComposite, Rule::LrpGamma,
                      Rule::LrpEpsilonGammaBox, Rule::LrpEpsilonPlusFlat, Rule::LrpEpsilonPlusWSquare,
                      Rule::LrpEpsilonAlpha2Beta1, Rule::LrpEpsilonAlpha2Beta1Flat, Rule::Excitation}) {
      const Tensor pictures = read_npy(network(std::string(name) + ".input.npy"));
      ExplanationOptions options = options_for(pictures);
      options.rule = rule;
      options.input_range = {{-4}, {5}};
      options.explained = ExplanationOptions::Class::Input;
      const Model model =
          written(folder, export_explanation(Model::load(network(std::string(name) + ".onnx")), options));
      const std::vector<std::int64_t> classes(static_cast<std::size_t>(pictures.shape()[0]), 0);
      const Tensor expected =
          read_npy(network(fmt::format("{}.{}.npy", name, name_of(rule)))).cast(DType::F64);
      EXPECT_LE(largest_difference(run(model, {pictures, as_tensor(classes)})[1], expected), 1e-3)
          << name << " " << name_of(rule);
    }
}

/// tools/make_export_networks.py: strides, pads and equal elements; the gradient by PyTorch of the highest
/// class, the first of equal ones.
TEST(ExportedGradient, is_that_of_pytorch_at_any_stride) {
  const TemporaryFolder folder;
  const std::string exports = std::string(FOVEA_TEST_DATA) + "/exports/";
  std::ifstream stream(exports + "index.json");
  for (const auto& row : nlohmann::json::parse(stream)) {
    const std::string stem = exports + row.at("name").get<std::string>();
    const Tensor pictures = read_npy(stem + ".input.npy");
    for (std::int64_t opset = 13; opset <= 17; ++opset) {
      ExplanationOptions options = options_for(pictures);
      options.opset = opset;
      const std::string bytes = export_explanation(Model::load(stem + ".onnx"), options);
      expect_native(bytes);
      const auto found = run(written(folder, bytes), {pictures});
      EXPECT_LE(largest_difference(found[1], read_npy(stem + ".gradient.npy")), kTolerance) << stem << opset;
    }
  }
}

TEST(ExportedGradient, explains_no_class_where_a_score_is_not_a_number) {
  const TemporaryFolder folder;
  Tensor pictures = read_npy(network("plain.input.npy"));
  const auto elements = pictures.data<float>();
  for (std::size_t i = 0; i < elements.size() / 2; ++i)  // the first picture's: sums overflow
    elements[i] = i % 2 == 0 ? 3e38F : -3e38F;
  ExplanationOptions options = options_for(pictures);
  const Model model = written(folder, export_explanation(Model::load(network("plain.onnx")), options));
  const std::vector<Tensor> outputs = run(model, {pictures});
  ASSERT_TRUE(std::isnan(outputs[0].data<double>()[0]));
  const Tensor& gradient = outputs[1];
  const auto all = gradient.data<double>();
  const auto second = all.begin() + static_cast<std::ptrdiff_t>(all.size() / 2);
  EXPECT_TRUE(std::all_of(all.begin(), second, [](double value) { return value == 0; }));
  EXPECT_TRUE(std::any_of(second, all.end(), [](double value) { return value != 0; }));
  EXPECT_FALSE(std::any_of(second, all.end(), [](double value) { return std::isnan(value); }));
}

TEST(Export, refuses_what_cannot_be) {
  const Model model = Model::load(network("plain.onnx"));
  ExportOptions options;
  options.opset = 12;
  EXPECT_THROW(export_canonical(model, options), ModelError);
  options = {};
  options.batch = 0;
  EXPECT_THROW(export_canonical(model, options), ModelError);
}

TEST(Export, keeps_labels_and_preprocessing) {
  const TemporaryFolder folder;
  const Model bundled = Model::load(std::string(FOVEA_SOURCE_DIR) + "/models/imagenette-resnet.onnx");
  const Model model = written(folder, export_explanation(bundled));
  EXPECT_EQ(model.labels().name(0), bundled.labels().name(0));
  EXPECT_EQ(model.preprocessing().has_value(), bundled.preprocessing().has_value());
}

}  // namespace
}  // namespace fovea::test
