#include "base/check.hpp"
#include "image/drawing.hpp"
#include "image/opencv_errors.hpp"

#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <cmath>

namespace fovea {
namespace {

/// OpenCV takes coordinates in 2^-kFraction pixels, of pixels' centres.
constexpr int kFraction = 4;

/// The strokes of a dashed line.
std::vector<std::vector<DrawnPoint>> cut(const std::vector<DrawnPoint>& points,
                                         const std::vector<double>& dashes) {
  std::vector<std::vector<DrawnPoint>> strokes;
  std::size_t dash = 0;
  double left = dashes[0];
  for (std::size_t i = 1; i < points.size(); ++i) {
    const DrawnPoint from = points[i - 1], to = points[i];
    const double length = std::hypot(to.x - from.x, to.y - from.y);
    const auto along = [&](double at) {
      return DrawnPoint{from.x + (to.x - from.x) * at / length, from.y + (to.y - from.y) * at / length};
    };
    for (double at = 0; at < length;) {
      // By comparison, not by what is left: that may be too little to move `at`.
      const bool dash_ends = at + left <= length;
      const double end = dash_ends ? at + left : length;
      if (dash % 2 == 0) {
        if (strokes.empty() || left == dashes[dash])
          strokes.push_back({along(at)});
        strokes.back().push_back(along(end));
      }
      left -= end - at;
      at = end;
      if (dash_ends) {
        dash = (dash + 1) % dashes.size();
        left = dashes[dash];
      }
    }
  }
  return strokes;
}

/// Lines and areas, on a canvas that is larger than the picture: averaged down, edges are smooth and lines of
/// any width.
class ShapePainter {
public:
  ShapePainter(cv::Mat& canvas, double scale) : canvas_(canvas), scale_(scale) {}

  void operator()(const DrawnLine& line) {
    if (line.dashes.empty())
      stroke(line.points, line);
    else
      for (const auto& dash : cut(line.points, line.dashes))
        stroke(dash, line);
  }

  void operator()(const DrawnArea& area) {
    const std::vector<std::vector<cv::Point>> outline = {to_canvas(area.outline)};
    if (area.opacity >= 1) {
      cv::fillPoly(canvas_, outline, colour(area.colour), cv::LINE_8, kFraction);
      return;
    }
    cv::Mat covered = canvas_.clone();
    cv::fillPoly(covered, outline, colour(area.colour), cv::LINE_8, kFraction);
    cv::addWeighted(covered, area.opacity, canvas_, 1 - area.opacity, 0, canvas_);
  }

  void operator()(const DrawnText&) {}

private:
  static cv::Scalar colour(const Colour& c) { return {double(c[0]), double(c[1]), double(c[2])}; }

  std::vector<cv::Point> to_canvas(const std::vector<DrawnPoint>& points) const {
    const auto fixed = [&](double at) {
      return static_cast<int>(std::lround((at * scale_ - 0.5) * (1 << kFraction)));
    };
    std::vector<cv::Point> pixels;
    for (const DrawnPoint& point : points)
      pixels.emplace_back(fixed(point.x), fixed(point.y));
    return pixels;
  }

  void stroke(const std::vector<DrawnPoint>& points, const DrawnLine& line) {
    const int width = std::max(1, static_cast<int>(std::lround(line.width * scale_)));
    cv::polylines(canvas_, std::vector<std::vector<cv::Point>>{to_canvas(points)}, false, colour(line.colour),
                  width, cv::LINE_8, kFraction);
  }

  cv::Mat& canvas_;
  double scale_;
};

void write(Image& image, const DrawnText& text, double scale) {
  TextStyle style = text.style;
  style.line_height = std::max<std::int64_t>(4, std::llround(static_cast<double>(style.line_height) * scale));
  const std::string drawable = to_drawable(text.text);
  const auto width = static_cast<double>(text_width(drawable, style));
  const double shift = text.anchor == Anchor::Left ? 0 : text.anchor == Anchor::Middle ? width / 2 : width;
  draw_text(image, std::llround(text.at.x * scale - shift), std::llround(text.at.y * scale), drawable, style);
}

}  // namespace

Image paint(const Drawing& drawing, double scale) try {
  FOVEA_CHECK(scale >= 0.25 && scale <= 4, "a plot at {} times its size: expected 0.25 to 4", scale);
  const auto width = static_cast<int>(std::ceil(drawing.width * scale));
  const auto height = static_cast<int>(std::ceil(drawing.height * scale));
  const int oversampling = scale <= 2 ? 4 : 2;
  cv::Mat canvas(height * oversampling, width * oversampling, CV_8UC3, cv::Scalar::all(255));
  ShapePainter painter(canvas, scale * oversampling);
  for (const auto& mark : drawing.marks)
    std::visit(painter, mark);
  Image image = Image::blank(width, height, 3, 255);
  cv::Mat pixels(height, width, CV_8UC3, image.pixels.data());
  cv::resize(canvas, pixels, pixels.size(), 0, 0, cv::INTER_AREA);
  for (const auto& mark : drawing.marks)
    if (const auto* text = std::get_if<DrawnText>(&mark))
      write(image, *text, scale);
  return image;
} catch (const cv::Exception& error) {
  rethrow_opencv(error);
}

}  // namespace fovea
