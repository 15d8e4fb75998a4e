// Usage: example_explain, in a folder with the files net.onnx and cat.jpg
// Says what the network sees in the photo and writes the map of the pixels that it depends on, laid over it.
// A file that cannot be used ends it by a fovea::Error, which says why; the other examples catch it.
#include <fovea/fovea.hpp>
#include <iostream>

int main() {
  fovea::Explainer explain(fovea::Model::load("net.onnx"), {.method = "grad-cam"});
  fovea::Explanation e = explain(fovea::read_image("cat.jpg"));  // another class: {.target = 281}
  std::cout << e.label << ' ' << e.probability << '\n';
  fovea::write_png("cat.png", e.overlay());
}
