// Explains one picture with the installed library.
#include <fovea/fovea.hpp>

#include <cstdio>

int main(int argc, char** argv) {
  if (argc != 3)
    return 2;
  try {
    fovea::Explainer explain(fovea::Model::load(argv[1]));
    const fovea::Explanation found = explain(fovea::read_image(argv[2]));
    std::printf("%s %.3f, white %.3g\n", found.label.c_str(), found.probability, found.levels().white);
    return 0;
  } catch (const fovea::Error& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}
