#include "slow_network.hpp"

#include <gtest/gtest.h>

#include <string>

namespace fovea::test {
namespace {

std::string file(const std::string& network, const std::string& suffix) {
  return std::string(FOVEA_TEST_DATA) + "/networks/" + network + "." + suffix;
}

class MethodGoldens : public testing::TestWithParam<const char*> {};

/// tools/make_method_goldens.py: maps of the first picture and class 0 by PyTorch in float64; Guided IG by
/// its authors' library, in 20 steps.
TEST_P(MethodGoldens, AreThoseOfPyTorch) {
  const Model model = Model::load(file(GetParam(), "onnx"));
  const Tensor pictures = read_npy(file(GetParam(), "input.npy"));
  Tensor input(DType::F32, {pictures.shape()[1], pictures.shape()[2], pictures.shape()[3]});
  std::copy_n(pictures.data<float>().begin(), input.elements(), input.data<float>().begin());
  for (const char* method : {"grad-cam", "xgrad-cam", "hires-cam", "eigen-cam", "eigen-grad-cam", "score-cam",
                             "ablation-cam", "full-grad", "deep-lift", "guided-ig"}) {
    Explainer explain = test::explainer_by(model, method, {.samples = 20, .baseline = Baseline::Black});
    const Attribution found = explain.attribute(input, {0, {}});
    const Tensor expected = read_npy(file(GetParam(), std::string(method) + ".npy"));
    test::expect_near(found.relevance, test::values_of(expected), 1e-4, method);
    if (std::string_view(method) != "guided-ig") {  // whose steps are few
      EXPECT_LT(found.completeness_error.value_or(0), 1e-4) << method;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Networks, MethodGoldens, testing::Values("plain", "residual"),
                         [](const auto& row) { return std::string(row.param); });

}  // namespace
}  // namespace fovea::test
