#include "node_results.hpp"

#include <onnx/onnx_pb.h>

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

}  // namespace
}  // namespace fovea::onnx_import
