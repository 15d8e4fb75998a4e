// Usage: example_custom_rule MODEL.onnx PHOTO OUT.png
// A custom rule for the backward pass: at every ReLU the derivative of a softplus, 1 / (1 + exp(-beta x)),
// in place of the step from 0 to 1. The scores stay the network's, the map depends less on how its units
// happen to be split.
#include <fovea/display.hpp>
#include <fovea/error.hpp>
#include <fovea/saliency.hpp>

#include <cmath>
#include <cstdio>

int main(int argc, char** argv) {
  if (argc != 4) {
    std::fprintf(stderr, "usage: %s MODEL.onnx PHOTO OUT.png\n", argv[0]);
    return 2;
  }
  try {
    const fovea::Model model = fovea::Model::load(argv[1]);
    const auto preprocessing = model.preprocessing().value_or(fovea::preprocessing_preset("torchvision"));

    constexpr double beta = 5;
    fovea::ProgramOptions options;
    options.rectifier_rule =
        fovea::RectifierRule{"softplus", [](double x, double dy) { return dy / (1 + std::exp(-beta * x)); }};
    const auto program = fovea::MapProgram::compile(model, preprocessing, "gradient", options);
    for (const std::string& note : program->notes())
      std::printf("%s\n", note.c_str());

    fovea::MapSession session(program);
    const fovea::SaliencyMap map = fovea::saliency(session, fovea::read_image(argv[2]), preprocessing);
    std::printf("%s, probability %.3f\n", model.labels().name(map.target.index).c_str(),
                map.target.probability.value_or(0));
    fovea::write_png(argv[3], fovea::overlay(map.seen, fovea::to_grey(map.map, {}), "inferno"));
  } catch (const fovea::Error& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}
