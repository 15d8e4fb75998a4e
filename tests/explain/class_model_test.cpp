#include "fovea/features.hpp"

#include "fixtures.hpp"
#include "fovea/classify.hpp"
#include "fovea/error.hpp"

#include <gtest/gtest.h>

namespace fovea {
namespace {

using Options = ClassModelOptions;
using test::built;
using test::session_of;
using test::small_network;

std::vector<float> values(const Tensor& tensor) {
  const auto data = tensor.data<float>();
  return {data.begin(), data.end()};
}

Preprocessing torchvision() {
  return preprocessing_preset("torchvision");
}

TEST(ClassModel, PaperModeIsPlainGradientAscentFromTheZeroPicture) {
  const Model model = built(small_network(13, 18));
  const double step = 0.3, l2 = 0.05;
  Session slow = session_of(model);
  std::vector<double> x(3 * 13 * 18, 0.0);
  auto evaluate = [&] {
    std::copy(x.begin(), x.end(), slow.input().data<float>().begin());
    slow.forward();
    const std::int64_t classes[] = {2};
    slow.seed_classes(classes);
    slow.backward();
    return static_cast<double>(slow.output().data<float>()[2]);
  };
  for (int k = 0; k < 5; ++k) {
    evaluate();
    const auto g = slow.gradient().data<float>();
    for (std::size_t i = 0; i < x.size(); ++i)
      x[i] += step * (static_cast<double>(g[i]) - 2 * l2 * x[i]);
  }
  const double score = evaluate();
  double squares = 0;
  for (double value : x)
    squares += value * value;

  Session session = session_of(model);
  const ClassModel found =
      class_model(session, torchvision(),
                  {.target_class = 2, .steps = 5, .method = Options::Method::Paper, .step = step, .l2 = l2});
  EXPECT_EQ(found.steps, 5);
  ASSERT_EQ(found.input.shape(), Shape({3, 13, 18}));
  EXPECT_GT(squares, 0);
  for (std::size_t i = 0; i < x.size(); ++i)
    EXPECT_NEAR(found.input.data<float>()[i], x[i], 1e-6);
  EXPECT_NEAR(found.score, score, 1e-6 * std::max(1.0, std::abs(score)));
  EXPECT_NEAR(found.norm, std::sqrt(squares), 1e-6);
  EXPECT_NEAR(found.objective, score - l2 * squares, 1e-5);
}

TEST(ClassModel, TheSameSeedGivesTheSameBits) {
  const Model model = built(small_network(20, 16));
  Session first = session_of(model), second = session_of(model);
  const Options options = {.target_class = 1, .steps = 9, .blur = 0.05, .seed = 4};
  const ClassModel a = class_model(first, torchvision(), options);
  EXPECT_EQ(values(a.input), values(class_model(second, torchvision(), options).input));
  EXPECT_EQ(values(a.input), values(class_model(first, torchvision(), options).input))
      << "a session used before";
  Options other = options;
  other.seed = 5;
  EXPECT_NE(values(a.input), values(class_model(first, torchvision(), other).input));
}

TEST(ClassModel, NoiseFollowsTheSeed) {
  const Model model = built(small_network(20, 16));
  Session session = session_of(model);
  auto start = [&](std::uint64_t seed) {
    return values(class_model(session, torchvision(),
                              {.target_class = 1, .steps = 0, .seed = seed, .start = Options::Start::Noise})
                      .input);
  };
  EXPECT_EQ(start(1), start(1));
  EXPECT_NE(start(1), start(2));
}

TEST(ClassModel, TheScoreRises) {
  const Model model = built(small_network(20, 16));
  Session session = session_of(model);
  for (std::int64_t target = 0; target < 5; ++target) {
    double first = 0, last = 0;
    class_model(session, torchvision(), {.target_class = target, .steps = 40},
                [&](const ClassModelProgress& p) {
                  if (p.step == 0)
                    first = p.score;
                  last = p.score;
                  return true;
                });
    EXPECT_GT(last, first) << "class " << target;
  }
}

TEST(ClassModel, ProgressIsToldOfTheStartAndEveryStep) {
  const Model model = built(small_network(12, 12));
  Session session = session_of(model);
  std::vector<int> steps;
  std::vector<std::int64_t> elements;
  class_model(session, torchvision(), {.steps = 4}, [&](const ClassModelProgress& p) {
    steps.push_back(p.step);
    elements.push_back(p.input->elements());
    return true;
  });
  EXPECT_EQ(steps, (std::vector<int>{0, 1, 2, 3, 4}));
  EXPECT_EQ(elements, std::vector<std::int64_t>(5, 3 * 144));
}

TEST(ClassModel, PaperModeTellsOfThePictureItShows) {
  const Model model = built(small_network(12, 12));
  Session session = session_of(model), other = session_of(model);
  const double l2 = 0.1;
  const Options options = {
      .target_class = 3, .steps = 4, .method = Options::Method::Paper, .step = 0.5, .l2 = l2};
  class_model(session, torchvision(), options, [&](const ClassModelProgress& p) {
    const std::vector<float> x = values(*p.input);
    std::copy(x.begin(), x.end(), other.input().data<float>().begin());
    other.forward();
    const double score = static_cast<double>(other.output().data<float>()[3]);
    double squares = 0;
    for (float value : x)
      squares += static_cast<double>(value) * value;
    EXPECT_NEAR(p.score, score, 1e-6) << "step " << p.step;
    EXPECT_NEAR(p.norm * p.norm, squares, 1e-6 * (1 + squares)) << "step " << p.step;
    EXPECT_NEAR(p.objective, score - l2 * squares, 1e-5) << "step " << p.step;
    return true;
  });
}

TEST(ClassModel, AFalseAnswerEndsTheAscent) {
  const Model model = built(small_network(12, 12));
  Session session = session_of(model);
  for (int last : {0, 3}) {
    const ClassModel found = class_model(session, torchvision(), {.steps = 50},
                                         [&](const ClassModelProgress& p) { return p.step < last; });
    EXPECT_EQ(found.steps, last);
    EXPECT_EQ(values(found.input),
              values(class_model(session, torchvision(), {.steps = last, .blur = 0}).input));
  }
}

/// Every score sits behind a ReLU that the mean colour does not open: the score of class 0 is 0 there, and so
/// is its gradient.
Model dead_at_the_start() {
  test::ModelBuilder builder =
      test::linear_model({1, 3, 16, 16}, test::random_values(2 * 768, 6), {-0.5F, -0.5F});
  builder.graph().mutable_node(1)->set_output(0, "raw");
  builder.node("Relu", {"raw"}, {"scores"});
  return built(builder);
}

TEST(ClassModel, AStartWithoutGradientIsLeftThroughNoise) {
  const Model model = dead_at_the_start();
  Session session = session_of(model);
  bool left = false;
  for (std::uint64_t seed = 0; seed < 8 && !left; ++seed) {
    const ClassModel found =
        class_model(session, torchvision(), {.target_class = 0, .steps = 20, .seed = seed});
    EXPECT_EQ(found.start, ClassModel::Start::NoiseBecauseGradientWasZero);
    left = found.score > 0;
  }
  EXPECT_TRUE(left) << "none of the seeds opened the ReLU";
}

TEST(ClassModel, AStartWithGradientIsAsAsked) {
  const Model model = built(small_network(12, 12));
  Session session = session_of(model);
  EXPECT_EQ(class_model(session, torchvision(), {.steps = 1}).start, ClassModel::Start::AsAsked);
}

TEST(ClassModel, ColoursStayBetweenBlackAndWhite) {
  const Model model = built(small_network(16, 16));
  for (const char* convention : {"torchvision", "caffe", "tf", "none"}) {
    const Preprocessing p = preprocessing_preset(convention);
    Session session = session_of(model);
    const ClassModel found = class_model(session, p, {.target_class = 1, .steps = 30, .step = 2});
    const auto x = found.input.data<float>();
    for (std::size_t i = 0; i < x.size(); ++i) {
      const std::size_t channel = i / 256;
      const std::size_t colour = p.channel_order == ChannelOrder::BGR ? 2 - channel : channel;
      const double pixel = (static_cast<double>(x[i]) * p.std[colour] + p.mean[colour]) / p.scale;
      EXPECT_GE(pixel, -0.01) << convention;
      EXPECT_LE(pixel, 255.01) << convention;
    }
  }
}

TEST(ClassModel, StartsFromAPicture) {
  const Model model = built(small_network(12, 12));
  Session session = session_of(model);
  const Tensor picture = Tensor::from<float>({3, 12, 12}, test::random_values(432, 20));
  const Options options = {.steps = 0, .start = Options::Start::Picture, .picture = picture};
  EXPECT_EQ(values(class_model(session, torchvision(), options).input), values(picture));
  Options more = options;
  more.steps = 3;
  const std::vector<float> before = values(picture);
  EXPECT_NE(values(class_model(session, torchvision(), more).input), before);
  EXPECT_EQ(values(picture), before) << "the caller's picture is not touched";
}

TEST(ClassModel, RefusesWhatCannotBe) {
  const Model model = built(small_network(12, 12));
  Session session = session_of(model), two = session_of(model, 2);
  auto message = [&](Session& s, const Options& options) {
    return test::message_of<InputError>([&] { class_model(s, torchvision(), options); });
  };
  EXPECT_EQ(message(two, {}), "class models are made with batch 1");
  EXPECT_EQ(message(session, {.target_class = 5}),
            "class 5 is out of range: the model has 5 classes, 0 to 4");
  EXPECT_EQ(message(session, {.target_class = -1}),
            "class -1 is out of range: the model has 5 classes, 0 to 4");
  EXPECT_EQ(message(session, {.steps = -1}), "-1 steps are not possible");
  EXPECT_EQ(message(session, {.start = Options::Start::Picture, .picture = Tensor(DType::F32, {3, 12, 13})}),
            "the starting picture has shape 3x12x13, the network takes 3x12x12");
}

TEST(ClassModel, ScoresThatStopBeingFiniteAreAnError) {
  test::ModelBuilder builder = test::linear_model({1, 3, 8, 8}, std::vector<float>(2 * 192, 1.0F), {0, 0});
  builder.graph().mutable_node(1)->set_output(0, "raw");
  builder.node("Exp", {"raw"}, {"scores"});
  const Model model = built(builder);
  Session session = session_of(model);
  const std::string message = test::message_of<InputError>([&] {
    class_model(session, torchvision(), {.steps = 50, .method = Options::Method::Paper, .step = 1, .l2 = 0});
  });
  EXPECT_EQ(message, "the model's score of class 0 is inf");
}

TEST(ToPicture, PixelsUndoThePreprocessing) {
  for (const char* convention : {"torchvision", "caffe", "tf", "none"}) {
    const Preprocessing p = preprocessing_preset(convention);
    const Image picture = test::photo(7, 5);
    Tensor input(DType::F32, {3, 5, 7});
    normalize(picture, p, 3, input.data<float>().data());
    EXPECT_EQ(to_image(input, p, ClassModelDisplay::Pixels).pixels, picture.pixels) << convention;
  }
}

}  // namespace
}  // namespace fovea
