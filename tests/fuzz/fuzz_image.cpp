// Fuzzes every decoder of pictures through read_image. Any exception but fovea::Error ends the process.
#include "fovea/error.hpp"
#include "fovea/image.hpp"
#include "fuzz/input_file.hpp"
#include "image/probe.hpp"

namespace {

/// Pictures of more pixels than this are left out: decoding them takes long and reaches no other code.
constexpr std::int64_t kMostPixels = 1 << 16;

void read(const std::string& path, std::string_view bytes) {
  const fovea::Probe probe = fovea::probe_image(bytes);
  if (probe.width * probe.height > kMostPixels)
    return;
  const fovea::Image image = fovea::read_image(path);
  const fovea::Image small = fovea::resize_short_side(image, 8);
  if (small.width <= 0 || small.pixels.size() != static_cast<std::size_t>(small.width * small.height * 3))
    throw fovea::InternalError("a picture and its sides differ");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const fovea::fuzz::InputFile file("picture");
  const std::string_view bytes = fovea::fuzz::text_of(data, size);
  try {
    read(file.hold(bytes), bytes);
  } catch (const fovea::Error&) {
  }
  return 0;
}
