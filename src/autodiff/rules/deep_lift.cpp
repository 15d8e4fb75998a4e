#include "autodiff/rules.hpp"
#include "autodiff/rules/relevance.hpp"
#include "ops/add.hpp"
#include "ops/broadcast.hpp"
#include "ops/cast.hpp"
#include "ops/comparison.hpp"
#include "ops/div.hpp"
#include "ops/functions.hpp"
#include "ops/gemm.hpp"
#include "ops/layer_normalization.hpp"
#include "ops/log_softmax.hpp"
#include "ops/lrn.hpp"
#include "ops/mat_mul.hpp"
#include "ops/max.hpp"
#include "ops/max_pool.hpp"
#include "ops/mul.hpp"
#include "ops/reduce_max.hpp"
#include "ops/reduce_prod.hpp"
#include "ops/softmax.hpp"
#include "ops/sub.hpp"
#include "ops/where.hpp"

#include <algorithm>

namespace fovea::autodiff {
namespace {

/// Differences of operands below this are taken for 0, and the gradient for the multiplier.
constexpr double kNearZero = 1e-7;

/// The rules: m(x) = sum of m(y) dy/dx over the readers of x, with differences for the derivatives. At a
/// node, c.dy() is the multiplier of its output.
class DeepLift {
public:
  explicit DeepLift(std::vector<ir::ValueId> twins) : twins_(std::move(twins)) {}

  std::vector<ir::ValueId> own(ir::GradientContext& c) const { return own(c, c.y(), c.dy()); }

  /// A function of one value: m(x) = m(y) (y - y') / (x - x'). Of several, as `average`.
  std::vector<ir::ValueId> rescale(ir::GradientContext& c) const {
    const std::vector<std::size_t> computed = computed_operands(c);
    if (computed.size() != 1 || c.shape(c.x(computed.front())) != c.shape(c.y()))
      return average(c);
    const std::size_t i = computed.front();
    std::vector<ir::ValueId> multipliers = own(c);
    const ir::ValueId share = c.emit(ops::mul(), {c.dy(), difference(c, c.y())});
    multipliers[i] = quotient(c, share, difference(c, c.x(i)), multipliers[i]);
    return multipliers;
  }

  /// A product of two computed values: ab - a'b' = (a - a')(b + b')/2 + (b - b')(a + a')/2. The mean of the
  /// gradients at both ends, which for other functions is the trapezoidal rule.
  std::vector<ir::ValueId> average(ir::GradientContext& c) const {
    const ir::ValueId half = c.emit(ops::mul(), {c.dy(), c.scalar(0.5, c.dtype(c.dy()))});
    std::vector<ir::ValueId> here = own(c, c.y(), half);
    const std::vector<ir::ValueId> there = own(c, twin(c.y()), half);
    for (std::size_t i = 0; i < here.size(); ++i)
      if (here[i] != ir::kNoValue)
        here[i] = c.emit(ops::add(), {here[i], there[i]});
    return here;
  }

  std::vector<ir::ValueId> product(ir::GradientContext& c) const {
    return computed_operands(c).size() > 1 ? average(c) : own(c);
  }

  /// a / b as the product of a and 1 / b: 1/b - 1/b' = -(b - b') / (b b').
  std::vector<ir::ValueId> division(ir::GradientContext& c) const {
    if (!c.needs(1))
      return own(c);
    std::vector<ir::ValueId> multipliers = average(c);
    const ir::ValueId dividends =
        c.emit(ops::mul(), {c.emit(ops::add(), {c.x(0), twin(c.x(0))}), c.scalar(-0.5, c.dtype(c.x(0)))});
    const ir::ValueId divisors = c.emit(ops::mul(), {c.x(1), twin(c.x(1))});
    multipliers[1] = ops::sum_to_shape(
        c, c.emit(ops::mul(), {c.dy(), c.emit(ops::div(), {dividends, divisors})}), c.shape(c.x(1)));
    return multipliers;
  }

  /// What the larger maximum adds goes to the place of the maximum that is larger: to that of x as far as y
  /// exceeds y', to that of x' as far as it stays below.
  std::vector<ir::ValueId> pool(ir::GradientContext& c) const {
    const ir::ValueId larger = c.emit(ops::max(), {c.y(), twin(c.y())});
    const auto send = [&](ir::ValueId from, ir::ValueId amount) {
      return own(c, from, c.emit(ops::mul(), {c.dy(), amount})).front();
    };
    const ir::ValueId up = send(c.y(), c.emit(ops::sub(), {larger, twin(c.y())})),
                      down = send(twin(c.y()), c.emit(ops::sub(), {c.y(), larger}));
    std::vector<ir::ValueId> multipliers = own(c);
    multipliers[0] = quotient(c, c.emit(ops::add(), {up, down}), difference(c, c.x()), multipliers[0]);
    return multipliers;
  }

private:
  ir::ValueId twin(ir::ValueId id) const { return twins_[static_cast<std::size_t>(id)]; }

  ir::ValueId difference(ir::GradientContext& c, ir::ValueId id) const {
    return c.emit(ops::sub(), {id, twin(id)});
  }

  static std::vector<std::size_t> computed_operands(ir::GradientContext& c) {
    std::vector<std::size_t> computed;
    for (std::size_t i = 0; i < c.input_count(); ++i)
      if (c.needs(i))
        computed.push_back(i);
    return computed;
  }

  /// The gradients of the inputs of the node that computes `y`, which is this one or its twin.
  static std::vector<ir::ValueId> own(ir::GradientContext& c, ir::ValueId y, ir::ValueId dy) {
    std::vector<bool> needed;
    for (std::size_t i = 0; i < c.input_count(); ++i)
      needed.push_back(c.needs(i));
    return own_gradients(c, y, dy, needed);
  }

  /// share / divisor; `otherwise` where the divisor is near 0.
  static ir::ValueId quotient(ir::GradientContext& c, ir::ValueId share, ir::ValueId divisor,
                              ir::ValueId otherwise) {
    const DType type = c.dtype(divisor);
    const ir::ValueId is_small =
        c.emit(ops::less(), {c.emit(ops::abs(), {divisor}), c.scalar(kNearZero, type)});
    const ir::ValueId safe = c.emit(ops::where(), {is_small, c.scalar(1, type), divisor});
    return c.emit(ops::where(), {is_small, otherwise, c.emit(ops::div(), {share, safe})});
  }

  std::vector<ir::ValueId> twins_;
};

/// A function that is applied element by element and is not linear.
bool is_function(const ir::Graph&, const ir::Node& node) {
  const auto is = [&](std::initializer_list<const ir::Operator*> operators) {
    return std::find(operators.begin(), operators.end(), node.op) != operators.end();
  };
  return node.op->gradient.rule && node.op->traits.pointwise &&
         !is({&ops::add(), &ops::sub(), &ops::neg(), &ops::where(), &ops::cast()});
}

}  // namespace

RuleSet deep_lift_rules(std::vector<ir::ValueId> twins) {
  const auto lift = std::make_shared<const DeepLift>(std::move(twins));
  const auto by = [lift](std::vector<ir::ValueId> (DeepLift::*rule)(ir::GradientContext&) const) {
    return [lift, rule](ir::GradientContext& c) { return ((*lift).*rule)(c); };
  };
  RuleSet rules{"deep-lift", {}};
  for (const ir::Operator* op : {&ops::mul(), &ops::mat_mul(), &ops::gemm()})
    rules.overrides.push_back({op, by(&DeepLift::product), nullptr, "linear"});
  rules.overrides.push_back({&ops::div(), by(&DeepLift::division), nullptr, "linear"});
  for (const ir::Operator* op : {&ops::max_pool(), &ops::reduce_max()})
    rules.overrides.push_back({op, by(&DeepLift::pool), nullptr, "rescale"});
  for (const ir::Operator* op :
       {&ops::softmax(), &ops::log_softmax(), &ops::layer_normalization(), &ops::lrn(), &ops::reduce_prod()})
    rules.overrides.push_back({op, by(&DeepLift::average), nullptr, "mean of both gradients"});
  rules.overrides.push_back({nullptr, by(&DeepLift::rescale), is_function, "rescale"});
  return rules;
}

}  // namespace fovea::autodiff
