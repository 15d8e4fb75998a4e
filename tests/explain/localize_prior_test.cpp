#include "fixtures.hpp"
#include "fovea/error.hpp"
#include "fovea/localize.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <numeric>

namespace fovea::test {
namespace {

/// Positive values without order.
Tensor some_map(std::int64_t height, std::int64_t width, unsigned seed) {
  std::vector<float> values = random_values(static_cast<std::size_t>(height * width), seed);
  for (float& value : values)
    value = std::exp(3 * value);
  return Tensor::from<float>({height, width}, values);
}

Image noise(std::int64_t width, std::int64_t height, unsigned seed) {
  std::minstd_rand random(seed);
  Image image = Image::blank(width, height, 3, 0);
  for (std::uint8_t& value : image.pixels)
    value = static_cast<std::uint8_t>(random() % 256);
  return image;
}

/// The map as it is, one pixel a pixel.
LocalizeOptions without_resizing() {
  LocalizeOptions options;
  options.smoothing = 0;
  options.max_side = 0;
  return options;
}

/// Log odds by the formula of docs/localization.md.
std::vector<double> slow_log_odds(const Tensor& map, const PriorOptions& prior) {
  const auto values = map.data<float>();
  const double sum = std::accumulate(values.begin(), values.end(), 0.0);
  const double squares = std::inner_product(values.begin(), values.end(), values.begin(), 0.0);
  std::vector<double> odds;
  for (const float value : values) {
    const double share = std::max<double>(value, sum / 50 / static_cast<double>(values.size()));
    odds.push_back(std::clamp(prior.steepness * std::log(share / (prior.level * squares / sum)), -8.0, 8.0));
  }
  return odds;
}

/// The cost of a labelling by docs/localization.md and docs/segmentation.md, kept as one number for each
/// pixel (object less background) and one for each pair of neighbours.
class SlowEnergy {
public:
  SlowEnergy(const Image& photo, const Localization& found, const LocalizeOptions& options)
      : width_(photo.width), object_(slow_log_odds(found.map, *options.prior)) {
    const auto model_of = [&](Seed kind) {
      std::vector<std::uint8_t> colours;
      for (std::size_t i = 0; i < found.seeds.pixels.size(); ++i)
        if (found.seeds.pixels[i] == kind)
          colours.insert(colours.end(), &photo.pixels[3 * i], &photo.pixels[3 * i] + 3);
      std::vector<float> cost(object_.size());
      GaussianMixture::fit(colours, options.segment.mixture).negative_log(photo.pixels, cost);
      return cost;
    };
    const std::vector<float> object = model_of(Seed::Foreground), background = model_of(Seed::Background);
    for (std::size_t i = 0; i < object_.size(); ++i)
      object_[i] = -object_[i] + options.prior->colour_weight * (object[i] - background[i]);
    double mean = 0, count = 0;
    each_pair([&](std::size_t p, std::size_t q, double) {
      mean += squared(photo, p, q);
      ++count;
    });
    mean /= count;
    each_pair([&](std::size_t p, std::size_t q, double distance) {
      const double cost = options.prior->smoothness * std::exp(-squared(photo, p, q) / (2 * mean)) / distance;
      pairs_.push_back({1U << p | 1U << q, cost});
    });
  }

  /// Bit i: pixel i is object.
  double of(std::uint32_t labels) const {
    double sum = 0;
    for (std::size_t i = 0; i < object_.size(); ++i)
      sum += labels >> i & 1 ? object_[i] : 0;
    for (const auto& [both, cost] : pairs_)
      sum += std::has_single_bit(labels & both) ? cost : 0;
    return sum;
  }

private:
  template <class F>
  void each_pair(F&& use) const {
    const auto count = static_cast<std::int64_t>(object_.size());
    for (std::int64_t p = 0; p < count; ++p)
      for (std::int64_t q = p + 1; q < count; ++q) {
        const std::int64_t dx = p % width_ - q % width_, dy = p / width_ - q / width_;
        if (dx * dx <= 1 && dy * dy <= 1)
          use(static_cast<std::size_t>(p), static_cast<std::size_t>(q), std::hypot(dx, dy));
      }
  }
  static double squared(const Image& photo, std::size_t p, std::size_t q) {
    double sum = 0;
    for (std::size_t c = 0; c < 3; ++c) {
      const double difference = photo.pixels[3 * p + c] - photo.pixels[3 * q + c];
      sum += difference * difference;
    }
    return sum;
  }

  std::int64_t width_;
  std::vector<double> object_;
  std::vector<std::pair<std::uint32_t, double>> pairs_;
};

TEST(LocalizeWithPrior, NoLabellingCostsLess) {
  const std::int64_t shapes[][2] = {{4, 3}, {3, 4}, {7, 2}, {2, 6}, {13, 1}, {1, 9}, {2, 1}};
  int with_object = 0;
  for (unsigned trial = 0; trial < 42; ++trial) {
    SCOPED_TRACE(trial);
    const auto& [width, height] = shapes[trial % 7];
    const Image photo = noise(width, height, trial + 1);
    LocalizeOptions options = without_resizing();
    options.segment.mixture.min_deviation = 20;
    options.prior->level = 0.3 + 0.15 * (trial % 5);
    options.prior->steepness = 1 + trial % 3;
    options.prior->smoothness = 0.5 * (trial % 8);
    options.prior->colour_weight = 0.2 * (trial % 4);
    const Localization found = localize(photo, some_map(height, width, trial + 50), options);
    std::uint32_t labels = 0;
    for (std::size_t i = 0; i < found.mask.pixels.size(); ++i)
      labels |= static_cast<std::uint32_t>(found.mask.pixels[i]) << i;
    const SlowEnergy energy(photo, found, options);
    double least = energy.of(0);
    for (std::uint32_t other = 1; other < 1U << (width * height); ++other)
      least = std::min(least, energy.of(other));
    if (least < -1e-3) {  // else background everywhere is best, and the map alone has the say
      EXPECT_NEAR(energy.of(labels), least, 1e-3);
      ++with_object;
    }
  }
  EXPECT_GT(with_object, 25);
}

TEST(LocalizeWithPrior, WithoutColoursAndNeighboursTheMapDecidesAndSeedsKeepNoLabel) {
  const Image photo = noise(20, 15, 3);
  const Tensor map = some_map(15, 20, 9);
  for (const double level : {0.1, 0.65, 2.0}) {
    LocalizeOptions options = without_resizing();
    options.prior = PriorOptions{.level = level, .colour_weight = 0, .smoothness = 0};
    const Localization found = localize(photo, map, options);
    const std::vector<double> odds = slow_log_odds(map, *options.prior);
    int contradicted = 0;
    for (std::size_t i = 0; i < odds.size(); ++i) {
      EXPECT_EQ(found.mask.pixels[i] != 0, odds[i] > 0) << i;
      contradicted += found.seeds.pixels[i] == (odds[i] > 0 ? Seed::Background : Seed::Foreground);
    }
    EXPECT_EQ(contradicted > 0, level != 0.65) << level;
  }
}

TEST(LocalizeWithPrior, WhereTheCutFindsNoObjectTheMapsOwnIsTaken) {
  const Tensor map = hill(30, 20, 0.4, 0.5);
  LocalizeOptions options = without_resizing();
  options.prior->smoothness = 1e6;
  const Localization found = localize(noise(30, 20, 4), map, options);
  const std::vector<double> odds = slow_log_odds(map, *options.prior);
  EXPECT_EQ(found.mask.area(), std::count_if(odds.begin(), odds.end(), [](double nats) { return nats > 0; }));
  EXPECT_GT(found.mask.area(), 0);
  EXPECT_FALSE(found.box.empty());
}

/// The variance between the pixels at most and above a value, times the number of pixels squared.
double variance_between(const Tensor& map, double value) {
  double count[2] = {}, sum[2] = {};
  for (const float pixel : map.data<float>()) {
    ++count[pixel > value];
    sum[pixel > value] += pixel;
  }
  return count[0] == 0 || count[1] == 0
             ? 0
             : count[0] * count[1] * std::pow(sum[0] / count[0] - sum[1] / count[1], 2);
}

TEST(OtsuThreshold, NoOtherValueDividesTheMapBetter) {
  for (unsigned seed = 1; seed < 6; ++seed) {
    const Tensor map = some_map(9, 7, seed);
    const double best = variance_between(map, otsu_threshold(map));
    EXPECT_GT(best, 0);
    for (const float value : map.data<float>())
      EXPECT_LE(variance_between(map, value), best * (1 + 1e-9));
  }
  // Two kinds of pixels are divided midway, however many there are of each.
  const Tensor two = Tensor::from<float>({1, 5}, std::vector<float>{1, 5, 1, 1, 1});
  EXPECT_DOUBLE_EQ(otsu_threshold(two), 3);
  const Tensor signed_map = Tensor::from<float>({2, 2}, std::vector<float>{-3, -3, -1, -3});
  EXPECT_DOUBLE_EQ(otsu_threshold(signed_map), -2);
  EXPECT_THROW(otsu_threshold(Tensor::from<float>({2, 2}, std::vector<float>{4, 4, 4, 4})), InputError);
  EXPECT_THROW(otsu_threshold(Tensor::from<float>({1, 1}, std::vector<float>{4})), InputError);
  EXPECT_THROW(otsu_threshold(Tensor(DType::F32, {1, 2, 2})), InputError);
}

TEST(LocalizeWithPrior, TheBoxIsTheMeanOfTheMasksAndOfTheMapsOwn) {
  const Image photo = scene(120, 80, {{20, 10, 71, 50}});
  const Tensor map = hill(120, 80, 0.5, 0.4);
  LocalizeOptions options = without_resizing();
  options.box_level = 0;
  const Localization of_mask = localize(photo, map, options);
  EXPECT_EQ(of_mask.box, sizeable_components_box(of_mask.mask, options.min_fraction));
  const double threshold = otsu_threshold(map);
  for (const double level : {0.5, 1.0, 1.3}) {
    SCOPED_TRACE(level);
    options.box_level = level;
    Box above = {120, 80, 0, 0};
    for (std::int64_t i = 0; i < 120 * 80; ++i)
      if (map.data<float>()[static_cast<std::size_t>(i)] > level * threshold)
        above = {std::min(above.x0, i % 120), std::min(above.y0, i / 120), std::max(above.x1, i % 120 + 1),
                 std::max(above.y1, i / 120 + 1)};
    const Localization found = localize(photo, map, options);
    EXPECT_EQ(found.mask, of_mask.mask);
    EXPECT_NE(found.box, of_mask.box);
    // To whole pixels outwards.
    EXPECT_EQ(found.box.x0, (of_mask.box.x0 + above.x0) / 2);
    EXPECT_EQ(found.box.y0, (of_mask.box.y0 + above.y0) / 2);
    EXPECT_EQ(found.box.x1, (of_mask.box.x1 + above.x1 + 1) / 2);
    EXPECT_EQ(found.box.y1, (of_mask.box.y1 + above.y1 + 1) / 2);
  }
  options.box_level = 1000;  // above which the map has nothing
  EXPECT_EQ(localize(photo, map, options).box, of_mask.box);
  options.box_level = -1;
  EXPECT_THROW(localize(photo, map, options), InputError);
  // Without a prior, and beside a user's strokes, the mask alone has the say.
  options = without_resizing();
  options.prior.reset();
  const Localization cut = localize(photo, map, options);
  EXPECT_EQ(cut.box, sizeable_components_box(cut.mask, options.min_fraction));
}

TEST(LocalizeWithPrior, FindsAnObjectThatItsMapMarksInPart) {
  const Box object = {20, 10, 70, 50};
  LocalizeOptions options = without_resizing();
  options.box_level = 0;
  const Localization found = localize(scene(120, 80, {object}), hill(30, 24, 45.0 / 120, 30.0 / 80), options);
  EXPECT_GT(intersection_over_union(found.box, object), 0.8) << to_json(found.box);
}

TEST(LocalizeWithPrior, PhotosOfAFewPixelsHaveABox) {
  for (const auto& [width, height] : {std::pair{2, 1}, std::pair{1, 2}, std::pair{2, 2}, std::pair{3, 1}}) {
    const Localization found = localize(noise(width, height, 5), some_map(height, width, 6));
    EXPECT_FALSE(found.box.empty()) << width << " x " << height;
    EXPECT_TRUE(std::isfinite(found.energy));
  }
}

TEST(LocalizeWithPrior, NegativeMapsAreErrorsButGiveSeedsWithoutAPrior) {
  const Image photo = scene(20, 10, {{5, 2, 15, 8}});
  Tensor map = hill(20, 10, 0.5, 0.5);
  for (float& value : map.data<float>())
    value -= 0.5F;
  EXPECT_THROW(localize(photo, map), InputError);
  EXPECT_NO_THROW(localize(photo, map, paper_localize_options()));
}

TEST(Localize, SeveralMapsAreBroughtToThePhotosSizeAndMultiplied) {
  const Image photo = scene(24, 16, {{5, 2, 15, 8}});
  const std::vector<Tensor> maps = {some_map(8, 8, 1), some_map(4, 5, 2)};
  const Localization found = localize(photo, maps, without_resizing());
  const Tensor product = multiply_maps(std::vector{resize_map(maps[0], 24, 16), resize_map(maps[1], 24, 16)});
  ASSERT_EQ(found.map.shape(), Shape({16, 24}));
  for (std::size_t i = 0; i < 24 * 16; ++i)
    EXPECT_EQ(found.map.data<float>()[i], product.data<float>()[i]);
  EXPECT_EQ(found.mask.pixels, localize(photo, product, without_resizing()).mask.pixels);
}

TEST(LocalizeClass, MapsOfSeveralRulesAreMultiplied) {
  const Model model = built(small_network(16, 16));
  const Image photo = test::photo(40, 30);
  Explainer both = explainer_of(
      model, {.method = "gradient", .further_methods = {"guided"}, .crops = Crops::WholeAndMirror});
  const LocalizedClass found = localize(both, photo, {.target = 2}, without_resizing());
  const Explanation first = explained(model, photo, {.target = 2}, {.crops = Crops::WholeAndMirror});
  const Explanation second =
      explained(model, photo, {.target = 2}, {.method = "guided", .crops = Crops::WholeAndMirror});
  EXPECT_EQ(found.explanation.target.index, 2);
  const Localization expected = localize(photo, std::vector{first.map, second.map}, without_resizing());
  for (std::size_t i = 0; i < 40 * 30; ++i)
    EXPECT_EQ(found.object.map.data<float>()[i], expected.map.data<float>()[i]);
  EXPECT_EQ(found.object.box, expected.box);
  // The two maps differ, so the product is neither.
  const Tensor alone = resize_map(first.map, 40, 30);
  EXPECT_FALSE(std::equal(alone.data<float>().begin(), alone.data<float>().end(),
                          found.object.map.data<float>().begin()));
}

}  // namespace
}  // namespace fovea::test
