#include "fovea/cuda_support.hpp"
#include "ir/text.hpp"
#include "model_builder.hpp"
#include "onnx/export/export_graph.hpp"
#include "onnx/export/transposed_convolution.hpp"
#include "ops/table.hpp"
#include "support/interpreter.hpp"
#include "support/tensors.hpp"

#include <fmt/ranges.h>
#include <gtest/gtest.h>
#include <onnx/onnx_pb.h>

#include <algorithm>
#include <set>

namespace fovea::onnx_export {
namespace {

using onnx_import::OnnxFile;
using onnx_import::TempFolder;
using test::tensor;

ir::Graph parsed(const std::string& text) {
  return ir::parse(text, ops::find);
}

std::string written(const ir::Graph& graph, std::int64_t opset) {
  return export_graph(graph, {opset, {}});
}

/// The nodes of a file, each as its operator and the attributes that the test names: "ConvTranspose
/// pads=1,1,1,1".
std::vector<std::string> nodes_of(const std::string& bytes, const std::set<std::string>& shown = {}) {
  onnx::ModelProto model;
  EXPECT_TRUE(model.ParseFromString(bytes));
  std::vector<std::string> nodes;
  for (const onnx::NodeProto& node : model.graph().node()) {
    std::string text = node.op_type();
    for (const onnx::AttributeProto& attribute : node.attribute())
      if (shown.count(attribute.name()) > 0)
        text += fmt::format(" {}={}", attribute.name(), fmt::join(attribute.ints(), ","));
    nodes.push_back(text);
  }
  return nodes;
}

/// A tensor of few levels, so that many elements are equal.
Tensor levels(const Shape& shape, int count, unsigned seed) {
  Tensor result(DType::F32, shape);
  for (float& value : result.data<float>()) {
    seed = seed * 1664525U + 1013904223U;
    value = static_cast<float>(static_cast<int>(seed >> 16) % count) / 4 - 1;
  }
  return result;
}

/// Checks that the file of a graph, read again, gives the graph's results for tensors of few levels, that an
/// NVIDIA GPU would run all of it, and that it has no ArgMax. In opsets 13 and 17.
void expect_same(const std::string& text, int level_count = 1000) {
  SCOPED_TRACE(text);
  const ir::Graph graph = parsed(text);
  std::vector<Tensor> inputs;
  for (ir::ValueId id : graph.inputs())
    inputs.push_back(levels(graph.shape(id), level_count, static_cast<unsigned>(inputs.size()) + 7));
  const std::vector<Tensor> expected = test::interpret(graph, inputs);
  for (const std::int64_t opset : {13, 17}) {
    const std::string bytes = written(graph, opset);
    const TempFolder folder;
    const auto file = OnnxFile::read(folder.write("written.onnx", bytes));
    onnx_import::ImportOptions options;
    for (ir::ValueId id : graph.inputs())
      options.shapes.emplace_back(graph.value(id).name, graph.shape(id));
    const std::vector<Tensor> found = test::interpret(onnx_import::import_graph(*file, options), inputs);
    ASSERT_EQ(found.size(), expected.size());
    for (std::size_t i = 0; i < found.size(); ++i)
      EXPECT_TRUE(test::near(found[i], expected[i], 1e-5)) << "opset " << opset;
    const CudaSupport support = cuda_support(bytes);
    for (const CudaNode& node : support.nodes)
      EXPECT_EQ(node.reason, "") << node.operator_name;
    const std::vector<std::string> nodes = nodes_of(bytes);
    EXPECT_EQ(std::count(nodes.begin(), nodes.end(), "ArgMax"), 0);
  }
}

SymmetricForm form_of(std::int64_t stride, std::int64_t crop_begin, std::int64_t crop_end) {
  TransposedConvolution convolution;
  convolution.strides = {stride, 1};
  convolution.crop_begin = {crop_begin, 0};
  convolution.crop_end = {crop_end, 0};
  return symmetric_form(convolution);
}

TEST(SymmetricForm, prefers_output_padding_to_a_slice) {
  struct Row {
    std::int64_t stride, begin, end, pad, extra, slice_begin, slice_end;
  };
  for (const Row& row : std::vector<Row>{{1, 0, 0, 0, 0, 0, 0},
                                         {1, 2, 2, 2, 0, 0, 0},
                                         {2, 1, 0, 1, 1, 0, 0},
                                         {2, 1, -1, 0, 1, 1, 0},
                                         {2, 0, 1, 0, 0, 0, 1},
                                         {2, 3, 1, 2, 1, 1, 0},
                                         {3, 2, 0, 2, 2, 0, 0},
                                         {3, 0, -2, 0, 2, 0, 0},
                                         {1, 2, 0, 0, 0, 2, 0},
                                         {1, 0, 2, 0, 0, 0, 2}}) {
    const SymmetricForm form = form_of(row.stride, row.begin, row.end);
    EXPECT_EQ(form.pads[0], row.pad);
    EXPECT_EQ(form.output_padding[0], row.extra);
    EXPECT_EQ(form.slice_begin[0], row.slice_begin);
    EXPECT_EQ(form.slice_end[0], row.slice_end);
    EXPECT_EQ(form.needs_slice(), row.slice_begin + row.slice_end > 0);
  }
}

/// Whatever the pads: the crops come out as asked, and output_padding stays below the stride.
TEST(SymmetricForm, keeps_the_crops) {
  for (std::int64_t stride = 1; stride <= 4; ++stride)
    for (std::int64_t begin = 0; begin <= 5; ++begin)
      for (std::int64_t end = 1 - stride; end <= 5; ++end) {
        const SymmetricForm form = form_of(stride, begin, end);
        EXPECT_EQ(form.pads[0] + form.slice_begin[0], begin);
        EXPECT_EQ(form.pads[0] - form.output_padding[0] + form.slice_end[0], end);
        EXPECT_GE(form.pads[0], 0);
        EXPECT_GE(form.slice_begin[0], 0);
        EXPECT_GE(form.output_padding[0], 0);
        EXPECT_LT(form.output_padding[0], stride);
      }
}

TEST(WrittenConvTranspose, has_equal_pads) {
  const std::set<std::string> shown = {"pads", "output_padding"};
  const auto nodes = [&](const std::string& attributes) {
    return nodes_of(written(parsed("input x f32[1,2,5,4]\nconst w f32[2,3,3,3] {random 1}\n"
                                   "y = ConvTranspose(x, w) " +
                                   attributes + "\noutput y = y"),
                            17),
                    shown);
  };
  using Nodes = std::vector<std::string>;
  EXPECT_EQ(nodes("strides=[2,2] pads=[1,1,1,1] output_padding=[1,1]"),
            (Nodes{"ConvTranspose pads=1,1,1,1 output_padding=1,1"}));
  EXPECT_EQ(nodes("strides=[2,2] pads=[1,1,0,0]"), (Nodes{"ConvTranspose pads=1,1,1,1 output_padding=1,1"}));
  EXPECT_EQ(nodes("strides=[2,2] pads=[0,0,1,1]"), (Nodes{"ConvTranspose pads=0,0,0,0", "Slice"}));
  EXPECT_EQ(nodes("strides=[1,1] pads=[0,1,1,1]"), (Nodes{"ConvTranspose pads=0,1,0,1", "Slice"}));
}

TEST(WrittenConvTranspose, computes_the_same) {
  for (const char* kernel : {"3,3", "2,4", "1,1"})
    for (const char* strides : {"1,1", "2,3", "3,2"})
      for (const char* pads : {"0,0,0,0", "0,0,1,1", "1,0,0,1", "1,1,0,0", "0,2,1,0"})
        for (const char* dilations : {"1,1", "2,1"})
          expect_same(fmt::format("input x f32[2,4,5,6]\nconst w f32[4,3,{}] {{random 3}}\nconst b f32[6] "
                                  "{{random 4}}\ny = ConvTranspose(x, w, b) strides=[{}] pads=[{}] "
                                  "dilations=[{}] groups=2\noutput y = y",
                                  kernel, strides, pads, dilations));
  for (const char* extra : {"1,0", "0,2", "1,2"})
    for (const char* pads : {"0,0,0,0", "1,0,0,1", "0,1,2,0"})
      expect_same(
          fmt::format("input x f32[1,2,5,3]\nconst w f32[2,3,3,4] {{random 3}}\nconst b f32[3] {{random 4}}\n"
                      "y = ConvTranspose(x, w, b) strides=[2,3] pads=[{}] output_padding=[{}]\n"
                      "output y = y",
                      pads, extra));
}

/// A pooling with its gradient: the plane is 9 x 8.
std::string pool(const std::string& attributes, const std::string& result) {
  return "input x f32[2,3,9,8]\ninput dy f32[2,3," + result + "]\ny, switches = MaxPool(x) " + attributes +
         "\ndx = MaxPoolGradient(dy, switches) height=9 width=8\noutput y = y\noutput dx = dx";
}

TEST(WrittenMaxPoolGradient, goes_to_the_first_of_equal_elements) {
  for (const int level_count : {1, 2, 1000}) {  // of one level all elements of a window are equal
    expect_same(pool("kernel=[3,3] strides=[2,2]", "4,3"), level_count);
    expect_same(pool("kernel=[3,3] strides=[2,2] pads=[1,1,1,1]", "5,4"), level_count);
    expect_same(pool("kernel=[3,2] strides=[1,3] pads=[0,1,2,0]", "9,3"), level_count);
    expect_same(pool("kernel=[2,2] strides=[2,2]", "4,4"), level_count);
    expect_same(pool("kernel=[2,3] strides=[3,2] dilations=[2,1]", "3,3"), level_count);
    expect_same(pool("kernel=[2,2] strides=[2,3] ceil_mode=1", "5,3"), level_count);
    expect_same(pool("kernel=[9,8] strides=[1,1]", "1,1"), level_count);
  }
}

TEST(WrittenMaxPoolGradient, consists_of_comparisons) {
  using Nodes = std::vector<std::string>;
  EXPECT_EQ(nodes_of(written(parsed(pool("kernel=[9,8] strides=[1,1]", "1,1")), 13)),
            (Nodes{"MaxPool", "Reshape", "Equal", "Where", "ReduceMax", "Equal", "Where", "Reshape"}));
  EXPECT_EQ(nodes_of(written(parsed(pool("kernel=[2,1] strides=[2,1]", "4,8")), 13)),
            (Nodes{"MaxPool", "Slice", "Slice", "Equal", "Cast", "Mul", "Reshape", "Sub", "Equal", "Cast",
                   "Mul", "Reshape", "Concat", "Reshape", "ConvTranspose", "Identity"}));
}

TEST(WrittenAveragePoolGradient, computes_the_same) {
  for (const char* pads : {"0,0,0,0", "1,0,0,1", "1,1,1,1"})
    for (const char* strides : {"1,1", "2,3"})
      for (const char* ceil : {"0", "1"}) {
        const std::string forward = fmt::format(
            "input x f32[1,2,9,8]\ny = AveragePool(x) kernel=[3,3] strides=[{}] pads=[{}] ceil_mode={}\n"
            "output y = y",
            strides, pads, ceil);
        expect_same(forward);
        const ir::Graph graph = parsed(forward);
        const Shape& y = graph.shape(graph.outputs().front());
        expect_same(
            fmt::format("input dy f32[1,2,{},{}]\ndx = AveragePoolGradient(dy) kernel=[3,3] strides=[{}] "
                        "pads=[{}] ceil_mode={} height=9 width=8\noutput dx = dx",
                        y[2], y[3], strides, pads, ceil));
      }
}

TEST(WrittenPad, slices_instead_of_padding_by_less_than_nothing) {
  for (const char* pads :
       {"0,0,1,2,0,0,0,3", "0,0,-1,2,0,0,0,-3", "0,0,-1,-1,0,0,-2,0", "0,0,-4,0,0,0,4,0", "0,0,-5,0,0,0,4,0"})
    expect_same(fmt::format("input x f32[1,2,5,6]\ny = Pad(x) pads=[{}] value=0.5\noutput y = y", pads));
  EXPECT_EQ(nodes_of(written(parsed("input x f32[3,5]\ny = Pad(x) pads=[1,-2,-1,0]\noutput y = y"), 13), {}),
            (std::vector<std::string>{"Slice", "Pad"}));
}

TEST(WrittenPadGradient, slices_instead_of_padding_by_less_than_nothing) {
  const auto text = [](const char* pads, const char* padded) {
    return fmt::format("input dy f32[{}]\ndx = PadGradient(dy) pads=[{}] mode=constant shape=[1,2,5,4]\n"
                       "output dx = dx",
                       padded, pads);
  };
  expect_same(text("0,0,1,2,0,0,0,3", "1,2,6,9"));
  expect_same(text("0,0,-1,2,0,0,0,-3", "1,2,4,3"));
  expect_same(text("0,0,-1,0,0,0,-2,0", "1,2,2,4"));
  EXPECT_EQ(nodes_of(written(parsed(text("0,0,1,2,0,0,0,3", "1,2,6,9")), 13)),
            (std::vector<std::string>{"Slice"}));
}

TEST(WrittenArgMax, finds_the_last_of_equal_elements_by_comparisons) {
  for (const int level_count : {1, 2, 1000})
    for (const char* keep : {"0", "1"})
      expect_same(
          fmt::format("input x f32[3,5,4]\ni = ArgMax(x) axis=1 keep_dims={} last=1\noutput i = i", keep),
          level_count);
  EXPECT_EQ(nodes_of(written(parsed("input x f32[3,5]\ni = ArgMax(x) axis=1\noutput i = i"), 13)),
            (std::vector<std::string>{"ArgMax"}));
}

}  // namespace
}  // namespace fovea::onnx_export
