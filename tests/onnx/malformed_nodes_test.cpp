// Every operator that is translated, as a node that is in order and then with one thing wrong at a time: an
// operand that is missing or of another rank, size or type, extreme numbers in attributes and lists, lists of
// another length. Whatever comes out, it must be a graph whose kernels run, or an error of the library's.

#include "model_builder.hpp"
#include "onnx/import/translate.hpp"

#include <limits>
#include <set>

namespace fovea::onnx_import {
namespace {

using onnx::AttributeProto;
using onnx::TensorProto;

constexpr std::int64_t kLowest = std::numeric_limits<std::int64_t>::min(),
                       kHighest = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t kBudget = std::int64_t{16} << 20;

/// An operand: an input of the graph, or a constant where it has values.
struct Operand {
  Dims dims;
  int type = TensorProto::FLOAT;
  Dims values = {};
  bool constant = false;
  bool missing = false;
};

Operand x(Dims dims, int type = TensorProto::FLOAT) {
  return {std::move(dims), type};
}
Operand picture() {
  return x({1, 4, 6, 6});
}
Operand constant(Dims dims, Dims values, int type) {
  return {std::move(dims), type, std::move(values), true};
}
Operand list(const Dims& values) {
  return constant({static_cast<std::int64_t>(values.size())}, values, TensorProto::INT64);
}
Operand scalar(std::int64_t value, int type = TensorProto::INT64) {
  return constant({}, {value}, type);
}
Operand weights(const Dims& dims, int type = TensorProto::FLOAT) {
  std::int64_t count = 1;
  for (std::int64_t extent : dims)
    count *= extent;
  return constant(dims, Dims(static_cast<std::size_t>(count), 1), type);
}
Operand absent() {
  return {{}, TensorProto::FLOAT, {}, false, true};
}

struct Case {
  std::string op;
  std::vector<Operand> operands;
  std::vector<Attribute> attributes = {};
  int opset = 17;
  int outputs = 1;
};

/// A node in order for each operator that takes more than one or two operands of one shape.
std::vector<Case> special_cases() {
  const Operand bytes = x({1, 4, 6, 6}, TensorProto::UINT8), scale = scalar(1, TensorProto::FLOAT),
                zero = scalar(0, TensorProto::UINT8);
  return {
      {"ArgMax", {picture()}, {{"axis", 1}, {"keepdims", 0}}},
      {"ArgMin", {picture()}, {{"axis", -1}}},
      {"AveragePool",
       {picture()},
       {{"kernel_shape", Dims{3, 3}}, {"pads", Dims{1, 1, 1, 1}}, {"strides", Dims{2, 2}}}},
      {"BatchNormalization",
       {picture(), weights({4}), weights({4}), weights({4}), weights({4})},
       {{"epsilon", 1e-5}}},
      {"Cast", {picture()}, {{"to", 7}}},
      {"CastLike", {picture(), x({2}, TensorProto::INT64)}},
      {"Clip", {picture(), scalar(0, TensorProto::FLOAT), scalar(6, TensorProto::FLOAT)}},
      {"Concat", {picture(), picture()}, {{"axis", 1}}},
      {"ConstantOfShape", {list({2, 3})}},
      {"Conv",
       {picture(), weights({6, 2, 3, 3}), weights({6})},
       {{"group", 2}, {"pads", Dims{1, 1, 1, 1}}, {"strides", Dims{2, 1}}, {"dilations", Dims{1, 1}}}},
      {"Conv", {x({1, 4, 9}), weights({6, 4, 3})}, {{"auto_pad", "SAME_UPPER"}}},
      {"ConvInteger", {bytes, weights({6, 4, 3, 3}, TensorProto::UINT8), zero, zero}},
      {"ConvInteger",
       {bytes, weights({6, 4, 3, 3}, TensorProto::UINT8), zero, weights({6}, TensorProto::UINT8)}},
      {"ConvTranspose",
       {picture(), weights({4, 3, 3, 3})},
       {{"group", 2},
        {"strides", Dims{2, 2}},
        {"output_padding", Dims{1, 1}},
        {"output_shape", Dims{13, 13}}}},
      {"CumSum", {picture(), scalar(1)}, {{"exclusive", 1}, {"reverse", 1}}},
      {"DepthToSpace", {picture()}, {{"blocksize", 2}, {"mode", "CRD"}}},
      {"DequantizeLinear",
       {bytes, weights({4}), weights({4}, TensorProto::UINT8)},
       {{"axis", 1}, {"block_size", 0}},
       21},
      {"DequantizeLinear", {bytes, weights({1, 2, 6, 6})}, {{"axis", 1}, {"block_size", 2}}, 21},
      {"Dropout", {picture(), scalar(0, TensorProto::FLOAT), scalar(0, TensorProto::BOOL)}, {}, 17, 2},
      {"DynamicQuantizeLinear", {picture()}, {}, 17, 3},
      {"Einsum", {x({2, 3, 4}), x({2, 4, 5})}, {{"equation", "bij,bjk->bik"}}},
      {"Expand", {x({1, 4, 1}), list({2, 1, 3})}},
      {"EyeLike", {x({3, 4})}, {{"k", 1}, {"dtype", 7}}},
      {"Flatten", {picture()}, {{"axis", 2}}},
      {"Gather", {picture(), list({0, 3, -1})}, {{"axis", 1}}},
      {"GatherElements",
       {x({1, 3, 2}), constant({1, 2, 2}, {0, 1, 2, -1}, TensorProto::INT64)},
       {{"axis", 1}}},
      {"GatherND", {x({1, 3, 4}), constant({1, 1}, {2}, TensorProto::INT64)}, {{"batch_dims", 1}}},
      {"Gemm", {x({2, 3}), weights({4, 3}), weights({4})}, {{"transB", 1}, {"alpha", 0.5}, {"beta", 2.0}}},
      {"GlobalLpPool", {picture()}, {{"p", 2}}},
      {"GroupNormalization", {picture(), weights({4}), weights({4})}, {{"num_groups", 2}}, 21},
      {"GroupNormalization", {picture(), weights({2}), weights({2})}, {{"num_groups", 2}}, 18},
      {"Hardmax", {picture()}, {{"axis", 1}}},
      {"InstanceNormalization", {picture(), weights({4}), weights({4})}},
      {"LRN", {picture()}, {{"size", 3}, {"alpha", 1e-4}}},
      {"LayerNormalization", {picture(), weights({6}), weights({6})}, {{"axis", -1}}, 17, 3},
      {"LogSoftmax", {picture()}, {{"axis", 1}}, 11},
      {"LpNormalization", {picture()}, {{"axis", 1}, {"p", 1}}},
      {"LpPool", {picture()}, {{"kernel_shape", Dims{2, 2}}, {"p", 3}, {"pads", Dims{1, 0, 1, 0}}}, 18},
      {"MatMul", {x({2, 3, 4}), weights({4, 5})}},
      {"MatMulInteger", {x({3, 4}, TensorProto::UINT8), weights({4, 2}, TensorProto::UINT8), zero, zero}},
      {"MaxPool",
       {picture()},
       {{"kernel_shape", Dims{2, 2}}, {"ceil_mode", 1}, {"dilations", Dims{2, 2}}, {"storage_order", 1}},
       17,
       2},
      {"MeanVarianceNormalization", {picture()}, {{"axes", Dims{0, 2, 3}}}},
      {"Mod", {x({4}, TensorProto::INT64), list({1, 2, 3, 4})}, {{"fmod", 0}}},
      {"NonZero", {list({0, 1, 2})}},
      {"OneHot", {x({2, 3}, TensorProto::INT64), scalar(4), list({0, 1})}, {{"axis", 1}}},
      {"PRelu", {picture(), weights({4, 1, 1})}},
      {"Pad",
       {picture(), list({0, 0, 1, 1, 0, 0, 1, 1}), scalar(0, TensorProto::FLOAT)},
       {{"mode", "reflect"}}},
      {"Pad", {picture(), list({1, 1, 1, 1}), absent(), list({2, 3})}, {{"mode", "wrap"}}, 19},
      {"QLinearConv",
       {bytes, scale, zero, weights({6, 4, 3, 3}, TensorProto::UINT8), weights({6}),
        weights({6}, TensorProto::UINT8), scale, zero, weights({6}, TensorProto::INT32)}},
      {"QLinearMatMul",
       {x({3, 4}, TensorProto::UINT8), scale, zero, weights({4, 2}, TensorProto::UINT8), scale, zero, scale,
        zero}},
      {"QuantizeLinear", {picture(), weights({4}), weights({4}, TensorProto::INT8)}, {{"axis", 1}}, 19},
      {"RMSNormalization", {picture(), weights({6})}, {{"axis", -1}}, 23},
      {"Range", {scalar(0), scalar(9), scalar(2)}},
      {"ReduceMean", {picture(), list({2, 3})}, {{"keepdims", 0}}, 18},
      {"ReduceSum", {picture(), list({1})}, {{"noop_with_empty_axes", 1}}, 13},
      {"ReduceMax", {picture()}, {{"axes", Dims{1, -1}}}, 13},
      {"Reshape", {picture(), list({0, -1, 6})}, {{"allowzero", 0}}},
      {"Resize",
       {picture(), absent(), absent(), list({1, 4, 9, 9})},
       {{"mode", "cubic"}, {"coordinate_transformation_mode", "align_corners"}}},
      {"Resize",
       {picture(), constant({4}, {0, 0, 1, 1}, TensorProto::FLOAT),
        constant({2}, {2, 2}, TensorProto::FLOAT)},
       {{"coordinate_transformation_mode", "tf_crop_and_resize"},
        {"axes", Dims{2, 3}},
        {"antialias", 1},
        {"mode", "linear"}},
       18},
      {"Resize",
       {picture(), absent(), absent(), list({3, 9})},
       {{"axes", Dims{-1, 2}}, {"keep_aspect_ratio_policy", "not_smaller"}},
       18},
      {"ScatterElements",
       {x({1, 3, 2}), constant({1, 1, 2}, {0, 2}, TensorProto::INT64), weights({1, 1, 2})},
       {{"axis", 1}, {"reduction", "add"}},
       16},
      {"ScatterND", {x({1, 3}), constant({2, 2}, {0, 2, 0, 1}, TensorProto::INT64), weights({2})}, {}, 16},
      {"Shape", {picture()}, {{"start", 1}, {"end", -1}}},
      {"Slice", {picture(), list({1, 0}), list({5, 4}), list({2, 3}), list({2, -1})}},
      {"Slice", {picture()}, {{"starts", Dims{1}}, {"ends", Dims{3}}, {"axes", Dims{2}}}, 9},
      {"Softmax", {picture()}, {{"axis", 1}}, 11},
      {"SpaceToDepth", {picture()}, {{"blocksize", 3}}},
      {"Split", {picture(), list({1, 3})}, {{"axis", 1}}, 13, 2},
      {"Split", {picture()}, {{"axis", 1}, {"num_outputs", 3}}, 18, 3},
      {"Squeeze", {x({1, 4, 1}), list({0, -1})}},
      {"Tile", {x({2, 3}), list({2, 2})}},
      {"Transpose", {picture()}, {{"perm", Dims{0, 2, 3, 1}}}},
      {"Trilu", {x({2, 3, 3}), scalar(1)}, {{"upper", 0}}},
      {"Unsqueeze", {x({4}), list({0, 2})}},
      {"Unsqueeze", {x({4})}, {{"axes", Dims{0, 2}}}, 11},
      {"Upsample", {picture(), constant({4}, {1, 1, 2, 2}, TensorProto::FLOAT)}, {{"mode", "linear"}}, 9},
      {"Where", {x({4}, TensorProto::BOOL), x({4}), x({2, 1})}},
  };
}

/// The special cases, and for every other operator one with one operand and one with two.
std::vector<Case> all_cases() {
  std::vector<Case> cases = special_cases();
  std::set<std::string> covered = {"Constant"};
  for (const Case& each : cases)
    covered.insert(each.op);
  for (const Translation& row : translate_table())
    if (!covered.contains(std::string(row.op_type))) {
      cases.push_back({std::string(row.op_type), {x({2, 3})}});
      cases.push_back({std::string(row.op_type), {x({2, 3}), x({2, 3})}});
      cases.push_back({std::string(row.op_type), {x({2, 3}, TensorProto::BOOL), x({3}, TensorProto::BOOL)}});
    }
  return cases;
}

std::string text_of(const Case& c) {
  std::string text = fmt::format("{} (opset {})", c.op, c.opset);
  for (const Operand& operand : c.operands)
    text += operand.missing
                ? " -"
                : fmt::format(" {}:{}[{}]{{{}}}", operand.constant ? "constant" : "x", operand.type,
                              fmt::join(operand.dims, ","), fmt::join(operand.values, " "));
  for (const Attribute& attribute : c.attributes) {
    text += fmt::format(" {}=", attribute.name);
    if (const auto* i = std::get_if<std::int64_t>(&attribute.value))
      text += fmt::format("{}", *i);
    else if (const auto* small = std::get_if<int>(&attribute.value))
      text += fmt::format("{}", *small);
    else if (const auto* ints = std::get_if<Dims>(&attribute.value))
      text += fmt::format("[{}]", fmt::join(*ints, ","));
    else
      text += "?";
  }
  return text;
}

TensorProto tensor_of(const std::string& name, const Operand& operand) {
  TensorProto tensor;
  tensor.set_name(name);
  tensor.set_data_type(operand.type);
  tensor.mutable_dims()->Add(operand.dims.begin(), operand.dims.end());
  for (std::int64_t value : operand.values)
    if (operand.type == TensorProto::FLOAT)
      tensor.add_float_data(static_cast<float>(value));
    else if (operand.type == TensorProto::INT64)
      tensor.add_int64_data(value);
    else
      tensor.add_int32_data(static_cast<std::int32_t>(value & 0x7f));
  return tensor;
}

ImportBuilder model_of(const Case& c) {
  ImportBuilder m(c.opset);
  m.input("image", {1, 3, 4, 4});
  std::vector<std::string> inputs, outputs;
  for (const Operand& operand : c.operands) {
    const std::string name = fmt::format("i{}", inputs.size());
    inputs.push_back(operand.missing ? "" : name);
    if (operand.constant)
      *m.graph().add_initializer() = tensor_of(name, operand);
    else if (!operand.missing)
      m.input(name, operand.dims, operand.type);
  }
  for (int i = 0; i < c.outputs; ++i)
    m.output(outputs.emplace_back(fmt::format("o{}", i)));
  m.node(c.op, inputs, outputs, c.attributes, "node");
  // An output needs the picture, or another input would be taken for it and get another batch.
  return m.node("Identity", {"image"}, {"picture"}).output("picture");
}

/// Runs the kernels on ones, if that takes no time.
void run_small(const ir::Graph& graph) {
  std::int64_t elements = 0;
  for (const ir::Value& value : graph.values())
    elements += value.type.shape.elements();
  if (elements > 20000)
    return;
  std::vector<Tensor> inputs;
  for (ir::ValueId id : graph.inputs())
    inputs.emplace_back(graph.type(id).dtype, graph.shape(id));
  run(graph, inputs);
}

/// Imports the model and runs what comes of it; only the library's own errors may leave.
void try_case(const TempFolder& folder, const Case& c) {
  try {
    const auto file =
        OnnxFile::read(folder.write("model.onnx", model_of(c).model.SerializeAsString()), {}, kBudget);
    const ir::Graph graph = import_graph(*file, {});
    run_small(graph);
  } catch (const Error&) {
  } catch (const std::exception& error) {
    ADD_FAILURE() << text_of(c) << ": " << error.what();
  }
}

const std::vector<std::int64_t>& extremes() {
  static const std::vector<std::int64_t> values = {0,
                                                   1,
                                                   -1,
                                                   2,
                                                   -5,
                                                   7,
                                                   100,
                                                   std::int64_t{1} << 30,
                                                   std::int64_t{1} << 31,
                                                   -(std::int64_t{1} << 31),
                                                   std::int64_t{1} << 62,
                                                   kHighest,
                                                   kLowest};
  return values;
}

std::vector<Operand> other_operands(const Operand& operand) {
  std::vector<Operand> others = {absent()};
  for (const Dims& dims : {Dims{}, Dims{0}, Dims{1}, Dims{7}, Dims{2, 3}, Dims{1, 4, 6}, Dims{1, 4, 0, 6},
                           Dims{1, 4, 6, 6, 1}, Dims{1, 1, 1, 1, 1, 1, 2}, Dims{1 << 20, 1 << 10}}) {
    others.push_back(x(dims, operand.type));
    if (operand.constant && (dims.empty() || dims[0] < 100))
      others.push_back(weights(dims, operand.type));
  }
  for (int type : {TensorProto::FLOAT, TensorProto::INT64, TensorProto::BOOL}) {
    others.push_back(operand);
    others.back().type = type;
    if (operand.constant) {  // no constant any more
      others.push_back(x(operand.dims, type));
    }
  }
  for (std::size_t i = 0; i < std::min<std::size_t>(operand.values.size(), 4); ++i)
    for (std::int64_t extreme :
         {std::int64_t{-1}, std::int64_t{5}, std::int64_t{1} << 31, kHighest, kLowest}) {
      others.push_back(operand);
      others.back().values[i] = extreme;
    }
  if (operand.constant && operand.dims.size() == 1) {
    others.push_back(list({}));
    Dims longer = operand.values;
    longer.push_back(1);
    others.push_back(list(longer));
    longer.resize(longer.size() - 2);
    others.push_back(list(longer));
    others.push_back(list(Dims(operand.values.size(), kHighest)));
    others.push_back(list(Dims(operand.values.size(), std::int64_t{1} << 16)));
    others.push_back(list(Dims(operand.values.size(), 0)));
  }
  return others;
}

std::vector<Attribute> other_attributes(const Attribute& attribute) {
  std::vector<Attribute> others;
  const auto add = [&](auto value) { others.push_back({attribute.name, value}); };
  add("nonsense");
  add(-0.5);
  for (std::int64_t extreme : extremes())
    add(extreme);
  add(Dims{});
  if (const auto* given = std::get_if<Dims>(&attribute.value)) {
    for (std::int64_t extreme : extremes()) {
      add(Dims(given->size(), extreme));
      for (std::size_t i = 0; i < given->size(); ++i) {
        Dims changed = *given;
        changed[i] = extreme;
        add(changed);
      }
    }
    add(Dims(given->begin(), given->end() - 1));
    Dims longer = *given;
    longer.push_back(1);
    add(longer);
  } else if (std::holds_alternative<double>(attribute.value)) {
    for (double value : {0.0, -1.0, 1e30, 1e-30, std::numeric_limits<double>::infinity(),
                         std::numeric_limits<double>::quiet_NaN()})
      add(value);
  }
  return others;
}

/// Everything with one thing wrong, and the case itself.
std::vector<Case> mutations(const Case& c) {
  std::vector<Case> all = {c};
  const auto changed = [&](auto change) {
    all.push_back(c);
    change(all.back());
  };
  for (std::size_t i = 0; i < c.operands.size(); ++i)
    for (const Operand& other : other_operands(c.operands[i]))
      changed([&](Case& mutant) { mutant.operands[i] = other; });
  for (const Dims& dims : {Dims{}, Dims{3}, Dims{0, 3}, Dims{1, 4, 6, 6}})
    changed([&](Case& mutant) {  // all alike
      for (Operand& operand : mutant.operands)
        operand = operand.constant ? weights(dims, operand.type) : x(dims, operand.type);
    });
  for (std::size_t i = 0; i < c.attributes.size(); ++i) {
    for (const Attribute& other : other_attributes(c.attributes[i]))
      changed([&](Case& mutant) { mutant.attributes[i] = other; });
    changed([&](Case& mutant) {
      mutant.attributes.erase(mutant.attributes.begin() + static_cast<std::ptrdiff_t>(i));
    });
  }
  for (std::size_t count = 0; count < c.operands.size(); ++count)
    changed([&](Case& mutant) { mutant.operands.resize(count); });
  changed([&](Case& mutant) { mutant.operands.insert(mutant.operands.end(), 3, mutant.operands.back()); });
  changed([&](Case& mutant) { mutant.outputs += 4; });
  for (const char* name : {"axis", "axes", "keepdims", "group", "kernel_shape", "strides", "pads"}) {
    changed([&](Case& mutant) { mutant.attributes.push_back({name, kLowest}); });
    changed([&](Case& mutant) { mutant.attributes.push_back({name, Dims{kHighest, kLowest}}); });
  }
  for (int opset : {7, 9, 11, 13, 18, 21})
    changed([&](Case& mutant) { mutant.opset = opset; });
  return all;
}

TEST(MalformedNodes, End_in_an_error_or_in_a_graph_that_runs) {
  const TempFolder folder;
  for (const Case& c : all_cases())
    for (const Case& mutant : mutations(c))
      try_case(folder, mutant);
}

TEST(MalformedNodes, Cases_in_order_are_translated) {
  for (const Case& c : special_cases())
    EXPECT_NO_THROW(run_small(model_of(c).import())) << text_of(c);
}

}  // namespace
}  // namespace fovea::onnx_import
