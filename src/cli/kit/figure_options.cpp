#include "cli/kit/figure_options.hpp"

#include <filesystem>

namespace fovea::cli {

Option add_dpi_to(Command verb, std::optional<double>& dpi) {
  return verb
      .add_option(
          "--dpi", dpi,
          "resolution of figures in pixels per inch, in SVG and PDF that of their photos (default: 144, "
          "in SVG and PDF 300)")
      .check(between(24.0, 1200.0));
}

std::string display_name(const ModelOptions& model) {
  if (model.model.empty())
    return "the bundled network";
  const std::filesystem::path path(model.model);
  return path.extension() == ".onnx" ? path.stem().string() : path.filename().string();
}

}  // namespace fovea::cli
