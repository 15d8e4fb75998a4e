#include "onnx/import/families.hpp"

#include "base/check.hpp"
#include "ops/add.hpp"
#include "ops/concat.hpp"
#include "ops/functions.hpp"
#include "ops/gemm.hpp"
#include "ops/mul.hpp"
#include "ops/split.hpp"
#include "ops/sub.hpp"
#include "ops/transpose.hpp"

#include <onnx/onnx_pb.h>

namespace fovea::onnx_import {
namespace {

// The length of a sequence is known while the file is imported.
constexpr std::int64_t kMaxSteps = 4096;

const ir::Operator* activation(const std::string& name) {
  return name == "Sigmoid" ? &ops::sigmoid()
         : name == "Tanh"  ? &ops::tanh()
         : name == "Relu"  ? &ops::relu()
                           : nullptr;
}

/// T steps of N rows of I numbers; D directions of H numbers of state.
struct Extents {
  std::int64_t T, N, I, D, H;
};

/// The inputs of one direction: its weights [G H,I] and [G H,H], both biases [1,G H], the peepholes [1,3 H],
/// the first state [N,H] and, for an LSTM, the first cell; kNoValue for what is absent.
struct Direction {
  ir::ValueId w, r, input_bias, state_bias, peepholes, h, cell;
  std::vector<const ir::Operator*> activations;
};

/// A layer of one of the three kinds, on the node's behalf.
class Recurrence {
public:
  Recurrence(TranslateContext& c, std::int64_t gates, std::vector<std::string> activations)
      : c_(c), gates_(gates), is_batch_first_(c.node().flag("layout", false)),
        activations_(std::move(activations)) {
    x_ = is_batch_first_ ? swapped(c.x(), {1, 0, 2}) : c.x();
    const Shape x = c.shape(x_), w = c.shape(c.x(1)), r = c.shape(c.x(2));
    FOVEA_CHECK(x.rank() == 3 && w.rank() == 3 && r.rank() == 3 && r[1] == gates * r[2] && w[1] == r[1] &&
                    w[2] == x[2] && w[0] == r[0],
                "x of {}, W of {} and R of {} do not fit", to_string(c.shape()), to_string(w), to_string(r));
    e_ = {x[0], x[1], x[2], w[0], r[2]};
    const std::string way = c.node().text("direction", "forward");
    FOVEA_CHECK(e_.D == (way == "bidirectional" ? 2 : 1), "attribute 'direction' is '{}', but W is {}", way,
                to_string(w));
    FOVEA_CHECK(e_.T >= 1 && e_.T <= kMaxSteps, "takes 1 to {} steps, x has {}", kMaxSteps, e_.T);
    is_reverse_ = way == "reverse";
    if (c.has(4))
      for (std::int64_t length : c.integers(4, "sequence_lens"))
        FOVEA_CHECK(length == e_.T, "a sequence of {} steps in an x of {} is not supported", length, e_.T);
    if (const auto* given = c.node().find("activations"); given && given->strings_size() > 0)
      activations_.assign(given->strings().begin(), given->strings().end());
    FOVEA_CHECK(activations_.size() == wanted_ ||
                    activations_.size() == wanted_ * static_cast<std::size_t>(e_.D),
                "expected {} activations for each direction, found {}", wanted_, activations_.size());
  }

  const Extents& extents() const { return e_; }

  /// Runs every direction with `step`, which returns the state behind a step and may change the direction's
  /// cell, from x W + its bias [N,G H] and the state before it; sets the outputs.
  template <class Step>
  void run(const Step& step) {
    std::vector<ir::ValueId> all, last, cells;
    for (std::int64_t d = 0; d < e_.D; ++d) {
      Direction direction = read_direction(d);
      const std::vector<ir::ValueId> projected = project(direction);
      std::vector<ir::ValueId> states(projected.size());
      ir::ValueId h = direction.h;
      for (std::size_t i = 0; i < states.size(); ++i) {
        const std::size_t t = is_reverse_ || d == 1 ? states.size() - 1 - i : i;
        h = step(direction, projected[t], h);
        states[t] = c_.reshape(h, {1, 1, e_.N, e_.H}, "/state");
      }
      all.push_back(joined(states, 0));
      last.push_back(c_.reshape(h, {1, e_.N, e_.H}, "/last"));
      if (direction.cell != ir::kNoValue)
        cells.push_back(c_.reshape(direction.cell, {1, e_.N, e_.H}, "/cell"));
    }
    const ir::ValueId y = joined(all, 1);
    c_.output(0, is_batch_first_ ? swapped(y, {2, 0, 1, 3}) : y);
    c_.output(1, batched(joined(last, 0)));
    if (!cells.empty())
      c_.output(2, batched(joined(cells, 0)));
  }

  /// h R' + bias, [N,G H] (or of the rows of R that are given).
  ir::ValueId product(ir::ValueId h, ir::ValueId rows, ir::ValueId bias) {
    std::vector<ir::ValueId> inputs = {h, rows};
    if (bias != ir::kNoValue)
      inputs.push_back(bias);
    return c_.emit(ops::gemm(), std::move(inputs), ops::GemmAttributes{.trans_b = 1}, "/product");
  }
  std::vector<ir::ValueId> parts(ir::ValueId x, std::int64_t axis, std::vector<std::int64_t> sizes) {
    return sizes.size() == 1
               ? std::vector<ir::ValueId>{x}
               : c_.emit_all(ops::split(), {x}, ops::SplitAttributes{axis, std::move(sizes)}, "/parts");
  }
  std::vector<ir::ValueId> gates(ir::ValueId x, std::int64_t axis = 1) {
    return parts(x, axis, std::vector<std::int64_t>(static_cast<std::size_t>(gates_), e_.H));
  }
  ir::ValueId add(ir::ValueId a, ir::ValueId b) { return c_.emit(ops::add(), {a, b}, {}, "/sum"); }
  ir::ValueId mul(ir::ValueId a, ir::ValueId b) { return c_.emit(ops::mul(), {a, b}, {}, "/gated"); }
  ir::ValueId sub(ir::ValueId a, ir::ValueId b) { return c_.emit(ops::sub(), {a, b}, {}, "/difference"); }
  ir::ValueId apply(const ir::Operator* function, ir::ValueId x) {
    return c_.emit(*function, {x}, {}, "/activation");
  }

private:
  ir::ValueId swapped(ir::ValueId x, std::vector<std::int64_t> perm) {
    return c_.emit(ops::transpose(), {x}, ops::TransposeAttributes{std::move(perm)}, "/layout");
  }
  ir::ValueId batched(ir::ValueId state) { return is_batch_first_ ? swapped(state, {1, 0, 2}) : state; }
  ir::ValueId joined(std::vector<ir::ValueId> values, std::int64_t axis) {
    return values.size() == 1
               ? values.front()
               : c_.emit(ops::concat(), std::move(values), ops::ConcatAttributes{axis}, "/joined");
  }

  /// Direction d of an input [D,...] under that shape; kNoValue where it is absent.
  ir::ValueId of_direction(int i, std::int64_t d, const Shape& shape) {
    if (!c_.has(i))
      return ir::kNoValue;
    const Shape given = c_.shape(c_.x(i));
    FOVEA_CHECK(given.rank() >= 2 && given.elements() == e_.D * shape.elements() && given[0] == e_.D,
                "input {} is {}, expected {} times {}", i, to_string(given), e_.D, to_string(shape));
    const auto each = parts(c_.x(i), 0, std::vector<std::int64_t>(static_cast<std::size_t>(e_.D), 1));
    return c_.reshape(each[static_cast<std::size_t>(d)], shape, "/direction");
  }

  ir::ValueId first(int i, std::int64_t d) {
    const Shape shape{e_.N, e_.H};
    if (!c_.has(i))
      return c_.add_constant(
          {c_.dtype(x_), shape}, [shape, dtype = c_.dtype(x_)] { return Tensor(dtype, shape); }, "/zeros");
    if (!is_batch_first_)
      return of_direction(i, d, shape);
    const Shape given = c_.shape(c_.x(i));
    FOVEA_CHECK(given == (Shape{e_.N, e_.D, e_.H}), "input {} is {}, expected {}", i, to_string(given),
                to_string(Shape{e_.N, e_.D, e_.H}));
    const auto each = parts(c_.x(i), 1, std::vector<std::int64_t>(static_cast<std::size_t>(e_.D), 1));
    return c_.reshape(each[static_cast<std::size_t>(d)], shape, "/direction");
  }

  Direction read_direction(std::int64_t d) {
    const std::int64_t rows = gates_ * e_.H;
    Direction made{.w = of_direction(1, d, {rows, e_.I}),
                   .r = of_direction(2, d, {rows, e_.H}),
                   .input_bias = ir::kNoValue,
                   .state_bias = ir::kNoValue,
                   .peepholes = gates_ == 4 ? of_direction(7, d, {1, 3 * e_.H}) : ir::kNoValue,
                   .h = first(5, d),
                   .cell = gates_ == 4 ? first(6, d) : ir::kNoValue,
                   .activations = {}};
    if (const ir::ValueId both = of_direction(3, d, {1, 2 * rows}); both != ir::kNoValue) {
      const auto halves = parts(both, 1, {rows, rows});
      made.input_bias = halves[0];
      made.state_bias = halves[1];
    }
    const std::size_t begin = activations_.size() == wanted_ ? 0 : static_cast<std::size_t>(d) * wanted_;
    for (std::size_t i = begin; i < begin + wanted_; ++i) {
      const std::string& name = activations_[i];
      made.activations.push_back(activation(name));
      FOVEA_CHECK(made.activations.back(), "the activation '{}' is not supported", name);
    }
    return made;
  }

  /// x W' + its bias for each step, [N,G H].
  std::vector<ir::ValueId> project(const Direction& direction) {
    const ir::ValueId rows = c_.reshape(x_, {e_.T * e_.N, e_.I}, "/rows");
    const ir::ValueId projected = product(rows, direction.w, direction.input_bias);
    return parts(projected, 0, std::vector<std::int64_t>(static_cast<std::size_t>(e_.T), e_.N));
  }

  TranslateContext& c_;
  std::int64_t gates_;
  bool is_batch_first_, is_reverse_ = false;
  std::vector<std::string> activations_;
  std::size_t wanted_ = activations_.size();  ///< for one direction
  ir::ValueId x_ = ir::kNoValue;
  Extents e_ = {};
};

std::string recurrent_why_not(const NodeReader& node, std::int64_t) {
  for (const char* name : {"clip", "activation_alpha", "activation_beta"})
    if (node.has(name))
      return fmt::format("attribute '{}' is not supported", name);
  return node.flag("input_forget", false) ? "attribute 'input_forget' is not supported" : "";
}

void translate_rnn(TranslateContext& c) {
  Recurrence layer(c, 1, {"Tanh"});
  layer.run([&](Direction& d, ir::ValueId x, ir::ValueId h) {
    return layer.apply(d.activations[0], layer.add(x, layer.product(h, d.r, d.state_bias)));
  });
}

void translate_lstm(TranslateContext& c) {
  Recurrence layer(c, 4, {"Sigmoid", "Tanh", "Tanh"});
  layer.run([&](Direction& d, ir::ValueId x, ir::ValueId h) {
    auto g = layer.gates(layer.add(x, layer.product(h, d.r, d.state_bias)));  // input, output, forget, cell
    std::vector<ir::ValueId> peepholes;
    if (d.peepholes != ir::kNoValue) {
      peepholes = layer.parts(d.peepholes, 1, std::vector<std::int64_t>(3, layer.extents().H));
      g[0] = layer.add(g[0], layer.mul(peepholes[0], d.cell));
      g[2] = layer.add(g[2], layer.mul(peepholes[2], d.cell));
    }
    const ir::ValueId kept = layer.mul(layer.apply(d.activations[0], g[2]), d.cell);
    const ir::ValueId taken =
        layer.mul(layer.apply(d.activations[0], g[0]), layer.apply(d.activations[1], g[3]));
    d.cell = layer.add(kept, taken);
    if (!peepholes.empty())
      g[1] = layer.add(g[1], layer.mul(peepholes[1], d.cell));
    return layer.mul(layer.apply(d.activations[0], g[1]), layer.apply(d.activations[2], d.cell));
  });
}

void translate_gru(TranslateContext& c) {
  Recurrence layer(c, 3, {"Sigmoid", "Tanh"});
  const bool resets_product = c.node().flag("linear_before_reset", false);
  layer.run([&](Direction& d, ir::ValueId x, ir::ValueId h) {
    const auto gx = layer.gates(x);  // update, reset, hidden
    const auto gh = layer.gates(layer.product(h, d.r, d.state_bias));
    const ir::ValueId update = layer.apply(d.activations[0], layer.add(gx[0], gh[0]));
    const ir::ValueId reset = layer.apply(d.activations[0], layer.add(gx[1], gh[1]));
    ir::ValueId hidden = ir::kNoValue;
    if (resets_product) {
      hidden = layer.mul(reset, gh[2]);
    } else {
      const ir::ValueId bias = d.state_bias == ir::kNoValue ? d.state_bias : layer.gates(d.state_bias)[2];
      hidden = layer.product(layer.mul(reset, h), layer.gates(d.r, 0)[2], bias);
    }
    hidden = layer.apply(d.activations[1], layer.add(gx[2], hidden));
    return layer.add(hidden, layer.mul(update, layer.sub(h, hidden)));  // (1 - z) hidden + z h
  });
}

}  // namespace

Family recurrent_family() {
  return {
      {"GRU", translate_gru, recurrent_why_not},
      {"LSTM", translate_lstm, recurrent_why_not},
      {"RNN", translate_rnn, recurrent_why_not},
  };
}

}  // namespace fovea::onnx_import
