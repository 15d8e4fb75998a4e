/// Targets: what their texts mean, the numbers that programs compute of them, and what is refused.
#include "fovea/target.hpp"

#include "fovea/error.hpp"
#include "fovea/program.hpp"
#include "onnx/model_builder.hpp"
#include "support/temporary_folder.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace fovea::test {
namespace {

using onnx_import::Dims;
using onnx_import::ImportBuilder;

Model load(const ImportBuilder& builder) {
  const TemporaryFolder folder;
  store(folder.file("model.onnx"), builder.model.SerializeAsString());
  return Model::load(folder.file("model.onnx"));
}

/// Weights [4,6]: a constant, so that z_k = 0.1 * (sum over i of (i + 1) * (k + i)) for ones is easy to
/// check.
ImportBuilder network(std::int64_t batch = -1) {
  std::vector<float> weights(24);
  for (std::size_t i = 0; i < weights.size(); ++i)
    weights[i] = static_cast<float>(static_cast<int>(i * 7 % 11) - 5) / 10;
  ImportBuilder builder;
  builder.input("image", {batch, 1, 2, 2}).weight("W", {4, 6}, weights);
  builder.node("Flatten", {"image"}, {"flat"}).node("MatMul", {"flat", "W"}, {"z"});
  builder.node("Tanh", {"z"}, {"t"}).list("shape", {-1, 2, 3}).node("Reshape", {"t", "shape"}, {"boxes"});
  builder.node("ArgMax", {"z"}, {"best"}, {{"axis", 1}});
  builder.output("z").output("boxes").output("best");
  return builder;
}

std::string parse_error(const std::string& text) {
  try {
    Target::parse(text);
  } catch (const InputError& error) {
    return error.what();
  }
  return "nothing was thrown";
}

std::string compile_error(const ImportBuilder& builder, const std::string& text, std::int64_t batch = 1) {
  try {
    Program::compile(load(builder), {.batch = batch, .targets = {Target::parse(text)}});
  } catch (const ModelError& error) {
    return error.detail();
  }
  return "nothing was thrown";
}

/// A program of targets in double, on pictures that differ.
class Computed {
public:
  Computed(const ImportBuilder& builder, const std::vector<std::string>& texts, std::int64_t batch = 1)
      : session_(compiled(builder, texts, batch)) {
    auto x = session_.input().data<double>();
    for (std::size_t i = 0; i < x.size(); ++i)
      x[i] = std::sin(1.0 + static_cast<double>(i));
    session_.forward();
  }
  double at(std::int64_t picture, std::int64_t target) const {
    const Tensor& output = session_.output();
    return output.data<double>()[static_cast<std::size_t>(picture * output.shape()[1] + target)];
  }
  Session& session() { return session_; }

private:
  static std::shared_ptr<const Program> compiled(const ImportBuilder& builder,
                                                 const std::vector<std::string>& texts, std::int64_t batch) {
    ProgramOptions options{.batch = batch, .precision = Precision::F64};
    for (const std::string& text : texts)
      options.targets.push_back(Target::parse(text));
    return compile_for_pictures(load(builder), options);
  }
  Session session_;
};

/// What the outputs of `network` are for the picture that Computed gives, at place n of the batch.
struct Expected {
  explicit Expected(std::size_t n) {
    for (std::size_t k = 0; k < 6; ++k)
      for (std::size_t i = 0; i < 4; ++i)
        z[k] += std::sin(1.0 + static_cast<double>(4 * n + i)) *
                static_cast<double>(static_cast<float>(static_cast<int>((i * 6 + k) * 7 % 11) - 5) / 10);
    for (std::size_t k = 0; k < 6; ++k)
      boxes[k] = std::tanh(z[k]);
  }
  std::array<double, 6> z = {}, boxes = {};
};

TEST(Target, is_the_number_that_its_text_says) {
  const Expected e(0);
  const std::vector<std::pair<std::string, double>> cases = {
      {"z[0, 3]", e.z[3]},
      {" z [ 0 , -1 ] ", e.z[5]},
      {"'z'[0, 2]", e.z[2]},
      {"\"boxes\"[0, 1, 2]", e.boxes[5]},
      {"boxes", std::accumulate(e.boxes.begin(), e.boxes.end(), 0.0)},
      {"boxes[0]", std::accumulate(e.boxes.begin(), e.boxes.end(), 0.0)},
      {"boxes[:, 1]", e.boxes[3] + e.boxes[4] + e.boxes[5]},
      {"boxes[0, :, 1]", e.boxes[1] + e.boxes[4]},
      {"sum(boxes[0, :, 1:])", e.boxes[1] + e.boxes[2] + e.boxes[4] + e.boxes[5]},
      {"mean(boxes[0, :, 1:])", (e.boxes[1] + e.boxes[2] + e.boxes[4] + e.boxes[5]) / 4},
      {"max(z[0])", *std::max_element(e.z.begin(), e.z.end())},
      {"z[0, ::2]", e.z[0] + e.z[2] + e.z[4]},
      {"z[0, 1:-1:3]", e.z[1] + e.z[4]},
      {"z[0, ::-4]", e.z[5] + e.z[1]},
      {"z[0, 4:1:-1]", e.z[4] + e.z[3] + e.z[2]},
      {"z[0, -2::100]", e.z[4]},
      {"z[0, 1] - z[0, 2]", e.z[1] - e.z[2]},
      {"z[0, 1] - z[0, 2] - z[0, 3]", e.z[1] - e.z[2] - e.z[3]},
      {"z[0, 1] + 2 * z[0, 2] * boxes[0, 0, 0]", e.z[1] + 2 * e.z[2] * e.boxes[0]},
      {"-(z[0, 1] - 0.5) * 1e1", -(e.z[1] - 0.5) * 10},
      {"8 * (z[0, 0] + 3) - 4 * exp(z[0, 2])", 8 * (e.z[0] + 3) - 4 * std::exp(e.z[2])},
      {"t[0, 4]", e.boxes[4]},
  };
  for (const auto& [text, value] : cases)
    EXPECT_NEAR(Computed(network(), {text}).at(0, 0), value, 1e-7) << text;
}

TEST(Target, belongs_to_each_picture_of_a_batch) {
  const Computed computed(network(), {"z[0, 3]", "max(boxes[0, 1])", "z[-1, 1] * boxes[0, 0, 0]"}, 3);
  for (std::size_t n = 0; n < 3; ++n) {
    const Expected e(n);
    const auto picture = static_cast<std::int64_t>(n);
    EXPECT_NEAR(computed.at(picture, 0), e.z[3], 1e-7);
    EXPECT_NEAR(computed.at(picture, 1), std::max({e.boxes[3], e.boxes[4], e.boxes[5]}), 1e-7);
    EXPECT_NEAR(computed.at(picture, 2), e.z[1] * e.boxes[0], 1e-7);
  }
}

/// Central differences of each picture's number in double; elsewhere the gradient is 0.
TEST(Target, has_the_gradient_of_its_number) {
  const std::vector<std::string> texts = {"boxes[0, :, 1:]", "mean(boxes[0, 1])", "max(boxes)",
                                          "z[0, 1] * boxes[0, 1, 1] - exp(z[0, 4])", "-2 * boxes[0, 0, ::2]"};
  for (const std::int64_t batch : {1, 2}) {
    Computed computed(network(), texts, batch);
    Session& session = computed.session();
    for (std::int64_t k = 0; k < static_cast<std::int64_t>(texts.size()); ++k) {
      session.forward();
      session.seed_classes(std::vector<std::int64_t>(static_cast<std::size_t>(batch), k));
      session.backward();
      const Tensor gradient = session.gradient().clone();
      for (std::size_t i = 0; i < static_cast<std::size_t>(4 * batch); ++i) {
        double& x = session.input().data<double>()[i];
        const auto picture = static_cast<std::int64_t>(i / 4);
        const double kept = x, step = 1e-5;
        x = kept + step;
        session.forward();
        const double above = computed.at(picture, k);
        x = kept - step;
        session.forward();
        const double below = computed.at(picture, k);
        x = kept;
        EXPECT_NEAR(gradient.data<double>()[i], (above - below) / (2 * step), 1e-8) << texts[k] << ' ' << i;
      }
    }
  }
}

TEST(Target, has_no_probability_unless_an_activation_is_given) {
  const std::vector<Target> targets = {Target::parse("z[0, 1]")};
  const auto plain = compile_for_pictures(load(network()), {.targets = targets});
  EXPECT_EQ(plain->head().activation, Activation::None);
  EXPECT_EQ(plain->classes(), 1);
  const auto logit =
      compile_for_pictures(load(network()), {.targets = targets, .activation = Activation::Sigmoid});
  EXPECT_DOUBLE_EQ(logit->head().probabilities(std::vector<double>{0}).at(0), 0.5);
}

TEST(Target, text_that_is_no_expression_is_refused_with_its_place) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"",
       "target '': expected the name of an output or of another value, or a number at character 1, found the "
       "end"},
      {"z[0", "expected ',' or ']' at character 4, found the end"},
      {"z[0 1]", "expected ',' or ']' at character 5, found '1]'"},
      {"z[0, a]", "expected a whole number or a slice 'first:end:step' at character 6, found 'a]'"},
      {"z[0, 1:2:0]", "expected a step other than 0 at character 10, found '0]'"},
      {"z[]", "expected a whole number or a slice 'first:end:step' at character 3, found ']'"},
      {"z[99999999999999999999]", "expected a whole number of 64 bits at character 3"},
      {"softmax(z)", "expected sum(...), mean(...), max(...) or exp(...) at character 1, found 'softmax(z)'"},
      {"sum(z", "expected ')' at character 6, found the end"},
      {"sum(z) sum(z)", "expected '+', '-', '*' or the end at character 8"},
      {"(z + 1", "expected ')' at character 7, found the end"},
      {"'z", "expected a closing ' at character 3, found the end"},
      {"''[0]", "expected the name of an output"},
      {"z *",
       "expected the name of an output or of another value, or a number at character 4, found the end"},
      {"1 + 2", "target '1 + 2' names no value of the network"},
      {std::string(100, '(') + "z", "expected at most 64 levels of parentheses"},
  };
  for (const auto& [text, message] : cases)
    EXPECT_NE(parse_error(text).find(message), std::string::npos) << text << ": " << parse_error(text);
}

TEST(Target, that_does_not_fit_the_network_is_refused_with_what_would) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"scores[0, 1]", "there is no value or node named 'scores'"},
      {"scores[0, 1]", "the outputs are 'z' ("},
      {"z[0, 6]",
       "target 'z[0, 6]': index 6 of axis 1 is out of range: 'z' has shape 1x6, so it is 0 to 5, or -6 "
       "to -1 from the end"},
      {"z[0, -7]", "index -7 of axis 1 is out of range"},
      {"z[1, 0]", "index 1 of axis 0 is out of range: 'z' has shape 1x6, so it is 0 to 0"},
      {"z[0, :7]", "bound 7 of axis 1 is out of range: 'z' has shape 1x6, so it is 0 to 6"},
      {"z[0, 3:3]", "the slice of axis 1 of 'z', which has shape 1x6, is empty"},
      {"z[0, 1:3:-1]", "is empty"},
      {"z[0, 1, 2]", "3 indices for 'z', which has shape 1x6: give at most 2"},
      {"best[0]", "'best' holds i64 numbers, through which no gradient flows"},
      {"W[0, 1]", "'W' is constant, so it does not depend on the picture"},
  };
  for (const auto& [text, message] : cases)
    EXPECT_NE(compile_error(network(), text).find(message), std::string::npos)
        << text << ": " << compile_error(network(), text);
  EXPECT_NE(compile_error(network(), "z[2, 0]", 4).find("'z' has shape 1x6"), std::string::npos);
}

TEST(Target, does_not_go_with_scores_or_a_layer) {
  const std::vector<Target> targets = {Target::parse("z[0, 1]")};
  for (const ProgramOptions& options : {ProgramOptions{.layer = "t", .targets = targets},
                                        ProgramOptions{.outputs = {"boxes"}, .targets = targets}})
    EXPECT_THROW(Program::compile(load(network()), options), ModelError);
}

/// One picture has no axis for a batch: the program then takes one at a time.
TEST(Target, of_a_value_without_a_batch_takes_one_picture_at_a_time) {
  ImportBuilder builder;
  builder.input("image", {1, 1, 2, 2}).weight("W", {4, 3}, std::vector<float>(12, 0.5F));
  builder.node("Flatten", {"image"}, {"flat"}).node("MatMul", {"flat", "W"}, {"rows"});
  builder.list("shape", {3}).node("Reshape", {"rows", "shape"}, {"y"}).output("y");
  const Computed computed(builder, {"y[1]"}, 10);
  EXPECT_NEAR(computed.at(0, 0), 0.5 * (std::sin(1.0) + std::sin(2.0) + std::sin(3.0) + std::sin(4.0)), 1e-7);
}

}  // namespace
}  // namespace fovea::test
