#include "fovea/library.hpp"

#include "base/check.hpp"
#include "base/enum_names.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <span>

namespace fovea {
namespace {

constexpr EnumNames<NoteKind, 24> kKinds = {{
    {NoteKind::ScoresBeforeActivation, "scores-before-activation"},
    {NoteKind::ScoresBeforeBounds, "scores-before-bounds"},
    {NoteKind::ProbabilitiesExplained, "probabilities-explained"},
    {NoteKind::NumbersExplained, "numbers-explained"},
    {NoteKind::ScoresBeforeFinalRelu, "scores-before-final-relu"},
    {NoteKind::ActivationAssumed, "activation-assumed"},
    {NoteKind::TwoClassesOfScore, "two-classes-of-score"},
    {NoteKind::TwoClassesOfProbability, "two-classes-of-probability"},
    {NoteKind::RuleActed, "rule-acted"},
    {NoteKind::RuleMetNothing, "rule-met-nothing"},
    {NoteKind::RelevanceTreated, "relevance-treated"},
    {NoteKind::StraightThroughRounding, "straight-through-rounding"},
    {NoteKind::NameOfValueAndNodes, "name-of-value-and-nodes"},
    {NoteKind::NameOfSeveralNodes, "name-of-several-nodes"},
    {NoteKind::GreyInput, "grey-input"},
    {NoteKind::FlatInput, "flat-input"},
    {NoteKind::IntegerInput, "integer-input"},
    {NoteKind::LeftOut, "left-out"},
    {NoteKind::ReferenceKernels, "reference-kernels"},
    {NoteKind::NoClassScores, "no-class-scores"},
    {NoteKind::SizeFromLayers, "size-from-layers"},
    {NoteKind::BundledNetwork, "bundled-network"},
    {NoteKind::PreprocessingAssumed, "preprocessing-assumed"},
    {NoteKind::MissingGlyphs, "missing-glyphs"},
}};

/// A note's fields; InputError where one is missing.
class Fields {
public:
  explicit Fields(const Note& note) : note_(note) {}

  const std::string& name(std::size_t i) const {
    FOVEA_CHECK(i < note_.names.size(), "a note of kind {} has {} names: number {} is missing",
                name_of(note_.kind), note_.names.size(), i + 1);
    return note_.names[i];
  }
  std::int64_t count(std::size_t i) const {
    FOVEA_CHECK(i < note_.counts.size(), "a note of kind {} has {} counts: number {} is missing",
                name_of(note_.kind), note_.counts.size(), i + 1);
    return note_.counts[i];
  }
  std::size_t names() const { return note_.names.size(); }
  std::size_t counts() const { return note_.counts.size(); }
  /// Names from number `begin` on, as many as `count` says.
  std::span<const std::string> names(std::size_t begin, std::int64_t count) const {
    if (count <= 0)
      return {};
    name(begin + static_cast<std::size_t>(count) - 1);
    return std::span(note_.names).subspan(begin, static_cast<std::size_t>(count));
  }

private:
  const Note& note_;
};

const char* plural(std::int64_t count) {
  return count == 1 ? "" : "s";
}

std::string before_activation(const Fields& note) {
  const std::int64_t left_out = note.count(0);
  note.name(0);
  const auto names = note.names(0, static_cast<std::int64_t>(note.names()));
  const bool is_one = names.size() == 1;
  const char* whose = is_one ? "its" : "their";
  return fmt::format(
      "the scores are the values before the {}, the probabilities {} result{}{}",
      fmt::join(names, " and the "), whose, is_one ? "" : "s",
      left_out == 0 ? ""
      : left_out == 1
          ? fmt::format("; one of {} classes is not in the output and keeps its share", whose)
          : fmt::format("; {} of {} classes are not in the output and keep their share", left_out, whose));
}

/// "2 Conv, 1 Relu", of the counts from number `count` up to `end` and the names from number `name` on.
std::string node_list(const Fields& note, std::size_t name, std::size_t count, std::size_t end) {
  std::string text;
  for (; count < end; ++name, ++count)
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", note.count(count), note.name(name));
  return text;
}

std::string left_alone(const std::string& nodes) {
  return nodes.empty() ? "" : "; left alone: " + nodes;
}

std::string rule_acted(const Fields& note) {
  FOVEA_CHECK(note.count(0) >= 0 && note.count(0) < static_cast<std::int64_t>(note.counts()),
              "a note of kind rule-acted has counts of {} operators, and says that the rule acted on {}",
              note.counts() - 1, note.count(0));
  const auto acted = static_cast<std::size_t>(note.count(0));
  return fmt::format("rule {} acted on {}{}", note.name(0), node_list(note, 1, 1, 1 + acted),
                     left_alone(node_list(note, 1 + acted, 1 + acted, note.counts())));
}

std::string rule_met_nothing(const Fields& note) {
  return fmt::format("rule {} met no Relu: the result is the plain gradient{}", note.name(0),
                     left_alone(node_list(note, 1, 0, note.counts())));
}

std::string relevance_treated(const Fields& note) {
  std::string text;
  for (std::size_t i = 0; i < note.counts(); ++i) {
    const std::string& treatment = note.name(1 + 2 * i);
    const std::string nodes = fmt::format("{} {}", note.count(i), note.name(2 + 2 * i));
    if (i > 0 && note.name(2 * i - 1) == treatment)
      text += ", " + nodes;
    else
      text += fmt::format("{}{}{}", i == 0 ? "" : "; ",
                          treatment.empty() ? "routed as gradients are: " : treatment + " at ", nodes);
  }
  return fmt::format("rule {}: {}", note.name(0), text);
}

/// "value of the other is named 'b' (Sigmoid)", of pairs of value and operator; `count` says how many there
/// are.
std::string other_names(const Fields& note, std::size_t first, std::int64_t count) {
  std::vector<std::string> others;
  for (std::size_t i = first; i + 1 < note.names(); i += 2)
    others.push_back(fmt::format("'{}' ({})", note.name(i), note.name(i + 1)));
  const std::int64_t more = count - static_cast<std::int64_t>(others.size());
  return fmt::format("the {} named {}{}", count == 1 ? "value of the other is" : "values of the others are",
                     fmt::join(others, ", "), more > 0 ? fmt::format(" and {} more", more) : "");
}

std::string value_and_nodes(const Fields& note) {
  const std::int64_t others = note.count(0);
  return fmt::format("'{}' is the name of a value, made by {} '{}', and of {}: took the value; {}",
                     note.name(0), note.name(1), note.name(2),
                     others == 1 ? "another node" : fmt::format("{} other nodes", others),
                     other_names(note, 3, others));
}

std::string several_nodes(const Fields& note) {
  return fmt::format("{} nodes are named '{}': took the first, a {}, whose value is '{}'; {}", note.count(0),
                     note.name(0), note.name(2), note.name(1), other_names(note, 3, note.count(0) - 1));
}

std::string missing_glyphs(const Fields& note) {
  const bool is_one = note.count(0) == 1;
  const std::string& package = note.name(1);
  const std::string fonts = package.empty() ? "" : fmt::format(": the Debian package {} holds one", package);
  if (is_one)
    return fmt::format("figures show a box in place of '{}', since no installed font has this character{}",
                       note.name(0), fonts);
  return fmt::format(
      "figures show boxes in place of {} characters, such as '{}', since no installed font has "
      "them{}",
      note.count(0), note.name(0), fonts);
}

/// "'a', 'b', 'c' and 2 more"
std::string list_of(std::span<const std::string> names) {
  constexpr std::size_t most = 3;
  std::string text;
  for (const std::string& name : names.first(std::min(names.size(), most)))
    text += fmt::format("{}'{}'", text.empty() ? "" : ", ", name);
  return names.size() > most ? fmt::format("{} and {} more", text, names.size() - most) : text;
}

std::string left_out(const Fields& note) {
  std::vector<std::string> parts;
  std::int64_t all = 0;
  for (std::size_t i = 0; i < 3; ++i) {
    constexpr std::array what = {"output", "unsupported node", "unreadable value"};
    const std::int64_t count = note.count(i);
    if (count > 0)
      parts.push_back(fmt::format("the {}{} {}", what[i], plural(count),
                                  list_of(note.names(1 + static_cast<std::size_t>(all), count))));
    all += count;
  }
  return fmt::format("left out, since '{}' does not need {}: {}", note.name(0), all > 1 ? "them" : "it",
                     fmt::join(parts, ", "));
}

std::string flat_input(const Fields& note) {
  return fmt::format("the input '{}' is flat: it takes a picture of {} channel{}, {}x{}", note.name(0),
                     note.count(0), plural(note.count(0)), note.count(1), note.count(2));
}

std::string sentence(NoteKind kind, const Fields& note) {
  switch (kind) {
  case NoteKind::ScoresBeforeActivation:
    return before_activation(note);
  case NoteKind::ScoresBeforeBounds:
    return fmt::format("the scores are the values before the bounds of the output '{}', the probabilities "
                       "the bounded values",
                       note.name(0));
  case NoteKind::ProbabilitiesExplained:
    return fmt::format(
        "the output '{}' is computed from the {} by steps that have no counterpart for scores: "
        "its probabilities themselves are explained",
        note.name(0), note.name(1));
  case NoteKind::NumbersExplained:
    return fmt::format("the output '{}' is computed from the {} but is no probability: its numbers are shown "
                       "and explained as they are",
                       note.name(0), note.name(1));
  case NoteKind::ScoresBeforeFinalRelu:
    return fmt::format("took the scores before the final Relu '{}'", note.name(0));
  case NoteKind::ActivationAssumed:
    return fmt::format("the network ends without an activation: probabilities are the {} of its score{} "
                       "(assumed; --activation says otherwise)",
                       note.name(0), plural(note.count(0)));
  case NoteKind::TwoClassesOfScore:
    return "the network has one score: class 1 is the positive class, class 0 the negative, with the score's "
           "negative";
  case NoteKind::TwoClassesOfProbability:
    return "the network has one score: class 1 is the positive class, class 0 the negative, with 1 minus "
           "the probability";
  case NoteKind::RuleActed:
    return rule_acted(note);
  case NoteKind::RuleMetNothing:
    return rule_met_nothing(note);
  case NoteKind::RelevanceTreated:
    return relevance_treated(note);
  case NoteKind::StraightThroughRounding:
    return fmt::format("gradients pass straight through the rounding of {} quantisation{}, as if it were not "
                       "there",
                       note.count(0), plural(note.count(0)));
  case NoteKind::NameOfValueAndNodes:
    return value_and_nodes(note);
  case NoteKind::NameOfSeveralNodes:
    return several_nodes(note);
  case NoteKind::GreyInput:
    return fmt::format("the input '{}' has no channels: it takes a grey picture", note.name(0));
  case NoteKind::FlatInput:
    return flat_input(note);
  case NoteKind::IntegerInput:
    return fmt::format(
        "the input '{}' takes whole numbers: gradients are with respect to the floating picture "
        "behind them, 0..255",
        note.name(0));
  case NoteKind::LeftOut:
    return left_out(note);
  case NoteKind::ReferenceKernels:
    note.name(0);
    return fmt::format("{}: all nodes run their reference kernels, slowly",
                       fmt::join(note.names(0, static_cast<std::int64_t>(note.names())), "; "));
  case NoteKind::NoClassScores:
    return note.name(0);
  case NoteKind::SizeFromLayers:
    return fmt::format("the size of input '{}' is open: {}x{}, which its layers fit", note.name(0),
                       note.count(0), note.count(0));
  case NoteKind::BundledNetwork:
    return fmt::format(
        "no network was named: the bundled one answers, which knows {} class{} only: {} (-m names "
        "another)",
        note.count(0), note.count(0) == 1 ? "" : "es",
        fmt::join(note.names(0, static_cast<std::int64_t>(note.names())), ", "));
  case NoteKind::PreprocessingAssumed:
    return fmt::format(
        "nothing says how pictures are prepared for this network: the convention of {} is "
        "assumed, and wrong guesses are the sign of another (--preprocess names it; 'fovea info "
        "MODEL --try PHOTOS' compares them)",
        note.name(0));
  case NoteKind::MissingGlyphs:
    return missing_glyphs(note);
  }
  FOVEA_ASSERT(!"unknown kind of note");
}

}  // namespace

std::string_view name_of(NoteKind kind) {
  return enum_name(kKinds, kind);
}
NoteKind parse_note_kind(std::string_view name) {
  return enum_value(kKinds, "kind of note", name);
}
std::vector<std::string> note_kind_names() {
  return all_names(kKinds);
}

std::string to_string(const Note& note) {
  return sentence(note.kind, Fields(note));
}

std::vector<std::string> to_strings(const std::vector<Note>& notes) {
  std::vector<std::string> texts;
  for (const Note& note : notes)
    texts.push_back(to_string(note));
  return texts;
}

}  // namespace fovea
