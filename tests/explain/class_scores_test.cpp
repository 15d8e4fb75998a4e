/// Probabilities everywhere are those that the network gives: of photos, crops, masks and class models.
#include "explain/method.hpp"
#include "fixtures.hpp"
#include "fovea/classify.hpp"
#include "fovea/explain.hpp"
#include "fovea/features.hpp"

#include <gtest/gtest.h>

namespace fovea::test {
namespace {

constexpr std::int64_t kSide = 12;

/// A convolution, a Relu, a global mean and `scores` numbers z.
ModelBuilder network(std::int64_t scores) {
  ModelBuilder builder;
  builder.input("image", {-1, 3, kSide, kSide});
  builder.weight("w1", {6, 3, 3, 3}, random_values(6 * 27, 1)).weight("b1", {6}, random_values(6, 2));
  builder.weight("w2", {6, scores}, random_values(static_cast<std::size_t>(6 * scores), 3));
  builder.node("Conv", {"image", "w1", "b1"}, {"c"}, {{"pads", Dims{1, 1, 1, 1}}}).node("Relu", {"c"}, {"r"});
  builder.node("GlobalAveragePool", {"r"}, {"g"}).node("Flatten", {"g"}, {"f"});
  builder.node("MatMul", {"f", "w2"}, {"z"});
  return builder;
}

Model with_output(ModelBuilder builder, const std::string& output) {
  builder.output(output);
  return built(builder);
}

Session classes_of(const Model& model, std::int64_t batch = 1, std::optional<Activation> activation = {},
                   Direction direction = Direction::ForwardAndBackward) {
  return Session(compile_for_pictures(
      model, {.direction = direction, .batch = batch, .threads = 1, .activation = activation}));
}

/// The sum of probabilities of a part of a softmax over ten crops: what is left out keeps its share.
TEST(ClassScores, TenCropsOfAPartAreThatPartOfTheWhole) {
  ModelBuilder whole = network(5), part = network(5);
  whole.node("Softmax", {"z"}, {"p"});
  part.node("Softmax", {"z"}, {"p"}).list("starts", {1}).list("ends", {5}).list("axes", {1});
  part.node("Slice", {"p", "starts", "ends", "axes"}, {"y"});
  Session all = classes_of(with_output(whole, "p"), 10), some = classes_of(with_output(part, "y"), 3);
  const Framing framing = frame(photo(45, 31), {}, {3, kSide, kSide}, Crops::Ten);
  const ClassScores of_all = class_scores(all, framing, {}), of_some = class_scores(some, framing, {});
  ASSERT_EQ(of_some.scores.size(), 4U);
  for (std::size_t k = 0; k < 4; ++k) {
    EXPECT_NEAR(of_some.scores[k], of_all.scores[k + 1], 1e-5);
    EXPECT_NEAR(of_some.probabilities[k], of_all.probabilities[k + 1], 1e-6);
  }
}

/// Every method explains a network of one score as the one with both scores written out.
TEST(ClassScores, EveryMethodTakesOneOutputForTwoClasses) {
  ModelBuilder one = network(1), both = network(1);
  one.node("Sigmoid", {"z"}, {"p"});
  both.node("Neg", {"z"}, {"n"})
      .node("Concat", {"n", "z"}, {"zz"}, {{"axis", 1}})
      .node("Sigmoid", {"zz"}, {"p"});
  const Model single = with_output(one, "p"), logit = with_output(network(1), "z"),
              written_out = with_output(both, "p");
  const Image picture = photo(20, 16);
  for (const MethodInfo& method : methods()) {
    if (needs_attention(find_method(method.name)))  // this network has none
      continue;
    std::vector<Explanation> maps;
    for (const Model* model : {&single, &logit, &written_out})
      for (const std::int64_t target : {1, 0})
        maps.push_back(
            explained(*model, picture, {.target = target},
                      {.method = std::string(method.name), .method_options = {.samples = 4, .cells = 2}}));
    for (std::size_t i = 2; i < maps.size(); ++i) {
      const Explanation& expected = maps[i % 2];
      EXPECT_NEAR(maps[i].target.probability.value(), expected.target.probability.value(), 1e-6)
          << method.name;
      const std::span<const float> a = maps[i].map.data<float>(), b = expected.map.data<float>();
      const float largest = *std::max_element(b.begin(), b.end());
      for (std::size_t k = 0; k < a.size(); ++k)
        ASSERT_NEAR(a[k], b[k], 1e-4F * std::max(largest, 1e-3F)) << method.name << " " << i;
    }
    EXPECT_NEAR(*maps[0].target.probability + *maps[1].target.probability, 1, 1e-12) << method.name;
  }
}

TEST(ClassScores, ClassModelsTellTheProbability) {
  Session session = classes_of(with_output(network(1), "z"));
  const ClassModel model = class_model(session, {}, {.target_class = 1, .steps = 2}, {});
  EXPECT_NEAR(model.probability.value(), 1 / (1 + std::exp(-model.score)), 1e-6);
  Session without = classes_of(with_output(network(3), "z"), 1, Activation::None);
  EXPECT_EQ(class_model(without, {}, {.target_class = 1, .steps = 1}, {}).probability, std::nullopt);
}

}  // namespace
}  // namespace fovea::test
