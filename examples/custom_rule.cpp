// Usage: example_custom_rule MODEL.onnx PHOTO OUT.png
// A rule of one's own for the backward pass: at every ReLU the derivative of a softplus, 1 / (1 + exp(-beta
// x)), in place of the step from 0 to 1. The scores stay the network's, the map depends less on how its units
// happen to be split.
#include <fovea/error.hpp>
#include <fovea/explain.hpp>

#include <cmath>
#include <cstdio>

int main(int argc, char** argv) {
  if (argc != 4) {
    std::fprintf(stderr, "usage: %s MODEL.onnx PHOTO OUT.png\n", argv[0]);
    return 2;
  }
  try {
    constexpr double beta = 5;
    fovea::ExplainOptions options;
    options.program.rectifier_rule =
        fovea::RectifierRule{"softplus", [](double x, double dy) { return dy / (1 + std::exp(-beta * x)); }};
    fovea::Explainer explain(fovea::Model::load(argv[1]), options);
    for (const fovea::Note& note : explain.notes())
      std::printf("%s\n", to_string(note).c_str());

    const fovea::Explanation map = explain(fovea::read_image(argv[2]));
    std::printf("%s, probability %.3f\n", map.label.c_str(), map.probability);
    fovea::write_png(argv[3], map.overlay());
  } catch (const fovea::Error& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}
