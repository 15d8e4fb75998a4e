#include "autodiff/rules/relevance.hpp"
#include "autodiff/rules/relevance_graph.hpp"
#include "autodiff/rules/value_range.hpp"
#include "ops/add.hpp"
#include "ops/conv.hpp"
#include "ops/conv_transpose.hpp"
#include "ops/functions.hpp"
#include "ops/gemm.hpp"
#include "ops/mat_mul.hpp"
#include "ops/mul.hpp"
#include "ops/sub.hpp"

#include <algorithm>

namespace fovea::autodiff {
namespace {

/// A layer that reads the picture: the value among whose elements relevance is shared, and constant weights.
class FirstLayer {
public:
  explicit FirstLayer(ir::GradientContext& c) : c_(c), at_(c.needs(0) ? 0 : 1) {}

  ir::ValueId x() const { return c_.x(at_); }
  ir::ValueId w() const { return c_.x(1 - at_); }
  /// What the layer makes of another input and other weights, without its bias.
  ir::ValueId apply(ir::ValueId x, ir::ValueId w) {
    std::vector<ir::ValueId> inputs = c_.node().inputs;
    inputs[at_] = x;
    inputs[1 - at_] = w;
    if (inputs.size() > 2)
      inputs[2] = ir::kNoValue;
    return c_.emit(*c_.node().op, inputs, c_.node().attributes);
  }
  /// The derivative of the sum of `s` times the outputs with respect to the input, with other weights.
  ir::ValueId back(ir::ValueId w, ir::ValueId s) {
    std::vector<bool> needed(c_.input_count(), false);
    needed[at_] = true;
    return own_gradients(c_, apply(x(), w), s, needed)[at_];
  }
  std::vector<ir::ValueId> to_x(ir::ValueId relevance) const {
    std::vector<ir::ValueId> all(c_.input_count(), ir::kNoValue);
    all[at_] = relevance;
    return all;
  }
  ir::ValueId ones(const Shape& shape) {
    Tensor tensor(DType::F64, shape);
    std::fill(tensor.data<double>().begin(), tensor.data<double>().end(), 1.0);
    return c_.graph().add_constant(c_.node().name + "/grad/ones", tensor.cast(c_.dtype(x())));
  }

private:
  ir::GradientContext& c_;
  std::size_t at_;
};

/// R_i = sum over j of w'_ij / sum over i' of w'_i'j * R_j, whatever the input is.
std::vector<ir::ValueId> share_by_weights(ir::GradientContext& c, ir::ValueId weights) {
  FirstLayer layer(c);
  const ir::ValueId total = layer.apply(layer.ones(c.shape(layer.x())), weights);
  return layer.to_x(layer.back(weights, per_unit(c, c.dy(), total)));
}

std::vector<ir::ValueId> flat_rule(ir::GradientContext& c) {
  FirstLayer layer(c);
  return share_by_weights(c, layer.ones(c.shape(layer.w())));
}

std::vector<ir::ValueId> w_square_rule(ir::GradientContext& c) {
  const ir::ValueId w = FirstLayer(c).w();
  return share_by_weights(c, c.emit(ops::mul(), {w, w}));
}

/// z_ij = x_i w_ij - l_i w_ij+ - h_i w_ij-, which is never negative for l <= x <= h.
std::vector<ir::ValueId> z_box_rule(ir::GradientContext& c, const InputRange& range) {
  FirstLayer layer(c);
  const auto [low, high] = range_of(c, layer.x(), range);
  const ir::ValueId w = layer.w(), positive = c.emit(ops::relu(), {w}),
                    negative = c.emit(ops::sub(), {w, positive});
  const ir::ValueId at_bounds = c.emit(ops::add(), {layer.apply(low, positive), layer.apply(high, negative)});
  const ir::ValueId z = c.emit(ops::sub(), {layer.apply(layer.x(), w), at_bounds});
  const ir::ValueId s = per_unit(c, c.dy(), z);
  const ir::ValueId of_bounds = c.emit(ops::add(), {c.emit(ops::mul(), {low, layer.back(positive, s)}),
                                                    c.emit(ops::mul(), {high, layer.back(negative, s)})});
  return layer.to_x(c.emit(ops::sub(), {c.emit(ops::mul(), {layer.x(), layer.back(w, s)}), of_bounds}));
}

bool is_first_layer(const ir::Graph& graph, const ir::Node& layer) {
  const bool has_bias = layer.inputs.size() > 2 && layer.inputs[2] != ir::kNoValue;
  return has_constant_operand(graph, layer) && (!has_bias || graph.is_constant(layer.inputs[2])) &&
         !has_layer_before(graph, layer);
}

bool is_bias_of_first_layer(const ir::Graph& graph, const ir::Node& add) {
  const ir::Node* layer = layer_of_bias(graph, add);
  return layer && is_first_layer(graph, *layer);
}

/// These rules give biases nothing: what arrives at the sum with a bias goes to the layer.
std::vector<ir::ValueId> pass_to_layer(ir::GradientContext& c) {
  std::vector<ir::ValueId> all(c.input_count(), ir::kNoValue);
  all[c.needs(0) ? 0 : 1] = c.dy();
  return all;
}

Overrides first_layers(const std::function<std::vector<ir::ValueId>(ir::GradientContext&)>& rule,
                       std::string_view treatment) {
  Overrides all{{&ops::add(), pass_to_layer, is_bias_of_first_layer, "unchanged"}};
  for (const ir::Operator* op : {&ops::conv(), &ops::conv_transpose(), &ops::gemm(), &ops::mat_mul()})
    all.push_back({op, rule, is_first_layer, treatment});
  return all;
}

}  // namespace

Overrides first_layer_flat() {
  return first_layers(flat_rule, "flat");
}

Overrides first_layer_by_w_square() {
  return first_layers(w_square_rule, "w-square");
}

Overrides first_layer_by_z_box(const InputRange& range) {
  return first_layers([range](ir::GradientContext& c) { return z_box_rule(c, range); }, "z-box");
}

}  // namespace fovea::autodiff
