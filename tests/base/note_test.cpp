#include "fovea/library.hpp"

#include "base/json.hpp"
#include "fovea/error.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <set>

namespace fovea::test {
namespace {

TEST(Note, HasANameForEachKind) {
  const std::vector<std::string> names = note_kind_names();
  EXPECT_EQ(std::set<std::string>(names.begin(), names.end()).size(), names.size());
  for (std::size_t i = 0; i < names.size(); ++i) {
    const auto kind = static_cast<NoteKind>(i);
    EXPECT_EQ(name_of(kind), names[i]);
    EXPECT_EQ(parse_note_kind(names[i]), kind);
  }
  EXPECT_EQ(names.back(), name_of(NoteKind::MissingGlyphs));
  EXPECT_THROW(parse_note_kind("rule"), InputError);
}

/// docs/notes.md is the reference for programs in all languages.
TEST(Note, EachKindIsARowOfThePage) {
  std::ifstream page(std::string(FOVEA_SOURCE_DIR) + "/docs/notes.md");
  std::vector<std::string> rows;
  for (std::string line; std::getline(page, line);)
    if (line.starts_with("| `"))
      rows.push_back(line.substr(3, line.find('`', 3) - 3));
  EXPECT_EQ(rows, note_kind_names());
}

TEST(Note, IsASentence) {
  const std::pair<Note, const char*> expected[] = {
      {{NoteKind::ScoresBeforeActivation, {0}, {"Softmax 'prob'"}},
       "the scores are the values before the Softmax 'prob', the probabilities its result"},
      {{NoteKind::ScoresBeforeActivation, {1}, {"Sigmoid 's'"}},
       "the scores are the values before the Sigmoid 's', the probabilities its result; one of its classes "
       "is "
       "not in the output and keeps its share"},
      {{NoteKind::ScoresBeforeActivation, {3}, {"Softmax 'prob'"}},
       "the scores are the values before the Softmax 'prob', the probabilities its result; 3 of its classes "
       "are not in the output and keep their share"},
      {{NoteKind::ScoresBeforeActivation, {0}, {"Softmax 'kind'", "Softmax 'colour'"}},
       "the scores are the values before the Softmax 'kind' and the Softmax 'colour', the probabilities "
       "their results"},
      {{NoteKind::ScoresBeforeActivation, {2}, {"Softmax 'kind'", "Softmax 'colour'"}},
       "the scores are the values before the Softmax 'kind' and the Softmax 'colour', the probabilities "
       "their results; 2 of their classes are not in the output and keep their share"},
      {{NoteKind::ActivationAssumed, {1}, {"sigmoid"}},
       "the network ends without an activation: probabilities are the sigmoid of its score (assumed; "
       "--activation says otherwise)"},
      {{NoteKind::TwoClassesOfScore},
       "the network has one score: class 1 is the positive class, class 0 the negative, with the score's "
       "negative"},
      {{NoteKind::RuleActed, {2, 1, 4, 2, 1}, {"guided", "Clip", "Relu", "HardSwish", "Sigmoid"}},
       "rule guided acted on 1 Clip, 4 Relu; left alone: 2 HardSwish, 1 Sigmoid"},
      {{NoteKind::RuleActed, {1, 4}, {"own", "Relu"}}, "rule own acted on 4 Relu"},
      {{NoteKind::RuleMetNothing, {}, {"guided"}},
       "rule guided met no Relu: the result is the plain gradient"},
      {{NoteKind::RuleMetNothing, {2}, {"guided", "Tanh"}},
       "rule guided met no Relu: the result is the plain gradient; left alone: 2 Tanh"},
      {{NoteKind::RelevanceTreated,
        {2, 1, 2, 3},
        {"lrp", "epsilon", "Gemm", "epsilon", "MatMul", "z-plus", "Conv", "", "MaxPool"}},
       "rule lrp: epsilon at 2 Gemm, 1 MatMul; z-plus at 2 Conv; routed as gradients are: 3 MaxPool"},
      {{NoteKind::StraightThroughRounding, {1}},
       "gradients pass straight through the rounding of 1 quantisation, as if it were not there"},
      {{NoteKind::NameOfSeveralNodes, {3}, {"act", "a", "Relu", "b", "Sigmoid", "d", "Relu"}},
       "3 nodes are named 'act': took the first, a Relu, whose value is 'a'; the values of the others are "
       "named 'b' (Sigmoid), 'd' (Relu)"},
      {{NoteKind::NameOfSeveralNodes, {5}, {"act", "a", "Relu", "b", "Sigmoid"}},
       "5 nodes are named 'act': took the first, a Relu, whose value is 'a'; the values of the others are "
       "named 'b' (Sigmoid) and 3 more"},
      {{NoteKind::NameOfValueAndNodes, {1}, {"c", "Conv", "conv", "e", "Tanh"}},
       "'c' is the name of a value, made by Conv 'conv', and of another node: took the value; the value of "
       "the "
       "other is named 'e' (Tanh)"},
      {{NoteKind::FlatInput, {1, 28, 27}, {"x"}},
       "the input 'x' is flat: it takes a picture of 1 channel, 28x27"},
      {{NoteKind::LeftOut, {0, 1, 0}, {"y", "n"}},
       "left out, since 'y' does not need it: the unsupported node 'n'"},
      {{NoteKind::LeftOut, {5, 0, 1}, {"y", "a", "b", "c", "d", "e", "w"}},
       "left out, since 'y' does not need them: the outputs 'a', 'b', 'c' and 2 more, the unreadable value "
       "'w'"},
      {{NoteKind::ReferenceKernels, {}, {"too large", "too odd"}},
       "too large; too odd: all nodes run their reference kernels, slowly"},
      {{NoteKind::SizeFromLayers, {28}, {"x"}}, "the size of input 'x' is open: 28x28, which its layers fit"},
      {{NoteKind::BundledNetwork, {2}, {"tench", "church"}},
       "no network was named: the bundled one answers, which knows 2 classes only: tench, church (-m names "
       "another)"},
      {{NoteKind::PreprocessingAssumed, {}, {"torchvision"}},
       "nothing says how pictures are prepared for this network: the convention of torchvision is assumed, "
       "and wrong guesses are the sign of another (--preprocess names it; 'fovea info MODEL --try PHOTOS' "
       "compares them)"},
      {{NoteKind::MissingGlyphs, {1}, {"홍", "fonts-noto-cjk"}},
       "figures show a box in place of '홍', since no installed font has this character: the Debian package "
       "fonts-noto-cjk holds one"},
      {{NoteKind::MissingGlyphs, {40}, {"xy", ""}},
       "figures show boxes in place of 40 characters, such as 'xy', since no installed font has them"},
  };
  for (const auto& [note, text] : expected)
    EXPECT_EQ(to_string(note), text);
}

/// A note that lacks what its sentence needs is an error that says which field; no kind reads beyond its
/// names and counts.
TEST(Note, ThatIsIncompleteIsAnError) {
  const std::set<NoteKind> without_fields = {NoteKind::TwoClassesOfScore, NoteKind::TwoClassesOfProbability};
  for (std::size_t i = 0; i < note_kind_names().size(); ++i) {
    const auto kind = static_cast<NoteKind>(i);
    if (without_fields.count(kind) == 0) {
      EXPECT_THROW(to_string(Note{kind}), InputError) << name_of(kind);
    }
  }
  EXPECT_THROW(to_string(Note{NoteKind::RuleActed, {2, 1, 1}, {"guided", "Clip"}}), InputError);
  EXPECT_THROW(to_string(Note{NoteKind::LeftOut, {3, 0, 0}, {"y", "a", "b"}}), InputError);
  EXPECT_THROW(to_string(Note{NoteKind::RuleActed, {-1}, {"guided"}}), InputError);
}

TEST(Note, IsWrittenAsJson) {
  const std::vector<Note> notes = {{NoteKind::FlatInput, {1, 28, 27}, {"x"}}};
  EXPECT_EQ(notes_json(notes).dump(), R"([{"kind":"flat-input","counts":[1,28,27],"names":["x"]}])");
  EXPECT_EQ(notes_json({}).dump(), "[]");
}

}  // namespace
}  // namespace fovea::test
