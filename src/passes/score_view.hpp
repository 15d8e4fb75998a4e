#pragma once

#include "passes/final_activation.hpp"
#include "passes/rewriter.hpp"

#include <map>

namespace fovea::passes {

/// A value whose elements are scale * p + shift of an activation's results p, or of their logarithms.
struct ScoreView {
  Activation kind = Activation::Softmax;
  bool is_logarithm = false;
  double scale = 1, shift = 0;
  ir::ValueId scores = ir::kNoValue;  ///< in the new graph: the score of each element
  Tensor elements;                    ///< I64, of the value's shape: the number of each element's score
  std::vector<std::string> names;     ///< "Softmax 'prob'" of each activation, for notes
};

/// The flattened scores before an activation, numbered by ScoreView::elements.
struct ScoreSource {
  ir::ValueId scores = ir::kNoValue;  ///< in the new graph
  std::int64_t first = 0;             ///< number of its first element
  std::vector<std::int64_t> groups;   ///< of each element; different for each line that sums to one
};

/// Finds views by walking back through a graph of which a rewriter has already made a copy; nodes that the
/// scores need are appended to the copy.
class ScoreWalk {
public:
  explicit ScoreWalk(Rewriter& rewriter) : rewriter_(rewriter), graph_(rewriter.from()) {}

  /// The view of a value; none if the value is not a selection of an activation's results.
  std::optional<ScoreView> view_of(ir::ValueId value);
  const std::vector<ScoreSource>& sources() const { return sources_; }

private:
  std::optional<ScoreView> find(ir::ValueId value);
  ScoreView start(const FinalActivation& found, ir::ValueId value);
  std::optional<ScoreView> start_renormalised(ir::ValueId value);
  std::optional<ScoreView> moved(const ir::Node& node, ir::ValueId value);
  std::optional<ScoreView> concatenated(const ir::Node& node);
  std::optional<ScoreView> transformed(const ir::Node& node);
  /// Numbers the value's elements as a new source, in groups along the axes.
  void number(ScoreView& view, const Shape& shape, const std::vector<std::int64_t>& axes);

  Rewriter& rewriter_;
  const ir::Graph& graph_;
  std::map<ir::ValueId, std::optional<ScoreView>> known_;
  std::vector<ScoreSource> sources_;
  std::int64_t elements_ = 0, groups_ = 0;  ///< numbered so far
  int depth_ = 0;
};

}  // namespace fovea::passes
