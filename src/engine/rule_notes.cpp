#include "engine/rule_notes.hpp"

#include "ops/functions.hpp"

#include <algorithm>

namespace fovea {
namespace {

/// Appends operators and the numbers of their nodes; before each operator its treatment, if one is given.
void add_nodes(Note& note, const autodiff::NodeCounts& nodes,
               std::optional<std::string_view> treatment = std::nullopt) {
  for (const auto& [op, count] : nodes) {
    if (treatment)
      note.names.emplace_back(*treatment);
    note.names.emplace_back(op);
    note.counts.push_back(count);
  }
}

}  // namespace

Note note_of_rule(std::string_view rule, const autodiff::Differentiated& made) {
  Note note{NoteKind::RelevanceTreated, {}, {std::string(rule)}};
  if (!made.treated.empty()) {
    for (const auto& [treatment, nodes] : made.treated)
      add_nodes(note, nodes, treatment);
    add_nodes(note, made.left_alone, "");
    return note;
  }
  note.kind = made.overridden.empty() ? NoteKind::RuleMetNothing : NoteKind::RuleActed;
  if (note.kind == NoteKind::RuleActed)
    note.counts.push_back(static_cast<std::int64_t>(made.overridden.size()));
  add_nodes(note, made.overridden);
  add_nodes(note, made.left_alone);
  return note;
}

void note_estimates(const ir::Graph& forward, ProgramReport& report) {
  const auto count = std::count_if(forward.nodes().begin(), forward.nodes().end(), [](const ir::Node& node) {
    return node.op == &ops::round_straight_through();
  });
  if (count > 0)
    report.notes.push_back({NoteKind::StraightThroughRounding, {count}});
}

}  // namespace fovea
