#include "ir/text.hpp"
#include "passes/drop_dead.hpp"
#include "passes/drop_identity.hpp"
#include "passes/fold_batch_norm.hpp"
#include "passes/fold_constants.hpp"
#include "passes/merge_transposes.hpp"
#include "passes/pass_checks.hpp"
#include "passes/strip_final_relu.hpp"
#include "support/temporary_folder.hpp"
#include "support/tensors.hpp"

namespace fovea::test {
namespace {

/// The pass changes no number, and leaves `nodes` nodes.
void expect_same_values(RunPass pass, const std::string& text, std::size_t nodes) {
  const ir::Graph after = same_values_after(pass, text);
  EXPECT_EQ(after.nodes().size(), nodes) << ir::print(after);
}

TEST(FoldConstants, computes_what_no_input_reaches) {
  expect_pass(passes::fold_constants, R"(
    input x f64[2]
    const a f64[2] {1 2}
    const b f64[2] {10 20}
    sum = Add(a, b)
    twice = Add(sum, sum)
    y = Mul(x, twice)
    output y = y)",
              R"(
    input x f64[2]
    const twice f64[2] {22 44}
    y = Mul(x, twice)
    output y = y)");
}

TEST(MergeTransposes, drops_those_that_undo_each_other) {
  expect_pass(passes::merge_transposes, R"(
    input x f64[2,3,4,5]
    a = Transpose(x) perm=[0,2,3,1]
    b = Transpose(a) perm=[0,3,1,2]
    y = Exp(b)
    same = Transpose(y) perm=[0,1,2,3]
    output y = same)",
              R"(
    input x f64[2,3,4,5]
    a = Transpose(x) perm=[0,2,3,1]
    y = Exp(x)
    output y = y)");
}

TEST(MergeTransposes, makes_one_of_two) {
  expect_pass(passes::merge_transposes, R"(
    input x f64[2,3,4]
    a = Transpose(x) perm=[2,0,1]
    b = Transpose(a) perm=[0,2,1]
    output b = b)",
              R"(
    input x f64[2,3,4]
    a = Transpose(x) perm=[2,0,1]
    b = Transpose(x) perm=[2,1,0]
    output b = b)");
  expect_same_values(passes::merge_transposes, R"(
    input x f64[2,3,4,5]
    a = Transpose(x) perm=[3,0,2,1]
    b = Transpose(a) perm=[1,3,0,2]
    c = Transpose(b) perm=[2,1,3,0]
    output a = a
    output c = c)",
                     3);
}

TEST(FoldConstants, folds_several_results_and_outputs) {
  expect_pass(passes::fold_constants, R"(
    input x f64[2]
    const a f64[5] {1 2 3 4 5}
    first, second = Split(a) axis=0 sizes=[2,3]
    y = Add(x, first)
    output y = y
    output rest = second)",
              R"(
    input x f64[2]
    const first f64[2] {1 2}
    const second f64[3] {3 4 5}
    y = Add(x, first)
    output y = y
    output rest = second)");
}

TEST(FoldConstants, may_leave_weights_that_matrix_products_can_read_transposed) {
  const std::string text = R"(
    input x f64[2,3]
    const w f64[4,3] {1 2 3 4 5 6 7 8 9 10 11 12}
    t = Transpose(w) perm=[1,0]
    y = MatMul(x, t)
    output y = y)";
  expect_pass(passes::fold_all_but_transposed_weights, text, text);
  expect_same_values(passes::fold_constants, text, 1);
  // With another reader, or as an output, it is folded.
  expect_same_values(passes::fold_all_but_transposed_weights, R"(
    input x f64[2,3]
    const w f64[4,3] {1 2 3 4 5 6 7 8 9 10 11 12}
    t = Transpose(w) perm=[1,0]
    y = MatMul(x, t)
    u = Add(t, t)
    output y = y
    output u = u)",
                     1);
  expect_same_values(passes::fold_all_but_transposed_weights, R"(
    input x f64[2,3]
    const w f64[4,3] {1 2 3 4 5 6 7 8 9 10 11 12}
    t = Transpose(w) perm=[1,0]
    y = MatMul(x, t)
    output y = y
    output t = t)",
                     1);
}

TEST(DropIdentity, drops_what_changes_nothing) {
  expect_pass(passes::drop_identity, R"(
    input x f64[2,3]
    a = Identity(x)
    b = Reshape(a) shape=[2,3]
    c = Expand(b) shape=[2,3]
    d = Cast(c) to=f64
    e = Reshape(d) shape=[3,2]
    y = Cast(e) to=f32
    output y = y)",
              R"(
    input x f64[2,3]
    e = Reshape(x) shape=[3,2]
    y = Cast(e) to=f32
    output y = y)");
}

TEST(DropIdentity, keeps_the_name_of_an_output) {
  expect_pass(passes::drop_identity, R"(
    input x f64[2]
    a = Exp(x)
    y = Identity(a)
    output scores = y)",
              R"(
    input x f64[2]
    a = Exp(x)
    output scores = a)");
}

TEST(DropDead, drops_what_no_output_needs) {
  expect_pass(passes::drop_dead, R"(
    input x f64[1,1,4,4]
    input unused f64[2]
    const w f64[] {2}
    const v f64[] {3}
    a = Exp(x)
    dead = Mul(a, v)
    deader = Log(dead)
    y, switches = MaxPool(a) kernel=[2,2]
    output y = y)",
              R"(
    input x f64[1,1,4,4]
    input unused f64[2]
    a = Exp(x)
    y, switches = MaxPool(a) kernel=[2,2]
    output y = y)");
}

constexpr const char* kNorm = R"(
    const scale f64[4] {random 2}
    const bias f64[4] {random 3}
    const mean f64[4] {random 4}
    const variance f64[4] {0.5 1 2 3})";

TEST(FoldBatchNorm, scales_a_convolution_by_hand) {
  // scale / sqrt(variance + epsilon) is 2, the shift 5 - 3 * 2 = -1.
  expect_pass(passes::fold_batch_norm, R"(
    input x f64[1,1,2,2]
    const w f64[1,1,1,1] {7}
    const b f64[1] {10}
    const scale f64[1] {4}
    const bias f64[1] {5}
    const mean f64[1] {3}
    const variance f64[1] {3}
    c = Conv(x, w, b)
    n = BatchNormalization(c, scale, bias, mean, variance) epsilon=1
    output y = n)",
              R"(
    input x f64[1,1,2,2]
    const c/folded_weight f64[1,1,1,1] {14}
    const c/folded_bias f64[1] {19}
    n = Conv(x, c/folded_weight, c/folded_bias)
    output y = n)");
}

TEST(FoldBatchNorm, into_the_convolution_before) {
  expect_same_values(passes::fold_batch_norm, std::string("input x f64[2,3,6,5]\n") + kNorm + R"(
    const w f64[4,3,3,3] {random 1}
    c = Conv(x, w) pads=[1,1,1,1] strides=[2,1]
    n = BatchNormalization(c, scale, bias, mean, variance)
    output y = n)",
                     1);
  expect_same_values(passes::fold_batch_norm, std::string("input x f64[2,4,6,5]\n") + kNorm + R"(
    const w f64[4,2,3,3] {random 1}
    const b f64[4] {random 5}
    c = Conv(x, w, b) groups=2
    n = BatchNormalization(c, scale, bias, mean, variance)
    output y = n)",
                     1);
}

TEST(FoldBatchNorm, into_the_transposed_convolution_before) {
  expect_same_values(passes::fold_batch_norm, std::string("input x f64[2,3,4,5]\n") + kNorm + R"(
    const w f64[3,4,3,3] {random 1}
    c = ConvTranspose(x, w) pads=[1,1,1,1] strides=[2,2]
    n = BatchNormalization(c, scale, bias, mean, variance)
    output y = n)",
                     1);
  expect_same_values(passes::fold_batch_norm, std::string("input x f64[2,6,4,5]\n") + kNorm + R"(
    const w f64[6,2,3,2] {random 1}
    const b f64[4] {random 5}
    c = ConvTranspose(x, w, b) groups=2 strides=[2,1] output_padding=[1,0]
    n = BatchNormalization(c, scale, bias, mean, variance)
    output y = n)",
                     1);
}

TEST(FoldBatchNorm, into_the_unpadded_convolution_after) {
  expect_same_values(passes::fold_batch_norm, std::string("input x f64[2,4,6,5]\n") + kNorm + R"(
    const w f64[3,4,3,3] {random 1}
    n = BatchNormalization(x, scale, bias, mean, variance)
    c = Conv(n, w) strides=[2,1]
    output y = c)",
                     1);
  expect_same_values(passes::fold_batch_norm, std::string("input x f64[2,4,6,5]\n") + kNorm + R"(
    const w f64[6,2,3,3] {random 1}
    const b f64[6] {random 5}
    n = BatchNormalization(x, scale, bias, mean, variance)
    c = Conv(n, w, b) groups=2 dilations=[2,1]
    output y = c)",
                     1);
}

TEST(FoldBatchNorm, stays_before_a_padded_convolution) {
  expect_same_values(passes::fold_batch_norm, std::string("input x f64[2,4,6,5]\n") + kNorm + R"(
    const w f64[3,4,3,3] {random 1}
    n = BatchNormalization(x, scale, bias, mean, variance)
    c = Conv(n, w) pads=[0,0,0,1]
    output y = c)",
                     2);
}

TEST(FoldBatchNorm, goes_into_the_convolution_before_when_both_are_possible) {
  const ir::Graph after =
      made_by(passes::fold_batch_norm, parse(std::string("input x f64[2,4,6,5]\n") + kNorm + R"(
    const w f64[4,4,1,1] {random 1}
    const v f64[4,4,1,1] {random 5}
    c = Conv(x, w)
    n = BatchNormalization(c, scale, bias, mean, variance)
    d = Conv(n, v)
    output y = d)"));
  ASSERT_EQ(after.nodes().size(), 2U);
  EXPECT_NE(after.find("c/folded_weight"), ir::kNoValue);
  EXPECT_EQ(after.find("d/folded_weight"), ir::kNoValue);
}

TEST(FoldBatchNorm, folds_one_on_each_side) {
  expect_same_values(passes::fold_batch_norm, std::string("input x f64[2,4,6,5]\n") + kNorm + R"(
    const w f64[4,4,2,2] {random 1}
    n = BatchNormalization(x, scale, bias, mean, variance)
    c = Conv(n, w)
    m = BatchNormalization(c, bias, scale, mean, variance)
    output y = m)",
                     1);
}

TEST(FoldBatchNorm, stays_where_the_convolution_is_read_twice) {
  expect_same_values(passes::fold_batch_norm, std::string("input x f64[2,3,6,5]\n") + kNorm + R"(
    const w f64[4,3,3,3] {random 1}
    c = Conv(x, w)
    n = BatchNormalization(c, scale, bias, mean, variance)
    y = Add(n, c)
    output y = y)",
                     3);
}

TEST(FoldBatchNorm, stays_where_the_convolution_is_an_output) {
  expect_same_values(passes::fold_batch_norm, std::string("input x f64[2,3,6,5]\n") + kNorm + R"(
    const w f64[4,3,3,3] {random 1}
    c = Conv(x, w)
    n = BatchNormalization(c, scale, bias, mean, variance)
    output y = n
    output c = c)",
                     2);
}

TEST(FoldBatchNorm, stays_where_it_is_read_twice_itself) {
  expect_same_values(passes::fold_batch_norm, std::string("input x f64[2,4,6,5]\n") + kNorm + R"(
    const w f64[3,4,3,3] {random 1}
    n = BatchNormalization(x, scale, bias, mean, variance)
    c = Conv(n, w)
    d = Conv(n, w)
    y = Add(c, d)
    output y = y)",
                     4);
}

TEST(FoldBatchNorm, stays_with_computed_weights) {
  expect_same_values(passes::fold_batch_norm,
                     std::string("input x f64[2,3,6,5]\ninput w f64[4,3,3,3]\n") + kNorm + R"(
    c = Conv(x, w)
    n = BatchNormalization(c, scale, bias, mean, variance)
    output y = n)",
                     2);
}

TEST(FoldBatchNorm, stays_alone) {
  expect_same_values(passes::fold_batch_norm, std::string("input x f64[2,4]\n") + kNorm + R"(
    n = BatchNormalization(x, scale, bias, mean, variance)
    output y = n)",
                     1);
}

TEST(FoldBatchNorm, leaves_shared_weights_to_other_readers) {
  expect_same_values(passes::fold_batch_norm, std::string("input x f64[2,4,6,5]\n") + kNorm + R"(
    const w f64[4,4,3,3] {random 1}
    c = Conv(x, w)
    n = BatchNormalization(c, scale, bias, mean, variance)
    d = Conv(n, w)
    output y = d)",
                     2);
}

TEST(StripFinalRelu, takes_what_is_before_the_pooled_relu) {
  passes::Notes notes;
  const ir::Graph after = made_by(passes::strip_final_relu, parse(R"(
    input x f64[2,3,4,5]
    before = Relu(x)
    c = Neg(before)
    last = Relu(c)
    pooled = GlobalAveragePool(last)
    flat = Reshape(pooled) shape=[2,3]
    output scores = flat)"),
                                  &notes);
  EXPECT_EQ(ir::print(after), ir::print(parse(R"(
    input x f64[2,3,4,5]
    before = Relu(x)
    c = Neg(before)
    pooled = GlobalAveragePool(c)
    flat = Reshape(pooled) shape=[2,3]
    output scores = flat)")));
  EXPECT_EQ(notes, (passes::Notes{{NoteKind::ScoresBeforeFinalRelu, {}, {"last"}}}));
}

TEST(StripFinalRelu, leaves_other_relus) {
  for (const char* text :
       {"input x f64[2,3,4,5]\nr = Relu(x)\noutput scores = r",
        "input x f64[2,3,4,5]\nr = Relu(x)\np = GlobalAveragePool(r)\ny = Neg(p)\noutput scores = y",
        "input x f64[2,3,4,5]\nr = Relu(x)\np = GlobalAveragePool(r)\ny = Neg(r)\noutput scores = p\noutput "
        "b = y"}) {
    passes::Notes notes;
    EXPECT_EQ(ir::print(made_by(passes::strip_final_relu, parse(text), &notes)), ir::print(parse(text)));
    EXPECT_TRUE(notes.empty());
  }
}

TEST(Pipeline, brings_a_graph_into_canonical_form) {
  passes::Notes notes;
  const ir::Graph after =
      passes::run(passes::canonical_passes(), parse(std::string("input x f64[2,3,6,5]\n") + kNorm + R"(
    const w f64[4,3,3,3] {random 1}
    const one f64[] {1}
    const two f64[] {2}
    three = Add(one, two)
    c = Conv(x, w)
    same = Identity(c)
    n = BatchNormalization(same, scale, bias, mean, variance)
    t = Mul(n, three)
    dead = Exp(t)
    output scores = t)"),
                  notes);
  std::vector<std::string_view> names;
  for (const ir::Node& node : after.nodes())
    names.push_back(node.op->name);
  EXPECT_EQ(names, (std::vector<std::string_view>{"Conv", "Mul"}));
  EXPECT_TRUE(notes.empty());
}

/// An operator whose shape rule changes its mind, which is the one way to break a graph that is only appended
/// to.
bool widened = false;
const ir::Operator& fickle() {
  static const ir::Operator op{"Fickle",
                               {"x"},
                               [](const ir::InferCall& call) -> std::vector<ir::TensorType> {
                                 return {widened ? ir::TensorType{DType::F64, {9}} : call.type(0)};
                               },
                               nullptr,
                               ir::not_differentiable("it is broken")};
  return op;
}

TEST(Pipeline, names_the_pass_that_breaks_a_graph) {
  const passes::Pass breaks{"break_it", [](const ir::Graph& graph, passes::Notes&) {
                              ir::Graph copy = graph;
                              widened = false;
                              copy.add_output(copy.add(fickle(), {}, {copy.inputs()[0]}, "odd"));
                              widened = true;
                              return copy;
                            }};
  passes::Notes notes;
  EXPECT_EQ(message_of<InternalError>([&] {
              passes::run(std::span(&breaks, 1), parse("input x f64[2]\ny = Exp(x)\noutput y = y"), notes);
            }),
            "after pass break_it: value 'odd' has another type than its shape rule gives");
}

}  // namespace
}  // namespace fovea::test
