#include "engine/target_rows.hpp"

#include "base/check.hpp"
#include "engine/model_impl.hpp"
#include "engine/target_expression.hpp"
#include "onnx/file/node_outputs.hpp"
#include "ops/add.hpp"
#include "ops/concat.hpp"
#include "ops/functions.hpp"
#include "ops/mul.hpp"
#include "ops/reduce_max.hpp"
#include "ops/reduce_mean.hpp"
#include "ops/reduce_sum.hpp"
#include "ops/reshape.hpp"
#include "ops/slice.hpp"
#include "ops/sub.hpp"
#include "passes/rewriter.hpp"

#include <fmt/ranges.h>

#include <algorithm>

namespace fovea {
namespace {

using Kind = TargetExpression::Kind;

/// What an index reads of an axis: `size` elements from `start` on.
struct Reach {
  std::int64_t start, step, size;
};

/// Makes the nodes of one target.
class RowMaker {
public:
  RowMaker(passes::Rewriter& rewriter, const std::vector<std::string>& names, std::int64_t batch)
      : rewriter_(rewriter), names_(names), batch_(batch) {}

  /// The target's number for each picture, [batch,1].
  ir::ValueId make(const Target& target) {
    target_ = &target;
    const ir::ValueId row = number_of(target.expression());
    FOVEA_ASSERT(to().shape(row) == (Shape{batch_, 1}));
    return row;
  }

private:
  ir::Graph& to() { return rewriter_.to(); }
  std::string intro() const { return fmt::format("target '{}'", target_->text()); }

  ir::ValueId number_of(const TargetExpression& expression) {
    switch (expression.kind) {
    case Kind::Number:
      return to().add_constant("number", Tensor::scalar(expression.number).cast(dtype()).reshaped({1, 1}));
    case Kind::Sum:
    case Kind::Mean:
    case Kind::Max:
      return reduced(expression);
    case Kind::Exp:
      return to().add(ops::exp(), {}, {number_of(expression.operands[0])}, "exp");
    case Kind::Add:
      return joined(ops::add(), expression);
    case Kind::Subtract:
      return joined(ops::sub(), expression);
    case Kind::Multiply:
      return joined(ops::mul(), expression);
    }
    throw InternalError("unknown kind of target expression");
  }

  ir::ValueId joined(const ir::Operator& op, const TargetExpression& expression) {
    const ir::ValueId left = number_of(expression.operands[0]);
    return to().add(op, {}, {left, number_of(expression.operands[1])}, "target");
  }

  /// The element type of the values, which are all of the precision of the program.
  DType dtype() {
    for (const std::string& name : target_->values())
      if (const DType type = to().type(value_of(name)).dtype; is_floating(type))
        return type;
    return DType::F32;
  }

  ir::ValueId value_of(const std::string& name) {
    const auto at = std::find(names_.begin(), names_.end(), name) - names_.begin();
    return rewriter_.map(rewriter_.from().outputs()[static_cast<std::size_t>(at)]);
  }

  ir::ValueId reduced(const TargetExpression& expression) {
    const ir::ValueId value = value_of(expression.value);
    const ir::TensorType type = to().type(value);
    FOVEA_CHECK(!to().is_constant(value), "{}: '{}' is constant, so it does not depend on the picture",
                intro(), expression.value);
    FOVEA_CHECK(is_floating(type.dtype), "{}: '{}' holds {} numbers, through which no gradient flows",
                intro(), expression.value, name_of(type.dtype));
    const ir::ValueId part = indexed(expression, value);
    const std::int64_t numbers = to().shape(part).elements() / batch_;
    const ir::ValueId row =
        to().add(ops::reshape(), ops::ReshapeAttributes{{batch_, numbers}}, {part}, "target_part");
    if (numbers == 1)
      return row;
    const ir::Operator& op = expression.kind == Kind::Max    ? ops::reduce_max()
                             : expression.kind == Kind::Mean ? ops::reduce_mean()
                                                             : ops::reduce_sum();
    return to().add(op, ops::ReduceAttributes{{1}, 1}, {row}, "target");
  }

  ir::ValueId indexed(const TargetExpression& expression, ir::ValueId value) {
    const Shape shape = to().shape(value);  // a copy: nodes are added below
    FOVEA_CHECK(batch_ == 1 || (shape.rank() > 0 && shape[0] == batch_),
                "{}: '{}' has shape {}, and no axis for a batch of {} pictures", intro(), expression.value,
                to_string(shape), batch_);
    const auto given = static_cast<std::int64_t>(expression.indices.size());
    FOVEA_CHECK(given <= shape.rank(), "{}: {} indices for '{}', which has shape {}: give at most {}",
                intro(), given, expression.value, to_string(of_one_picture(shape)), shape.rank());
    ops::SliceAttributes slice;
    bool is_whole = true;
    for (std::int64_t axis = 0; axis < shape.rank(); ++axis) {
      const bool counts_pictures = axis == 0 && batch_ > 1;
      Reach reach{0, 1, shape[axis]};
      if (axis < given)
        reach = reach_of(expression, axis, of_one_picture(shape));
      if (counts_pictures)
        reach = {0, 1, shape[axis]};
      slice.starts.push_back(reach.start);
      slice.steps.push_back(reach.step);
      slice.sizes.push_back(reach.size);
      is_whole = is_whole && reach.size == shape[axis] && reach.step == 1;
    }
    FOVEA_CHECK(shape.elements() > 0, "{}: '{}' has shape {}: there is nothing in it", intro(),
                expression.value, to_string(shape));
    return is_whole ? value : to().add(ops::slice(), std::move(slice), {value}, "target_slice");
  }

  Shape of_one_picture(Shape shape) const {
    if (batch_ > 1)
      shape[0] = 1;
    return shape;
  }

  Reach reach_of(const TargetExpression& expression, std::int64_t axis, const Shape& shape) const {
    const TargetIndex& index = expression.indices[static_cast<std::size_t>(axis)];
    const std::int64_t extent = shape[axis];
    const auto fail = [&](const std::string& what, std::int64_t last) {
      throw InputError(
          fmt::format("{}: {} of axis {} is out of range: '{}' has shape {}, so it is {} to {}, or "
                      "{} to -1 from the end",
                      intro(), what, axis, expression.value, to_string(shape), 0, last, -extent));
    };
    if (!index.is_slice) {
      if (*index.first < -extent || *index.first >= extent)
        fail(fmt::format("index {}", *index.first), extent - 1);
      return {*index.first < 0 ? *index.first + extent : *index.first, 1, 1};
    }
    for (const auto& bound : {index.first, index.end})
      if (bound && (*bound < -extent || *bound > extent))
        fail(fmt::format("bound {}", *bound), extent);
    const auto resolved = [&](const std::optional<std::int64_t>& bound, std::int64_t open) {
      return !bound ? open : *bound < 0 ? *bound + extent : *bound;
    };
    const bool ascends = index.step > 0;
    // Going down, a slice may start at the last element at most.
    const std::int64_t first =
        std::min(resolved(index.first, ascends ? 0 : extent - 1), ascends ? extent : extent - 1);
    const std::int64_t end = resolved(index.end, ascends ? extent : -1);
    const std::int64_t way = ascends ? end - first : first - end;
    FOVEA_CHECK(way > 0, "{}: the slice of axis {} of '{}', which has shape {}, is empty", intro(), axis,
                expression.value, to_string(shape));
    const std::int64_t stride = std::min(ascends ? index.step : -std::max(index.step, -extent), extent);
    return {first, ascends ? stride : -stride, (way + stride - 1) / stride};
  }

  passes::Rewriter& rewriter_;
  const std::vector<std::string>& names_;
  std::int64_t batch_;
  const Target* target_ = nullptr;
};

}  // namespace

void check_target_values(const Model& model, const std::vector<Target>& targets) {
  for (const std::string& name : values_of(targets)) {
    try {
      onnx_import::value_named(*ModelAccess::impl(model).file, name);
    } catch (const InputError& error) {
      std::vector<std::string> outputs;
      for (const ModelPort& port : model.outputs())
        outputs.push_back(fmt::format("'{}' ({})", port.name, describe(port)));
      throw InputError(fmt::format("{}; the outputs are {}", error.what(), fmt::join(outputs, ", ")));
    }
  }
}

ir::Graph make_target_rows(const ir::Graph& graph, const std::vector<Target>& targets, std::int64_t batch) {
  passes::Rewriter rewriter(graph);
  for (const ir::Node& node : graph.nodes())
    rewriter.copy(node);
  ir::Graph& to = rewriter.to();
  const std::vector<std::string> names = values_of(targets);
  RowMaker maker(rewriter, names, batch);
  std::vector<ir::ValueId> rows;
  for (const Target& target : targets)
    rows.push_back(maker.make(target));
  const ir::ValueId row =
      rows.size() == 1 ? rows.front() : to.add(ops::concat(), ops::ConcatAttributes{1}, rows, "targets");
  to.add_output(row, targets.size() == 1 ? targets.front().text() : "targets");
  for (std::size_t i = names.size(); i < graph.outputs().size(); ++i)
    to.add_output(rewriter.map(graph.outputs()[i]), graph.output_names()[i]);
  return std::move(to);
}

}  // namespace fovea
