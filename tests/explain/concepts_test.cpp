#include "fovea/concepts.hpp"

#include "explain/counting_picture.hpp"
#include "explain/fixtures.hpp"
#include "fovea/error.hpp"
#include "support/tensors.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <iterator>

namespace fovea::test {
namespace {

/// The sums of the 3x3 windows are 45 54 81 90; behind the biases and the ReLU 0 4 31 40 and 0 0 6 15, with
/// means of 18.75 and 5.25.
Model two_channels() {
  ModelBuilder builder;
  builder.input("image", {1, 1, 4, 4}).output("scores");
  builder.weight("w", {2, 1, 3, 3}, std::vector<float>(18, 1)).weight("b", {2}, {-50, -75});
  builder.weight("top", {2, 3}, {2, 0, 1, -1, 4, 1});
  builder.node("Conv", {"image", "w", "b"}, {"filtered"}).node("Relu", {"filtered"}, {"rectified"});
  builder.node("GlobalAveragePool", {"rectified"}, {"pooled"}).node("Flatten", {"pooled"}, {"flat"});
  builder.node("MatMul", {"flat", "top"}, {"scores"});
  return built(builder);
}

/// Convolutions with ReLUs, a mean and scores without biases.
Model relu_network() {
  ModelBuilder builder;
  builder.input("image", {1, 3, 12, 10}).output("scores");
  builder.weight("w1", {6, 3, 3, 3}, random_values(6 * 3 * 9, 1))
      .weight("w2", {5, 6, 3, 3}, random_values(270, 3));
  builder.weight("w3", {5, 4}, random_values(20, 7));
  builder.node("Conv", {"image", "w1"}, {"c1"}).node("Relu", {"c1"}, {"r1"});
  builder.node("Conv", {"r1", "w2"}, {"c2"}).node("Relu", {"c2"}, {"r2"});
  builder.node("GlobalAveragePool", {"r2"}, {"pooled"}).node("Flatten", {"pooled"}, {"flat"});
  builder.node("MatMul", {"flat", "w3"}, {"scores"});
  return built(builder);
}

ConceptExplainer explainer(const Model& model, const std::string& layer, Rule rule,
                           std::int64_t short_side = 0) {
  ConceptOptions options;
  options.layer = layer;
  options.rule = rule;
  options.preprocessing = short_side > 0 ? plain(short_side) : Preprocessing();
  options.program.threads = 1;
  return {model, options};
}

template <class F>
std::string failure(F&& run) {
  try {
    run();
  } catch (const InputError& error) {
    return error.what();
  } catch (const ModelError& error) {
    return error.detail();
  }
  return {};
}

TEST(Concepts, matter_as_worked_by_hand) {
  ConceptExplainer explain = explainer(two_channels(), "rectified", Rule::LrpEpsilon, 4);
  const ChannelRelevances first = explain.relevances(counting(), 0);
  EXPECT_EQ(first.target.score, 32.25);  // 2 * 18.75 - 5.25
  EXPECT_NEAR(first.total, 32.25, 1e-4);
  ASSERT_EQ(first.channels.size(), 2U);
  EXPECT_EQ(first.channels[0].channel, 0);
  EXPECT_NEAR(first.channels[0].relevance, 37.5, 1e-4);
  EXPECT_EQ(first.channels[0].strongest.unit, (Unit{0, 1, 1}));
  EXPECT_NEAR(first.channels[0].strongest.value, 20, 1e-4);  // 2 * 40 / 4
  EXPECT_NEAR(first.channels[1].relevance, -5.25, 1e-4);
  EXPECT_TRUE(near(first.relevance, f32({2, 2, 2}, {0, 2, 15.5, 20, 0, 0, -1.5, -3.75}), 1e-4));
  EXPECT_EQ(explain.relevances(counting()).target.index, 0);
}

TEST(Concepts, maps_of_channels_sum_to_the_map_of_the_method) {
  const Model model = relu_network();
  const Image picture = photo(10, 12);
  for (const Rule rule :
       {Rule::LrpEpsilon, Rule::LrpComposite, Rule::LrpEpsilonPlusFlat, Rule::LrpEpsilonGammaBox})
    for (const char* layer : {"r1", "r2", "flat", ""}) {
      ConceptExplainer explain = explainer(model, layer, rule);
      const ChannelRelevances found = explain.relevances(picture, 1);
      const Tensor all = explain.map(found);
      Tensor sum(DType::F32, all.shape());
      for (const ChannelRelevance& channel : found.channels) {
        const Tensor one = explain.map(found, channel.channel);
        double of_channel = 0;
        for (std::size_t i = 0; i < one.data<float>().size(); ++i) {
          sum.data<float>()[i] += one.data<float>()[i];
          of_channel += static_cast<double>(one.data<float>()[i]);
        }
        EXPECT_NEAR(of_channel, channel.relevance, 1e-4) << name_of(rule) << " " << layer;
      }
      EXPECT_TRUE(near(sum, all, 1e-4)) << name_of(rule) << " " << layer;
      ExplainOptions options;
      options.method = name_of(rule);
      options.crops = Crops::One;
      const Explanation map = explained(model, picture, {.target = 1}, options);
      EXPECT_TRUE(near(all, map.relevance, 1e-4)) << name_of(rule) << " " << layer;
    }
}

/// Under epsilon, relevance is gradient times input: that of one channel is what the layer's gradient sends
/// back when it is 0 in all other channels.
TEST(Concepts, agree_with_gradients_through_one_channel) {
  const Model model = relu_network();
  const Image picture = photo(10, 12);
  ConceptExplainer explain = explainer(model, "r1", Rule::LrpEpsilon);
  const ChannelRelevances found = explain.relevances(picture, 2);
  Session to_layer(Program::compile(model, {.threads = 1, .wrt = "r1"})),
      to_picture(Program::compile(model, {.threads = 1, .layer = "r1"}));
  for (Session* session : {&to_layer, &to_picture}) {
    std::memcpy(session->input().raw(), found.input.raw(), found.input.bytes());
    session->forward();
  }
  to_layer.seed_classes(std::array<std::int64_t, 1>{2});
  to_layer.backward();
  const std::size_t plane = 10 * 8;
  for (std::size_t channel = 0; channel < 6; ++channel) {
    double expected = 0;
    for (std::size_t p = channel * plane; p < (channel + 1) * plane; ++p)
      expected +=
          static_cast<double>(to_layer.gradient().data<float>()[p] * to_layer.output(1).data<float>()[p]);
    const auto of_channel = std::find_if(found.channels.begin(), found.channels.end(), [&](const auto& one) {
      return one.channel == static_cast<std::int64_t>(channel);
    });
    EXPECT_NEAR(of_channel->relevance, expected, 1e-4);
    auto seed = to_picture.seed().data<float>();
    std::fill(seed.begin(), seed.end(), 0.0F);
    std::copy_n(to_layer.gradient().data<float>().begin() + static_cast<std::ptrdiff_t>(channel * plane),
                plane, seed.begin() + static_cast<std::ptrdiff_t>(channel * plane));
    to_picture.forward();
    to_picture.backward();
    Tensor map = found.input.clone();
    for (std::size_t i = 0; i < map.data<float>().size(); ++i)
      map.data<float>()[i] *= to_picture.gradient().data<float>()[i];
    EXPECT_TRUE(near(explain.map(found, static_cast<std::int64_t>(channel)), map, 1e-4));
  }
}

/// Where a convolution gives the scores of each position, its channels are the classes.
TEST(Concepts, are_looked_for_before_the_scores) {
  ModelBuilder builder;
  builder.input("image", {1, 3, 12, 10}).output("scores");
  builder.weight("w1", {6, 3, 3, 3}, random_values(6 * 3 * 9, 1))
      .weight("w2", {5, 6, 1, 1}, random_values(30, 3));
  builder.node("Conv", {"image", "w1"}, {"c1"}).node("Relu", {"c1"}, {"r1"});
  builder.node("Conv", {"r1", "w2"}, {"c2"}).node("Relu", {"c2"}, {"r2"});
  builder.node("GlobalAveragePool", {"r2"}, {"pooled"}).node("Flatten", {"pooled"}, {"scores"});
  EXPECT_EQ(explainer(built(builder), "", Rule::LrpComposite).layer().name, "r1");
  EXPECT_EQ(explainer(relu_network(), "", Rule::LrpComposite).layer().name, "r2");
}

TEST(Concepts, copies_give_the_same) {
  ConceptExplainer explain = explainer(relu_network(), "r2", Rule::LrpEpsilonPlusFlat);
  ConceptExplainer copy = explain;
  const ChannelRelevances one = explain.relevances(photo(10, 12)), other = copy.relevances(photo(10, 12));
  EXPECT_EQ(std::memcmp(one.relevance.raw(), other.relevance.raw(), one.relevance.bytes()), 0);
  EXPECT_TRUE(near(explain.map(one, 0), copy.map(other, 0), 0));
  EXPECT_EQ(explain.layer().name, "r2");
  EXPECT_FALSE(explain.notes().empty());
}

TEST(Concepts, say_what_cannot_be) {
  const Model model = relu_network();
  EXPECT_NE(failure([&] { explainer(model, "r2", Rule::Guided); }).find("expected one of lrp-epsilon, "),
            std::string::npos);
  EXPECT_EQ(failure([&] { explainer(model, "r3", Rule::LrpComposite); }),
            "there is no value or node named 'r3'; the nearest are 'r1', 'r2', 'c1', 'c2', 'flat'");
  ConceptExplainer explain = explainer(model, "r2", Rule::LrpComposite);
  EXPECT_EQ(failure([&] { explain.relevances(photo(10, 12), 4); }),
            "class 4 is out of range: the network has 4 classes");
  const ChannelRelevances found = explain.relevances(photo(10, 12));
  EXPECT_EQ(explain.choose(found, 3, 1).front().channel, 3);
  const auto speaking = std::count_if(found.channels.begin(), found.channels.end(),
                                      [](const ChannelRelevance& one) { return one.relevance > 0; });
  EXPECT_EQ(std::ssize(explain.choose(found, {}, 5)), speaking);
  EXPECT_EQ(explain.choose(found, {}, 1).size(), 1U);
  EXPECT_EQ(failure([&] { explain.choose(found, 5, 1); }),
            "channel 5 is out of range: the layer 'r2' has 5 channels, 0 to 4");
  EXPECT_EQ(failure([&] { explain.map(found, 5); }),
            "channel 5 is out of range: the layer 'r2' has 5 channels, 0 to 4");
}

// ---- Factorisation

Tensor activations(std::int64_t channels, std::int64_t height, std::int64_t width, unsigned seed) {
  Tensor tensor(DType::F32, {channels, height, width});
  const auto values = random_values(tensor.data<float>().size(), seed);
  std::transform(values.begin(), values.end(), tensor.data<float>().begin(),
                 [](float value) { return std::max(value, 0.0F); });
  return tensor;
}

/// Directions of which each has a channel of its own, and positions of which each has one direction alone:
/// there is no other factorisation.
TEST(Factorise, recovers_the_factors_of_a_product) {
  const std::vector<std::vector<double>> directions = {
      {0.6, 0, 0, 0.8, 0}, {0, 1, 0, 0, 0}, {0, 0, 0.8, 0, 0.6}};
  std::vector<Tensor> pictures, maps;
  for (const auto& [height, width] : {std::pair{6, 7}, std::pair{4, 5}}) {
    pictures.emplace_back(DType::F32, Shape{5, height, width});
    maps.emplace_back(DType::F32, Shape{3, height, width});
    const std::size_t plane = static_cast<std::size_t>(height * width);
    for (std::size_t p = 0; p < plane; ++p)
      for (std::size_t k = 0; k < 3; ++k) {
        const bool is_alone = p < 9;  // the first positions have one direction each
        const double size =
            is_alone ? (p % 3 == k ? 3.0 - static_cast<double>(k) : 0)
                     : static_cast<double>((p * 7 + k * 5) % 4) * (1.5 - 0.5 * static_cast<double>(k));
        maps.back().data<float>()[k * plane + p] = static_cast<float>(size);
        for (std::size_t c = 0; c < 5; ++c)
          pictures.back().data<float>()[c * plane + p] += static_cast<float>(size * directions[k][c]);
      }
  }
  const ConceptFactors found =
      factorise(pictures, {.concepts = 3, .max_iterations = 5000, .tolerance = 1e-9});
  EXPECT_LE(found.errors.back(), 1e-6);
  for (std::size_t k = 0; k < 3; ++k)
    for (std::size_t c = 0; c < 5; ++c)
      EXPECT_NEAR(found.directions.data<float>()[k * 5 + c], directions[k][c], 1e-5) << k << ", " << c;
  ASSERT_EQ(found.maps.size(), 2U);
  for (std::size_t n = 0; n < 2; ++n)
    EXPECT_TRUE(near(found.maps[n], maps[n], 1e-4)) << n;
}

TEST(Factorise, never_raises_the_error) {
  const std::vector<Tensor> pictures = {activations(12, 5, 6, 1), activations(12, 7, 4, 2)};
  for (const std::int64_t concepts : {1, 3, 8, 12}) {
    const ConceptFactors found =
        factorise(pictures, {.concepts = concepts, .max_iterations = 60, .tolerance = 0});
    ASSERT_GT(found.errors.size(), 2U);
    for (std::size_t i = 1; i < found.errors.size(); ++i)
      EXPECT_LE(found.errors[i], found.errors[i - 1] + 1e-12);
    for (const Tensor& map : found.maps)
      EXPECT_GE(*std::min_element(map.data<float>().begin(), map.data<float>().end()), 0);
  }
  EXPECT_LT(factorise(pictures, {.concepts = 8}).errors.back(),
            factorise(pictures, {.concepts = 3}).errors.back());
}

TEST(Factorise, depends_on_its_seed_alone) {
  const std::vector<Tensor> pictures = {activations(12, 5, 6, 1)};
  const auto directions = [&](std::uint64_t seed) {
    return factorise(pictures, {.concepts = 3, .seed = seed, .max_iterations = 5}).directions;
  };
  EXPECT_TRUE(near(directions(1), directions(1), 0));
  EXPECT_FALSE(near(directions(1), directions(2), 0));
}

TEST(Factorise, says_what_cannot_be) {
  const auto message = [](const std::vector<Tensor>& pictures, const FactorOptions& options = {}) {
    return failure([&] { factorise(pictures, options); });
  };
  EXPECT_EQ(message({activations(3, 5, 6, 1)}, {.concepts = 4}),
            "4 concepts of a layer with 3 channels and 30 positions in these pictures: expected 1 to 3");
  EXPECT_EQ(message({activations(9, 1, 2, 1), activations(9, 1, 1, 1)}, {.concepts = 4}),
            "4 concepts of a layer with 9 channels and 3 positions in these pictures: expected 1 to 3");
  Tensor negative = activations(5, 2, 2, 1);
  negative.data<float>()[6] = -0.5F;
  EXPECT_EQ(
      message({negative}, {.concepts = 2}),
      "the layer has an activation of -0.5 in channel 1, and only layers that are never negative can be "
      "factorised: choose the value behind a Relu or another activation of that kind");
  EXPECT_EQ(message({Tensor(DType::F32, {4, 2, 2})}, {.concepts = 2}),
            "the layer is 0 everywhere in these pictures: there is nothing to factorise");
  EXPECT_EQ(message({activations(3, 2, 2, 1), activations(4, 2, 2, 1)}, {.concepts = 2}),
            "expected activations [3,h,w] of every picture, found 4x2x2");
  EXPECT_NE(message({}), "");
}

TEST(Factorise, names_the_layer_that_can_be) {
  const auto message = [](const Model& model, const char* name) {
    const LayerInfo layer = find_layer(layers(model, 12, 10), name);
    Tensor negative = activations(6, 10, 8, 1);
    EXPECT_EQ(failure([&] { check_can_be_factorised(model, layer, {&negative, 1}); }), "");
    negative.data<float>()[7] = -0.5F;
    return failure([&] { check_can_be_factorised(model, layer, {&negative, 1}); });
  };
  const std::string refused =
      "the layer 'c1' has negative activations, and only layers without any can be factorised: ";
  EXPECT_EQ(message(relu_network(), "c1"), refused + "the last one of this network is 'r2'");
  ModelBuilder builder;
  builder.input("image", {1, 3, 12, 10}).output("scores");
  builder.weight("w1", {6, 3, 3, 3}, random_values(6 * 3 * 9, 1));
  builder.node("Conv", {"image", "w1"}, {"c1"}).node("GlobalAveragePool", {"c1"}, {"pooled"});
  builder.node("Flatten", {"pooled"}, {"scores"});
  EXPECT_EQ(message(built(builder), "c1"),
            refused + "this network has no Relu that gives such a layer in rows and columns");
}

}  // namespace
}  // namespace fovea::test
