#include "fovea/explain.hpp"

#include "fixtures.hpp"
#include "fovea/error.hpp"
#include "support/tensors.hpp"

#include <gtest/gtest.h>

namespace fovea {
namespace {

using test::built;
using test::explained;
using test::explainer_of;
using test::near;
using test::photo;
using test::session_of;
using test::small_network;

struct SlowMap {
  std::int64_t width = 0, height = 0;
  std::vector<double> map;       // [H,W]
  std::vector<double> gradient;  // [3,H,W]
};

/// Simonyan 2013, section 3, word for word: resize; four corners and the centre and their mirror images; one
/// map each; un-mirror; put each back at its place; average where they overlap.
SlowMap ten_crop_map(const Model& model, const Image& picture, std::int64_t short_side, std::int64_t net_h,
                     std::int64_t net_w, std::int64_t target) {
  Session session = session_of(model);
  const Image resized = resize_short_side(picture, short_side);
  const std::int64_t W = resized.width, H = resized.height;
  SlowMap slow{W, H, std::vector<double>(static_cast<std::size_t>(W * H), 0),
               std::vector<double>(static_cast<std::size_t>(3 * W * H), 0)};
  std::vector<int> count(static_cast<std::size_t>(W * H), 0);
  const std::int64_t mid_x = (W - net_w) / 2, mid_y = (H - net_h) / 2;
  const std::pair<std::int64_t, std::int64_t> places[] = {
      {0, 0}, {W - net_w, 0}, {0, H - net_h}, {W - net_w, H - net_h}, {mid_x, mid_y}};
  for (bool mirrored : {false, true})
    for (const auto& [left, top] : places) {
      auto column = [&](std::int64_t x) { return mirrored ? net_w - 1 - x : x; };
      auto input = session.input().data<float>();
      for (std::int64_t c = 0; c < 3; ++c)
        for (std::int64_t y = 0; y < net_h; ++y)
          for (std::int64_t x = 0; x < net_w; ++x)
            input[static_cast<std::size_t>((c * net_h + y) * net_w + x)] =
                static_cast<float>(resized.at(left + column(x), top + y)[c]) / 255.0F;
      session.forward();
      const std::int64_t classes[] = {target};
      session.seed_classes(classes);
      session.backward();
      const auto w = session.gradient().data<float>();
      for (std::int64_t y = 0; y < net_h; ++y)
        for (std::int64_t x = 0; x < net_w; ++x) {
          const auto at = static_cast<std::size_t>((top + y) * W + left + x);
          double largest = 0;
          for (std::int64_t c = 0; c < 3; ++c) {
            const double value = w[static_cast<std::size_t>((c * net_h + y) * net_w + column(x))];
            largest = std::max(largest, std::abs(value));
            slow.gradient[static_cast<std::size_t>(c * W * H) + at] += value;
          }
          slow.map[at] += largest;
          ++count[at];
        }
    }
  for (std::size_t i = 0; i < count.size(); ++i)
    for (double* value : {&slow.map[i], &slow.gradient[i], &slow.gradient[i + count.size()],
                          &slow.gradient[i + 2 * count.size()]})
      *value /= std::max(count[i], 1);
  return slow;
}

void expect_equal(const Tensor& found, const std::vector<double>& expected, const std::string& what) {
  ASSERT_EQ(found.data<float>().size(), expected.size()) << what;
  double largest = 0, difference = 0;
  for (std::size_t i = 0; i < expected.size(); ++i) {
    largest = std::max(largest, std::abs(expected[i]));
    difference = std::max(difference, std::abs(expected[i] - static_cast<double>(found.data<float>()[i])));
  }
  EXPECT_GT(largest, 0) << what;
  EXPECT_LE(difference, 2e-6 * largest) << what;
}

/// A network with a picture of [N,H,W,C]: no method's result depends on the file's layout.
TEST(Saliency, IsTheSameForChannelsLast) {
  const test::ModelBuilder first = small_network(24, 20);
  test::ModelBuilder last = first;
  onnx::GraphProto& graph = last.graph();
  graph.clear_input();
  last.input("picture", {-1, 24, 20, 3});
  onnx::NodeProto& transpose = *graph.add_node();
  transpose.set_op_type("Transpose");
  transpose.add_input("picture");
  transpose.add_output("image");
  onnx::AttributeProto& perm = *transpose.add_attribute();
  perm.set_name("perm");
  perm.set_type(onnx::AttributeProto::INTS);
  for (std::int64_t axis : {0, 3, 1, 2})
    perm.add_ints(axis);
  const Model of_first = built(first), of_last = built(last);
  const Image picture = photo(40, 33);
  const Explanation expected = explained(of_first, picture), found = explained(of_last, picture);
  EXPECT_EQ(found.target.index, expected.target.index);
  const auto a = found.relevance.data<float>(), b = expected.relevance.data<float>();
  EXPECT_EQ(found.relevance.shape(), expected.relevance.shape());
  EXPECT_TRUE(std::equal(a.begin(), a.end(), b.begin(), b.end()));
}

TEST(Saliency, TenCropsAreWhatTheDefinitionSaysWhateverTheBatch) {
  const std::int64_t h = 14, w = 22;
  const Model model = built(small_network(h, w));
  Preprocessing p;
  p.resize_short_side = 26;
  for (const auto& [width, height] : {std::pair{90, 61}, std::pair{47, 88}}) {
    const Image picture = photo(width, height);
    const SlowMap slow = ten_crop_map(model, picture, 26, h, w, 3);
    for (std::int64_t batch : {1, 3, 10}) {
      const Explanation found =
          explained(model, picture, {.target = 3}, {.crops = Crops::Ten, .preprocessing = p, .batch = batch});
      const std::string what = fmt::format("{}x{}, batch {}", width, height, batch);
      EXPECT_EQ(found.target.index, 3);
      EXPECT_EQ(found.map.shape(), Shape({slow.height, slow.width})) << what;
      EXPECT_EQ(found.relevance.shape(), Shape({3, slow.height, slow.width})) << what;
      expect_equal(found.map, slow.map, what);
      expect_equal(found.relevance, slow.gradient, what);
      EXPECT_EQ(found.seen.width, slow.width);
      EXPECT_EQ(found.region.width, width);
      EXPECT_EQ(found.region.height, height);
    }
  }
}

TEST(Saliency, TheMirrorImagesMapIsTurnedBackAndAveraged) {
  const Model model = built(small_network(16, 16));
  const Image seen = resize(photo(40, 30), 16, 16);
  const Explanation both = explained(model, seen, {.target = 3}, {.crops = Crops::WholeAndMirror});
  const Explanation left = explained(model, seen, {.target = 3}, {.crops = Crops::Whole});
  const Explanation right = explained(model, mirror(seen), {.target = 3}, {.crops = Crops::Whole});
  ASSERT_EQ(both.map.shape(), Shape({16, 16}));
  EXPECT_NEAR(both.target.score, (left.target.score + right.target.score) / 2, 1e-5);
  for (std::size_t y = 0; y < 16; ++y)
    for (std::size_t x = 0; x < 16; ++x)
      EXPECT_NEAR(both.map.data<float>()[16 * y + x],
                  (left.map.data<float>()[16 * y + x] + right.map.data<float>()[16 * y + 15 - x]) / 2, 1e-6);
}

TEST(Saliency, PixelsThatNoCropReachesAreZero) {
  const Model model = built(small_network(10, 10));
  Preprocessing p;
  p.resize_short_side = 12;
  const Explanation found =
      explained(model, photo(30, 90), {.target = 1}, {.crops = Crops::Ten, .preprocessing = p});
  const auto map = found.map.data<float>();
  EXPECT_EQ(found.map.shape(), Shape({36, 12}));
  double between = 0, centre = 0;
  for (std::size_t x = 0; x < 12; ++x) {
    between += map[11 * 12 + x];
    centre += map[18 * 12 + x];
  }
  EXPECT_EQ(between, 0);
  EXPECT_GT(centre, 0);
}

TEST(Saliency, TheMapOfALinearModelIsTheModulusOfItsWeights) {
  const std::vector<float> weights = test::random_values(4 * 3 * 9 * 7, 11);
  const Model model = built(test::linear_model({1, 3, 9, 7}, weights, {0.5F, -2, 0, 3}));
  for (std::int64_t target = 0; target < 4; ++target) {
    const Explanation found =
        explained(model, photo(40, 33), {.target = target},
                  {.crops = Crops::One, .preprocessing = preprocessing_preset("torchvision")});
    ASSERT_EQ(found.map.shape(), Shape({9, 7}));
    for (std::size_t i = 0; i < 63; ++i) {
      float largest = 0;
      for (std::size_t c = 0; c < 3; ++c) {
        const float w = weights[static_cast<std::size_t>(target) * 189 + c * 63 + i];
        largest = std::max(largest, std::abs(w));
        EXPECT_EQ(found.relevance.data<float>()[c * 63 + i], w);
      }
      EXPECT_EQ(found.map.data<float>()[i], largest);
    }
  }
}

TEST(Saliency, OneChannelGivesTheModulus) {
  const std::vector<float> weights = test::random_values(2 * 5 * 6, 12);
  const Model model = built(test::linear_model({1, 1, 5, 6}, weights, {0, 0}));
  const Explanation found = explained(model, photo(20, 20), {.target = 1}, {.crops = Crops::One});
  for (std::size_t i = 0; i < 30; ++i)
    EXPECT_EQ(found.map.data<float>()[i], std::abs(weights[30 + i]));
}

/// An explainer remembers the photo of its last run; that must show in nothing but the time.
TEST(Explainer, goes_to_and_fro_between_photos) {
  const Model model = built(small_network(12, 12));
  for (const Crops crops : {Crops::One, Crops::Ten}) {
    const ExplainOptions options = {
        .crops = crops, .preprocessing = Preprocessing{.resize_short_side = 16}, .batch = 2};
    const Image first = photo(20, 26), second = photo(31, 22);
    Explainer shared = explainer_of(model, options);
    const FramedPhoto a = shared.frame(first), b = shared.frame(second);
    EXPECT_TRUE(near(shared(a, {.target = 3}).relevance, explained(model, first, {3}, options).relevance, 0));
    EXPECT_TRUE(
        near(shared(b, {.target = 2}).relevance, explained(model, second, {2}, options).relevance, 0));
    shared.session().forward();
    EXPECT_TRUE(near(shared(a, {.target = 1}).relevance, explained(model, first, {1}, options).relevance, 0));
  }
}

TEST(Saliency, WithoutAClassTheBestGuessIsExplained) {
  const Model model = built(test::linear_model({1, 3, 4, 4}, test::random_values(3 * 48, 13), {0, 100, 50}));
  const Explanation found = explained(model, photo(20, 20));
  EXPECT_EQ(found.target.index, 1);
  ASSERT_EQ(found.best.size(), 3U);
  EXPECT_EQ(found.best[0].index, 1);
  EXPECT_EQ(found.best[1].index, 2);
  EXPECT_EQ(found.best[0].score, found.target.score);
}

TEST(Saliency, ACropResizedForTheNetworkSpreadsItsMapOverThePhoto) {
  const std::vector<float> weights = test::random_values(2 * 3 * 16, 14);
  const Model model = built(test::linear_model({1, 3, 4, 4}, weights, {0, 0}));
  Preprocessing p;
  p.resize_short_side = 14;
  p.crop = 12;
  const Explanation found =
      explained(model, photo(20, 20), {.target = 0}, {.crops = Crops::One, .preprocessing = p});
  ASSERT_EQ(found.map.shape(), Shape({12, 12}));
  EXPECT_EQ(found.seen.width, 12);
  for (std::size_t y = 0; y < 12; ++y)
    for (std::size_t x = 0; x < 12; ++x)
      EXPECT_EQ(found.relevance.data<float>()[y * 12 + x], weights[y / 3 * 4 + x / 3]);
}

TEST(Saliency, AClassThatIsNotThereIsAnError) {
  const Model model = built(small_network(10, 10));
  for (std::int64_t target : {-1, 5})
    EXPECT_EQ(test::message_of<InputError>(
                  [&] { explained(model, photo(20, 20), {.target = target}, {.crops = Crops::One}); }),
              fmt::format("class {} is out of range: the model has 5 classes, 0 to 4", target));
}

TEST(Saliency, AnInfiniteGradientIsAnError) {
  test::ModelBuilder builder;
  builder.input("image", {1, 3, 4, 4}).output("scores");
  builder.node("ReduceMean", {"image"}, {"mean"}, {{"axes", test::Dims{2, 3}}, {"keepdims", 0}});
  builder.node("Sqrt", {"mean"}, {"scores"});
  const Model model = built(builder);
  EXPECT_EQ(test::message_of<InputError>(
                [&] { explained(model, Image::blank(9, 9, 3, 0), {.target = 0}, {.crops = Crops::One}); }),
            "the gradient holds a value that is not finite");
}

TEST(ChannelMaximum, TakesTheLargestModulus) {
  Tensor gradient(DType::F32, {2, 1, 3});
  const float values[] = {-3, 1, 0, 2, -1.5F, 0};
  std::copy(std::begin(values), std::end(values), gradient.data<float>().begin());
  const Tensor map = channel_maximum(gradient);
  EXPECT_EQ(map.shape(), Shape({1, 3}));
  EXPECT_EQ(map.data<float>()[0], 3);
  EXPECT_EQ(map.data<float>()[1], 1.5F);
  EXPECT_EQ(map.data<float>()[2], 0);
  EXPECT_THROW(channel_maximum(map), InputError);
}

}  // namespace
}  // namespace fovea
