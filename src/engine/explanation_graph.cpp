#include "engine/explanation_graph.hpp"

#include "base/check.hpp"
#include "ops/cast.hpp"
#include "ops/comparison.hpp"
#include "ops/functions.hpp"
#include "ops/mul.hpp"
#include "ops/reduce_max.hpp"
#include "ops/reduce_sum.hpp"
#include "ops/reshape.hpp"
#include "ops/where.hpp"

namespace fovea {
namespace {

bool is_relevance(Rule rule) {
  return rule != Rule::Gradient && rule != Rule::Deconvnet && rule != Rule::Guided;
}

/// Copies a graph node by node; what is computed for the seed goes in where it is first read.
class Assembler {
public:
  Assembler(const autodiff::Differentiated& from, const ExplanationOptions& options)
      : from_(from.graph), seed_(from.seed), scores_(from.graph.outputs().front()), options_(options),
        values_(from.graph.values().size(), ir::kNoValue) {}

  ir::Graph assemble(ir::ValueId gradient, std::int64_t channel_axis) {
    add_inputs();
    for (const ir::Node& node : from_.nodes()) {
      std::vector<ir::ValueId> inputs;
      for (ir::ValueId id : node.inputs)
        inputs.push_back(id == ir::kNoValue ? id : value(id));
      const ir::Node& copy = to_.add_node(*node.op, node.attributes, std::move(inputs), node.name);
      for (std::size_t i = 0; i < node.outputs.size(); ++i)
        values_[static_cast<std::size_t>(node.outputs[i])] = copy.outputs[i];
    }
    to_.add_output(value(scores_), "scores");
    add_map(value(gradient), channel_axis);
    return std::move(to_);
  }

private:
  void add_inputs() {
    for (ir::ValueId id : from_.inputs())
      if (id != seed_)
        values_[static_cast<std::size_t>(id)] = to_.add_input(from_.value(id).name, from_.type(id));
    picture_ = to_.inputs().front();
    if (options_.explained == ExplanationOptions::Class::Input) {
      FOVEA_CHECK(to_.find("class") == ir::kNoValue,
                  "the model has an input named 'class' itself: explain the top class instead");
      class_ = to_.add_input("class", {DType::I64, {options_.batch}});
    }
  }

  ir::ValueId value(ir::ValueId id) {
    ir::ValueId& mapped = values_[static_cast<std::size_t>(id)];
    if (mapped == ir::kNoValue) {
      const ir::Value& original = from_.value(id);
      if (id == seed_)
        mapped = make_seed();
      else
        mapped = to_.add_constant(original.name, *original.constant);
    }
    return mapped;
  }

  /// One at the class of each picture, or for relevance its score; 0 elsewhere.
  ir::ValueId make_seed() {
    const ir::TensorType type = from_.type(scores_);
    const std::int64_t batch = type.shape[0], classes = type.shape.elements() / batch;
    const ir::ValueId flat =
        to_.add(ops::reshape(), ops::ReshapeAttributes{{batch, classes}}, {value(scores_)}, "flat_scores");
    const ir::ValueId is_chosen =
        class_ != ir::kNoValue ? is_given_class(batch, classes) : is_top_class(flat);
    ir::ValueId seed = to_.add(ops::cast(), ops::CastAttributes{type.dtype}, {is_chosen}, "one_hot");
    if (is_relevance(options_.rule) && options_.rule != Rule::Excitation)
      seed = to_.add(ops::mul(), {}, {seed, flat}, "score_of_class");
    return to_.add(ops::reshape(), ops::ReshapeAttributes{type.shape}, {seed}, "seed");
  }

  /// Numbers along the classes: [1,classes].
  ir::ValueId class_numbers(const std::string& name, DType dtype, std::int64_t first, std::int64_t classes,
                            std::int64_t step) {
    Tensor numbers(DType::I64, {1, classes});
    for (std::int64_t i = 0; i < classes; ++i)
      numbers.data<std::int64_t>()[static_cast<std::size_t>(i)] = first + step * i;
    return to_.add_constant(name, numbers.cast(dtype));
  }

  /// [N,classes] of bool; all false for a class that there is not.
  ir::ValueId is_given_class(std::int64_t batch, std::int64_t classes) {
    const ir::ValueId chosen =
        to_.add(ops::reshape(), ops::ReshapeAttributes{{batch, 1}}, {class_}, "chosen");
    return to_.add(ops::equal(), {}, {chosen, class_numbers("classes", DType::I64, 0, classes, 1)},
                   "is_chosen");
  }

  /// [N,classes] of bool: the highest score, the first of equal ones. By comparisons, since runtimes differ
  /// on which of equal elements ArgMax takes. All false where a score is NaN.
  ir::ValueId is_top_class(ir::ValueId scores) {
    const DType dtype = to_.type(scores).dtype;
    const std::int64_t classes = to_.shape(scores)[1];
    const ops::ReduceAttributes over_classes{{1}, 1};
    const ir::ValueId largest = to_.add(ops::reduce_max(), over_classes, {scores}, "top_score");
    const ir::ValueId is_largest = to_.add(ops::equal(), {}, {scores, largest}, "is_top_score");
    const ir::ValueId ranks = class_numbers("class_ranks", dtype, classes, classes, -1);
    const ir::ValueId none = to_.add_constant("no_rank", Tensor(dtype, {1, 1}));
    const ir::ValueId ranked = to_.add(ops::where(), {}, {is_largest, ranks, none}, "ranked");
    const ir::ValueId first = to_.add(ops::reduce_max(), over_classes, {ranked}, "top_rank");
    return to_.add(ops::equal(), {}, {first, ranks}, "is_chosen");
  }

  void add_map(ir::ValueId gradient, std::int64_t channel_axis) {
    if (options_.times_input)
      gradient = to_.add(ops::mul(), {}, {gradient, picture_}, "gradient_times_input");
    if (options_.map == ExplanationOptions::Map::Gradient)
      return to_.add_output(gradient, "gradient");
    const ops::ReduceAttributes over_channels{{channel_axis}, 0};
    if (is_relevance(options_.rule))
      return to_.add_output(to_.add(ops::reduce_sum(), over_channels, {gradient}), "saliency");
    const ir::ValueId size = to_.add(ops::abs(), {}, {gradient});
    to_.add_output(to_.add(ops::reduce_max(), over_channels, {size}), "saliency");
  }

  const ir::Graph& from_;
  ir::ValueId seed_, scores_;
  const ExplanationOptions& options_;
  std::vector<ir::ValueId> values_;  ///< of the copy, by value of the original
  ir::Graph to_;
  ir::ValueId picture_ = ir::kNoValue, class_ = ir::kNoValue;
};

}  // namespace

ir::Graph explanation_graph(const autodiff::Differentiated& differentiated, PictureLayout layout,
                            const ExplanationOptions& options) {
  Assembler assembler(differentiated, options);
  return assembler.assemble(differentiated.graph.outputs().back(),
                            layout == PictureLayout::ChannelsFirst ? 1 : 3);
}

}  // namespace fovea
