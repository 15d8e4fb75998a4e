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

void add_map_display_to(Command verb, DisplayRange& range, std::string& colormap) {
  verb.add_option("--percentile", range.percentile,
                  "percentile of a map's values that is shown as white; 100: the maximum")
      .check(between(1.0, 100.0))
      .shows_default();
  verb.add_option("--colormap", colormap, "colour map that the page starts with; the page can change it")
      .check(one_of(colormap_names()))
      .shows_default();
}

std::string display_name(const ModelOptions& model) {
  if (model.model.empty())
    return "the bundled network";
  const std::filesystem::path path(model.model);
  return path.extension() == ".onnx" ? path.stem().string() : path.filename().string();
}

}  // namespace fovea::cli
