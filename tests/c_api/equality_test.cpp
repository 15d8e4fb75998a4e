/// The results of the C interface equal those of C++ bit for bit.
#include "base/read_file.hpp"
#include "c_api/support.hpp"
#include "fovea/explain.hpp"
#include "fovea/image.hpp"
#include "fovea/library.hpp"

#include <cmath>
#include <thread>

namespace fovea::test {
namespace {

fovea_pixels pixels_of(const Image& image) {
  return {image.pixels.data(), image.height, image.width, image.channels, 0};
}

std::vector<float> scores_of(fovea_session* session, const Input& input) {
  std::vector<float> scores(static_cast<std::size_t>(input.shape[0] * describe(session).classes));
  EXPECT_EQ(fovea_session_scores(session, input.values.data(), input.shape, scores.data(), scores.size()),
            FOVEA_OK)
      << fovea_last_error();
  return scores;
}

std::vector<float> gradient_of(fovea_session* session, const Input& input, const std::int64_t* targets) {
  std::vector<float> gradient(input.values.size());
  EXPECT_EQ(fovea_session_gradient(session, input.values.data(), input.shape, targets, gradient.data(),
                                   gradient.size()),
            FOVEA_OK)
      << fovea_last_error();
  return gradient;
}

std::vector<float> copy(const Tensor& tensor) {
  const auto data = tensor.data<float>();
  return {data.begin(), data.end()};
}

TEST(CApi, DescribesTheModel) {
  const auto model = load_model(bundled());
  const Model expected = Model::load(bundled());
  fovea_model_info info = {};
  ASSERT_EQ(fovea_model_describe(model.get(), &info), FOVEA_OK);
  EXPECT_EQ(info.channels, expected.image_input().channels);
  EXPECT_EQ(info.height, expected.image_input().height);
  EXPECT_EQ(info.width, expected.image_input().width);
  EXPECT_EQ(info.classes, 10);
  ASSERT_EQ(info.labels, expected.labels().size());
  for (std::int64_t i = 0; i < info.labels; ++i) {
    const char* label = nullptr;
    ASSERT_EQ(fovea_model_label(model.get(), i, &label), FOVEA_OK);
    EXPECT_EQ(label, expected.labels().name(i));
  }
}

TEST(CApi, ListsTheMethods) {
  const char* const* names = nullptr;
  std::size_t count = 0;
  ASSERT_EQ(fovea_methods(&names, &count), FOVEA_OK);
  ASSERT_EQ(count, methods().size());
  for (std::size_t i = 0; i < count; ++i)
    EXPECT_EQ(names[i], methods()[i].name);
}

TEST(CApi, NotesAreThoseOfTheExplainer) {
  const auto model = load_model(bundled());
  for (const char* method : {static_cast<const char*>(nullptr), "guided", "lrp"}) {
    const auto session = make_session(model.get(), options_of(method));
    const Explainer expected(
        Model::load(bundled()),
        {.method = method ? method : "", .program = {.threads = 1, .head = ProgramOptions::Head::Classes}});
    const fovea_note* notes = nullptr;
    std::size_t count = 0;
    ASSERT_EQ(fovea_session_notes(session.get(), &notes, &count), FOVEA_OK);
    std::vector<Note> found;
    for (std::size_t i = 0; i < count; ++i) {
      const fovea_note& note = notes[i];
      found.push_back({parse_note_kind(note.kind),
                       {note.counts, note.counts + note.counts_size},
                       {note.names, note.names + note.names_size}});
      EXPECT_EQ(note.text, to_string(found.back()));
    }
    EXPECT_EQ(found, expected.notes());
    EXPECT_EQ(found.empty(), method == nullptr);  // a rule has acted
  }
}

TEST(CApi, ScoresAreThoseOfASession) {
  const auto model = load_model(bundled());
  const auto session = make_session(model.get(), options_of(nullptr, 2));
  const Input input(describe(session.get()), 2);
  Session expected(
      Program::compile(Model::load(bundled()), {.direction = Direction::Forward, .batch = 2, .threads = 1}));
  std::copy(input.values.begin(), input.values.end(), expected.input().data<float>().begin());
  expected.forward();
  EXPECT_EQ(scores_of(session.get(), input), copy(expected.output()));
}

TEST(CApi, GradientsAreThoseOfASession) {
  const auto model = load_model(bundled());
  for (const auto& [method, rule] :
       {std::pair{"gradient", Rule::Gradient}, std::pair{"guided", Rule::Guided}}) {
    const auto session = make_session(model.get(), options_of(method, 2));
    const Input input(describe(session.get()), 2);
    Session expected(Program::compile(Model::load(bundled()), {.batch = 2, .rule = rule, .threads = 1}));
    std::copy(input.values.begin(), input.values.end(), expected.input().data<float>().begin());
    const std::int64_t targets[] = {3, 7};
    expected.seed_classes(targets);
    expected.forward();
    expected.backward();
    EXPECT_EQ(gradient_of(session.get(), input, targets), copy(expected.gradient())) << method;
  }
}

TEST(CApi, TheBestClassIsTheOneOfTheLargestScore) {
  const auto model = load_model(bundled());
  const auto session = make_session(model.get(), options_of("gradient"));
  const Input input(describe(session.get()), 1);
  const std::vector<float> scores = scores_of(session.get(), input);
  const std::int64_t best = std::max_element(scores.begin(), scores.end()) - scores.begin(), top = -1;
  const std::vector<float> expected = gradient_of(session.get(), input, &best);
  EXPECT_EQ(gradient_of(session.get(), input, &top), expected);
  EXPECT_EQ(gradient_of(session.get(), input, nullptr), expected);
}

TEST(CApi, MorePicturesThanTheBatchGoInTurns) {
  const auto model = load_model(bundled());
  const auto session = make_session(model.get(), options_of("gradient", 2));
  const Input input(describe(session.get()), 5);
  const std::int64_t targets[] = {0, 1, 2, -1, 4};
  const std::vector<float> scores = scores_of(session.get(), input);
  const std::vector<float> gradient = gradient_of(session.get(), input, targets);
  const std::size_t classes = scores.size() / 5, picture = gradient.size() / 5;
  for (std::size_t n = 0; n < 5; ++n) {
    Input one(describe(session.get()), 1);
    std::copy_n(input.values.begin() + static_cast<std::ptrdiff_t>(n * picture), picture, one.values.begin());
    const std::vector<float> score = scores_of(session.get(), one);
    const std::vector<float> slope = gradient_of(session.get(), one, targets + n);
    EXPECT_TRUE(
        std::equal(score.begin(), score.end(), scores.begin() + static_cast<std::ptrdiff_t>(n * classes)));
    EXPECT_TRUE(
        std::equal(slope.begin(), slope.end(), gradient.begin() + static_cast<std::ptrdiff_t>(n * picture)));
  }
}

TEST(CApi, MapsAreThoseOfSaliency) {
  const auto model = load_model(bundled());
  const Model same = Model::load(bundled());
  const Image photo = read_image(golf_ball());
  for (const auto& [method, target] :
       {std::pair{"gradient", std::int64_t(-1)}, std::pair{"grad-cam", std::int64_t(8)}}) {
    const auto session = make_session(model.get(), options_of(method));
    const fovea_pixels pixels = pixels_of(photo);
    fovea_map* found = nullptr;
    ASSERT_EQ(fovea_session_saliency(session.get(), &pixels, target, &found), FOVEA_OK) << fovea_last_error();
    const Owned<fovea_map> map(found);

    Explainer explain(same, {.method = method, .program = {.threads = 1}});
    ExplainTarget wanted;
    if (target >= 0)
      wanted.target = target;
    const Explanation expected = explain(photo, wanted);
    fovea_map_info info = {};
    ASSERT_EQ(fovea_map_describe(map.get(), &info), FOVEA_OK);
    EXPECT_EQ(info.target, expected.target.index);
    EXPECT_EQ(info.score, expected.target.score);
    EXPECT_EQ(info.probability, expected.target.probability.value());
    EXPECT_EQ((Rect{info.region_x, info.region_y, info.region_width, info.region_height}), expected.region);
    ASSERT_EQ(Shape({info.height, info.width}), expected.map.shape());
    std::vector<float> values(static_cast<std::size_t>(info.height * info.width));
    ASSERT_EQ(fovea_map_values(map.get(), values.data(), values.size()), FOVEA_OK);
    EXPECT_EQ(values, copy(expected.map));

    std::vector<std::uint8_t> rgb(3 * values.size());
    ASSERT_EQ(fovea_map_view(map.get(), FOVEA_VIEW_PHOTO, nullptr, rgb.data(), rgb.size()), FOVEA_OK);
    EXPECT_EQ(rgb, expected.seen.pixels);
    if (method == std::string("gradient")) {
      ASSERT_EQ(fovea_map_view(map.get(), FOVEA_VIEW_HEAT, nullptr, rgb.data(), rgb.size()), FOVEA_OK);
      EXPECT_EQ(rgb, colorize(to_grey(expected.map, {}), "inferno").pixels);
      ASSERT_EQ(fovea_map_view(map.get(), FOVEA_VIEW_OVERLAY, "hot", rgb.data(), rgb.size()), FOVEA_OK);
      EXPECT_EQ(rgb, overlay(expected.seen, to_grey(expected.map, {}), {.colormap = "hot"}).pixels);
    }
  }
}

std::vector<float> map_of(fovea_session* session, const fovea_pixels& pixels) {
  fovea_map* found = nullptr;
  EXPECT_EQ(fovea_session_saliency(session, &pixels, 0, &found), FOVEA_OK) << fovea_last_error();
  const Owned<fovea_map> map(found);
  fovea_map_info info = {};
  EXPECT_EQ(fovea_map_describe(map.get(), &info), FOVEA_OK);
  std::vector<float> values(static_cast<std::size_t>(info.height * info.width));
  EXPECT_EQ(fovea_map_values(map.get(), values.data(), values.size()), FOVEA_OK);
  return values;
}

TEST(CApi, StrideAndGreyPicturesAreTheSamePicture) {
  const auto model = load_model(bundled());
  const auto session = make_session(model.get(), options_of("gradient"));
  const std::int64_t height = 90, width = 130, stride = 3 * width + 7;
  std::vector<std::uint8_t> grey, tight, padded(static_cast<std::size_t>(height * stride), 255);
  for (std::int64_t y = 0; y < height; ++y)
    for (std::int64_t x = 0; x < width; ++x) {
      const auto value = static_cast<std::uint8_t>((x * y) % 256);
      grey.push_back(value);
      tight.insert(tight.end(), 3, value);
      std::fill_n(padded.begin() + y * stride + 3 * x, 3, value);
    }
  const std::vector<float> expected = map_of(session.get(), {tight.data(), height, width, 3, 0});
  EXPECT_EQ(map_of(session.get(), {padded.data(), height, width, 3, stride}), expected);
  EXPECT_EQ(map_of(session.get(), {grey.data(), height, width, 1, width}), expected);
}

void expect_golf_ball(fovea_image* found) {
  const Owned<fovea_image> image(found);
  fovea_pixels pixels = {};
  ASSERT_EQ(fovea_image_pixels(image.get(), &pixels), FOVEA_OK);
  const Image expected = read_image(golf_ball());
  ASSERT_EQ(pixels.width, expected.width);
  ASSERT_EQ(pixels.height, expected.height);
  EXPECT_EQ(std::vector<std::uint8_t>(pixels.data, pixels.data + pixels.height * pixels.stride),
            expected.pixels);
}

TEST(CApi, ImagesAreDecodedAsByTheLibrary) {
  fovea_image* image = nullptr;
  ASSERT_EQ(fovea_image_read(golf_ball().c_str(), &image), FOVEA_OK);
  expect_golf_ball(image);
  std::string bytes = read_file(golf_ball(), std::size_t{1} << 20);
  ASSERT_EQ(fovea_image_decode(bytes.data(), bytes.size(), "a ball", &image), FOVEA_OK);
  std::fill(bytes.begin(), bytes.end(), '\0');
  expect_golf_ball(image);
}

TEST(CApi, SessionsOfOneModelWorkOnSeveralThreadsAndOutliveIt) {
  auto model = load_model(bundled());
  const auto first = make_session(model.get(), options_of("gradient"));
  const Input input(describe(first.get()), 1);
  const std::vector<float> expected = gradient_of(first.get(), input, nullptr);
  std::vector<std::vector<float>> found(3);
  std::vector<std::thread> threads;
  for (std::vector<float>& one : found)
    threads.emplace_back([&] {
      const auto session = make_session(model.get(), options_of("gradient"));
      one = gradient_of(session.get(), input, nullptr);
    });
  for (std::thread& thread : threads)
    thread.join();
  for (const std::vector<float>& one : found)
    EXPECT_EQ(one, expected);
  model.reset();
  EXPECT_EQ(gradient_of(first.get(), input, nullptr), expected);
}

TEST(CApi, AWorkIsCancelledByItsProgressFunction) {
  const auto model = load_model(bundled());
  const auto session = make_session(model.get(), options_of("smoothgrad"));
  const Image photo = read_image(golf_ball());
  const fovea_pixels pixels = pixels_of(photo);
  std::int64_t left = 2;
  const auto count_down = [](std::int64_t, std::int64_t, void* user) {
    return --*static_cast<std::int64_t*>(user) == 0 ? 1 : 0;
  };
  ASSERT_EQ(fovea_session_on_progress(session.get(), count_down, &left), FOVEA_OK);
  fovea_map* map = nullptr;
  EXPECT_EQ(fovea_session_saliency(session.get(), &pixels, -1, &map), FOVEA_CANCELLED);
  EXPECT_EQ(map, nullptr);
  EXPECT_EQ(left, 0);
  ASSERT_EQ(fovea_session_on_progress(session.get(), nullptr, nullptr), FOVEA_OK);
  EXPECT_FALSE(map_of(session.get(), pixels).empty());
}

/// The output and activation that are chosen hold for everything that is made of the model.
TEST(CApi, TakesTheScoresAndTheActivationThatAreChosen) {
  fovea_model_options options = {};
  options.size = sizeof options;
  options.activation = "sigmoid";
  fovea_model* made = nullptr;
  ASSERT_EQ(fovea_model_load_with(bundled().c_str(), &options, &made), FOVEA_OK) << fovea_last_error();
  const Owned<fovea_model> model(made);
  const auto session = make_session(model.get(), options_of(nullptr));
  const Input input(describe(session.get()), 1);
  const std::vector<float> scores = scores_of(session.get(), input);
  std::vector<double> probabilities(10);
  ASSERT_EQ(
      fovea_session_probabilities(session.get(), input.values.data(), input.shape, probabilities.data(), 10),
      FOVEA_OK)
      << fovea_last_error();
  for (std::size_t k = 0; k < 10; ++k)
    EXPECT_NEAR(probabilities[k], 1 / (1 + std::exp(-static_cast<double>(scores[k]))), 1e-9);

  options.activation = "none";
  ASSERT_EQ(fovea_model_load_with(bundled().c_str(), &options, &made), FOVEA_OK);
  const Owned<fovea_model> without(made);
  const auto plain = make_session(without.get(), options_of("gradient"));
  EXPECT_EQ(
      fovea_session_probabilities(plain.get(), input.values.data(), input.shape, probabilities.data(), 10),
      FOVEA_ERROR_INPUT);
  const Image photo = read_image(golf_ball());
  const fovea_pixels pixels = pixels_of(photo);
  fovea_map* map = nullptr;
  ASSERT_EQ(fovea_session_saliency(plain.get(), &pixels, -1, &map), FOVEA_OK) << fovea_last_error();
  const Owned<fovea_map> owned(map);
  fovea_map_info info = {};
  ASSERT_EQ(fovea_map_describe(map, &info), FOVEA_OK);
  EXPECT_TRUE(std::isnan(info.probability));

  options.activation = "relu";
  EXPECT_EQ(fovea_model_load_with(bundled().c_str(), &options, &made), FOVEA_ERROR_INPUT);
  options = {sizeof options, "no such output", nullptr, nullptr};
  EXPECT_EQ(fovea_model_load_with(bundled().c_str(), &options, &made), FOVEA_ERROR_INPUT);
  EXPECT_NE(std::string(fovea_last_error()).find("no such output"), std::string::npos) << fovea_last_error();
}

}  // namespace
}  // namespace fovea::test
