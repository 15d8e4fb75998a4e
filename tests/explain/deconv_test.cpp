#include "explain/counting_picture.hpp"
#include "explain/fixtures.hpp"
#include "fovea/error.hpp"
#include "fovea/features.hpp"
#include "support/tensors.hpp"

#include <algorithm>
#include <memory>
#include <numeric>

namespace fovea::test {
namespace {

/// A model, one of its layers, and a session that has it for a target.
struct Looked {
  Looked(const Model& looked_into, const std::string& name, Rule rule = Rule::Gradient)
      : model(looked_into), all(layers(model)), layer(find_layer(all, name)),
        session(Program::compile(model, {.rule = rule, .threads = 1, .layer = layer.name})) {}
  Model model;
  std::vector<LayerInfo> all;
  const LayerInfo& layer;
  Session session;
};

/// The sums of the 3x3 windows are 45 54 81 90; behind the biases and the ReLU 0 4 31 40 and 0 0 6 15.
/// `mixed` is the first channel minus the second: 0 4 25 25.
ModelBuilder toy() {
  ModelBuilder builder;
  builder.input("image", {1, 1, 4, 4}).output("mixed");
  builder.weight("w", {2, 1, 3, 3}, std::vector<float>(18, 1)).weight("b", {2}, {-50, -75});
  builder.weight("m", {1, 2, 1, 1}, {1, -1});
  builder.node("Conv", {"image", "w", "b"}, {"filtered"}).node("Relu", {"filtered"}, {"rectified"});
  builder.node("Conv", {"rectified", "m"}, {"mixed"});
  return builder;
}

TEST(Deconv, AUnitSendsItsActivationBack) {
  Looked looked(built(toy()), "rectified");
  LayerExplainer explainer(looked.session, looked.layer, counting(), plain(4));
  const Reconstruction bottom_right = explainer.unit({0, 1, 1});
  EXPECT_EQ(bottom_right.strongest.value, 40);
  EXPECT_EQ(bottom_right.field, (Rect{1, 1, 3, 3}));
  EXPECT_TRUE(near(bottom_right.pattern,
                   f32({1, 4, 4}, {0, 0, 0, 0, 0, 40, 40, 40, 0, 40, 40, 40, 0, 40, 40, 40}), 0));
  EXPECT_TRUE(near(explainer.unit({1, 0, 0}).pattern, Tensor(DType::F32, {1, 4, 4}), 0));
  EXPECT_TRUE(near(explainer.unit({1, 1, 0}).pattern,
                   f32({1, 4, 4}, {0, 0, 0, 0, 6, 6, 6, 0, 6, 6, 6, 0, 6, 6, 6, 0}), 0));
}

TEST(Deconv, AChannelSendsAllItsActivationsBack) {
  Looked looked(built(toy()), "rectified");
  LayerExplainer explainer(looked.session, looked.layer, counting(), plain(4));
  const Reconstruction channel = explainer.channel(0);
  EXPECT_EQ(channel.strongest.unit, (Unit{0, 1, 1}));
  EXPECT_EQ(channel.field, (Rect{0, 0, 4, 4}));
  EXPECT_TRUE(
      near(channel.pattern, f32({1, 4, 4}, {0, 4, 4, 4, 31, 75, 75, 44, 31, 75, 75, 44, 31, 71, 71, 40}), 0));
}

TEST(Deconv, ExplainersShareTheirSession) {
  Looked looked(built(toy()), "rectified");
  Image backwards = counting();
  std::reverse(backwards.pixels.begin(), backwards.pixels.end());
  LayerExplainer first(looked.session, looked.layer, counting(), plain(4));
  LayerExplainer second(looked.session, looked.layer, backwards, plain(4));
  const Tensor expected = f32({1, 4, 4}, {0, 0, 0, 0, 0, 40, 40, 40, 0, 40, 40, 40, 0, 40, 40, 40});
  const Tensor mirrored = f32({1, 4, 4}, {40, 40, 40, 0, 40, 40, 40, 0, 40, 40, 40, 0, 0, 0, 0, 0});
  EXPECT_TRUE(near(first.unit({0, 1, 1}).pattern, expected, 0));
  EXPECT_TRUE(near(second.unit({0, 0, 0}).pattern, mirrored, 0));
  EXPECT_TRUE(near(first.unit({0, 1, 1}).pattern, expected, 0));
}

/// Behind the unit of 25 = 40 - 15 both units below are active. The gradient cancels under the window; the
/// rules that rectify what comes back keep the first channel's share alone.
TEST(Deconv, TheRulesPartAtTheRelu) {
  const Tensor window = f32({1, 4, 4}, {0, 0, 0, 0, 0, 25, 25, 25, 0, 25, 25, 25, 0, 25, 25, 25});
  for (const auto& [rule, pattern] : {std::pair{Rule::Gradient, Tensor(DType::F32, {1, 4, 4})},
                                      std::pair{Rule::Deconvnet, window}, std::pair{Rule::Guided, window}}) {
    Looked looked(built(toy()), "mixed", rule);
    LayerExplainer explainer(looked.session, looked.layer, counting(), plain(4));
    EXPECT_EQ(explainer.at({0, 1, 1}).value, 25);
    EXPECT_TRUE(near(explainer.unit({0, 1, 1}).pattern, pattern, 0)) << name_of(rule);
  }
}

/// Convolutions and a pooling, but no ReLU.
ModelBuilder without_relu() {
  ModelBuilder builder;
  builder.input("image", {-1, 3, 24, 20}).output("c2");
  builder.weight("w1", {4, 3, 3, 3}, random_values(4 * 27, 1))
      .weight("w2", {3, 4, 3, 3}, random_values(108, 2));
  builder.node("Conv", {"image", "w1"}, {"c1"}, {{"pads", Dims{1, 1, 1, 1}}});
  builder.node("MaxPool", {"c1"}, {"p1"}, {{"kernel_shape", Dims{2, 2}}, {"strides", Dims{2, 2}}});
  builder.node("Conv", {"p1", "w2"}, {"c2"});
  return builder;
}

TEST(Deconv, WithoutReluItIsTheGradientTimesTheActivation) {
  const Model model = built(without_relu());
  Looked deconvnet(model, "c2", Rule::Deconvnet), gradient(model, "c2");
  const Image picture = photo(40, 30);
  LayerExplainer explainer(deconvnet.session, deconvnet.layer, picture, {});
  for (const Unit& unit : {Unit{0, 4, 4}, Unit{2, 0, 7}, explainer.strongest(1).unit}) {
    const Reconstruction found = explainer.unit(unit);
    LayerExplainer(gradient.session, gradient.layer, picture, {});
    Tensor& seed = gradient.session.seed();
    std::fill(seed.data<float>().begin(), seed.data<float>().end(), 0.0F);
    seed.data<float>()[static_cast<std::size_t>((unit.channel * 10 + unit.y) * 8 + unit.x)] = 1;
    gradient.session.backward();
    Tensor expected = gradient.session.gradient().clone().reshaped({3, 24, 20});
    for (float& value : expected.data<float>())
      value *= static_cast<float>(found.strongest.value);
    EXPECT_TRUE(near(found.pattern, expected, 1e-5));
  }
}

TEST(Deconv, NothingOfThePatternLiesOutsideTheField) {
  for (Rule rule : {Rule::Gradient, Rule::Deconvnet, Rule::Guided}) {
    Looked looked(built(small_network(32, 28)), "r1", rule);
    LayerExplainer explainer(looked.session, looked.layer, photo(60, 60), {});
    for (std::int64_t c = 0; c < explainer.channels(); ++c) {
      const Reconstruction found = explainer.unit(explainer.strongest(c).unit);
      const auto values = found.pattern.data<float>();
      for (std::int64_t i = 0; i < found.pattern.elements(); ++i) {
        const std::int64_t y = i / 28 % 32, x = i % 28;
        const bool inside = x >= found.field.x && x < found.field.x + found.field.width &&
                            y >= found.field.y && y < found.field.y + found.field.height;
        ASSERT_TRUE(inside || values[static_cast<std::size_t>(i)] == 0) << y << "," << x;
      }
    }
  }
}

/// Back-propagation is linear: a channel's reconstruction is the sum of its units', which is the gradient of
/// half the sum of squares. That is compared with a difference along a random direction, too.
TEST(Deconv, AChannelIsTheSumOfItsUnitsUnderTheGradient) {
  Looked looked(built(small_network(12, 10)), "s2");
  LayerExplainer explainer(looked.session, looked.layer, photo(10, 12), plain(10));
  const Reconstruction whole = explainer.channel(3);
  Tensor sum(DType::F32, {3, 12, 10});
  for (std::int64_t y = 0; y < looked.layer.shape[2]; ++y)
    for (std::int64_t x = 0; x < looked.layer.shape[3]; ++x) {
      const Reconstruction part = explainer.unit({3, y, x});
      for (std::size_t i = 0; i < sum.data<float>().size(); ++i)
        sum.data<float>()[i] += part.pattern.data<float>()[i];
    }
  EXPECT_TRUE(near(whole.pattern, sum, 1e-5));
}

TEST(Deconv, AChannelIsTheGradientOfHalfTheSumOfSquares) {
  Looked looked(built(small_network(12, 10)), "s2");
  Preprocessing dim = plain(10);
  dim.scale = 1.0 / 255;
  LayerExplainer explainer(looked.session, looked.layer, photo(10, 12), dim);
  const Reconstruction whole = explainer.channel(3);
  const std::vector<float> direction = random_values(360, 9);
  const std::int64_t plane = looked.layer.shape[2] * looked.layer.shape[3];
  const auto half_squares = [&](float step) {
    for (std::size_t i = 0; i < direction.size(); ++i)
      looked.session.input().data<float>()[i] += step * direction[i];
    looked.session.forward();
    double sum = 0;
    for (std::int64_t i = 3 * plane; i < 4 * plane; ++i) {
      const double value = looked.session.output().data<float>()[static_cast<std::size_t>(i)];
      sum += value * value / 2;
    }
    return sum;
  };
  double along = 0;
  for (std::size_t i = 0; i < direction.size(); ++i)
    along += static_cast<double>(direction[i]) * whole.pattern.data<float>()[i];
  const double ahead = half_squares(0.001F), behind = half_squares(-0.002F);
  EXPECT_NEAR((ahead - behind) / 0.002, along, 5e-3 * std::max(1.0, std::abs(along)));
}

TEST(Deconv, TheStrongestUnitsAreFound) {
  Looked looked(built(small_network(32, 28)), "r1");
  LayerExplainer explainer(looked.session, looked.layer, photo(60, 60), {});
  const auto values = looked.session.output().data<float>();
  const std::int64_t H = looked.layer.shape[2], W = looked.layer.shape[3];
  std::vector<double> peaks;
  for (std::int64_t c = 0; c < 6; ++c) {
    UnitActivation best{{c, 0, 0}, -1};
    for (std::int64_t y = 0; y < H; ++y)
      for (std::int64_t x = 0; x < W; ++x)
        if (const float value = values[static_cast<std::size_t>((c * H + y) * W + x)]; value > best.value)
          best = {{c, y, x}, value};
    EXPECT_EQ(explainer.strongest(c).unit, best.unit);
    EXPECT_EQ(explainer.strongest(c).value, best.value);
    if (best.value > 0)
      peaks.push_back(best.value);
  }
  std::sort(peaks.rbegin(), peaks.rend());
  ASSERT_GT(peaks.size(), 2U);
  std::vector<double> found;
  for (const UnitActivation& activation : explainer.strongest_channels(100))
    found.push_back(activation.value);
  EXPECT_EQ(found, peaks);
  EXPECT_EQ(explainer.strongest_channels(2).size(), 2U);
}

TEST(Deconv, FieldsAreToldInThePhotosPixels) {
  Looked looked(built(toy()), "rectified");
  // 8x12 becomes 4x6, of which the rows 1 to 4 are seen.
  Image tall = Image::blank(8, 12, 1, 0);
  for (std::size_t i = 0; i < tall.pixels.size(); ++i)
    tall.pixels[i] = static_cast<std::uint8_t>(2 * i);
  LayerExplainer explainer(looked.session, looked.layer, tall, plain(4));
  EXPECT_EQ(explainer.region(), (Rect{0, 2, 8, 8}));
  EXPECT_EQ(explainer.unit({0, 1, 0}).field_in_photo, (Rect{0, 4, 6, 6}));
  EXPECT_EQ(explainer.channel(0).field_in_photo, (Rect{0, 2, 8, 8}));
}

TEST(Deconv, AScoresPatternIsItsGradient) {
  const std::vector<float> weights = random_values(2 * 3 * 6 * 5, 4);
  Session session = session_of(built(linear_model({1, 3, 6, 5}, weights, {0, 100})));
  const Reconstruction found = reconstruct_score(session, photo(20, 20), {});
  EXPECT_EQ(found.strongest.unit.channel, 1);
  EXPECT_EQ(found.field, (Rect{0, 0, 5, 6}));
  EXPECT_TRUE(
      near(found.pattern, Tensor::from<float>({3, 6, 5}, std::span(weights).subspan(3 * 6 * 5)), 1e-6));
  EXPECT_EQ(reconstruct_score(session, photo(20, 20), {}, 0).pattern.data<float>()[7], weights[7]);
}

TEST(Deconv, RefusesWhatIsNotThere) {
  const Model model = built(small_network(32, 28));
  Looked looked(model, "r1");
  LayerExplainer explainer(looked.session, looked.layer, photo(60, 60), {});
  const auto error_of = [](auto&& f) { return message_of<InputError>(f); };
  EXPECT_EQ(error_of([&] {
              explainer.unit({6, 0, 0});
            }),
            "channel 6 is out of range: the layer 'r1' has 6 channels, 0 to 5");
  EXPECT_EQ(
      error_of([&] {
        explainer.unit({0, 16, 0});
      }),
      "row 16, column 0 is out of range: the layer 'r1' has 16 rows and 14 columns of units, counted from 0");
  EXPECT_EQ(error_of([&] { explainer.channel(-1); }),
            "channel -1 is out of range: the layer 'r1' has 6 channels, 0 to 5");
  const std::vector<LayerInfo> all = layers(model);
  EXPECT_EQ(
      error_of([&] { check_has_units(find_layer(all, "flat")); }),
      "the layer 'flat' has shape 1x5 with axes [N,C]: expected channels of units in rows and columns, as "
      "[N,C,H,W] and [N,H,W,C] have them");
  EXPECT_EQ(error_of([&] { LayerExplainer(looked.session, find_layer(all, "c2"), photo(60, 60), {}); }),
            "the session's target has shape 1x6x16x14: expected the layer 'c2' of 1x5x16x12");
  Preprocessing endless;
  endless.std = {1e-38, 1e-38, 1e-38, 1};
  EXPECT_EQ(error_of([&] {
              LayerExplainer(looked.session, looked.layer, photo(60, 60), endless);
            }).find("the layer 'r1' has an activation of "),
            0U);
}

TEST(StrongestPatches, AreThoseOfALookAtAllPictures) {
  std::minstd_rand random(2);
  std::vector<std::vector<UnitActivation>> pictures(200);
  for (auto& channels : pictures)
    for (std::int64_t c = 0; c < 4; ++c)  // many ties; the last channel is never active
      channels.push_back({{c, static_cast<std::int64_t>(random() % 7), 1},
                          c == 3 ? -1.0 : static_cast<double>(random() % 40)});
  std::vector<std::size_t> order(pictures.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  for (int shuffled = 0; shuffled < 3; ++shuffled) {
    StrongestPatches best(4, 9);
    for (std::size_t i : order)
      best.add(i, pictures[i]);
    for (std::int64_t c = 0; c < 4; ++c) {
      std::vector<std::size_t> expected(pictures.size());
      std::iota(expected.begin(), expected.end(), std::size_t{0});
      const auto value = [&](std::size_t i) { return pictures[i][static_cast<std::size_t>(c)].value; };
      std::stable_sort(expected.begin(), expected.end(),
                       [&](std::size_t a, std::size_t b) { return value(a) > value(b); });
      expected.resize(c == 3 ? 0 : 9);
      std::vector<std::size_t> found;
      for (const auto& patch : best.of(c)) {
        found.push_back(patch.picture);
        EXPECT_EQ(patch.activation.unit, pictures[patch.picture][static_cast<std::size_t>(c)].unit);
      }
      EXPECT_EQ(found, expected);
    }
    std::shuffle(order.begin(), order.end(), random);
  }
}

TEST(StrongestPatches, SayWhetherOneIsKept) {
  StrongestPatches best(2, 2);
  EXPECT_TRUE(best.add(5, 1, {{1, 0, 0}, 3}));
  EXPECT_TRUE(best.add(7, 1, {{1, 0, 0}, 2}));
  EXPECT_FALSE(best.add(8, 1, {{1, 0, 0}, 2})) << "an earlier picture has the same";
  EXPECT_TRUE(best.add(6, 1, {{1, 0, 0}, 2}));
  EXPECT_FALSE(best.add(1, 0, {{0, 0, 0}, 0})) << "none is active";
  ASSERT_EQ(best.of(1).size(), 2U);
  EXPECT_EQ(best.of(1)[1].picture, 6U);
  EXPECT_THROW(best.add(1, 2, {{2, 0, 0}, 1}), InputError);
}

TEST(StrongestPatches, ChannelsAreRankedByTheirStrongest) {
  StrongestPatches best(3, 2);
  best.add(0, {{{0, 0, 0}, 1}, {{1, 0, 0}, 5}, {{2, 0, 0}, 0}});
  best.add(1, {{{0, 0, 0}, 7}, {{1, 0, 0}, 2}, {{2, 0, 0}, 0}});
  EXPECT_EQ(best.channels(9), (std::vector<std::int64_t>{0, 1}));
  EXPECT_EQ(best.channels(1), (std::vector<std::int64_t>{0}));
  EXPECT_EQ(message_of<InputError>([&] { best.of(3); }), "channel 3 is out of range: there are 3, 0 to 2");
  EXPECT_THROW(best.add(2, {}), InputError);
}

}  // namespace
}  // namespace fovea::test
