// Usage: example_adversarial MODEL.onnx PHOTO CLASS OUT.png
// The gradient as plain numbers for an optimisation of one's own: a few steps up the score of another class,
// each pixel kept within 8 of 255 of what it was (projected gradient ascent), until the network sees that
// class. Exit code 1 when it does not: some networks are trained to resist.
#include <fovea/classify.hpp>
#include <fovea/error.hpp>
#include <fovea/image.hpp>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <vector>

namespace {

double probability(const fovea::Session& session, std::int64_t target) {
  const auto scores = session.output().data<float>();
  const std::vector<double> wide(scores.begin(), scores.end());
  return session.program().head().probabilities(wide).at(static_cast<std::size_t>(target));
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 5) {
    std::fprintf(stderr, "usage: %s MODEL.onnx PHOTO CLASS OUT.png\n", argv[0]);
    return 2;
  }
  try {
    const fovea::Model model = fovea::Model::load(argv[1]);
    const auto preprocessing = model.preprocessing().value_or(fovea::preprocessing_preset("torchvision"));
    fovea::Session session(fovea::compile_for_pictures(model));
    const std::int64_t target = model.labels().find(argv[3], session.program().classes());

    // The input is [1, channels, height, width]; one level of a pixel, 1/255 of its range, is `level` there
    // (by the deviation of red, which those of green and blue are close to).
    const fovea::Shape& shape = session.input().shape();
    const std::int64_t channels = shape[1], height = shape[2], width = shape[3];
    const fovea::Image photo = fovea::resize_short_side(fovea::read_image(argv[2]), std::max(height, width));
    const fovea::Image seen = fovea::crop(photo, fovea::centre_rect(photo, width, height));
    std::vector<float> x(static_cast<std::size_t>(shape.elements()));
    fovea::normalize(seen, preprocessing, channels, x.data());
    const std::vector<float> original = x;
    const auto level = static_cast<float>(preprocessing.scale / preprocessing.std[0]);

    double reached = 0;
    for (int step = 0; step <= 40 && reached < 0.5; ++step) {
      std::copy(x.begin(), x.end(), session.input().data<float>().begin());
      session.forward();
      reached = probability(session, target);
      std::printf("step %2d: probability of %s %.4f\n", step, model.labels().name(target).c_str(), reached);
      session.seed_classes(std::vector<std::int64_t>{target});
      session.backward();
      const auto gradient = session.gradient().data<float>();  // d(score)/dx, in the shape of the input
      for (std::size_t i = 0; i < x.size(); ++i)
        x[i] = std::clamp(x[i] + std::copysign(level, gradient[i]), original[i] - 8 * level,
                          original[i] + 8 * level);
    }
    fovea::write_png(argv[4], fovea::denormalize(x.data(), preprocessing, channels, width, height));
    return reached < 0.5 ? 1 : 0;
  } catch (const fovea::Error& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}
