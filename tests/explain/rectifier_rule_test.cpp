#include "fixtures.hpp"
#include "fovea/error.hpp"

#include <gtest/gtest.h>

namespace fovea {
namespace {

std::vector<float> map_of(const Model& model, const char* method, const ProgramOptions& options) {
  Explainer explain =
      test::explainer_of(model, {.method = method, .method_options = {.samples = 6}, .program = options});
  Tensor input(DType::F32, {3, 14, 22});
  const std::vector<float> values = test::random_values(input.data<float>().size(), 21);
  std::copy(values.begin(), values.end(), input.data<float>().begin());
  const Attribution made = explain.attribute(input, {.class_index = 2, .against = {}});
  return {made.relevance.data<float>().begin(), made.relevance.data<float>().end()};
}

TEST(OwnRules, hold_for_methods_that_use_gradients) {
  const Model model = test::built(test::small_network(14, 22));
  ProgramOptions plain{.backend = BackendKind::Reference, .threads = 1}, own = plain;
  own.rectifier_rule = RectifierRule{"own", [](double x, double dy) { return x > 0 && dy > 0 ? dy : 0; }};
  EXPECT_EQ(map_of(model, "gradient", own), map_of(model, "guided", plain));
  for (const char* method : {"gradient", "smoothgrad", "integrated-gradients", "gradient-x-input"})
    EXPECT_NE(map_of(model, method, own), map_of(model, method, plain)) << method;
}

TEST(OwnRules, are_refused_by_methods_with_a_rule) {
  const Model model = test::built(test::small_network(14, 22));
  ProgramOptions own{.threads = 1};
  own.rectifier_rule = RectifierRule{"own", [](double, double dy) { return dy; }};
  for (const char* method : {"guided", "deconvnet", "lrp", "excitation", "guided-grad-cam"})
    EXPECT_THROW(map_of(model, method, own), ModelError) << method;
}

}  // namespace
}  // namespace fovea
