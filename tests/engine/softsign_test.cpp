#include "autodiff/backward.hpp"
#include "backend/onednn/onednn.hpp"
#include "backend/reference/reference.hpp"
#include "engine/run_graph.hpp"
#include "ops/receptive_field.hpp"
#include "ops/table.hpp"
#include "ops/unary.hpp"
#include "support/gradient_check.hpp"
#include "support/tensors.hpp"

#include <cmath>

/// The operator that docs/adding-an-operator.md adds. It is in no table, and no file of the library knows of
/// it.
namespace fovea::ops {
namespace {

/// y = x / (1 + |x|).
const ir::Operator& softsign();
/// dx = dy / (1 + |x|)^2. Inputs (dy, x).
const ir::Operator& softsign_gradient();

const ir::Operator& softsign() {
  static const ir::Operator op =
      function("Softsign", [](auto x) { return x / (1 + std::abs(x)); }, from_x<softsign_gradient>,
               {.activation = true, .relevance = ir::Relevance::PassThrough});
  return op;
}

const ir::Operator& softsign_gradient() {
  static const ir::Operator op = slope("SoftsignGradient", "x", [](auto x) {
    const auto s = 1 + std::abs(x);
    return 1 / (s * s);
  });
  return op;
}

}  // namespace
}  // namespace fovea::ops

namespace fovea::test {
namespace {

const Shape kShape = {1, 2, 1, 2};

/// y = Softsign(x) on pictures of that type.
ir::Graph softsign_of(DType dtype) {
  ir::Graph graph;
  const ir::ValueId x = graph.add_input("x", {dtype, kShape});
  graph.add_output(graph.add(ops::softsign(), {}, {x}, "y"), "y");
  return graph;
}

autodiff::Differentiated differentiated(const ir::Graph& forward, const autodiff::RuleSet& rules) {
  return autodiff::differentiate(forward, forward.outputs().front(), forward.inputs().front(), rules);
}

TEST(Softsign, has_the_values_and_the_gradient_of_the_function) {
  const Tensor x = f64({5}, {-3, -0.5, 0.25, 1, 4});
  const Problem problem{"Softsign", &ops::softsign(), {}, {{"x", x, false}}};
  EXPECT_TRUE(check_gradient(problem));
  EXPECT_TRUE(near(ops::evaluate(ops::softsign(), {}, std::vector<Tensor>{x})[0],
                   f64({5}, {-0.75, -1.0 / 3, 0.2, 0.5, 0.8}), 1e-12));
}

TEST(Softsign, runs_forward_and_backward_on_both_backends) {
  const Tensor x = f32(kShape, {-3, -1, 0, 1}), seed = f32(kShape, {16, 4, 2, -4});
  const ir::Graph graph = differentiated(softsign_of(DType::F32), autodiff::gradient_rules()).graph;
  for (const backend::Backend* backend : {&backend::reference(), &backend::onednn()}) {
    const std::vector<Tensor> results = run_graph(*backend, graph, {x, seed});
    EXPECT_TRUE(near(results[0], f32(kShape, {-0.75F, -0.5F, 0, 0.5F}))) << backend->name;
    EXPECT_TRUE(near(results[1], f32(kShape, {1, 1, 2, -1}))) << backend->name;
  }
}

TEST(Softsign, passes_relevance_on) {
  const Tensor x = f64(kShape, {-3, -1, 0, 1}), relevance = f64(kShape, {1, 2, 3, 4});
  for (const autodiff::RuleSet& rules : {autodiff::lrp_epsilon_rules(), autodiff::lrp_alpha_beta_rules(),
                                         autodiff::lrp_composite_rules(), autodiff::excitation_rules()}) {
    const autodiff::Differentiated made = differentiated(softsign_of(DType::F64), rules);
    EXPECT_EQ(made.overridden, autodiff::NodeCounts({{"Softsign", 1}})) << rules.name;
    EXPECT_TRUE(near(run_graph(backend::reference(), made.graph, {x, relevance})[1], relevance, 0))
        << rules.name;
  }
}

TEST(Softsign, is_told_of_where_deconvnet_leaves_it_alone) {
  for (const autodiff::RuleSet& rules : {autodiff::deconvnet_rules(), autodiff::guided_rules()})
    EXPECT_EQ(differentiated(softsign_of(DType::F64), rules).left_alone,
              autodiff::NodeCounts({{"Softsign", 1}}));
}

TEST(Softsign, sees_the_pixel_in_its_place) {
  const ir::Graph graph = softsign_of(DType::F32);
  const std::vector<ops::Reach> reaches = ops::receptive_fields(graph, graph.inputs().front());
  const ops::Reach& y = reaches[static_cast<std::size_t>(graph.outputs().front())];
  EXPECT_EQ(y.of, ops::Reach::Of::Fields);
  EXPECT_EQ(y.field, ReceptiveField());
}

}  // namespace
}  // namespace fovea::test
