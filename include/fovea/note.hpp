#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace fovea {

/// What a note is about. Each kind says what `Note::names` and `Note::counts` hold, in their order.
enum class NoteKind {
  /// The scores are what stands before the final activation. names: the activation, as "Softmax 'prob'";
  /// counts: how many of its classes are not in the output.
  ScoresBeforeActivation,
  /// The scores are what stands before the output's bounds 0 and 1. names: the output.
  ScoresBeforeBounds,
  /// No scores stand behind the output's probabilities, so these are explained. names: the output, the
  /// activation that they are computed from.
  ProbabilitiesExplained,
  /// The output is computed from probabilities but is none. names: as for ProbabilitiesExplained.
  NumbersExplained,
  /// The scores are what stands before a final Relu. names: its node.
  ScoresBeforeFinalRelu,
  /// The network ends without an activation. names: the activation that is assumed; counts: the scores.
  ActivationAssumed,
  /// A single score became two classes; the other class has its negative.
  TwoClassesOfScore,
  /// A single probability became two classes; the other class has what it leaves of 1.
  TwoClassesOfProbability,
  /// Nodes that a rule for rectifiers acted on. names: the rule, the operators acted on, the operators left
  /// alone; counts: how many operators it acted on, then the nodes of each operator.
  RuleActed,
  /// A rule for rectifiers met none. names: the rule, the operators left alone; counts: the nodes of each.
  RuleMetNothing,
  /// What a rule did with the relevance. names: the rule, then a treatment and an operator for each count,
  /// where an empty treatment stands for moving relevance as gradients are moved; counts: nodes.
  RelevanceTreated,
  /// Gradients pass straight through roundings. counts: the roundings.
  StraightThroughRounding,
  /// A layer's name is that of a value, which was taken, and of other nodes. names: the name, operator and
  /// node of the value, then value and operator of some other nodes; counts: the other nodes.
  NameOfValueAndNodes,
  /// A layer's name is that of several nodes, of which the first was taken. names: the name, then value and
  /// operator of the first and of some other nodes; counts: all nodes.
  NameOfSeveralNodes,
  /// The picture has no axis of channels. names: the input.
  GreyInput,
  /// The picture is a vector. names: the input; counts: channels, height, width.
  FlatInput,
  /// The picture is of whole numbers. names: the input.
  IntegerInput,
  /// Parts of the file that are not needed. names: what is wanted, then outputs, unsupported nodes and
  /// unreadable values; counts: how many of each of the three.
  LeftOut,
  /// All nodes run reference kernels. names: why each other backend refused.
  ReferenceKernels,
  /// The output holds no class scores. names: why.
  NoClassScores,
  /// The picture's size was open and its layers chose one. names: the input; counts: the side.
  SizeFromLayers,
};

/// Something unusual about a model or a program that its user should know. Programs read the fields; people
/// read `to_string`.
struct Note {
  NoteKind kind{};
  std::vector<std::int64_t> counts = {};
  std::vector<std::string> names = {};
  bool operator==(const Note&) const = default;
};

/// "scores-before-activation", "rule-acted", ...
std::string_view name_of(NoteKind kind);
/// InputError that lists all names for any other text.
NoteKind parse_note_kind(std::string_view name);
/// In the order of the enumeration.
std::vector<std::string> note_kind_names();

/// The note as an English sentence without a full stop. InputError for a note with fewer names or counts than
/// its kind has.
std::string to_string(const Note& note);
std::vector<std::string> to_strings(const std::vector<Note>& notes);

}  // namespace fovea
