/// Every method explains a target as it explains a class score.
#include "explain/method.hpp"
#include "fixtures.hpp"
#include "fovea/explain.hpp"
#include "support/onnx_builder.hpp"

#include <algorithm>
#include <gtest/gtest.h>

namespace fovea {
namespace {

using test::built;
using test::explainer_of;
using test::photo;
using test::small_network;

ExplainOptions options_of(const std::string& method, const std::vector<std::string>& targets) {
  ExplainOptions options{.method = method, .method_options = {.samples = 8}};
  options.program.activation = Activation::None;
  for (const std::string& text : targets)
    options.program.targets.push_back(Target::parse(text));
  return options;
}

TEST(TargetMethods, explain_the_score_of_a_class_by_its_element) {
  const Model model = built(small_network(24, 20));
  const Image picture = photo(30, 26);
  for (const std::string& method : method_names()) {
    const Method& found = find_method(method);
    const bool has_rival = std::any_of(found.passes.begin(), found.passes.end(), [](const MethodPass& pass) {
      return pass.seed == MethodPass::Seed::AgainstNext;
    });
    if (needs_attention(found) || has_rival)  // this network has no attention, and a lone target no rival
      continue;
    SCOPED_TRACE(method);
    const Explanation by_class = explainer_of(model, options_of(method, {}))(picture, {.target = 2});
    const Explanation by_target = explainer_of(model, options_of(method, {"scores[0, 2]"}))(picture);
    EXPECT_NEAR(by_target.target.score, by_class.target.score, 1e-5);
    ASSERT_EQ(by_target.relevance.shape(), by_class.relevance.shape());
    const auto a = by_target.relevance.data<float>(), b = by_class.relevance.data<float>();
    float largest = 0;
    for (const float value : b)
      largest = std::max(largest, std::abs(value));
    ASSERT_GT(largest, 0);
    for (std::size_t i = 0; i < a.size(); ++i)
      ASSERT_NEAR(a[i], b[i], 1e-4F * largest) << i;
  }
}

TEST(TargetMethods, choose_among_several_targets_by_their_number) {
  const Model model = built(small_network(24, 20));
  Explainer explain =
      explainer_of(model, options_of("gradient", {"scores[0, 0]", "scores[0, 1]", "scores[0, :2]"}));
  const FramedPhoto framed = explain.frame(photo(30, 26));
  const Explanation first = explain(framed, {.target = 0}), second = explain(framed, {.target = 1}),
                    both = explain(framed, {.target = 2});
  EXPECT_NEAR(both.target.score, first.target.score + second.target.score, 1e-5);
  for (std::size_t i = 0; i < both.relevance.data<float>().size(); ++i)
    EXPECT_NEAR(both.relevance.data<float>()[i],
                first.relevance.data<float>()[i] + second.relevance.data<float>()[i], 1e-6);
  EXPECT_EQ(both.label, "scores[0, :2]");
  EXPECT_EQ(explain.labels().short_name(2), "scores[0, :2]");
}

TEST(TargetMethods, average_the_crops_of_a_photo) {
  const Model model = built(small_network(24, 20));
  ExplainOptions by_class = options_of("gradient", {}), by_target = options_of("gradient", {"scores[0, 3]"});
  by_class.crops = by_target.crops = Crops::Ten;
  const Explanation a = explainer_of(model, by_class)(photo(40, 36), {.target = 3});
  const Explanation b = explainer_of(model, by_target)(photo(40, 36));
  EXPECT_NEAR(a.target.score, b.target.score, 1e-5);
  for (std::size_t i = 0; i < a.map.data<float>().size(); ++i)
    ASSERT_NEAR(a.map.data<float>()[i], b.map.data<float>()[i], 1e-6);
}

}  // namespace
}  // namespace fovea
