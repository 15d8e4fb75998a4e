/// The scores of a program: which output, before which activation, of which classes.
#include "fovea/error.hpp"
#include "fovea/program.hpp"
#include "onnx/model_builder.hpp"
#include "support/temporary_folder.hpp"

#include <cmath>

namespace fovea::test {
namespace {

using onnx_import::Attribute;
using onnx_import::Dims;
using onnx_import::ImportBuilder;

constexpr ProgramOptions::Head kClasses = ProgramOptions::Head::Classes;

Model load(const ImportBuilder& builder) {
  const TemporaryFolder folder;
  store(folder.file("model.onnx"), builder.model.SerializeAsString());
  return Model::load(folder.file("model.onnx"));
}

std::string error_of(const ImportBuilder& builder, const ProgramOptions& options = {.head = kClasses}) {
  try {
    Program::compile(load(builder), options);
  } catch (const ModelError& error) {
    return error.detail();
  }
  return "nothing was thrown";
}

/// z = W x + b of a picture [N,1,2,2], K scores.
ImportBuilder linear(const std::vector<float>& weights, std::int64_t batch = -1) {
  ImportBuilder builder;
  const auto classes = static_cast<std::int64_t>(weights.size() / 4);
  builder.input("image", {batch, 1, 2, 2}).weight("W", {4, classes}, weights);
  builder.node("Flatten", {"image"}, {"flat"}).node("MatMul", {"flat", "W"}, {"z"});
  return builder;
}
ImportBuilder four_classes() {
  return linear({1, 0, 0, 2, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1});
}
/// z = 40 times the sum of the picture.
ImportBuilder one_score() {
  return linear({40, 40, 40, 40});
}

void declare(ImportBuilder& builder, const std::string& name, const Dims& dims,
             int type = onnx::TensorProto::FLOAT) {
  builder.output(name);
  onnx::ValueInfoProto& info = *builder.graph().mutable_output(builder.graph().output_size() - 1);
  auto& tensor = *info.mutable_type()->mutable_tensor_type();
  tensor.set_elem_type(type);
  for (const std::int64_t dim : dims) {
    auto& added = *tensor.mutable_shape()->add_dim();
    if (dim >= 0)
      added.set_dim_value(dim);
    else
      added.set_dim_param("N");
  }
}

/// The results of a program for the picture 1 2 3 4.
struct Said {
  explicit Said(const ImportBuilder& builder, ProgramOptions options = {.head = kClasses})
      : program(Program::compile(load(builder), options)), session(program) {
    auto x = session.input().data<float>();
    for (std::size_t i = 0; i < x.size(); ++i)
      x[i] = static_cast<float>(i % 4 + 1);
    session.forward();
    const auto y = session.output().data<float>();
    scores.assign(y.begin(), y.end());
    std::vector<double> further;
    if (const auto at = program->further_scores())
      further.assign(session.output(*at).data<float>().begin(), session.output(*at).data<float>().end());
    if (options.batch == 1)
      probabilities = program->head().probabilities(scores, further);
  }
  std::vector<float> gradient(std::int64_t of) {
    session.seed_classes(std::vector<std::int64_t>{of});
    session.backward();
    const auto g = session.gradient().data<float>();
    return {g.begin(), g.end()};
  }
  std::shared_ptr<const Program> program;
  Session session;
  std::vector<double> scores, probabilities;
};

const std::vector<double> kScores = {1, 2, 3, 6};

TEST(ClassScores, stand_before_a_softmax_that_others_read) {
  ImportBuilder builder = four_classes();
  builder.node("Softmax", {"z"}, {"prob"}).node("ArgMax", {"prob"}, {"best"}, {{"axis", 1}});
  builder.node("ReduceMax", {"prob"}, {"most"}, {{"axes", Dims{1}}});
  builder.output("prob").output("best").output("most");
  Said said(builder);
  EXPECT_EQ(said.scores, kScores);
  EXPECT_NEAR(said.probabilities[3], std::exp(6) / (std::exp(1) + std::exp(2) + std::exp(3) + std::exp(6)),
              1e-9);
  EXPECT_EQ(said.gradient(3), (std::vector<float>{2, 0, 0, 1}));
  EXPECT_EQ(said.program->outputs().size(), 1U);
  EXPECT_FALSE(said.program->head().is_assumed);
}

TEST(ClassScores, of_an_opset_that_flattens_and_of_half_precision) {
  ImportBuilder builder(11);
  builder.input("image", {-1, 1, 2, 2}).weight("W", {4, 4}, {1, 0, 0, 2, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1});
  builder.node("Flatten", {"image"}, {"flat"}).node("Cast", {"flat"}, {"half"}, {{"to", 10}});
  builder.node("Cast", {"W"}, {"Wh"}, {{"to", 10}}).node("MatMul", {"half", "Wh"}, {"zh"});
  builder.list("shape", {-1, 2, 2, 1}).node("Reshape", {"zh", "shape"}, {"spread"});
  builder.node("Softmax", {"spread"}, {"p"}, {{"axis", 1}}).node("Cast", {"p"}, {"prob"}, {{"to", 1}});
  builder.node("Flatten", {"prob"}, {"y"}).output("y");
  const Said said(builder);
  EXPECT_EQ(said.scores, kScores);
  EXPECT_FALSE(said.program->head().is_assumed);
}

/// A class that the output leaves out keeps its share of the probability.
TEST(ClassScores, of_a_slice_keep_the_probabilities_of_the_whole) {
  ImportBuilder builder = four_classes();
  builder.node("Softmax", {"z"}, {"prob"}).list("starts", {1}).list("ends", {4}).list("axes", {1});
  builder.node("Slice", {"prob", "starts", "ends", "axes"}, {"y"}).output("y");
  const Said raw(builder, {.head = ProgramOptions::Head::AsInFile});
  Said said(builder);
  EXPECT_EQ(said.scores, (std::vector<double>{2, 3, 6}));
  EXPECT_EQ(said.program->classes(), 3);
  ASSERT_TRUE(said.program->further_scores());
  for (std::size_t k = 0; k < 3; ++k)
    EXPECT_NEAR(said.probabilities[k], raw.scores[k], 1e-6);
  EXPECT_EQ(said.gradient(2), (std::vector<float>{2, 0, 0, 1}));
  const Said two(builder, {.batch = 2, .head = kClasses});
  EXPECT_EQ(two.scores, (std::vector<double>{2, 3, 6, 2, 3, 6}));
}

/// The network's own number where no score before it has the same classes.
TEST(ClassScores, of_probabilities_that_were_computed_with_are_these_probabilities) {
  ImportBuilder builder = four_classes();
  builder.node("Softmax", {"z"}, {"p"}).weight("two", {}, {2});
  builder.node("Pow", {"p", "two"}, {"y"}).output("y");
  const Said raw(builder, {.head = ProgramOptions::Head::AsInFile});
  Said said(builder);
  EXPECT_EQ(said.program->head().activation, Activation::Given);
  EXPECT_FALSE(said.program->head().is_assumed);
  for (std::size_t k = 0; k < 4; ++k)
    EXPECT_NEAR(said.probabilities[k], raw.scores[k], 1e-7);
  const Said chosen(builder, {.head = kClasses, .activation = Activation::Softmax});
  EXPECT_EQ(chosen.program->head().activation, Activation::Softmax);
}

/// A saturated HardSigmoid has a map, too, and one output of it is two classes.
TEST(ClassScores, of_a_hard_sigmoid_stand_before_its_bounds) {
  ImportBuilder builder = one_score();
  builder.node("HardSigmoid", {"z"}, {"y"}, {{"alpha", 0.5F}, {"beta", 0.25F}}).output("y");
  Said said(builder);
  EXPECT_EQ(said.program->head().activation, Activation::Given);
  EXPECT_EQ(said.scores, (std::vector<double>{-199.25, 200.25}));
  EXPECT_EQ(said.probabilities, (std::vector<double>{0, 1}));
  EXPECT_EQ(said.gradient(1), (std::vector<float>{20, 20, 20, 20}));
}

/// A single score has a negative and a positive class; the map of a saturated sigmoid is that of its logit.
TEST(ClassScores, of_one_output_are_two) {
  for (const bool with_sigmoid : {false, true})
    for (const Dims& shape : {Dims{-1, 1}, Dims{-1}, Dims{-1, 1, 1, 1}}) {
      ImportBuilder builder = one_score();
      builder.list("shape", shape).node("Reshape", {"z", "shape"}, {"logit"});
      if (with_sigmoid)
        builder.node("Sigmoid", {"logit"}, {"y"});
      else
        builder.node("Identity", {"logit"}, {"y"});
      builder.output("y");
      Said said(builder);
      EXPECT_EQ(said.program->classes(), 2);
      EXPECT_EQ(said.scores, (std::vector<double>{-400, 400}));
      EXPECT_EQ(said.program->head().activation, Activation::Sigmoid);
      EXPECT_EQ(said.program->head().is_assumed, !with_sigmoid);
      EXPECT_NEAR(said.probabilities[1], 1, 1e-12);
      EXPECT_EQ(said.gradient(1), (std::vector<float>{40, 40, 40, 40}));
      Said again(builder);
      EXPECT_EQ(again.gradient(0), (std::vector<float>{-40, -40, -40, -40}));
      // As it is, for who asks for the output itself.
      EXPECT_EQ(Said(builder, {}).scores, (std::vector<double>{400}));
    }
}

TEST(ClassScores, of_one_output_stay_one_without_a_probability) {
  ImportBuilder builder = one_score();
  builder.output("z");
  const Said said(builder, {.head = kClasses, .activation = Activation::None});
  EXPECT_EQ(said.program->classes(), 1);
  EXPECT_TRUE(said.probabilities.empty());
}

TEST(ClassScores, have_the_activation_that_is_asked_for) {
  ImportBuilder builder = four_classes();
  builder.node("Softmax", {"z"}, {"prob"}).output("prob");
  const Said sigmoid(builder, {.head = kClasses, .activation = Activation::Sigmoid});
  EXPECT_EQ(sigmoid.scores, kScores);
  EXPECT_NEAR(sigmoid.probabilities[0], 1 / (1 + std::exp(-1.0)), 1e-9);
  ImportBuilder logits = four_classes();
  logits.output("z");
  EXPECT_EQ(Said(logits).program->head().activation, Activation::Softmax);
  EXPECT_TRUE(Said(logits).program->head().is_assumed);
  EXPECT_FALSE(
      Said(logits, {.head = kClasses, .activation = Activation::Softmax}).program->head().is_assumed);
}

TEST(ClassScores, multi_label_networks_have_independent_probabilities) {
  ImportBuilder builder = four_classes();
  builder.node("Sigmoid", {"z"}, {"prob"}).output("prob");
  Said said(builder);
  EXPECT_EQ(said.scores, kScores);
  EXPECT_NEAR(said.probabilities[1], 1 / (1 + std::exp(-2.0)), 1e-6);
  EXPECT_EQ(said.gradient(3), (std::vector<float>{2, 0, 0, 1}));
}

/// A gate that comes last is no ending.
TEST(ClassScores, of_a_gated_output_are_the_output) {
  ImportBuilder builder = four_classes();
  builder.node("Sigmoid", {"z"}, {"gate"}).node("Mul", {"z", "gate"}, {"y"}).output("y");
  const Said said(builder);
  EXPECT_NEAR(said.scores[3], 6 / (1 + std::exp(-6.0)), 1e-5);
  EXPECT_TRUE(said.program->head().is_assumed);
}

TEST(ClassScores, of_an_output_without_a_batch) {
  ImportBuilder builder = linear({1, 0, 0, 2, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1}, 1);
  builder.list("shape", {4}).node("Reshape", {"z", "shape"}, {"y"});
  declare(builder, "y", {4});
  Said said(builder);
  EXPECT_EQ(said.scores, kScores);
  EXPECT_EQ(said.program->outputs().front().shape, Shape({1, 4}));
  EXPECT_EQ(said.gradient(3), (std::vector<float>{2, 0, 0, 1}));
  EXPECT_EQ(Said(builder, {}).gradient(3), (std::vector<float>{2, 0, 0, 1})) << "as the raw output, too";
  EXPECT_EQ(compile_for_pictures(load(builder), {.batch = 10})->options().batch, 1);
}

TEST(ClassScores, are_those_of_the_output_that_is_named) {
  ImportBuilder builder = four_classes();
  builder.node("Softmax", {"z"}, {"prob"}).node("ArgMax", {"prob"}, {"best"}, {{"axis", 1}});
  declare(builder, "best", {-1, 1}, onnx::TensorProto::INT64);
  declare(builder, "prob", {-1, 4});
  EXPECT_EQ(error_of(builder), "the output 'best' is int64[N,1], which cannot be class scores: choose 'prob' "
                               "(float32[N,4]) with --scores");
  const Said said(builder, {.outputs = {"prob"}, .head = kClasses});
  EXPECT_EQ(said.scores, kScores);
  EXPECT_EQ(Said(builder, {.outputs = {"z"}, .head = kClasses}).scores, kScores) << "any value";
  EXPECT_NE(error_of(builder, {.outputs = {"best"}, .head = kClasses}).find("cannot be class scores"),
            std::string::npos);
}

TEST(ClassScores, refuse_an_output_that_does_not_depend_on_the_picture) {
  ImportBuilder builder = four_classes();
  builder.weight("bias", {1, 4}, {1, 2, 3, 4}).node("Identity", {"bias"}, {"b"}).output("b").output("z");
  EXPECT_EQ(error_of(builder),
            "the output 'b' is constant: it does not depend on the picture, so it cannot be "
            "class scores; choose 'z' (float32[]) with --scores");
}

TEST(ClassScores, refuse_an_output_that_cannot_be_computed_by_naming_others) {
  ImportBuilder builder = four_classes();
  builder.node("Unique", {"z"}, {"best"});
  declare(builder, "best", {-1, 2});
  declare(builder, "z", {-1, 4});
  EXPECT_EQ(error_of(builder),
            "the output 'best' needs operators that are not supported, so it cannot give class "
            "scores: choose 'z' (float32[N,4]) with --scores");
}

TEST(ClassScores, refuse_an_output_of_undeclared_whole_numbers) {
  ImportBuilder builder = four_classes();
  builder.node("ArgMax", {"z"}, {"best"}, {{"axis", 1}}).output("best").output("z");
  EXPECT_EQ(
      error_of(builder).find("the output 'best' holds i64 numbers, which cannot be class scores: choose 'z'"),
      0U)
      << error_of(builder);
}

TEST(ClassScores, refuse_the_largest_of_several) {
  ImportBuilder builder = four_classes();
  builder.node("Softmax", {"z"}, {"prob"}).node("ReduceMax", {"prob"}, {"most"}, {{"axes", Dims{1}}});
  builder.output("most").output("prob");
  EXPECT_EQ(error_of(builder).find("the output 'most' is the largest of several scores"), 0U);
}

TEST(ClassScores, refuse_scores_that_are_sorted) {
  ImportBuilder builder = four_classes();
  builder.list("k", {2}).node("Softmax", {"z"}, {"prob"}).node("TopK", {"prob", "k"}, {"best", "places"});
  builder.output("best").output("prob");
  EXPECT_EQ(error_of(builder).find("the output 'best' holds the scores in the order of their size (TopK)"),
            0U)
      << error_of(builder);
  ImportBuilder after = four_classes();
  after.list("k", {2})
      .node("TopK", {"z", "k"}, {"best", "places"})
      .node("Softmax", {"best"}, {"y"})
      .output("y");
  EXPECT_NE(error_of(after).find("in the order of their size"), std::string::npos) << error_of(after);
  EXPECT_EQ(Said(builder, {.outputs = {"z"}, .head = kClasses}).scores, kScores);
}

TEST(ClassScores, refuse_the_choice_of_a_hardmax) {
  ImportBuilder builder = four_classes();
  builder.node("Hardmax", {"z"}, {"y"}, {{"axis", 1}}).output("y");
  EXPECT_EQ(error_of(builder),
            "the output 'y' holds 1 for what is chosen and 0 for the rest, as of a Hardmax, and no gradient "
            "flows through that choice: --scores may name another value that 'fovea info --layers' lists");
  EXPECT_EQ(Said(builder, {.outputs = {"z"}, .head = kClasses}).scores, kScores);
}

TEST(ClassScores, refuse_outputs_of_which_none_can_hold_scores) {
  ImportBuilder builder = four_classes();
  builder.node("ArgMax", {"z"}, {"best"}, {{"axis", 1}}).node("ArgMin", {"z"}, {"worst"}, {{"axis", 1}});
  declare(builder, "best", {-1, 1}, onnx::TensorProto::INT64);
  declare(builder, "worst", {-1, 1}, onnx::TensorProto::INT64);
  EXPECT_EQ(error_of(builder),
            "the output 'best' is int64[N,1], which cannot be class scores: no other output can hold class "
            "scores; --scores may name any value that 'fovea info --layers' lists");
}

TEST(ClassScores, refuse_what_is_no_classifiers) {
  ImportBuilder boxes = four_classes();
  boxes.list("shape", {-1, 2, 2}).node("Reshape", {"z", "shape"}, {"y"}).output("y");
  EXPECT_EQ(error_of(boxes).find("the output 'y' has shape 1x2x2, which is not one row of class scores"), 0U)
      << error_of(boxes);
  ImportBuilder pixels = four_classes();
  pixels.list("shape", {-1, 2, 2}).node("Reshape", {"z", "shape"}, {"spread"});
  pixels.node("Softmax", {"spread"}, {"y"}, {{"axis", 1}}).output("y");
  EXPECT_NE(error_of(pixels).find("segments pictures"), std::string::npos) << error_of(pixels);
  EXPECT_EQ(Said(boxes, {}).scores, kScores) << "raw gradients need no classes";
}

/// An embedding behind which another output has the labels' length.
TEST(ClassScores, refuse_an_embedding_where_another_output_fits_the_labels) {
  ImportBuilder builder = four_classes();
  declare(builder, "flat", {-1, 4});
  builder.weight("V", {4, 3}, std::vector<float>(12, 1)).node("MatMul", {"z", "V"}, {"logits"});
  declare(builder, "logits", {-1, 3});
  EXPECT_EQ(
      error_of(builder, {.head = kClasses, .label_count = 3}),
      "the output 'flat' has 4 numbers for each picture, but the output 'logits' has 3, as many as there are "
      "labels: choose 'logits' (float32[N,3]) with --scores");
  EXPECT_EQ(error_of(builder, {.head = kClasses, .label_count = 4}), "nothing was thrown");
  EXPECT_EQ(error_of(builder, {.outputs = {"flat"}, .head = kClasses, .label_count = 3}),
            "nothing was thrown");
}

/// By its name, or since its numbers are divided by their length; unless it is chosen.
TEST(ClassScores, refuse_an_embedding_that_nobody_has_chosen) {
  ImportBuilder named = four_classes();
  named.node("Relu", {"z"}, {"image_embeds"}).output("image_embeds");
  declare(named, "z", {-1, 4});
  EXPECT_EQ(
      error_of(named).find("the output 'image_embeds' has 4 numbers for each picture that look like an "
                           "embedding, since its name says so, and not like scores of classes: choose "
                           "'z' (float32[N,4]) with --scores, or 'image_embeds' itself if they are scores"),
      0U)
      << error_of(named);
  EXPECT_EQ(error_of(named, {.outputs = {"z"}, .head = kClasses}), "nothing was thrown");
  EXPECT_EQ(error_of(named, {.outputs = {"image_embeds"}, .head = kClasses}), "nothing was thrown");
  EXPECT_EQ(error_of(named, {.head = kClasses, .label_count = 4}), "nothing was thrown") << "it has labels";

  ImportBuilder scaled = four_classes();
  scaled.node("ReduceL2", {"z"}, {"length"}, {{"axes", Dims{1}}}).weight("least", {1}, {1e-12F});
  scaled.node("Max", {"length", "least"}, {"above"}).node("Div", {"z", "above"}, {"y"}).output("y");
  EXPECT_NE(error_of(scaled).find("since they are scaled to length 1"), std::string::npos)
      << error_of(scaled);
  ImportBuilder mean = four_classes();
  mean.node("Exp", {"z"}, {"e"})
      .node("ReduceSum", {"e"}, {"sum"})
      .node("Div", {"e", "sum"}, {"y"})
      .output("y");
  EXPECT_EQ(error_of(mean), "nothing was thrown") << "a softmax";
}

TEST(ClassScores, of_all_methods_are_the_same) {
  ImportBuilder builder = one_score();
  builder.node("Sigmoid", {"z"}, {"y"}).output("y");
  const auto program =
      compile_for_pictures(load(builder), {.rule = Rule::LrpEpsilon, .backend = BackendKind::Reference});
  EXPECT_EQ(program->classes(), 2);
}

}  // namespace
}  // namespace fovea::test
