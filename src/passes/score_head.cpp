#include "passes/score_head.hpp"

#include "ops/add.hpp"
#include "ops/concat.hpp"
#include "ops/functions.hpp"
#include "ops/gather.hpp"
#include "ops/reduce_max.hpp"
#include "ops/reduce_sum.hpp"
#include "ops/reshape.hpp"
#include "ops/sub.hpp"
#include "passes/score_view.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <unordered_map>

namespace fovea::passes {
namespace {

/// Whether a view's numbers are the probabilities of its scores, or keep their order.
bool is_plain(const ScoreView& view) {
  return view.scale > 0 && (view.is_logarithm || std::abs(view.shift) <= 0.011 * view.scale);
}

/// The groups of classes that sum to one for every picture, and their other members.
struct Grouping {
  std::vector<std::int32_t> group_of;  ///< class by class; the same for every picture
  /// For each group, source and places (in it) of the members that are no class of the output, picture by
  /// picture.
  struct Rest {
    const ScoreSource* source = nullptr;
    std::vector<std::vector<std::int64_t>> places;
  };
  std::vector<Rest> rests;
};

class GroupFinder {
public:
  GroupFinder(const std::vector<ScoreSource>& sources, const Tensor& elements, std::int64_t batch)
      : sources_(sources), elements_(elements.data<std::int64_t>()),
        classes_(elements_.size() / static_cast<std::size_t>(batch)), batch_(batch) {
    for (const ScoreSource& source : sources)
      for (std::size_t i = 0; i < source.groups.size(); ++i)
        members_[source.groups[i]].push_back(static_cast<std::int64_t>(i));
  }

  /// Nothing where pictures differ in how their classes are grouped, or a class occurs twice.
  std::optional<Grouping> find() const {
    Grouping grouping;
    for (std::int64_t n = 0; n < batch_; ++n) {
      std::map<std::int64_t, std::int32_t> numbers;
      std::vector<std::int32_t> group_of;
      const auto mine = elements_.subspan(static_cast<std::size_t>(n) * classes_, classes_);
      const std::set<std::int64_t> selected(mine.begin(), mine.end());
      if (selected.size() != mine.size())
        return std::nullopt;
      for (const std::int64_t element : mine) {
        const std::int64_t group = group_at(element);
        const auto [at, is_new] = numbers.emplace(group, static_cast<std::int32_t>(numbers.size()));
        group_of.push_back(at->second);
        if (is_new && !add_rest(grouping, at->second, group, element, selected))
          return std::nullopt;
      }
      if (n > 0 && group_of != grouping.group_of)
        return std::nullopt;
      grouping.group_of = std::move(group_of);
    }
    return grouping;
  }

private:
  const ScoreSource& source_of(std::int64_t element) const {
    const auto behind = std::find_if(sources_.begin(), sources_.end(),
                                     [&](const ScoreSource& source) { return source.first > element; });
    return *(behind - 1);
  }
  std::int64_t group_at(std::int64_t element) const {
    const ScoreSource& source = source_of(element);
    return source.groups[static_cast<std::size_t>(element - source.first)];
  }

  /// False where the group has another number of further members than that of an earlier picture.
  static bool add_place(Grouping& grouping, std::size_t number, Grouping::Rest rest) {
    if (number == grouping.rests.size()) {
      grouping.rests.push_back(std::move(rest));
      return true;
    }
    Grouping::Rest& known = grouping.rests[number];
    if (known.source != rest.source || known.places.front().size() != rest.places.front().size())
      return false;
    known.places.push_back(std::move(rest.places.front()));
    return true;
  }

  bool add_rest(Grouping& grouping, std::int32_t number, std::int64_t group, std::int64_t element,
                const std::set<std::int64_t>& selected) const {
    const ScoreSource& source = source_of(element);
    std::vector<std::int64_t> places;
    for (const std::int64_t place : members_.at(group))
      if (selected.count(source.first + place) == 0)
        places.push_back(place);
    return add_place(grouping, static_cast<std::size_t>(number), {&source, {places}});
  }

  const std::vector<ScoreSource>& sources_;
  std::span<const std::int64_t> elements_;
  std::size_t classes_;
  std::int64_t batch_;
  std::unordered_map<std::int64_t, std::vector<std::int64_t>> members_;  ///< places in its source, by group
};

/// log(sum of exp(x)) over the last axis of [batch, members], without overflow.
ir::ValueId log_sum_exp(ir::Graph& graph, ir::ValueId x) {
  const ops::ReduceAttributes over{{1}, 1};
  const ir::ValueId largest = graph.add(ops::reduce_max(), over, {x});
  const ir::ValueId powers = graph.add(ops::exp(), {}, {graph.add(ops::sub(), {}, {x, largest})});
  const ir::ValueId log = graph.add(ops::log(), {}, {graph.add(ops::reduce_sum(), over, {powers})});
  return graph.add(ops::add(), {}, {log, largest});
}

/// [batch, 1]: one score for what a group has besides the classes.
ir::ValueId rest_score(ir::Graph& graph, const Grouping::Rest& rest) {
  const auto batch = static_cast<std::int64_t>(rest.places.size());
  const auto members = static_cast<std::int64_t>(rest.places.front().size());
  Tensor places(DType::I64, {batch, members});
  auto out = places.data<std::int64_t>().begin();
  for (const auto& of_picture : rest.places)
    out = std::copy(of_picture.begin(), of_picture.end(), out);
  const ir::ValueId all = rest.source->scores;
  const ir::ValueId flat =
      graph.add(ops::reshape(), ops::ReshapeAttributes{{graph.shape(all).elements()}}, {all});
  const ir::ValueId left_out = graph.add(ops::gather(), ops::GatherAttributes{0},
                                         {flat, graph.add_constant("left_out_places", places)}, "left_out");
  return members == 1 ? left_out : log_sum_exp(graph, left_out);
}

/// [batch, G] of the groups that have more members than the output has classes; their numbers go to the head.
ir::ValueId further_scores(ir::Graph& graph, const Grouping& grouping, ScoreHead& head) {
  std::vector<ir::ValueId> columns;
  for (std::size_t g = 0; g < grouping.rests.size(); ++g)
    if (!grouping.rests[g].places.front().empty()) {
      columns.push_back(rest_score(graph, grouping.rests[g]));
      head.groups.push_back(static_cast<std::int32_t>(g));
    }
  if (columns.size() <= 1)
    return columns.empty() ? ir::kNoValue : columns.front();
  return graph.add(ops::concat(), ops::ConcatAttributes{1}, columns, "further_scores");
}

Note scores_note(const ScoreView& view, const Grouping& grouping) {
  std::size_t left_out = 0;
  for (const Grouping::Rest& rest : grouping.rests)
    left_out += rest.places.front().size();
  return {NoteKind::ScoresBeforeActivation, {static_cast<std::int64_t>(left_out)}, view.names};
}

}  // namespace

ScoredGraph take_scores(const ir::Graph& graph, std::int64_t batch, Notes& notes) {
  // No classifier has so many classes; following each of their numbers takes memory and time.
  constexpr std::int64_t most = std::int64_t{1} << 24;
  const ir::ValueId output = graph.outputs().front();
  if (graph.shape(output).elements() == 0 || graph.shape(output).elements() > most ||
      graph.shape(output).elements() % batch != 0)
    return {graph};
  Rewriter rewriter(graph);
  for (const ir::Node& node : graph.nodes())
    rewriter.copy(node);
  ScoreWalk walk(rewriter);
  const std::optional<ScoreView> view = walk.view_of(output);
  if (!view || !is_plain(*view))
    return {graph};
  ScoreHead head{view->kind};
  Grouping grouping;
  ir::ValueId further = ir::kNoValue;
  // A distribution for each pixel or token, as of a segmentation, is no class's probability.
  const bool has_rows = has_class_rows(graph.shape(output), batch);
  if (view->kind == Activation::Softmax && has_rows) {
    auto found = GroupFinder(walk.sources(), view->elements, batch).find();
    if (!found)
      return {graph};
    grouping = std::move(*found);
    head.groups = grouping.group_of;
    further = further_scores(rewriter.to(), grouping, head);
    if (std::all_of(head.groups.begin(), head.groups.end(), [](std::int32_t g) { return g == 0; }))
      head.groups.clear();
  }
  notes.push_back(scores_note(*view, grouping));
  ir::Graph& to = rewriter.to();
  to.add_output(view->scores, graph.output_names().front());
  if (further != ir::kNoValue)
    to.add_output(further, "further_scores");
  for (std::size_t i = 1; i < graph.outputs().size(); ++i)
    to.add_output(rewriter.map(graph.outputs()[i]), graph.output_names()[i]);
  return {std::move(to), std::move(head), further != ir::kNoValue};
}

}  // namespace fovea::passes
