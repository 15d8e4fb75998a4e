// Includes every public header and explains one picture with the installed library.
#include <fovea/class_model.hpp>
#include <fovea/classify.hpp>
#include <fovea/display.hpp>
#include <fovea/error.hpp>
#include <fovea/framing.hpp>
#include <fovea/image.hpp>
#include <fovea/labels.hpp>
#include <fovea/model.hpp>
#include <fovea/npy.hpp>
#include <fovea/preprocessing.hpp>
#include <fovea/program.hpp>
#include <fovea/saliency.hpp>
#include <fovea/tensor.hpp>

#include <cstdio>

int main(int argc, char** argv) {
  if (argc != 3)
    return 2;
  try {
    const fovea::Model model = fovea::Model::load(argv[1]);
    fovea::Session session(fovea::Program::compile(model));
    const fovea::SaliencyMap map =
        fovea::saliency(session, fovea::read_image(argv[2]), model.preprocessing().value());
    std::printf("%s %.3f, white %.3g\n", model.labels().name(map.target.index).c_str(),
                map.target.probability.value_or(0), fovea::white_level(map.map, {}));
    return 0;
  } catch (const fovea::Error& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}
