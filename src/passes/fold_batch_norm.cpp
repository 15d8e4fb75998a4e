#include "passes/fold_batch_norm.hpp"

#include "base/dispatch.hpp"
#include "base/tensor_pool.hpp"
#include "ops/batch_normalization.hpp"
#include "ops/conv.hpp"
#include "ops/conv_transpose.hpp"
#include "passes/rewriter.hpp"

#include <algorithm>
#include <cmath>

namespace fovea::passes {
namespace {

/// A BatchNormalization as y = scale * x + shift, channel by channel.
struct Affine {
  std::vector<double> scale, shift;
};

Affine affine_of(const ir::Graph& graph, const ir::Node& node) {
  auto doubles = [&](std::size_t i) {
    const Tensor wide = graph.value(node.inputs[i]).constant->cast(DType::F64);
    const auto data = wide.data<double>();
    return std::vector<double>(data.begin(), data.end());
  };
  const double epsilon = node.attributes.as<ops::BatchNormalizationAttributes>().epsilon;
  Affine affine{doubles(1), doubles(2)};
  const std::vector<double> mean = doubles(3), variance = doubles(4);
  for (std::size_t c = 0; c < mean.size(); ++c) {
    affine.scale[c] /= std::sqrt(variance[c] + epsilon);
    affine.shift[c] -= mean[c] * affine.scale[c];
  }
  return affine;
}

bool has_constant_operands(const ir::Graph& graph, const ir::Node& node) {
  return std::all_of(node.inputs.begin() + 1, node.inputs.end(),
                     [&](ir::ValueId id) { return id == ir::kNoValue || graph.is_constant(id); });
}

std::int64_t groups_of(const ir::Node& node) {
  return node.op == &ops::conv() ? node.attributes.as<ops::ConvAttributes>().groups
                                 : node.attributes.as<ops::ConvTransposeAttributes>().groups;
}

/// Weights and bias of a convolution, to be changed in double and kept in their type.
class Convolution {
public:
  Convolution(const ir::Graph& graph, const ir::Node& node, TensorPool& pool)
      : node_(node), dtype_(graph.type(node.inputs[1]).dtype),
        weights_(pool.copy(*graph.value(node.inputs[1]).constant)),
        transposed_(node.op == &ops::conv_transpose()), groups_(groups_of(node)) {
    const Shape& w = weights_.shape();
    outputs_ = transposed_ ? w[1] * groups_ : w[0];
    bias_.assign(static_cast<std::size_t>(outputs_), 0.0);
    if (node.inputs.size() > 2 && node.inputs[2] != ir::kNoValue) {
      const Tensor bias = graph.value(node.inputs[2]).constant->cast(DType::F64);
      std::copy(bias.data<double>().begin(), bias.data<double>().end(), bias_.begin());
    }
  }

  /// y = scale * conv(x) + shift.
  void scale_outputs(const Affine& affine) {
    for_each_weight([&](double& w, std::size_t output, std::size_t) { w *= affine.scale[output]; });
    for (std::size_t c = 0; c < bias_.size(); ++c)
      bias_[c] = bias_[c] * affine.scale[c] + affine.shift[c];
  }
  /// y = conv(scale * x + shift), for a convolution without padding.
  void scale_inputs(const Affine& affine) {
    for_each_weight([&](double& w, std::size_t output, std::size_t input) {
      bias_[output] += w * affine.shift[input];
      w *= affine.scale[input];
    });
  }

  ir::ValueId emit(Rewriter& rewriter, ir::ValueId x, const std::string& name) const {
    const Tensor bias = Tensor::from<double>({outputs_}, bias_).cast(dtype_);
    const ir::ValueId w = rewriter.to().add_constant(node_.name + "/folded_weight", weights_);
    const ir::ValueId b = rewriter.to().add_constant(node_.name + "/folded_bias", bias);
    const ir::ValueId y = rewriter.to().add(*node_.op, node_.attributes, {x, w, b}, node_.name);
    rewriter.to().rename(y, name);
    return y;
  }

private:
  /// Calls `f(weight, output channel, input channel)` for all weights, which it may change.
  template <class F>
  void for_each_weight(F&& f) {
    const Shape& shape = weights_.shape();
    const std::int64_t window = shape[2] * shape[3];
    const std::int64_t group_rows = shape[0] / groups_;
    dispatch_floating(dtype_, [&]<class T>(T) {
      T* at = weights_.data<T>().data();
      for (std::int64_t row = 0; row < shape[0]; ++row)
        for (std::int64_t column = 0; column < shape[1]; ++column) {
          const auto across = static_cast<std::size_t>(row / group_rows * shape[1] + column);
          const std::size_t output = transposed_ ? across : static_cast<std::size_t>(row);
          const std::size_t input = transposed_ ? static_cast<std::size_t>(row) : across;
          for (const T* end = at + window; at != end; ++at) {
            double w = *at;
            f(w, output, input);
            *at = static_cast<T>(w);
          }
        }
    });
  }

  const ir::Node& node_;
  DType dtype_;
  Tensor weights_;
  bool transposed_;
  std::int64_t groups_;
  std::int64_t outputs_ = 0;
  std::vector<double> bias_;
};

/// The only node that reads `id`, or nullptr.
const ir::Node* only_reader(const ir::Graph& graph, ir::ValueId id, const std::vector<int>& uses) {
  if (uses[static_cast<std::size_t>(id)] != 1)
    return nullptr;
  const std::vector<ir::NodeId>& readers = graph.readers(id);
  return readers.empty() ? nullptr : &graph.nodes()[static_cast<std::size_t>(readers.front())];
}

bool is_unpadded_conv(const ir::Graph& graph, const ir::Node& node) {
  if (node.op != &ops::conv() || !has_constant_operands(graph, node))
    return false;
  const auto& pads = node.attributes.as<ops::ConvAttributes>().pads;
  return std::all_of(pads.begin(), pads.end(), [](std::int64_t pad) { return pad == 0; });
}

bool is_foldable_norm(const ir::Graph& graph, const ir::Node& node) {
  return node.op == &ops::batch_normalization() && has_constant_operands(graph, node);
}

bool is_constant_convolution(const ir::Graph& graph, const ir::Node& node) {
  return (node.op == &ops::conv() || node.op == &ops::conv_transpose()) && has_constant_operands(graph, node);
}

/// conv, then norm: the pair becomes one convolution in the norm's place.
ir::Graph fold_into_preceding(const ir::Graph& graph) {
  const std::vector<int> uses = graph.use_counts();
  auto convolution_before = [&](const ir::Node& node) -> const ir::Node* {
    const ir::Node* before = is_foldable_norm(graph, node) ? graph.producer(node.inputs[0]) : nullptr;
    const bool alone = before && uses[static_cast<std::size_t>(node.inputs[0])] == 1;
    return alone && is_constant_convolution(graph, *before) ? before : nullptr;
  };
  auto is_folded = [&](const ir::Node& node) {
    const ir::Node* after =
        is_constant_convolution(graph, node) ? only_reader(graph, node.outputs[0], uses) : nullptr;
    return after && convolution_before(*after) == &node;
  };
  Rewriter rewriter(graph);
  TensorPool pool;
  for (const ir::Node& node : graph.nodes()) {
    if (const ir::Node* before = convolution_before(node)) {
      Convolution folded(graph, *before, pool);
      folded.scale_outputs(affine_of(graph, node));
      rewriter.replace(node.outputs[0], folded.emit(rewriter, rewriter.map(before->inputs[0]),
                                                    graph.value(node.outputs[0]).name));
    } else if (!is_folded(node)) {
      rewriter.copy(node);
    }
  }
  return rewriter.finish();
}

/// norm, then an unpadded conv: the pair becomes one convolution in the conv's place.
ir::Graph fold_into_following(const ir::Graph& graph) {
  const std::vector<int> uses = graph.use_counts();
  auto norm_before = [&](const ir::Node& node) -> const ir::Node* {
    const ir::Node* before = is_unpadded_conv(graph, node) ? graph.producer(node.inputs[0]) : nullptr;
    const bool alone = before && uses[static_cast<std::size_t>(node.inputs[0])] == 1;
    return alone && is_foldable_norm(graph, *before) ? before : nullptr;
  };
  auto is_folded = [&](const ir::Node& node) {
    const ir::Node* after =
        is_foldable_norm(graph, node) ? only_reader(graph, node.outputs[0], uses) : nullptr;
    return after && norm_before(*after) == &node;
  };
  Rewriter rewriter(graph);
  TensorPool pool;
  for (const ir::Node& node : graph.nodes()) {
    if (const ir::Node* before = norm_before(node)) {
      Convolution folded(graph, node, pool);
      folded.scale_inputs(affine_of(graph, *before));
      rewriter.replace(node.outputs[0], folded.emit(rewriter, rewriter.map(before->inputs[0]),
                                                    graph.value(node.outputs[0]).name));
    } else if (!is_folded(node)) {
      rewriter.copy(node);
    }
  }
  return rewriter.finish();
}

}  // namespace

ir::Graph fold_batch_norm(const ir::Graph& graph, Notes&) {
  return fold_into_following(fold_into_preceding(graph));
}

}  // namespace fovea::passes
