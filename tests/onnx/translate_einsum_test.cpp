#include "node_results.hpp"

namespace fovea::onnx_import {
namespace {

Values einsum(const std::string& equation, const Dims& a, const Dims& b) {
  ImportBuilder m;
  const auto count = [](const Dims& dims) { return Shape(dims).elements(); };
  Values x(static_cast<std::size_t>(count(a))), w(static_cast<std::size_t>(count(b)));
  for (std::size_t i = 0; i < x.size(); ++i)
    x[i] = static_cast<float>(i + 1);
  for (std::size_t i = 0; i < w.size(); ++i)
    w[i] = static_cast<float>(i * i);
  m.input("x", a).output("y");
  if (b.empty())
    m.node("Einsum", {"x"}, {"y"}, {{"equation", equation.c_str()}}, "n");
  else
    m.weight("w", b, w).node("Einsum", {"x", "w"}, {"y"}, {{"equation", equation.c_str()}}, "n");
  return to_vector<float>(run(m.import({.batch = a[0]}), {floats(Shape(a), x)})[0]);
}

TEST(Einsum, contracts_permutes_and_takes_diagonals) {
  EXPECT_EQ(einsum("ij,jk->ik", {2, 2}, {2, 2}), Values({8, 19, 16, 39}));
  EXPECT_EQ(einsum("ij,kj", {2, 2}, {2, 2}), Values({2, 22, 4, 48}));
  EXPECT_EQ(einsum("ij->ji", {2, 3}, {}), Values({1, 4, 2, 5, 3, 6}));
  EXPECT_EQ(einsum("ii->i", {3, 3}, {}), Values({1, 5, 9}));
  EXPECT_EQ(einsum("...ii", {1, 2, 2}, {}), Values({5}));
  EXPECT_EQ(einsum("b...i,i->b...", {1, 2, 2}, {2}), Values({2, 4}));
  EXPECT_EQ(einsum("i,j->ji", {2}, {2}), Values({0, 0, 1, 2}));
  EXPECT_EQ(einsum("ij,ij->", {2, 2}, {2, 2}), Values({2 + 12 + 36}));
  EXPECT_EQ(einsum("...i,...i->...i", {1, 2}, {2, 2}), Values({0, 2, 4, 18}));
  expect_model_error([] { einsum("ij,jk", {2, 2}, {}); }, {"(Einsum)", "2 terms for 1 inputs"});
  expect_model_error([] { einsum("ij->ik", {2, 2}, {}); }, {"(Einsum)", "no term has"});
  expect_model_error([] { einsum("ij,jk->ik", {2, 3}, {2, 2}); }, {"(Einsum)", "do not fit"});
}

}  // namespace
}  // namespace fovea::onnx_import
