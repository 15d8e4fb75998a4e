#include "base/tensor_pool.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

namespace fovea::test {
namespace {

TEST(TensorPool, MakesSeparateZeroTensors) {
  std::vector<Tensor> tensors;
  {
    TensorPool pool;
    for (const std::int64_t size : {1, 0, 1000, 3, 5'000'000, 700'000, 7'000'000, 9'000'000, 17})
      tensors.push_back(pool.make(DType::F32, {size}));
  }
  float value = 1;
  for (Tensor& tensor : tensors) {
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(tensor.raw()) % 64, 0U);
    for (const float x : tensor.data<float>())
      ASSERT_EQ(x, 0) << "no tensor lies in another";
    std::fill(tensor.data<float>().begin(), tensor.data<float>().end(), value++);
  }
}

TEST(TensorPool, Copies) {
  TensorPool pool;
  const Tensor original = Tensor::from<double>({2, 2}, std::vector<double>{1, 2, 3, 4});
  Tensor copy = pool.copy(original);
  EXPECT_EQ(copy.shape(), original.shape());
  EXPECT_EQ(copy.data<double>()[3], 4);
  copy.data<double>()[3] = 5;
  EXPECT_EQ(original.data<double>()[3], 4);
}

}  // namespace
}  // namespace fovea::test
