#include "model_builder.hpp"

#include <onnx/onnx_pb.h>

namespace fovea::onnx_import {
namespace {

using Values = std::vector<float>;

/// A model over x [1,6]; the sizes and places that its nodes may name.
ImportBuilder over_x() {
  ImportBuilder m(18);
  m.input("x", {1, 6}).output("y").list("two_four", {2, 4});
  for (const auto& [name, value] : std::vector<std::pair<std::string, std::int64_t>>{
           {"first", 0}, {"second", 1}, {"last", -1}, {"fourth", 4}, {"seventh", 6}})
    *m.graph().add_initializer() = int_tensor(name, {}, {value});
  return m;
}

Values result(const ImportBuilder& m) {
  return to_vector<float>(run(m.import(), {floats({1, 6}, {1, 2, 3, 4, 5, 6})})[0]);
}

TEST(Sequences, AreTakenApartWhileImporting) {
  ImportBuilder m = over_x();
  m.node("SplitToSequence", {"x", "two_four"}, {"parts"}, {{"axis", 1}});
  m.node("SequenceAt", {"parts", "last"}, {"end"}).node("Identity", {"parts"}, {"same"});
  m.node("ConcatFromSequence", {"same"}, {"whole"}, {{"axis", 1}});
  m.node("SequenceLength", {"same"}, {"n"}).node("Cast", {"n"}, {"count"}, {{"to", 1}});
  m.node("Concat", {"end", "whole"}, {"both"}, {{"axis", 1}}).node("Mul", {"both", "count"}, {"y"});
  EXPECT_EQ(result(m), (Values{6, 8, 10, 12, 2, 4, 6, 8, 10, 12}));
}

TEST(Sequences, AreOfPartsOfOneSize) {
  ImportBuilder m = over_x();
  m.node("SplitToSequence", {"x", "fourth"}, {"parts"}, {{"axis", 1}});
  m.node("SequenceAt", {"parts", "second"}, {"y"});
  EXPECT_EQ(result(m), (Values{5, 6}));
  ImportBuilder each = over_x();
  each.node("SplitToSequence", {"x"}, {"parts"}, {{"axis", 1}, {"keepdims", 0}});
  each.node("SequenceAt", {"parts", "second"}, {"y"});
  EXPECT_EQ(output_shape(each.import()), Shape({1}));
  EXPECT_EQ(result(each), (Values{2}));
}

// As ONNX Runtime has it, and PyTorch's exporter relies on it: 'keepdims' counts beside one size, not beside
// a list.
TEST(Sequences, LoseTheAxisOfSlicesOnlyWithoutAListOfSizes) {
  const auto shape_with = [](const std::vector<std::int64_t>& dims, const std::vector<std::int64_t>& split) {
    ImportBuilder m = over_x();
    *m.graph().add_initializer() = int_tensor("split", dims, split);
    m.node("SplitToSequence", {"x", "split"}, {"parts"}, {{"axis", 1}, {"keepdims", 0}});
    m.node("SequenceAt", {"parts", "second"}, {"y"});
    return output_shape(m.import());
  };
  EXPECT_EQ(shape_with({}, {1}), Shape({1}));
  EXPECT_EQ(shape_with({}, {2}), Shape({1, 2}));
  EXPECT_EQ(shape_with({6}, {1, 1, 1, 1, 1, 1}), Shape({1, 1}));
}

TEST(Sequences, GrowAndShrink) {
  ImportBuilder m = over_x();
  m.node("Neg", {"x"}, {"n"}).node("SequenceConstruct", {"x", "n"}, {"a"});
  m.node("SequenceEmpty", {}, {"nothing"}).node("SequenceInsert", {"nothing", "n"}, {"b"});
  m.node("SequenceInsert", {"b", "x", "first"}, {"c"}).node("SequenceErase", {"c", "second"}, {"d"});
  m.node("SequenceAt", {"a", "second"}, {"p"}).node("SequenceAt", {"d", "first"}, {"q"});
  m.node("SequenceConstruct", {"p", "q"}, {"e"});
  m.node("ConcatFromSequence", {"e"}, {"y"}, {{"axis", 0}, {"new_axis", 1}});
  EXPECT_EQ(output_shape(m.import()), Shape({2, 1, 6}));
  EXPECT_EQ(result(m), (Values{-1, -2, -3, -4, -5, -6, 1, 2, 3, 4, 5, 6}));
}

TEST(Sequences, EndInAnErrorThatNamesTheNode) {
  ImportBuilder outside = over_x();
  outside.node("SplitToSequence", {"x"}, {"parts"}, {{"axis", 1}});
  outside.node("SequenceAt", {"parts", "seventh"}, {"y"}, {}, "pick");
  expect_model_error([&] { outside.import(); },
                     {"'pick' (SequenceAt)", "position 6 is outside a sequence of 6"});
  ImportBuilder mixed = over_x();
  mixed.node("SplitToSequence", {"x"}, {"parts"}, {{"axis", 1}}).node("Neg", {"parts"}, {"y"});
  expect_model_error([&] { mixed.import(); },
                     {"(Neg)", "input 0 is a sequence of tensors, expected a tensor"});
  ImportBuilder tensor = over_x();
  tensor.node("SequenceAt", {"x", "first"}, {"y"});
  expect_model_error([&] { tensor.import(); }, {"(SequenceAt)", "input 0: expected a sequence"});
  ImportBuilder computed = over_x();
  computed.node("SplitToSequence", {"x"}, {"parts"}, {{"axis", 1}})
      .node("ArgMax", {"x"}, {"k"}, {{"axis", 1}});
  computed.node("SequenceAt", {"parts", "k"}, {"y"});
  expect_model_error([&] { computed.import(); }, {"(SequenceAt)", "must be a constant"});
  ImportBuilder sizes = over_x();
  sizes.node("SplitToSequence", {"x", "two_four"}, {"parts"}).node("SequenceAt", {"parts", "first"}, {"y"});
  expect_model_error([&] { sizes.import(); }, {"(SplitToSequence)"});
}

}  // namespace
}  // namespace fovea::onnx_import
