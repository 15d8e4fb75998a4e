/// Every fault has its code and a text that says what is wrong; nothing is thrown and nothing given back.
#include "c_api/support.hpp"
#include "support/temporary_folder.hpp"

#include <thread>

namespace fovea::test {
namespace {

void expect(fovea_status found, fovea_status expected, const std::string& part) {
  EXPECT_EQ(found, expected) << fovea_last_error();
  EXPECT_NE(std::string(fovea_last_error()).find(part), std::string::npos)
      << "found '" << fovea_last_error() << "', expected '" << part << "'";
}

TEST(CApiErrors, ModelsThatCannotBeRead) {
  const TemporaryFolder folder;
  fovea_model* model = nullptr;
  expect(fovea_model_load(folder.file("missing.onnx").c_str(), &model), FOVEA_ERROR_MODEL, "missing.onnx");
  const std::string bytes = load(bundled());
  store(folder.file("cut.onnx"), std::string_view(bytes).substr(0, bytes.size() / 2));
  expect(fovea_model_load(folder.file("cut.onnx").c_str(), &model), FOVEA_ERROR_MODEL, "cut.onnx");
  EXPECT_EQ(model, nullptr);
}

TEST(CApiErrors, NullPointers) {
  const auto model = load_model(bundled());
  const auto session = make_session(model.get(), options_of("gradient"));
  const Input input(describe(session.get()), 1);
  std::vector<float> scores(10);
  fovea_model* loaded = nullptr;
  fovea_session* made = nullptr;
  fovea_map* map = nullptr;
  fovea_image* image = nullptr;
  const fovea_pixels nothing = {nullptr, 1, 1, 3, 0};
  expect(fovea_methods(nullptr, nullptr), FOVEA_ERROR_USAGE, "names is a null pointer");
  expect(fovea_model_load(nullptr, &loaded), FOVEA_ERROR_USAGE, "path");
  expect(fovea_model_load(bundled().c_str(), nullptr), FOVEA_ERROR_USAGE, "model");
  expect(fovea_model_describe(nullptr, nullptr), FOVEA_ERROR_USAGE, "null");
  expect(fovea_model_label(model.get(), 0, nullptr), FOVEA_ERROR_USAGE, "label");
  expect(fovea_session_create(nullptr, nullptr, &made), FOVEA_ERROR_USAGE, "model");
  expect(fovea_session_create(model.get(), nullptr, nullptr), FOVEA_ERROR_USAGE, "session");
  expect(fovea_session_describe(session.get(), nullptr), FOVEA_ERROR_USAGE, "info");
  const fovea_note* notes = nullptr;
  std::size_t count = 0;
  expect(fovea_session_notes(nullptr, &notes, &count), FOVEA_ERROR_USAGE, "session");
  expect(fovea_session_notes(session.get(), nullptr, &count), FOVEA_ERROR_USAGE, "notes");
  expect(fovea_session_notes(session.get(), &notes, nullptr), FOVEA_ERROR_USAGE, "count");
  expect(fovea_session_on_progress(nullptr, nullptr, nullptr), FOVEA_ERROR_USAGE, "session");
  expect(fovea_session_scores(session.get(), nullptr, input.shape, scores.data(), 10), FOVEA_ERROR_USAGE,
         "input");
  expect(fovea_session_scores(session.get(), input.values.data(), nullptr, scores.data(), 10),
         FOVEA_ERROR_USAGE, "shape");
  expect(fovea_session_scores(session.get(), input.values.data(), input.shape, nullptr, 10),
         FOVEA_ERROR_USAGE, "scores");
  expect(fovea_session_gradient(session.get(), input.values.data(), input.shape, nullptr, nullptr,
                                input.values.size()),
         FOVEA_ERROR_USAGE, "gradient");
  expect(fovea_session_saliency(session.get(), nullptr, -1, &map), FOVEA_ERROR_USAGE, "picture");
  expect(fovea_session_saliency(session.get(), &nothing, -1, &map), FOVEA_ERROR_USAGE, "picture.data");
  expect(fovea_map_describe(nullptr, nullptr), FOVEA_ERROR_USAGE, "map");
  expect(fovea_map_values(nullptr, nullptr, 0), FOVEA_ERROR_USAGE, "map");
  expect(fovea_map_view(nullptr, FOVEA_VIEW_HEAT, nullptr, nullptr, 0), FOVEA_ERROR_USAGE, "map");
  expect(fovea_image_read(nullptr, &image), FOVEA_ERROR_USAGE, "path");
  expect(fovea_image_pixels(nullptr, nullptr), FOVEA_ERROR_USAGE, "image");
  expect(fovea_write_png("x.png", nullptr), FOVEA_ERROR_USAGE, "picture");
  EXPECT_TRUE(!loaded && !made && !map && !image);
  fovea_model_free(nullptr);
  fovea_session_free(nullptr);
  fovea_map_free(nullptr);
  fovea_image_free(nullptr);
}

TEST(CApiErrors, ClassesThatDoNotExist) {
  const auto model = load_model(bundled());
  const char* label = nullptr;
  expect(fovea_model_label(model.get(), 10, &label), FOVEA_ERROR_INPUT, "class 10 is out of range");
  expect(fovea_model_label(model.get(), -1, &label), FOVEA_ERROR_INPUT, "class -1");
  const auto session = make_session(model.get(), options_of("gradient"));
  const Input input(describe(session.get()), 2);
  std::vector<float> gradient(input.values.size());
  for (const std::int64_t bad : {std::int64_t(10), std::int64_t(-2)}) {
    const std::int64_t targets[] = {0, bad};
    expect(fovea_session_gradient(session.get(), input.values.data(), input.shape, targets, gradient.data(),
                                  gradient.size()),
           FOVEA_ERROR_INPUT, "class " + std::to_string(bad));
    const std::vector<std::uint8_t> black(300);
    const fovea_pixels pixels = {black.data(), 10, 10, 3, 0};
    fovea_map* map = nullptr;
    expect(fovea_session_saliency(session.get(), &pixels, bad, &map), FOVEA_ERROR_INPUT,
           "class " + std::to_string(bad));
  }
}

TEST(CApiErrors, ClassesOfAnyNumber) {
  const auto model = load_model(bundled());
  const auto session = make_session(model.get(), options_of("gradient"));
  const std::vector<std::uint8_t> black(300);
  const fovea_pixels pixels = {black.data(), 10, 10, 3, 0};
  const char* label = nullptr;
  for (const std::int64_t bad : {INT64_MAX, INT64_MIN, std::int64_t(1) << 32, std::int64_t(-3)}) {
    fovea_map* map = nullptr;
    expect(fovea_session_saliency(session.get(), &pixels, bad, &map), FOVEA_ERROR_INPUT, "is out of range");
    expect(fovea_model_label(model.get(), bad, &label), FOVEA_ERROR_INPUT, "is out of range");
  }
}

TEST(CApiErrors, WrongSizes) {
  const auto model = load_model(bundled());
  const auto session = make_session(model.get(), options_of("gradient"));
  const Input input(describe(session.get()), 1);
  std::vector<float> scores(10), gradient(input.values.size());
  for (const int axis : {0, 1, 2, 3}) {
    std::int64_t shape[4];
    std::copy_n(input.shape, 4, shape);
    shape[axis] -= 1;
    expect(fovea_session_scores(session.get(), input.values.data(), shape, scores.data(), 10),
           FOVEA_ERROR_INPUT, "expected [N,3,");
  }
  expect(fovea_session_scores(session.get(), input.values.data(), input.shape, scores.data(), 9),
         FOVEA_ERROR_USAGE, "scores has 9 elements, expected 10");
  expect(fovea_session_gradient(session.get(), input.values.data(), input.shape, nullptr, gradient.data(),
                                gradient.size() - 1),
         FOVEA_ERROR_USAGE, "gradient has");
  // Products that overflow would come round to small numbers.
  for (const std::int64_t count : {std::int64_t(1) << 61, INT64_MAX}) {
    const std::int64_t shape[4] = {count, input.shape[1], input.shape[2], input.shape[3]};
    expect(fovea_session_scores(session.get(), input.values.data(), shape, scores.data(),
                                static_cast<std::size_t>(count) * 10),
           FOVEA_ERROR_INPUT, "more than memory can hold");
    expect(fovea_session_gradient(session.get(), input.values.data(), shape, nullptr, gradient.data(),
                                  static_cast<std::size_t>(count) * gradient.size()),
           FOVEA_ERROR_INPUT, "more than memory can hold");
  }
}

TEST(CApiErrors, PicturesThatCannotBe) {
  const auto model = load_model(bundled());
  const auto session = make_session(model.get(), options_of("gradient"));
  const std::vector<std::uint8_t> black(300);
  const auto explain = [&](fovea_pixels pixels) {
    fovea_map* map = nullptr;
    return fovea_session_saliency(session.get(), &pixels, -1, &map);
  };
  expect(explain({black.data(), 0, 10, 3, 0}), FOVEA_ERROR_USAGE, "at least 1x1");
  expect(explain({black.data(), 10, 10, 2, 0}), FOVEA_ERROR_USAGE, "2 channels");
  expect(explain({black.data(), 10, 10, 3, 29}), FOVEA_ERROR_USAGE, "stride is 29");
  expect(explain({black.data(), std::int64_t(1) << 40, std::int64_t(1) << 40, 3, 0}), FOVEA_ERROR_INPUT,
         "too large");
  expect(explain({black.data(), 10, 10, 3, -30}), FOVEA_ERROR_USAGE, "stride is -30");
  expect(explain({black.data(), 10, 10, 3, INT64_MAX}), FOVEA_ERROR_INPUT, "more than memory can hold");
  expect(explain({black.data(), 10, INT64_MAX, 3, 0}), FOVEA_ERROR_INPUT, "too large");
  expect(explain({black.data(), INT64_MIN, 10, 3, 0}), FOVEA_ERROR_USAGE, "at least 1x1");
}

TEST(CApiErrors, OptionsThatCannotBe) {
  const auto model = load_model(bundled());
  const auto create = [&](const fovea_session_options& options) {
    fovea_session* session = nullptr;
    const fovea_status status = fovea_session_create(model.get(), &options, &session);
    EXPECT_EQ(session, nullptr);
    return status;
  };
  expect(create(options_of("no-such-method")), FOVEA_ERROR_INPUT, "unknown method 'no-such-method'");
  expect(create(options_of("")), FOVEA_ERROR_INPUT, "empty");
  auto options = options_of("gradient", -1);
  expect(create(options), FOVEA_ERROR_INPUT, "options.batch is -1");
  for (const std::int32_t threads : {-1, 1025, 1000000000, INT32_MAX, INT32_MIN}) {
    options = options_of("gradient");
    options.threads = threads;
    expect(create(options), FOVEA_ERROR_INPUT, "options.threads is " + std::to_string(threads));
  }
  for (const std::int64_t many : {std::int64_t(65537), std::int64_t(1) << 32, INT64_MAX, INT64_MIN}) {
    const std::string found = " is " + std::to_string(many) + ", expected 0 to 65536";
    expect(create(options_of("gradient", many)), FOVEA_ERROR_INPUT, "options.batch" + found);
    options = options_of("gradient");
    options.height = many;
    expect(create(options), FOVEA_ERROR_INPUT, "options.height" + found);
    options = options_of("gradient");
    options.width = many;
    expect(create(options), FOVEA_ERROR_INPUT, "options.width" + found);
  }
  options = options_of("gradient");
  options.size = 8;
  expect(create(options), FOVEA_ERROR_USAGE, "options.size is 8");
  options = options_of("gradient");
  options.preprocessing = "imagenet";
  expect(create(options), FOVEA_ERROR_INPUT, "imagenet");
  options = options_of("gradient");
  options.height = 7;
  expect(create(options), FOVEA_ERROR_INPUT, "the height of the network's input is");
}

TEST(CApiErrors, SessionsThatCannotDoIt) {
  const auto model = load_model(bundled());
  const std::vector<std::uint8_t> black(300);
  const fovea_pixels pixels = {black.data(), 10, 10, 3, 0};
  for (const char* method : {static_cast<const char*>(nullptr), "grad-cam"}) {
    const auto session = make_session(model.get(), options_of(method));
    const Input input(describe(session.get()), 1);
    std::vector<float> gradient(input.values.size());
    expect(fovea_session_gradient(session.get(), input.values.data(), input.shape, nullptr, gradient.data(),
                                  gradient.size()),
           FOVEA_ERROR_USAGE, "not made for gradients");
    if (!method) {
      fovea_map* map = nullptr;
      expect(fovea_session_saliency(session.get(), &pixels, -1, &map), FOVEA_ERROR_USAGE, "scores only");
    }
  }
}

TEST(CApiErrors, ViewsAndFiles) {
  const auto model = load_model(bundled());
  const auto session = make_session(model.get(), options_of("gradient"));
  const std::vector<std::uint8_t> black(300);
  const fovea_pixels pixels = {black.data(), 10, 10, 3, 0};
  fovea_map* made = nullptr;
  ASSERT_EQ(fovea_session_saliency(session.get(), &pixels, -1, &made), FOVEA_OK) << fovea_last_error();
  const Owned<fovea_map> map(made);
  fovea_map_info info = {};
  ASSERT_EQ(fovea_map_describe(map.get(), &info), FOVEA_OK);
  std::vector<std::uint8_t> rgb(static_cast<std::size_t>(3 * info.height * info.width));
  expect(fovea_map_view(map.get(), FOVEA_VIEW_HEAT, "pink", rgb.data(), rgb.size()), FOVEA_ERROR_INPUT,
         "pink");
  expect(fovea_map_view(map.get(), static_cast<fovea_view>(3), nullptr, rgb.data(), rgb.size()),
         FOVEA_ERROR_USAGE, "view 3");
  expect(fovea_map_view(map.get(), FOVEA_VIEW_HEAT, nullptr, rgb.data(), 3), FOVEA_ERROR_USAGE, "rgb has 3");
  expect(fovea_map_values(map.get(), nullptr, 3), FOVEA_ERROR_USAGE, "values");
  fovea_image* image = nullptr;
  expect(fovea_image_read("no-such-picture.png", &image), FOVEA_ERROR_INPUT, "no-such-picture.png");
  expect(fovea_image_decode("no picture", 10, "a/1.jpg", &image), FOVEA_ERROR_INPUT, "a/1.jpg");
  expect(fovea_image_decode("", 0, "a/2.jpg", &image), FOVEA_ERROR_INPUT, "a/2.jpg");
  expect(fovea_image_decode(nullptr, 10, "a/1.jpg", &image), FOVEA_ERROR_USAGE, "bytes");
  expect(fovea_image_decode("no picture", 10, nullptr, &image), FOVEA_ERROR_USAGE, "name");
  expect(fovea_write_png("/no/such/folder/x.png", &pixels), FOVEA_ERROR_OUTPUT, "/no/such/folder/x.png");
}

TEST(CApiErrors, EachThreadHasItsOwnText) {
  fovea_model* model = nullptr;
  expect(fovea_model_load("mine.onnx", &model), FOVEA_ERROR_MODEL, "mine.onnx");
  std::thread([] { EXPECT_STREQ(fovea_last_error(), ""); }).join();
  EXPECT_NE(std::string(fovea_last_error()).find("mine.onnx"), std::string::npos);
}

}  // namespace
}  // namespace fovea::test
