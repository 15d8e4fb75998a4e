// Usage: example_explain, in a folder with the files net.onnx and cat.jpg
// Says what the network sees in the photo and writes the map of the pixels that it depends on, laid over it.
#include <fovea/fovea.hpp>

#include <iostream>

int main() {
  try {
    fovea::Explainer explain(fovea::Model::load("net.onnx"), {.method = "grad-cam"});
    fovea::Explanation e = explain(fovea::read_image("cat.jpg"));  // another class: {.target = 281}
    std::cout << e.label << ' ' << e.probability << '\n';
    fovea::write_png("cat.png", e.overlay());
  } catch (const fovea::Error& error) {
    std::cerr << error.what() << '\n';
    return 1;
  }
}
