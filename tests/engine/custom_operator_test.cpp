#include "engine/way.hpp"
#include "fovea/custom.hpp"
#include "fovea/error.hpp"
#include "fovea/export.hpp"
#include "fovea/program.hpp"
#include "support/onnx_builder.hpp"
#include "support/temporary_folder.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace fovea::test {
namespace {

constexpr const char* kDomain = "com.example";

/// y = a x^2 + b, with the attributes scale (a) and shift (b).
CustomOperator scaled_square() {
  return {.domain = kDomain,
          .type = "ScaledSquare",
          .forward =
              [](const CustomForward& call) {
                const double a = call.node.attributes.number("scale", 1),
                             b = call.node.attributes.number("shift", 0);
                for (std::size_t i = 0; i < call.output.values.size(); ++i)
                  call.output.values[i] = a * (call.inputs[0].values[i] * call.inputs[0].values[i]) + b;
              },
          .backward =
              [](const CustomBackward& call) {
                const double a = call.node.attributes.number("scale", 1);
                for (std::size_t i = 0; i < call.dy.values.size(); ++i)
                  call.dx[0].values[i] = call.dy.values[i] * (2 * a * call.inputs[0].values[i]);
              }};
}

/// y[n, k] = sum over d of x[n, d] w[k, d]: two inputs, and an output of another shape.
CustomOperator matrix_product() {
  const auto each = [](const Shape& x, const Shape& w, auto&& f) {
    for (std::int64_t n = 0; n < x[0]; ++n)
      for (std::int64_t k = 0; k < w[0]; ++k)
        for (std::int64_t d = 0; d < x[1]; ++d)
          f(static_cast<std::size_t>(n * w[0] + k), static_cast<std::size_t>(n * x[1] + d),
            static_cast<std::size_t>(k * x[1] + d));
  };
  return {.domain = kDomain,
          .type = "Product",
          .inputs = 2,
          .shape =
              [](const CustomNode&, std::span<const Shape> inputs) {
                return Shape{inputs[0][0], inputs[1][0]};
              },
          .forward =
              [each](const CustomForward& call) {
                std::fill(call.output.values.begin(), call.output.values.end(), 0.0);
                each(call.inputs[0].shape, call.inputs[1].shape, [&](auto y, auto x, auto w) {
                  call.output.values[y] += call.inputs[0].values[x] * call.inputs[1].values[w];
                });
              },
          .backward =
              [each](const CustomBackward& call) {
                each(call.inputs[0].shape, call.inputs[1].shape, [&](auto y, auto x, auto w) {
                  if (!call.dx[0].values.empty())
                    call.dx[0].values[x] += call.dy.values[y] * call.inputs[1].values[w];
                  if (!call.dx[1].values.empty())
                    call.dx[1].values[w] += call.dy.values[y] * call.inputs[0].values[x];
                });
              }};
}

enum class Written { WithKnownOperators, WithOwn };

std::vector<float> numbers(std::size_t count, std::size_t step) {
  std::vector<float> values(count);
  for (std::size_t i = 0; i < count; ++i)
    values[i] = static_cast<float>((i * step) % 13) / 8.0F - 0.75F;
  return values;
}

void add_own(ModelBuilder& builder, const std::string& type, const std::vector<std::string>& inputs,
             const std::string& output, const std::vector<Attribute>& attributes = {}) {
  builder.node(type, inputs, {output}, attributes, "own_" + output);
  builder.graph().mutable_node(builder.graph().node_size() - 1)->set_domain(kDomain);
}

/// A convolution, 0.5 x^2 + 0.25, a mean, and scores of which a matrix depends on the picture, too.
ModelBuilder network(Written written) {
  const bool own = written == Written::WithOwn;
  ModelBuilder builder;
  builder.input("image", {1, 2, 6, 5}).output("scores");
  builder.weight("w", {3, 2, 3, 3}, numbers(54, 5)).weight("m", {4, 3}, numbers(12, 7));
  builder.weight("half", {}, {0.5F}).weight("quarter", {}, {0.25F});
  builder.node("Conv", {"image", "w"}, {"c"});
  if (own) {
    add_own(builder, "ScaledSquare", {"c"}, "s", {{"scale", 0.5}, {"shift", 0.25}});
  } else {
    builder.node("Mul", {"c", "c"}, {"cc"}).node("Mul", {"half", "cc"}, {"h"});
    builder.node("Add", {"h", "quarter"}, {"s"});
  }
  builder.node("GlobalAveragePool", {"s"}, {"p"}).node("Flatten", {"p"}, {"f"});
  builder.node("Mul", {"m", "f"}, {"mf"});  // depends on the picture
  if (own)
    add_own(builder, "Product", {"f", "mf"}, "scores");
  else
    builder.node("Gemm", {"f", "mf"}, {"scores"}, {{"transB", 1}});
  return builder;
}

Model loaded(const ModelBuilder& builder, std::vector<CustomOperator> operators = {}) {
  const TemporaryFolder folder;
  return Model::load(builder.save(folder.file("model.onnx")), {.operators = std::move(operators)});
}

void fill(Tensor& input, std::size_t changed = 0, double by = 0) {
  for (std::size_t i = 0; i < static_cast<std::size_t>(input.elements()); ++i) {
    const double value = static_cast<double>((i * 11) % 17) / 8 - 1 + (i == changed ? by : 0);
    if (input.dtype() == DType::F64)
      input.data<double>()[i] = value;
    else
      input.data<float>()[i] = static_cast<float>(value);
  }
}

std::vector<double> wide(const Tensor& tensor) {
  const Tensor cast = tensor.cast(DType::F64);
  return {cast.data<double>().begin(), cast.data<double>().end()};
}

class OwnOperator : public testing::TestWithParam<Way> {
protected:
  static ProgramOptions options() {
    return {.precision = GetParam().precision, .backend = GetParam().backend, .threads = 1};
  }
  static void expect_near(const std::vector<double>& found, const std::vector<double>& expected) {
    ASSERT_EQ(found.size(), expected.size());
    double size = 0;
    for (const double value : expected)
      size = std::max(size, std::abs(value));
    EXPECT_GT(size, 0);
    for (std::size_t i = 0; i < found.size(); ++i)
      EXPECT_NEAR(found[i], expected[i], GetParam().tolerance * size) << i;
  }
};

INSTANTIATE_TEST_SUITE_P(ways, OwnOperator,
                         testing::Values(Way{"reference_f64", Precision::F64, BackendKind::Reference, 1e-15},
                                         Way{"reference_f32", Precision::F32, BackendKind::Reference, 1e-6},
                                         Way{"onednn", Precision::F32, BackendKind::OneDnn, 1e-6}),
                         [](const auto& row) { return row.param.name; });

TEST_P(OwnOperator, gives_what_the_same_in_known_operators_gives) {
  Session own(
      Program::compile(loaded(network(Written::WithOwn), {scaled_square(), matrix_product()}), options()));
  Session known(Program::compile(loaded(network(Written::WithKnownOperators)), options()));
  for (Session* session : {&own, &known}) {
    fill(session->input());
    session->forward();
    session->seed_classes(std::vector<std::int64_t>{2});
    session->backward();
  }
  expect_near(wide(own.output()), wide(known.output()));
  expect_near(wide(own.gradient()), wide(known.gradient()));
}

TEST(OwnOperators, have_the_gradient_of_central_differences) {
  Session session(Program::compile(loaded(network(Written::WithOwn), {scaled_square(), matrix_product()}),
                                   {.precision = Precision::F64}));
  constexpr double step = 1e-5;
  const auto score = [&](std::size_t i, double by) {
    fill(session.input(), i, by);
    session.forward();
    return session.output().data<double>()[2];
  };
  score(0, 0);
  session.seed_classes(std::vector<std::int64_t>{2});
  session.backward();
  const std::vector<double> gradient = wide(session.gradient());
  for (std::size_t i = 0; i < gradient.size(); ++i)
    EXPECT_NEAR(gradient[i], (score(i, step) - score(i, -step)) / (2 * step), 1e-7) << i;
}

/// Fovea's own Relu is not asked where there is another one.
TEST_P(OwnOperator, goes_before_one_that_is_known) {
  for (const char* domain : {"", "ai.onnx"}) {
    CustomOperator relu{.domain = domain,
                        .type = "Relu",
                        .forward =
                            [](const CustomForward& call) {
                              for (std::size_t i = 0; i < call.output.values.size(); ++i)
                                call.output.values[i] = 3 * call.inputs[0].values[i];
                            },
                        .backward =
                            [](const CustomBackward& call) {
                              for (std::size_t i = 0; i < call.dy.values.size(); ++i)
                                call.dx[0].values[i] = 3 * call.dy.values[i];
                            }};
    ModelBuilder builder;
    builder.input("image", {1, 1, 1, 2}).node("Relu", {"image"}, {"scores"}).output("scores");
    Session session(Program::compile(loaded(builder, {relu}), options()));
    fill(session.input());
    session.forward();
    EXPECT_EQ(wide(session.output()), (std::vector<double>{-3, 1.125}));
    session.seed_classes(std::vector<std::int64_t>{1});
    session.backward();
    EXPECT_EQ(wide(session.gradient()), (std::vector<double>{0, 3}));
  }
}

TEST(OwnOperators, read_all_attributes) {
  ModelBuilder builder;
  builder.input("image", {1, 1, 1, 1}).output("scores");
  add_own(builder, "Look", {"image"}, "scores",
          {{"i", 3},
           {"f", 0.5},
           {"s", "text"},
           {"is", Dims{1, -2}},
           {"fs", std::vector<float>{0.25F, 4}},
           {"t", int_tensor("", {2}, {7, 8})}});
  onnx::AttributeProto& words = *builder.graph().mutable_node(0)->add_attribute();
  words.set_name("ss");
  words.set_type(onnx::AttributeProto::STRINGS);
  words.add_strings("one");
  words.add_strings("two");
  bool looked = false;
  CustomOperator look{.domain = kDomain, .type = "Look", .forward = [&](const CustomForward& call) {
                        const NodeAttributes& a = call.node.attributes;
                        EXPECT_EQ(call.node.name, "own_scores");
                        EXPECT_EQ(call.node.operator_name, "com.example.Look");
                        EXPECT_EQ(a.integer("i", 0), 3);
                        EXPECT_EQ(a.number("f", 0), 0.5);
                        EXPECT_EQ(a.text("s", ""), "text");
                        EXPECT_EQ(a.integers("is", {}), (std::vector<std::int64_t>{1, -2}));
                        EXPECT_EQ(a.numbers("fs", {}), (std::vector<double>{0.25, 4}));
                        EXPECT_EQ(a.texts("ss", {}), (std::vector<std::string>{"one", "two"}));
                        EXPECT_EQ(a.tensor("t", {}).data<std::int64_t>()[1], 8);
                        EXPECT_EQ(a.all().size(), 7U);
                        EXPECT_FALSE(a.has("absent"));
                        EXPECT_EQ(a.integer("absent", -1), -1);
                        EXPECT_THROW(a.number("i", 0), InputError);
                        looked = true;
                      }};
  Session session(Program::compile(loaded(builder, {look}), {.direction = Direction::Forward}));
  session.forward();
  EXPECT_TRUE(looked);
}

/// Constants are folded when a program is compiled, integers arrive as doubles.
TEST(OwnOperators, work_on_constants_and_integers) {
  ModelBuilder builder;
  builder.input("image", {1, 1, 1, 2}).list("numbers", {5, -6}).output("scores");
  add_own(builder, "ScaledSquare", {"numbers"}, "squares");
  builder.node("Mul", {"image", "squares"}, {"scores"});
  const auto program =
      Program::compile(loaded(builder, {scaled_square()}), {.direction = Direction::Forward});
  EXPECT_EQ(program->dump().find("Custom"), std::string::npos);
  Session session(program);
  fill(session.input());
  session.forward();
  EXPECT_EQ(wide(session.output()), (std::vector<double>{-25, 0.375 * 36}));
}

TEST(OwnOperators, ask_for_the_wanted_gradients_only) {
  ModelBuilder builder;
  builder.input("image", {1, 1, 1, 3}).weight("m", {2, 3}, {1, 2, 3, 4, 5, 6}).output("scores");
  builder.node("Flatten", {"image"}, {"x"});
  add_own(builder, "Product", {"x", "m"}, "scores");
  CustomOperator product = matrix_product();
  std::vector<std::size_t> wanted;
  product.backward = [&, backward = product.backward](const CustomBackward& call) {
    for (const auto& dx : call.dx)
      wanted.push_back(dx.values.size());
    backward(call);
  };
  Session session(Program::compile(loaded(builder, {product}), {}));
  session.forward();
  session.seed_classes(std::vector<std::int64_t>{1});
  session.backward();
  EXPECT_EQ(wanted, (std::vector<std::size_t>{3, 0}));
  EXPECT_EQ(wide(session.gradient()), (std::vector<double>{4, 5, 6}));
}

template <class Call>
ModelError model_error(Call&& call) {
  try {
    call();
  } catch (const ModelError& error) {
    return error;
  }
  return ModelError("nothing was thrown");
}

void expect_named(const ModelError& error, const std::string& detail) {
  EXPECT_EQ(error.detail(), detail);
  EXPECT_EQ(error.location().node, "own_scores");
  EXPECT_EQ(error.location().operator_name, "com.example.Own");
  EXPECT_NE(error.location().path.find("model.onnx"), std::string::npos);
}

ModelBuilder one_node() {
  ModelBuilder builder;
  builder.input("image", {1, 1, 1, 2}).output("scores");
  add_own(builder, "Own", {"image"}, "scores");
  return builder;
}

CustomOperator own() {
  return {.domain = kDomain,
          .type = "Own",
          .forward = [](const CustomForward&) {},
          .backward = [](const CustomBackward&) {}};
}

TEST(OwnOperators, with_a_wrong_shape_are_refused_by_name) {
  CustomOperator negative = own(), throwing = own();
  negative.shape = [](const CustomNode&, std::span<const Shape>) { return Shape{1, -2}; };
  throwing.shape = [](const CustomNode&, std::span<const Shape>) -> Shape {
    throw std::runtime_error("no shape");
  };
  expect_named(model_error([&] { Program::compile(loaded(one_node(), {negative})); }),
               "a tensor of shape 1x-2 has a negative extent");
  expect_named(model_error([&] { Program::compile(loaded(one_node(), {throwing})); }), "no shape");
}

TEST(OwnOperators, that_throw_end_the_run_by_name) {
  CustomOperator forward = own(), backward = own();
  bool fails = true;
  forward.forward = [&](const CustomForward& call) {
    if (fails)
      throw std::out_of_range("too far");
    std::copy(call.inputs[0].values.begin(), call.inputs[0].values.end(), call.output.values.begin());
  };
  backward.backward = [](const CustomBackward& call) {
    call.node.attributes.integer("axis", 0);
    throw InputError("no backward pass");
  };
  Session there(Program::compile(loaded(one_node(), {forward})));
  expect_named(model_error([&] { there.forward(); }), "too far");
  EXPECT_THROW(there.backward(), InputError);
  fails = false;
  EXPECT_NO_THROW(there.forward());
  Session back(Program::compile(loaded(one_node(), {backward})));
  back.forward();
  expect_named(model_error([&] { back.backward(); }), "no backward pass");
}

TEST(OwnOperators, can_cancel_a_run_in_its_midst) {
  std::stop_source source;
  CustomOperator stopping = own();
  stopping.forward = [&](const CustomForward&) { source.request_stop(); };
  ModelBuilder builder;
  builder.input("image", {1, 1, 1, 2}).output("scores");
  add_own(builder, "Own", {"image"}, "y");
  builder.node("Exp", {"y"}, {"scores"});
  Session session(Program::compile(loaded(builder, {stopping}), {.direction = Direction::Forward}));
  session.cancel_with(source.get_token());
  EXPECT_THROW(session.forward(), Cancelled);
  CustomOperator throwing = own();
  throwing.forward = [](const CustomForward&) { throw Cancelled(); };
  Session other(Program::compile(loaded(builder, {throwing}), {.direction = Direction::Forward}));
  EXPECT_THROW(other.forward(), Cancelled);
}

TEST(OwnOperators, without_a_backward_function_give_scores_only) {
  CustomOperator forward = own();
  forward.backward = {};
  const Model model = loaded(one_node(), {forward});
  EXPECT_NO_THROW(Program::compile(model, {.direction = Direction::Forward}));
  const std::string detail = model_error([&] { Program::compile(model); }).detail();
  EXPECT_EQ(
      detail,
      "no gradient flows through 'own_scores' (com.example.Own: it was given without a backward function)");
}

TEST(OwnOperators, have_no_relevance) {
  const Model model = loaded(one_node(), {own()});
  for (const Rule rule : {Rule::LrpEpsilon, Rule::LrpAlphaBeta, Rule::LrpComposite, Rule::LrpGamma,
                          Rule::LrpEpsilonGammaBox, Rule::LrpEpsilonPlusFlat, Rule::LrpEpsilonPlusWSquare,
                          Rule::LrpEpsilonAlpha2Beta1, Rule::LrpEpsilonAlpha2Beta1Flat, Rule::Excitation})
    EXPECT_EQ(model_error([&] { Program::compile(model, {.rule = rule}); }).detail(),
              "'own_scores' (com.example.Own): relevance rules do not support custom operators");
}

TEST(OwnOperators, have_no_onnx_form) {
  const Model model = loaded(one_node(), {own()});
  EXPECT_EQ(model_error([&] { export_canonical(model); }).detail(),
            "these have no ONNX form: com.example.Own (own_scores)");
  ModelBuilder flat;
  flat.input("image", {1, 1, 1, 2}).output("scores").node("Flatten", {"image"}, {"x"});
  add_own(flat, "Own", {"x"}, "scores");
  EXPECT_EQ(model_error([&] { export_explanation(loaded(flat, {own()})); }).detail(),
            "these have no ONNX form: com.example.Own (own_scores), com.example.Own (own_scores/grad)");
}

TEST(OwnOperators, do_not_take_nodes_of_another_form) {
  CustomOperator two = own();
  two.inputs = 2;
  const Model model = loaded(one_node(), {two});
  ASSERT_EQ(model.unsupported_nodes().size(), 1U);
  EXPECT_EQ(model.unsupported_nodes()[0].reason, "the caller's operator takes 2 inputs, the node has 1");
  EXPECT_TRUE(loaded(one_node(), {own()}).unsupported_nodes().empty());
  EXPECT_EQ(loaded(one_node()).unsupported_nodes()[0].reason, "the domain 'com.example' is not supported");
}

TEST(OwnOperators, that_are_not_in_order_are_refused) {
  const auto error = [](std::vector<CustomOperator> operators) -> std::string {
    try {
      loaded(one_node(), std::move(operators));
    } catch (const InputError& found) {
      return found.what();
    }
    return "nothing was thrown";
  };
  CustomOperator nameless = own(), idle = own(), constant = own();
  nameless.type = "";
  idle.forward = {};
  constant.domain = "";
  constant.type = "Constant";
  EXPECT_EQ(error({nameless}), "a custom operator has no type");
  EXPECT_EQ(error({idle}), "the operator com.example.Own has no forward function");
  EXPECT_EQ(error({constant}), "the operator Constant cannot be replaced");
  EXPECT_EQ(error({own(), own()}), "the operator com.example.Own is given twice");
}

}  // namespace
}  // namespace fovea::test
