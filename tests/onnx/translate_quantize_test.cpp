#include "node_results.hpp"

#include <onnx/onnx_pb.h>

#include <algorithm>
#include <cmath>

namespace fovea::onnx_import {
namespace {

TEST(Quantisation, cuts_to_the_range_of_the_zero_points_type) {
  const auto pair = [](int type, float zero, bool with_zero_point = true) {
    ImportBuilder m(13);
    m.input("x", {1, 5}).output("y").weight("s", {}, {0.5F});
    onnx::TensorProto tensor;
    tensor.set_name("z");
    tensor.set_data_type(type);
    tensor.add_int32_data(static_cast<int>(zero));
    if (with_zero_point)
      *m.graph().add_initializer() = tensor;
    const std::string z = with_zero_point ? "z" : "";
    m.node("QuantizeLinear", {"x", "s", z}, {"q"}).node("DequantizeLinear", {"q", "s", z}, {"y"});
    return to_vector<float>(run(m.import(), {floats({1, 5}, {-100, -0.75F, 0.2F, 0.75F, 1000})})[0]);
  };
  EXPECT_EQ(pair(onnx::TensorProto::INT8, 0), Values({-64, -1, 0, 1, 63.5F}));
  EXPECT_EQ(pair(onnx::TensorProto::UINT8, 1), Values({-0.5F, -0.5F, 0, 1, 127}));
  EXPECT_EQ(pair(0, 0, false), Values({0, 0, 0, 1, 127.5F}));
  expect_model_error([&] { pair(onnx::TensorProto::INT32, 0); }, {"(QuantizeLinear)", "int32"});
}

/// A node, of com.microsoft by default, over the inputs of tools/make_quantized_goldens.py, whose values
/// onnxruntime gave.
class QuantisedNode {
public:
  explicit QuantisedNode(std::string type, std::string domain = "com.microsoft")
      : type_(std::move(type)), domain_(std::move(domain)) {}
  /// The next quantised tensor.
  QuantisedNode& tensor(const Dims& dims, int type = onnx::TensorProto::UINT8) {
    onnx::TensorProto& weight = add(type, dims);
    const int shift = type == onnx::TensorProto::INT8 ? 125 : 0;
    for (std::int64_t k = 0; k < Shape(dims).elements(); ++k)
      weight.add_int32_data(static_cast<int>((k + tensors_) * 73 % 251) - shift);
    ++tensors_;
    return *this;
  }
  QuantisedNode& scale(float scale, int zero_point, int type = onnx::TensorProto::UINT8) {
    return scales({scale}, {zero_point}, {}, type);
  }
  QuantisedNode& scales(const Values& scales, const std::vector<int>& zero_points, const Dims& dims,
                        int type) {
    onnx::TensorProto& weight = add(onnx::TensorProto::FLOAT, dims);
    weight.mutable_float_data()->Add(scales.begin(), scales.end());
    return integers(zero_points, dims, type);
  }
  QuantisedNode& integers(const std::vector<int>& values, const Dims& dims, int type) {
    onnx::TensorProto& weight = add(type, dims);
    weight.mutable_int32_data()->Add(values.begin(), values.end());
    return *this;
  }
  Tensor result(const Attributes& attributes = {}) {
    model_.input("unused", {1, 1}).output("y").node(type_, names_, {"y"}, attributes, "n");
    model_.graph().mutable_node(0)->set_domain(domain_);
    return run(model_.import(), {floats({1, 1}, {0})})[0];
  }
  /// Within one step, which roundings of the runtime's own may make.
  void expect(const Shape& shape, const Values& expected, const Attributes& attributes = {}) {
    const Tensor y = result(attributes);
    EXPECT_EQ(y.shape(), shape) << type_;
    expect_near(to_vector<float>(y), expected, 1);
  }

private:
  onnx::TensorProto& add(int type, const Dims& dims) {
    onnx::TensorProto& weight = *model_.graph().add_initializer();
    names_.push_back("in" + std::to_string(names_.size()));
    weight.set_name(names_.back());
    weight.set_data_type(type);
    weight.mutable_dims()->Add(dims.begin(), dims.end());
    return weight;
  }
  std::string type_, domain_;
  ImportBuilder model_;
  std::vector<std::string> names_;
  int tensors_ = 0;
};

TEST(QuantisedOperators, combine_two_tensors) {
  constexpr int int8 = onnx::TensorProto::INT8;
  QuantisedNode("QLinearAdd")
      .tensor({1, 2, 3})
      .scale(0.021F, 120)
      .tensor({2, 1})
      .scale(0.034F, 131)
      .scale(0.0517F, 90)
      .expect({1, 2, 3}, {3, 33, 62, 140, 68, 97});
  QuantisedNode("QLinearAdd")
      .tensor({1, 6}, int8)
      .scale(0.021F, -5, int8)
      .tensor({1, 6}, int8)
      .scale(0.034F, 7, int8)
      .scale(0.0517F, 3, int8)
      .expect({1, 6}, {-85, -7, 71, -17, -41, 37});
  QuantisedNode("QLinearMul")
      .tensor({1, 6})
      .scale(0.021F, 120)
      .tensor({1, 6})
      .scale(0.034F, 131)
      .scale(0.0517F, 90)
      .expect({1, 6}, {186, 80, 122, 0, 109, 85});
  QuantisedNode("QLinearConcat")
      .scale(0.0517F, 90)
      .tensor({1, 2})
      .scale(0.021F, 120)
      .tensor({1, 3})
      .scale(0.034F, 131)
      .expect({1, 5}, {41, 71, 52, 100, 148}, {{"axis", 1}});
  QuantisedNode("QLinearWhere")
      .integers({1, 0, 1, 0}, {1, 4}, onnx::TensorProto::BOOL)
      .tensor({1, 4})
      .scale(0.021F, 120)
      .tensor({1, 4})
      .scale(0.034F, 131)
      .scale(0.0517F, 90)
      .expect({1, 4}, {41, 100, 101, 31});
}

TEST(QuantisedOperators, apply_functions) {
  QuantisedNode("QLinearSigmoid")
      .tensor({1, 6})
      .scale(0.021F, 120)
      .scale(0.0042F, 2)
      .expect({1, 6}, {20, 67, 153, 214, 40, 114});
  QuantisedNode("QLinearLeakyRelu")
      .tensor({1, 6})
      .scale(0.021F, 120)
      .scale(0.0517F, 90)
      .expect({1, 6}, {78, 85, 101, 130, 82, 89}, {{"alpha", 0.25}});
  QuantisedNode("QLinearSoftmax")
      .tensor({2, 3})
      .scale(0.021F, 120)
      .scale(0.0039F, 0)
      .expect({2, 3}, {9, 44, 203, 226, 5, 25}, {{"axis", -1}, {"opset", 13}});
  QuantisedNode("QLinearSoftmax")
      .tensor({1, 2, 3})
      .scale(0.021F, 120)
      .scale(0.0039F, 0)
      .expect({1, 2, 3}, {2, 8, 39, 182, 4, 20}, {{"axis", 1}, {"opset", 11}});
}

TEST(QuantisedOperators, pool_with_channels_first_or_last) {
  QuantisedNode("QLinearAveragePool")
      .tensor({1, 2, 3, 4})
      .scale(0.021F, 120)
      .scale(0.034F, 131)
      .expect({1, 2, 3, 2}, {92, 134, 117, 133, 130, 146, 168, 132, 155, 132, 129, 119},
              {{"kernel_shape", Dims{2, 3}}, {"strides", Dims{1, 2}}, {"pads", Dims{0, 1, 1, 0}}});
  QuantisedNode("QLinearAveragePool")
      .tensor({1, 3, 4, 2})
      .scale(0.021F, 120)
      .scale(0.034F, 131)
      .expect({1, 3, 4, 2}, {116, 139, 123, 145, 129, 113, 141, 114, 127, 134, 140, 146,
                             114, 120, 126, 109, 139, 146, 152, 119, 126, 132, 112, 135},
              {{"kernel_shape", Dims{2, 2}},
               {"channels_last", 1},
               {"count_include_pad", 1},
               {"pads", Dims{1, 0, 0, 1}}});
  QuantisedNode("QLinearGlobalAveragePool")
      .tensor({1, 2, 2, 3})
      .scale(0.021F, 120)
      .scale(0.034F, 131)
      .expect({1, 2, 1, 1}, {118, 130}, {{"channels_last", 0}});
  QuantisedNode("QLinearGlobalAveragePool")
      .tensor({1, 2, 3, 2})
      .scale(0.021F, 120)
      .scale(0.034F, 131)
      .expect({1, 1, 1, 2}, {127, 121}, {{"channels_last", 1}});
}

TEST(QuantisedOperators, multiply_matrices) {
  QuantisedNode("QGemm")
      .tensor({2, 3})
      .scale(0.021F, 120)
      .tensor({3, 2})
      .scale(0.034F, 131)
      .integers({900, -700}, {2}, onnx::TensorProto::INT32)
      .scale(0.31F, 128)
      .expect({2, 2}, {139, 139, 88, 154}, {{"alpha", 1.5}});
  const Tensor y = QuantisedNode("QGemm")
                       .tensor({3, 2})
                       .scale(0.021F, 120)
                       .tensor({2, 3}, onnx::TensorProto::INT8)
                       .scales({0.03F, 0.05F}, {4, -3}, {2}, onnx::TensorProto::INT8)
                       .result({{"transA", 1}, {"transB", 1}});
  expect_near(to_vector<float>(y), {0.03276F, 4.59585F, 2.37825F, 2.75625F});
}

TEST(QuantisedOperators, multiply_matrices_with_scales_of_rows_and_columns) {
  constexpr int uint8 = onnx::TensorProto::UINT8;
  const auto product = [](const Dims& rows, const Dims& columns) {
    return QuantisedNode("QLinearMatMul", {})
        .tensor({2, 3})
        .scales(rows.empty() ? Values{0.021F} : Values{0.021F, 0.013F},
                rows.empty() ? std::vector<int>{120} : std::vector<int>{120, 90}, rows, uint8)
        .tensor({3, 2})
        .scales(columns.empty() ? Values{0.034F} : Values{0.034F, 0.028F},
                columns.empty() ? std::vector<int>{131} : std::vector<int>{131, 99}, columns, uint8)
        .scale(0.31F, 128)
        .result();
  };
  // (a - zero) * scale, from the definition: a = 0 73 146 / 219 41 114, b = 73 146 / 219 41 / 114 187.
  const auto expected = [](const Values& scales, const Values& zeros, const Values& column_scales,
                           const Values& column_zeros) {
    const float a[2][3] = {{0, 73, 146}, {219, 41, 114}}, b[3][2] = {{73, 146}, {219, 41}, {114, 187}};
    Values y;
    for (std::size_t i = 0; i < 2; ++i)
      for (std::size_t j = 0; j < 2; ++j) {
        float sum = 0;
        for (std::size_t k = 0; k < 3; ++k)
          sum += (a[i][k] - zeros[i]) * scales[i] * (b[k][j] - column_zeros[j]) * column_scales[j];
        y.push_back(std::clamp(std::nearbyint(sum / 0.31F) + 128, 0.0F, 255.0F));
      }
    return y;
  };
  expect_near(to_vector<float>(product({}, {2})),
              expected({0.021F, 0.021F}, {120, 120}, {0.034F, 0.028F}, {131, 99}));
  expect_near(to_vector<float>(product({2}, {2})),
              expected({0.021F, 0.013F}, {120, 90}, {0.034F, 0.028F}, {131, 99}));
}

TEST(QuantisedOperators, say_what_they_miss) {
  const auto refuse = [](QuantisedNode node, const Attributes& attributes, const char* why) {
    expect_model_error([&] { node.result(attributes); }, {"model.onnx: node 'n'", why});
  };
  refuse(QuantisedNode("QLinearConcat").scale(0.1F, 0).tensor({1, 2}), {{"axis", 1}}, "found 3 inputs");
  refuse(QuantisedNode("QLinearAdd").tensor({1, 2}).scale(0.1F, 0), {}, "is missing");
  refuse(QuantisedNode("QLinearSoftmax").tensor({1, 2}).scale(0.1F, 0).scale(0.1F, 0), {}, "'opset'");
}

}  // namespace
}  // namespace fovea::onnx_import
