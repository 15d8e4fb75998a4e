#pragma once

#include "image/cairo_library.hpp"
#include "image/drawing.hpp"

namespace fovea {

/// A drawing with its pictures scaled for one resolution, ready to be rendered. Making it takes the most time
/// and needs no lock.
class PreparedDrawing {
public:
  /// Keeps a reference to the drawing. `dpi` is that of all pictures of a raster, which are aligned to its
  /// pixels, and of vector formats the largest that pictures have. InputError unless 24 <= dpi <= 1200.
  PreparedDrawing(const Drawing& drawing, double dpi, bool is_raster);
  /// Draws all marks on white. The drawing mutex must be held. InternalError where Cairo fails.
  void render(cairo_t* context) const;

private:
  /// A picture as Cairo takes it, and where it stands, in units.
  struct Scaled {
    CairoPointer<cairo_surface_t> surface;
    double columns = 0, rows = 0;  ///< its pixels
    double left = 0, top = 0, width = 0, height = 0;
    bool has_sharp_pixels = false;
  };
  Scaled prepare(const DrawnPicture& picture) const;
  void draw(cairo_t* context, const Scaled& picture) const;

  const Drawing& drawing_;
  double dpi_;
  bool is_raster_;
  std::vector<Scaled> pictures_;  ///< in the order of the marks
};

/// InternalError that tells Cairo's reason.
void check_cairo(cairo_status_t status);

}  // namespace fovea
