#include "ops/gemm.hpp"
#include "ops/mat_mul.hpp"
#include "ops/table.hpp"
#include "ops/transpose.hpp"
#include "support/tensors.hpp"

namespace fovea::test {
namespace {

Tensor gemm(std::vector<Tensor> operands, ops::GemmAttributes attributes) {
  return ops::evaluate(ops::gemm(), attributes, operands).at(0);
}

Tensor mat_mul(const Tensor& a, const Tensor& b) {
  return ops::evaluate(ops::mat_mul(), {}, std::vector{a, b}).at(0);
}

TEST(Gemm, multiplies_in_every_orientation) {
  const Tensor a = f32({2, 3}, {1, 2, 3, 4, 5, 6}), a_t = f32({3, 2}, {1, 4, 2, 5, 3, 6});
  const Tensor b = f32({3, 2}, {1, 0, 2, 1, 0, 3}), b_t = f32({2, 3}, {1, 2, 0, 0, 1, 3});
  const Tensor y = f32({2, 2}, {5, 11, 14, 23});
  EXPECT_TRUE(near(gemm({a, b}, {}), y));
  EXPECT_TRUE(near(gemm({a_t, b}, {.trans_a = 1}), y));
  EXPECT_TRUE(near(gemm({a, b_t}, {.trans_b = 1}), y));
  EXPECT_TRUE(near(gemm({a_t, b_t}, {.trans_a = 1, .trans_b = 1}), y));
}

TEST(Gemm, adds_c_after_broadcasting_it) {
  const Tensor a = f64({2, 1}, {1, 2}), b = f64({1, 2}, {1, 10});
  const ops::GemmAttributes g{.alpha = 2, .beta = 0.5};
  EXPECT_TRUE(near(gemm({a, b, f64({2}, {2, 4})}, g), f64({2, 2}, {3, 22, 5, 42})));
  EXPECT_TRUE(near(gemm({a, b, f64({2, 1}, {2, 4})}, g), f64({2, 2}, {3, 21, 6, 42})));
  EXPECT_TRUE(near(gemm({a, b, f64({}, {2})}, g), f64({2, 2}, {3, 21, 5, 41})));
  EXPECT_TRUE(near(gemm({a, b, f64({2, 2}, {2, 4, 6, 8})}, g), f64({2, 2}, {3, 22, 7, 44})));
  EXPECT_TRUE(near(gemm({a, b, Tensor()}, g), f64({2, 2}, {2, 20, 4, 40})));
}

TEST(Gemm, rejects_operands_that_do_not_fit) {
  const Tensor a(DType::F32, {2, 3}), b(DType::F32, {3, 4});
  EXPECT_THROW(gemm({a, b}, {.trans_a = 1}), InputError);
  EXPECT_THROW(gemm({a, b}, {.trans_b = 1}), InputError);
  EXPECT_THROW(gemm({a, b.cast(DType::F64)}, {}), InputError);
  EXPECT_THROW(gemm({a, b.reshaped({1, 3, 4})}, {}), InputError);
  EXPECT_THROW(gemm({a, b, Tensor(DType::F32, {2})}, {}), InputError);
  EXPECT_THROW(gemm({a, b, Tensor(DType::F32, {1, 2, 4})}, {}), InputError);
}

TEST(MatMul, multiplies_matrices_and_vectors) {
  const Tensor a = f32({2, 3}, {1, 2, 3, 4, 5, 6});
  EXPECT_TRUE(near(mat_mul(a, f32({3, 1}, {1, 0, 2})), f32({2, 1}, {7, 16})));
  EXPECT_TRUE(near(mat_mul(a, f32({3}, {1, 0, 2})), f32({2}, {7, 16})));
  EXPECT_TRUE(near(mat_mul(f32({2}, {1, -1}), a), f32({3}, {-3, -3, -3})));
  EXPECT_TRUE(near(mat_mul(f32({3}, {1, 2, 3}), f32({3}, {4, 5, 6})), f32({}, {32})));
  EXPECT_TRUE(near(mat_mul(i64({1, 2}, {3, 4}), i64({2, 1}, {5, 6})), i64({1, 1}, {39})));
}

TEST(MatMul, broadcasts_the_batches) {
  const Tensor a = f64({2, 1, 1, 2}, {1, 2, 3, 4}), b = f64({3, 2, 1}, {1, 1, 1, 0, 0, 1});
  EXPECT_TRUE(near(mat_mul(a, b), f64({2, 3, 1, 1}, {3, 1, 2, 7, 3, 4})));
  EXPECT_TRUE(near(mat_mul(f64({2}, {1, 2}), b), f64({3, 1}, {3, 1, 2})));
  EXPECT_TRUE(near(mat_mul(f64({2, 1, 2}, {1, 2, 3, 4}), f64({2}, {1, 10})), f64({2, 1}, {21, 43})));
}

TEST(MatMul, rejects_operands_that_do_not_fit) {
  EXPECT_THROW(mat_mul(f32({1, 2}, {1, 2}), f32({1, 2}, {1, 2})), InputError);
  EXPECT_THROW(mat_mul(f32({}, {1}), f32({1}, {1})), InputError);
  EXPECT_THROW(mat_mul(Tensor(DType::F32, {2, 1, 1}), Tensor(DType::F32, {3, 1, 1})), InputError);
  EXPECT_THROW(mat_mul(f32({1}, {1}), f64({1}, {1})), InputError);
}

TEST(Transpose, permutes_the_axes_of_any_type) {
  const ops::TransposeAttributes a{.perm = {2, 0, 1}};
  const Tensor y = ops::evaluate(ops::transpose(), a, std::vector{i64({1, 2, 3}, {1, 2, 3, 4, 5, 6})})[0];
  EXPECT_TRUE(near(y, i64({3, 1, 2}, {1, 4, 2, 5, 3, 6})));
  const Tensor flags = ops::evaluate(ops::transpose(), ops::TransposeAttributes{.perm = {1, 0}},
                                     std::vector{booleans({2, 2}, {true, true, false, false})})[0];
  EXPECT_TRUE(near(flags, booleans({2, 2}, {true, false, true, false})));
}

TEST(Transpose, rejects_what_is_no_permutation) {
  const Tensor x(DType::F32, {2, 3});
  for (const std::vector<std::int64_t>& perm :
       {std::vector<std::int64_t>{0}, {0, 0}, {0, 2}, {-1, 0}, {0, 1, 2}})
    EXPECT_THROW(ops::evaluate(ops::transpose(), ops::TransposeAttributes{perm}, std::vector{x}), InputError);
}

}  // namespace
}  // namespace fovea::test
