#include "explain/picture_units.hpp"
#include "fixtures.hpp"
#include "fovea/error.hpp"
#include "fovea/features.hpp"

#include <gtest/gtest.h>

#include <numbers>

namespace fovea {
namespace {

using Options = ClassModelOptions;
using Part = LayerTarget::Part;
using test::built;
using test::Dims;
using test::small_network;

std::vector<float> values(const Tensor& tensor) {
  const auto data = tensor.data<float>();
  return {data.begin(), data.end()};
}

Preprocessing torchvision() {
  return preprocessing_preset("torchvision");
}

Session layer_session(const Model& model, const std::string& layer, std::int64_t batch = 1) {
  ProgramOptions options;
  options.batch = batch;
  options.threads = 1;
  options.layer = layer;
  return Session(Program::compile(model, options));
}

/// Plain ascent by hand on sum(weights * layer), or on the layer's mean of squares without weights.
std::vector<double> slow_ascent(Session& session, const std::vector<float>& weights, int steps, double step) {
  std::vector<double> x(static_cast<std::size_t>(session.input().elements()), 0.0);
  for (int k = 0; k < steps; ++k) {
    std::copy(x.begin(), x.end(), session.input().data<float>().begin());
    session.forward();
    const auto layer = session.output().data<float>();
    auto seed = session.seed().data<float>();
    for (std::size_t i = 0; i < seed.size(); ++i)
      seed[i] = weights.empty() ? 2 * layer[i] / static_cast<float>(layer.size()) : weights[i];
    session.backward();
    const auto g = session.gradient().data<float>();
    for (std::size_t i = 0; i < x.size(); ++i)
      x[i] += step * static_cast<double>(g[i]);
  }
  return x;
}

TEST(FeatureVisualisation, ALayersPartIsExcitedAsByHand) {
  const Model model = built(small_network(13, 18));
  Session slow = layer_session(model, "s2"), session = layer_session(model, "s2");
  const Shape shape = session.output().shape();  // [1,5,H,W]
  const std::int64_t H = shape[2], W = shape[3];
  struct Case {
    LayerTarget target;
    std::function<float(std::int64_t c, std::int64_t y, std::int64_t x)> weight;
  };
  const std::vector<Case> cases = {
      {{}, {}},
      {{Part::Channel, 3, {}, {}},
       [&](auto c, auto, auto) { return c == 3 ? 1 / static_cast<float>(H * W) : 0; }},
      {{Part::Unit, 1, 2, 4}, [](auto c, auto y, auto x) { return c == 1 && y == 2 && x == 4 ? 1.0F : 0; }},
      {{Part::Unit, 4, {}, {}},
       [&](auto c, auto y, auto x) { return c == 4 && y == H / 2 && x == W / 2 ? 1.0F : 0; }}};
  for (const auto& [target, weight] : cases) {
    std::vector<float> weights;
    for (std::int64_t c = 0; weight && c < shape[1]; ++c)
      for (std::int64_t y = 0; y < H; ++y)
        for (std::int64_t x = 0; x < W; ++x)
          weights.push_back(weight(c, y, x));
    const std::vector<double> expected = slow_ascent(slow, weights, 4, 2.0);
    const ClassModel found =
        class_model(session, torchvision(),
                    {.steps = 4, .method = Options::Method::Paper, .step = 2, .l2 = 0, .layer = target});
    double length = 0, score = 0;
    for (std::size_t i = 0; i < expected.size(); ++i) {
      length += std::abs(expected[i]);
      ASSERT_NEAR(found.input.data<float>()[i], expected[i], 1e-5);
    }
    EXPECT_GT(length, 0);
    std::copy(expected.begin(), expected.end(), slow.input().data<float>().begin());
    slow.forward();
    const std::vector<float> layer = values(slow.output());
    for (std::size_t i = 0; i < layer.size(); ++i)
      score += static_cast<double>(layer[i]) *
               (weights.empty() ? layer[i] / static_cast<float>(layer.size()) : weights[i]);
    EXPECT_NEAR(found.score, score, 1e-5);
    EXPECT_EQ(found.probability, std::nullopt);
  }
}

TEST(FeatureVisualisation, AChannelOfTheScoresIsTheClass) {
  const Model model = built(small_network(16, 16));
  Session session = test::session_of(model);
  const Options as_class = {.target_class = 3, .steps = 6};
  Options as_layer = {.steps = 6, .layer = LayerTarget{Part::Channel, 3, {}, {}}};
  const std::vector<float> expected = values(class_model(session, torchvision(), as_class).input);
  EXPECT_EQ(values(class_model(session, torchvision(), as_layer).input), expected);
  as_layer.layer->part = Part::Unit;
  EXPECT_EQ(values(class_model(session, torchvision(), as_layer).input), expected);
}

/// [N,T,C]: a token is a position, a channel runs through all of them; patches keep their rows and columns.
TEST(FeatureVisualisation, TokensHaveTheirChannelsLast) {
  test::ModelBuilder builder;
  builder.input("image", {-1, 3, 2, 2}).output("tokens");
  builder.list("s", {0, 3, 4}).node("Reshape", {"image", "s"}, {"rows"});
  builder.node("Transpose", {"rows"}, {"raw"}, {{"perm", Dims{0, 2, 1}}});
  builder.weight("two", {1}, {2}).node("Mul", {"raw", "two"}, {"tokens"});
  const Model model = built(builder);
  Session session = layer_session(model, "tokens");
  const ClassModel found = class_model(session, torchvision(),
                                       {.steps = 1,
                                        .method = Options::Method::Paper,
                                        .step = 1,
                                        .l2 = 0,
                                        .layer = LayerTarget{Part::Channel, 1, {}, {}}});
  EXPECT_EQ(values(found.input), (std::vector<float>{0, 0, 0, 0, .5, .5, .5, .5, 0, 0, 0, 0}));
  const ClassModel unit = class_model(session, torchvision(),
                                      {.steps = 1,
                                       .method = Options::Method::Paper,
                                       .step = 1,
                                       .l2 = 0,
                                       .layer = LayerTarget{Part::Unit, 2, 1, 1}});
  EXPECT_EQ(values(unit.input), (std::vector<float>{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2}));
}

TEST(FeatureVisualisation, RefusesWhatCannotBe) {
  const Model model = built(small_network(12, 12));
  Session session = layer_session(model, "s2"), flat = layer_session(model, "flat");
  auto message = [&](Session& s, const LayerTarget& target) {
    return test::message_of<InputError>([&] { class_model(s, torchvision(), {.layer = target}); });
  };
  EXPECT_EQ(message(session, {Part::Channel, 5, {}, {}}),
            "channel 5 is out of range: layer 's2' has 5 channels, 0 to 4");
  EXPECT_EQ(message(session, {Part::Unit, -1, {}, {}}),
            "channel -1 is out of range: layer 's2' has 5 channels, 0 to 4");
  EXPECT_EQ(message(session, {Part::Unit, 0, 6, 1}),
            "position 6, 1 is out of range: layer 's2' has 6 rows and 4 columns");
  EXPECT_EQ(message(flat, {Part::Unit, 0, 0, 1}),
            "position 0, 1 is out of range: layer 'flat' has 1 rows and 1 columns");
  auto refused = [&](const Options& options, const DiversityOptions& diversity) {
    return test::message_of<InputError>([&] { class_models(session, torchvision(), options, diversity); });
  };
  const LayerTarget whole;
  EXPECT_EQ(refused({.layer = whole, .zoom = 0.5}, {}), "a zoom by 0.5 is not possible: expected 1 to 4");
  EXPECT_EQ(refused({.layer = whole, .rotate = 181}, {}),
            "a rotation by 181 degrees is not possible: expected 0 to 180");
  EXPECT_EQ(refused({.layer = whole}, {.pictures = 0}), "0 pictures are not possible");
  EXPECT_EQ(refused({.layer = whole}, {.strength = -1}), "a diversity of strength -1 is not possible");
  EXPECT_EQ(refused({.method = Options::Method::Paper, .layer = whole}, {}),
            "the paper's gradient ascent makes one picture for each class: several would be equal");
  EXPECT_EQ(refused({.layer = whole}, {.layer = &flat}),
            "layer 'flat' has one position only: pictures cannot differ in it");
}

/// max(0, mean of the picture - threshold): closed at the mean colour, opened by noise that is strong enough,
/// or by none.
TEST(FeatureVisualisation, AChannelBehindAReluIsOpenedByStrongerNoise) {
  auto start = [&](float threshold) {
    test::ModelBuilder builder;
    builder.input("image", {-1, 3, 16, 16}).output("opened");
    std::vector<float> weights(3 * 3 * 3, 0.0F);
    weights[4] = 1;
    builder.weight("w", {1, 3, 3, 3}, weights).weight("b", {1}, {-threshold});
    builder.node("Conv", {"image", "w", "b"}, {"closed"}).node("Relu", {"closed"}, {"opened"});
    Session session = layer_session(built(builder), "opened");
    return class_model(session, torchvision(), {.steps = 2, .layer = LayerTarget{Part::Channel, 0, {}, {}}});
  };
  EXPECT_EQ(start(-1).start, ClassModel::Start::AsAsked);
  // Noise of deviation 0.4 hardly reaches 2, but the fourth, of 1.35, does.
  const ClassModel opened = start(2);
  EXPECT_EQ(opened.start, ClassModel::Start::NoiseBecauseGradientWasZero);
  EXPECT_GT(opened.score, 0);
  const ClassModel closed = start(50);
  EXPECT_EQ(closed.start, ClassModel::Start::GradientStayedZero);
  EXPECT_EQ(closed.score, 0);
}

/// The ascent written down once more, in double, with sums for transforms: 6 x 5 pixels, Adam on the
/// spectrum.
TEST(FourierAscent, IsAdamOnTheSpectrum) {
  constexpr std::int64_t H = 6, W = 5;
  constexpr std::size_t plane = H * W;
  // Eigenvectors of kColourCovariance times the roots of its eigenvalues.
  constexpr double kRoots[3][3] = {{0.093772432, -0.381923907, -0.954641744},
                                   {-0.207320111, 0.031969502, -0.94868136},
                                   {0.116645262, 0.36385408, -0.918696953}};
  constexpr double mean[] = {0.485, 0.456, 0.406}, deviation = 0.226;
  constexpr double network_std[] = {0.229, 0.224, 0.225};
  std::vector<double> amplitude;
  double squares = 0;
  for (std::int64_t k = 0; k < H; ++k)
    for (std::int64_t l = 0; l < W; ++l) {
      const double fy = static_cast<double>(k <= H / 2 ? k : k - H) / H;
      const double fx = static_cast<double>(l <= W / 2 ? l : l - W) / W;
      amplitude.push_back(1 / std::max(std::sqrt(fy * fy + fx * fx), 1.0 / H));
      squares += amplitude.back() * amplitude.back();
    }
  for (double& a : amplitude)
    a /= std::sqrt(squares / plane);
  auto wave = [&](std::size_t frequency, std::size_t pixel) {
    const double t = 2 * std::numbers::pi *
                     (static_cast<double>((frequency / W) * (pixel / W)) / H +
                      static_cast<double>((frequency % W) * (pixel % W)) / W);
    return (std::cos(t) + std::sin(t)) / std::sqrt(static_cast<double>(plane));
  };
  const Model model = built(small_network(H, W));
  Session slow = test::session_of(model);
  std::vector<double> z(3 * plane, 0.0), m(3 * plane, 0.0), v(3 * plane, 0.0), shown(3 * plane);
  constexpr double rate = 0.3;
  constexpr int steps = 4;
  auto render = [&] {
    for (std::size_t c = 0; c < 3; ++c)
      for (std::size_t i = 0; i < plane; ++i) {
        double u = 0;
        for (std::size_t k = 0; k < 3; ++k)
          for (std::size_t f = 0; f < plane; ++f)
            u += kRoots[c][k] * wave(f, i) * amplitude[f] * z[k * plane + f];
        const double slope = deviation / (mean[c] * (1 - mean[c]));
        shown[c * plane + i] = 1 / (1 + (1 - mean[c]) / mean[c] * std::exp(-slope * u));
      }
  };
  for (int step = 1; step <= steps; ++step) {
    render();
    for (std::size_t i = 0; i < shown.size(); ++i)
      slow.input().data<float>()[i] =
          static_cast<float>((shown[i] - mean[i / plane]) / network_std[i / plane]);
    slow.forward();
    const std::int64_t classes[] = {2};
    slow.seed_classes(classes);
    slow.backward();
    std::vector<double> g(3 * plane, 0.0);
    double g_squares = 0;
    for (std::size_t k = 0; k < 3; ++k)
      for (std::size_t f = 0; f < plane; ++f) {
        for (std::size_t c = 0; c < 3; ++c)
          for (std::size_t i = 0; i < plane; ++i) {
            const double p = shown[c * plane + i];
            g[k * plane + f] += static_cast<double>(slow.gradient().data<float>()[c * plane + i]) /
                                network_std[c] * p * (1 - p) * deviation / (mean[c] * (1 - mean[c])) *
                                kRoots[c][k] * wave(f, i) * amplitude[f];
          }
        g_squares += g[k * plane + f] * g[k * plane + f];
      }
    const double scale = std::sqrt(g_squares / (3 * plane));
    for (std::size_t i = 0; i < z.size(); ++i) {
      m[i] = 0.9 * m[i] + 0.1 * g[i] / scale;
      v[i] = 0.999 * v[i] + 0.001 * g[i] * g[i] / (scale * scale);
      z[i] +=
          rate * m[i] / (1 - std::pow(0.9, step)) / (std::sqrt(v[i] / (1 - std::pow(0.999, step))) + 1e-8);
    }
  }
  render();
  Session session = test::session_of(model);
  const ClassModel found = class_model(
      session, torchvision(),
      {.target_class = 2, .steps = steps, .method = Options::Method::Fourier, .step = rate, .jitter = 0});
  double change = 0;
  for (std::size_t i = 0; i < shown.size(); ++i) {
    const double x = (shown[i] - mean[i / plane]) / network_std[i / plane];
    change = std::max(change, std::abs(x));
    EXPECT_NEAR(found.input.data<float>()[i], x, 2e-3);
  }
  EXPECT_GT(change, 0.3);
}

TEST(FourierAscent, TheScoreRises) {
  const Model model = built(small_network(20, 16));
  Session session = test::session_of(model);
  for (std::int64_t target = 0; target < 5; ++target) {
    Options options = {.target_class = target, .steps = 0, .method = Options::Method::Fourier};
    const double first = class_model(session, torchvision(), options).score;
    options.steps = 30;
    EXPECT_GT(class_model(session, torchvision(), options).score, first) << "class " << target;
  }
}

TEST(FourierAscent, StartsWhereItIsTold) {
  const Model model = built(small_network(20, 16));
  Session session = test::session_of(model);
  const PictureUnits units(torchvision(), 3);
  Tensor picture(DType::F32, {3, 20, 16});
  normalize(test::photo(16, 20), torchvision(), 3, picture.data<float>().data());
  auto start = [&](Options options) {
    options.steps = 0;
    options.method = Options::Method::Fourier;
    return values(class_model(session, torchvision(), options).input);
  };
  std::vector<float> grey(picture.data<float>().size(), 0.0F);
  units.to_network(grey);
  const std::vector<float> zero = start({});
  for (std::size_t i = 0; i < zero.size(); ++i)
    EXPECT_NEAR(zero[i], grey[i], 1e-5) << "the mean colour";
  const std::vector<float> given = start({.start = Options::Start::Picture, .picture = picture});
  for (std::size_t i = 0; i < given.size(); ++i)
    EXPECT_NEAR(given[i], picture.data<float>()[i], 0.05)
        << "except values closer than 1 % to black or white";
  EXPECT_EQ(start({.seed = 1, .start = Options::Start::Noise}),
            start({.seed = 1, .start = Options::Start::Noise}));
  EXPECT_NE(start({.seed = 1, .start = Options::Start::Noise}),
            start({.seed = 2, .start = Options::Start::Noise}));
}

TEST(PictureUnitsSquash, KeepsColoursAndFollowsTheChainRule) {
  const PictureUnits units(torchvision(), 3);
  const std::vector<float> u = {-9, 0.3F, 20, 0.001F, -2, 1};
  std::vector<float> x = u;
  units.squash(x);
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double mean = std::array{0.485, 0.456, 0.406}[i / 2];
    EXPECT_GT(x[i] * 0.226 + mean, 0);
    EXPECT_LT(x[i] * 0.226 + mean, 1 + 1e-6);
  }
  EXPECT_NEAR(x[3], u[3], 1e-5) << "near the mean colour nothing changes";
  std::vector<float> gradient(6, 1.0F);
  units.to_unsquashed_gradient(x, gradient);
  constexpr float step = 1e-2F;
  std::vector<float> up = u, down = u;
  for (std::size_t i = 0; i < u.size(); ++i) {
    up[i] += step;
    down[i] -= step;
  }
  units.squash(up);
  units.squash(down);
  for (std::size_t i = 0; i < u.size(); ++i)
    EXPECT_NEAR(gradient[i], (up[i] - down[i]) / (2 * step), 1e-3);
  units.unsquash(x);
  for (const std::size_t i : {1, 3, 4, 5})
    EXPECT_NEAR(x[i], u[i], 1e-4);
}

TEST(Moves, ZoomAndTurnsChangeTheAscentAndFollowTheSeed) {
  const Model model = built(small_network(20, 16));
  Session session = test::session_of(model);
  Options options = {.target_class = 1, .steps = 25, .seed = 2};
  const std::vector<float> plain = values(class_model(session, torchvision(), options).input);
  options.zoom = 1.2;
  options.rotate = 10;
  const ClassModel moved = class_model(session, torchvision(), options);
  EXPECT_NE(values(moved.input), plain);
  EXPECT_EQ(values(moved.input), values(class_model(session, torchvision(), options).input));
  options.steps = 0;
  EXPECT_GT(moved.score, class_model(session, torchvision(), options).score);
}

/// The mean cosine similarity of all pairs.
template <class Feature>
double likeness(const std::vector<ClassModel>& models, Feature feature) {
  double sum = 0;
  int pairs = 0;
  for (std::size_t a = 0; a < models.size(); ++a)
    for (std::size_t b = 0; b < a; ++b, ++pairs) {
      const std::vector<double> x = feature(models[a]), y = feature(models[b]);
      double xy = 0, xx = 0, yy = 0;
      for (std::size_t i = 0; i < x.size(); ++i) {
        xy += x[i] * y[i];
        xx += x[i] * x[i];
        yy += y[i] * y[i];
      }
      sum += xy / std::sqrt(xx * yy);
    }
  return sum / pairs;
}

/// Gram matrix of a layer of [1,C,H,W], from its definition.
std::vector<double> slow_gram(Session& session, const ClassModel& model) {
  const auto x = model.input.data<float>();
  std::copy(x.begin(), x.end(), session.input().data<float>().begin());
  session.forward();
  const Shape& shape = session.output().shape();
  const auto layer = session.output().data<float>();
  const std::int64_t P = shape[2] * shape[3];
  std::vector<double> gram;
  for (std::int64_t a = 0; a < shape[1]; ++a)
    for (std::int64_t b = 0; b < shape[1]; ++b) {
      double sum = 0;
      for (std::int64_t p = 0; p < P; ++p)
        sum += static_cast<double>(layer[static_cast<std::size_t>(a * P + p)]) *
               layer[static_cast<std::size_t>(b * P + p)];
      gram.push_back(sum);
    }
  return gram;
}

TEST(Diverse, PicturesDifferMoreInTheLayerAndStillExciteTheirTarget) {
  const Model model = built(small_network(24, 20));
  for (const char* kind : {"own layer", "other layer"}) {
    const bool own = kind == std::string("own layer");
    Session session = own ? layer_session(model, "r1") : test::session_of(model);
    Session layer = layer_session(model, "r1"), judge = layer_session(model, "r1");
    Options options = {.target_class = 2, .steps = 0, .start = Options::Start::Noise};
    if (own)
      options.layer = LayerTarget{Part::Channel, 2, {}, {}};
    const auto starts = class_models(session, torchvision(), options, {.pictures = 3});
    options.steps = 30;
    auto ascend = [&](double strength) {
      return class_models(session, torchvision(), options,
                          {.pictures = 3, .strength = strength, .layer = own ? nullptr : &layer});
    };
    const auto alone = ascend(0), apart = ascend(2);
    auto gram = [&](const ClassModel& m) { return slow_gram(judge, m); };
    EXPECT_LT(likeness(apart, gram), likeness(alone, gram) - 0.01) << kind;
    for (std::size_t k = 0; k < 3; ++k)
      EXPECT_GT(apart[k].score, starts[k].score) << kind;
  }
}

TEST(Diverse, WithoutALayerThePicturesThemselvesArePushedApart) {
  const Model model = built(small_network(24, 20));
  Session session = test::session_of(model);
  const PictureUnits units(torchvision(), 3);
  for (const Options::Method method : {Options::Method::Regularized, Options::Method::Fourier}) {
    Options options = {.target_class = 2, .steps = 0, .method = method};
    const double start = class_model(session, torchvision(), options).score;
    options.steps = 30;
    auto ascend = [&](double strength) {
      return class_models(session, torchvision(), options, {.pictures = 3, .strength = strength});
    };
    auto colours = [&](const ClassModel& m) {
      std::vector<float> x = values(m.input);
      units.to_standard(x);
      return std::vector<double>(x.begin(), x.end());
    };
    const auto alone = ascend(0), apart = ascend(1);
    EXPECT_LT(likeness(apart, colours), likeness(alone, colours) - 0.01);
    for (const ClassModel& m : apart)
      EXPECT_GT(m.score, start);
  }
}

TEST(Diverse, WithoutStrengthEachIsTheAscentOfItsSeed) {
  const Model model = built(small_network(16, 16));
  Session session = test::session_of(model);
  Options options = {.target_class = 1, .steps = 7, .seed = 5};
  const auto models = class_models(session, torchvision(), options, {.pictures = 3, .strength = 0});
  ASSERT_EQ(models.size(), 3U);
  for (const ClassModel& m : models) {
    EXPECT_EQ(values(m.input), values(class_model(session, torchvision(), options).input));
    ++options.seed;
  }
}

TEST(Diverse, PicturesGoThroughAnyBatch) {
  const Model model = built(small_network(16, 16));
  const Options options = {.target_class = 1, .steps = 4, .layer = LayerTarget{Part::Channel, 1, {}, {}}};
  auto ascend = [&](std::int64_t batch, double strength) {
    Session session = layer_session(model, "s2", batch);
    std::vector<int> steps;
    const auto models = class_models(session, torchvision(), options, {.pictures = 3, .strength = strength},
                                     [&](std::span<const ClassModelProgress> all) {
                                       EXPECT_EQ(all.size(), 3U);
                                       steps.push_back(all[2].step);
                                       return true;
                                     });
    EXPECT_EQ(steps, (std::vector<int>{0, 1, 2, 3, 4}));
    return models;
  };
  const auto one = ascend(1, 0);
  for (std::int64_t batch : {2, 3, 5}) {
    const auto several = ascend(batch, 0);
    for (std::size_t k = 0; k < 3; ++k)
      for (std::size_t i = 0; i < 768; ++i)
        ASSERT_NEAR(several[k].input.data<float>()[i], one[k].input.data<float>()[i], 1e-3) << batch;
    EXPECT_NE(values(ascend(batch, 1)[2].input), values(several[2].input));
  }
}

}  // namespace
}  // namespace fovea
