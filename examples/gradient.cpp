// Usage: example_gradient MODEL.onnx CLASS
// The engine without pictures: a batch of two inputs, their scores of one class, and the derivative of each
// score with respect to its own input. A step along the derivative must raise the score.
#include <fovea/error.hpp>
#include <fovea/program.hpp>

#include <cstdio>
#include <cstdlib>

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fprintf(stderr, "usage: %s MODEL.onnx CLASS\n", argv[0]);
    return 2;
  }
  try {
    const fovea::Model model = fovea::Model::load(argv[1]);
    const auto program = fovea::Program::compile(model, {.batch = 2, .threads = 1});
    fovea::Session session(program);
    const std::int64_t target = std::atoll(argv[2]);
    const auto score = [&](std::int64_t n) {
      return session.output().data<float>()[static_cast<std::size_t>(n * program->classes() + target)];
    };

    // The first input is all zero, the second a ramp.
    auto x = session.input().data<float>();
    const std::size_t picture = x.size() / 2;
    for (std::size_t i = 0; i < picture; ++i)
      x[picture + i] = 2.0F * static_cast<float>(i) / static_cast<float>(picture) - 1.0F;

    session.seed_classes(std::vector<std::int64_t>{target, target});
    session.forward();
    const float before[] = {score(0), score(1)};
    session.backward();
    const auto gradient = session.gradient().data<float>();
    for (std::size_t i = 0; i < x.size(); ++i)
      x[i] += 0.1F * gradient[i];
    session.forward();
    for (std::int64_t n = 0; n < 2; ++n)
      std::printf("input %d: score %.4f, after a step along its gradient %.4f\n", static_cast<int>(n),
                  before[n], score(n));
    return score(0) > before[0] && score(1) > before[1] ? 0 : 1;
  } catch (const fovea::Error& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}
