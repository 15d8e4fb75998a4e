// Usage: example_saliency MODEL.onnx PHOTO OUT.png
// Says what the model sees in a photo and writes the map of the pixels it depends on, laid over the photo.
#include <fovea/display.hpp>
#include <fovea/error.hpp>
#include <fovea/saliency.hpp>

#include <cstdio>

int main(int argc, char** argv) {
  if (argc != 4) {
    std::fprintf(stderr, "usage: %s MODEL.onnx PHOTO OUT.png\n", argv[0]);
    return 2;
  }
  try {
    const fovea::Model model = fovea::Model::load(argv[1]);
    const auto preprocessing = model.preprocessing().value_or(fovea::preprocessing_preset("torchvision"));
    fovea::Session session(fovea::compile_for_pictures(model));  // scores and gradient of one picture

    const fovea::SaliencyMap map = fovea::saliency(session, fovea::read_image(argv[2]), preprocessing);
    std::printf("%s, probability %.3f\n", model.labels().name(map.target.index).c_str(),
                map.target.probability.value_or(0));
    fovea::write_png(argv[3], fovea::overlay(map.seen, fovea::to_grey(map.map, {}), "inferno"));
  } catch (const fovea::Error& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}
