// Usage: example_class_model MODEL.onnx CLASS OUT.png
// The picture that excites a class most, by gradient ascent from the mean colour.
#include <fovea/error.hpp>
#include <fovea/features.hpp>

#include <cstdio>

int main(int argc, char** argv) {
  if (argc != 4) {
    std::fprintf(stderr, "usage: %s MODEL.onnx CLASS OUT.png\n", argv[0]);
    return 2;
  }
  try {
    const fovea::Model model = fovea::Model::load(argv[1]);
    const auto preprocessing = model.preprocessing().value_or(fovea::preprocessing_preset("torchvision"));
    const auto program =
        fovea::compile_for_pictures(model, {.final_relu = fovea::ProgramOptions::FinalRelu::Remove});
    fovea::Session session(program);

    fovea::ClassModelOptions options;
    options.target_class = model.labels().find(argv[2], program->classes());
    const fovea::ClassModel result =
        fovea::class_model(session, preprocessing, options, [](const fovea::ClassModelProgress& progress) {
          if (progress.step % 50 == 0)
            std::printf("step %d: score %.2f\n", progress.step, progress.score);
          return true;
        });
    fovea::write_png(argv[3], fovea::to_image(result.input, preprocessing, fovea::ClassModelDisplay::Fitted));
  } catch (const fovea::Error& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}
