#include "base/check.hpp"
#include "base/failure.hpp"
#include "fovea/evaluate_localization.hpp"

#include <algorithm>
#include <chrono>
#include <filesystem>

namespace fovea {
namespace {

namespace fs = std::filesystem;

/// Adds the time of its life to a stage.
class Stopwatch {
public:
  explicit Stopwatch(double& seconds) : seconds_(seconds) {}
  ~Stopwatch() {
    seconds_ += std::chrono::duration<double>(std::chrono::steady_clock::now() - begin_).count();
  }
  Stopwatch(const Stopwatch&) = delete;
  Stopwatch& operator=(const Stopwatch&) = delete;

private:
  double& seconds_;
  std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
};

/// The true boxes as far as they lie in the picture.
void clip_truth(ImageResult& result, const AnnotatedImage& image) {
  const auto width = static_cast<double>(result.width), height = static_cast<double>(result.height);
  for (const RealBox& box : image.boxes) {
    const RealBox inside{std::max(box.x0, 0.0), std::max(box.y0, 0.0), std::min(box.x1, width),
                         std::min(box.y1, height)};
    // A pixel is the difference between counting from 0 and from 1, which ILSVRC's files mix.
    if (box.x0 < -1 || box.y0 < -1 || box.x1 > width + 1 || box.y1 > height + 1)
      ++result.clipped;
    if (!inside.empty())
      result.truth.push_back(inside);
  }
  FOVEA_CHECK(!result.truth.empty(), "none of its {} true boxes lies in the picture of {} x {}",
              image.boxes.size(), result.width, result.height);
}

/// The picture; turns `image` upright with it.
Image read_picture(ImageResult& result, AnnotatedImage& image, const std::string& folder) {
  const Stopwatch watch(result.seconds.read);
  const std::string path = picture_path(folder, image.name);
  Image photo = read_image(path);
  result.width = photo.width;
  result.height = photo.height;
  if (turn_upright(image, path, photo.width, photo.height))
    result.note = "the true boxes were drawn on the stored picture and are turned upright with it";
  return photo;
}

/// The boxes of one photo, class by class.
class Boxes {
public:
  Boxes(Explainer& explain, const FramedPhoto& photo, const LocalizationProtocol& protocol,
        ImageResult& result)
      : explain_(explain), photo_(photo), protocol_(protocol), result_(result) {}

  /// Empty where the class has none.
  Box of(std::int64_t class_index) {
    try {
      const std::vector<Explanation> explanations = explanations_of(class_index);
      std::vector<Tensor> maps;
      for (const Explanation& explanation : explanations)
        maps.push_back(explanation.map);
      const Stopwatch watch(result_.seconds.segment);
      if (class_index == result_.class_index)
        result_.level_hits = box_hits(maps.front(), explanations.front().region, result_.truth);
      return localize(photo_.photo(), maps, protocol_.localize).box;
    } catch (const InputError& error) {
      result_.note +=
          fmt::format("{}class {}: {}", result_.note.empty() ? "" : "; ", class_index, error.what());
      return {};
    }
  }

private:
  std::vector<Explanation> explanations_of(std::int64_t class_index) {
    const Stopwatch watch(result_.seconds.maps);
    return explain_.all(photo_, {.target = class_index});
  }

  Explainer& explain_;
  const FramedPhoto& photo_;
  const LocalizationProtocol& protocol_;
  ImageResult& result_;
};

FramedPhoto framed(Explainer& explain, Image photo, ImageResult& result) {
  const Stopwatch watch(result.seconds.classify);
  return explain.frame(std::move(photo));
}

void find_boxes(ImageResult& result, Explainer& explain, Image picture,
                const LocalizationProtocol& protocol) {
  const FramedPhoto photo = framed(explain, std::move(picture), result);
  for (const Prediction& guess : top_k(photo.scores(), 5))
    result.guesses.push_back({guess.index, guess.probability.value_or(guess.score), std::nullopt});
  Boxes boxes(explain, photo, protocol, result);
  for (std::size_t i = 0; i < result.guesses.size() && static_cast<std::int64_t>(i) < protocol.guesses; ++i) {
    ClassGuess& guess = result.guesses[i];
    guess.box = boxes.of(guess.class_index);
    if (guess.class_index == result.class_index)
      result.known_box = guess.box;
  }
  if (!result.known_box)
    result.known_box = boxes.of(result.class_index);
}

}  // namespace

std::string picture_path(const std::string& folder, const std::string& name) {
  const std::string path = (fs::path(folder) / name).string();
  std::error_code ignored;
  if (fs::exists(path, ignored))
    return path;
  for (const char* ending :
       {".JPEG", ".jpeg", ".jpg", ".JPG", ".png", ".PNG", ".webp", ".bmp", ".tif", ".tiff", ".ppm"})
    if (fs::exists(path + ending, ignored))
      return path + ending;
  throw InputError("there is no such picture", path);
}

ImageResult evaluate_image(Explainer& explain, const AnnotatedImage& image, const std::string& folder,
                           const LocalizationProtocol& protocol) {
  FOVEA_CHECK(protocol.guesses >= 0 && protocol.guesses <= 5, "boxes for {} guesses: expected 0 to 5",
              protocol.guesses);
  FOVEA_CHECK(explain.crops() != Crops::One,
              "the map of the centre crop does not cover the photo: take the whole photo or ten crops");
  ImageResult result;
  result.name = image.name;
  result.wordnet_id = image.wordnet_id;
  result.class_index = image.class_index;
  try {
    if (!image.usable())
      throw InputError(image.error);
    FOVEA_CHECK(image.class_index >= 0 && image.class_index < explain.program().classes(),
                "the network has no class {}", image.class_index);
    AnnotatedImage upright = image;
    Image photo = read_picture(result, upright, folder);
    clip_truth(result, upright);
    find_boxes(result, explain, std::move(photo), protocol);
  } catch (const InputError& error) {
    result.error = error.what();
  } catch (const std::exception&) {
    result.error = failure_text(std::current_exception(), image.name);
  }
  if (result.failed()) {
    result.guesses.clear();
    result.known_box.reset();
    result.level_hits.reset();
    result.note.clear();
  }
  return result;
}

}  // namespace fovea
