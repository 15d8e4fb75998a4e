#include "fovea/image.hpp"

#include "image/opencv_errors.hpp"
#include "image/pixels.hpp"
#include "image/text.hpp"

#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <cmath>
#include <optional>

namespace fovea {
namespace {

constexpr std::int64_t kMargin = 20;
constexpr std::int64_t kGap = 18;
constexpr std::int64_t kDefaultColumns = 4;
/// A picture wider than this many panel heights is scaled to that width instead.
constexpr std::int64_t kMaxAspect = 3;

/// Sizes of letters follow the size of the panels, within what can be read.
struct Styles {
  TextStyle heading;
  TextStyle title;
  TextStyle caption;
};

Styles styles_for(std::int64_t panel_height) {
  const std::int64_t line = std::clamp<std::int64_t>((panel_height + 8) / 13, 20, 44);
  Styles styles;
  styles.heading = {line * 5 / 4, Weight::Bold, {25, 25, 25}};
  styles.title = {line, Weight::Bold, {40, 40, 40}};
  styles.caption = {line * 9 / 10, Weight::Regular, {85, 85, 85}};
  return styles;
}

/// A panel made ready: its picture scaled, its labels cut into lines.
struct Cell {
  Image picture;
  std::vector<std::string> title;
  std::optional<ColourBar> bar;
  std::vector<std::string> caption;
};

/// The least length of a colour bar and its distance from the labels beside it.
constexpr std::int64_t kLeastBar = 40, kBarGap = 8;

std::int64_t height_of(const std::vector<std::string>& lines, const TextStyle& style) {
  return static_cast<std::int64_t>(lines.size()) * style.line_height;
}

bool is_empty(const Image& picture) {
  return picture.width == 0 && picture.height == 0 && picture.pixels.empty();
}

Image scale_picture(const Image& picture, std::int64_t panel_height) try {
  check_image(picture);
  check_size(panel_height, panel_height * kMaxAspect);
  std::int64_t height = panel_height;
  const std::int64_t max_width = panel_height * kMaxAspect;
  auto width = static_cast<std::int64_t>(
      std::llround(static_cast<double>(picture.width) * static_cast<double>(height) /
                   static_cast<double>(picture.height)));
  if (width > max_width) {
    height = std::max<std::int64_t>(1, picture.height * max_width / picture.width);
    width = max_width;
  }
  width = std::max<std::int64_t>(width, 1);
  const Image source = to_rgb(picture);
  if (width == source.width && height == source.height)
    return source;
  Image scaled = Image::blank(width, height, 3, 0);
  const cv::Mat from(static_cast<int>(source.height), static_cast<int>(source.width), CV_8UC3,
                     const_cast<std::uint8_t*>(source.pixels.data()));
  cv::Mat to(static_cast<int>(height), static_cast<int>(width), CV_8UC3, scaled.pixels.data());
  // Whole multiples of a small picture show its pixels as they are, as do very coarse maps; other
  // enlargements are smooth.
  const bool whole = width % source.width == 0 && height % source.height == 0;
  const int filter = height < source.height                 ? cv::INTER_AREA
                     : whole && height >= 4 * source.height ? cv::INTER_NEAREST
                                                            : cv::INTER_CUBIC;
  cv::resize(from, to, to.size(), 0, 0, filter);
  return scaled;
} catch (const cv::Exception& error) {
  rethrow_opencv(error);
}

void paste(Image& figure, const Image& picture, std::int64_t left, std::int64_t top) {
  constexpr std::uint8_t border = 205;
  for (std::int64_t y = -1; y <= picture.height; ++y)
    for (std::int64_t x = -1; x <= picture.width; ++x) {
      std::uint8_t* pixel = figure.at(left + x, top + y);
      const bool inside = x >= 0 && y >= 0 && x < picture.width && y < picture.height;
      if (inside)
        std::copy_n(picture.at(x, y), 3, pixel);
      else
        std::fill_n(pixel, 3, border);
    }
}

/// A row from `left` to `right`, a line high: what the lowest value is, the colours, what the highest is.
void draw_bar(Image& figure, std::int64_t left, std::int64_t right, std::int64_t top, const ColourBar& bar,
              const TextStyle& style) {
  const std::int64_t line = style.line_height;
  draw_text(figure, left, top, bar.low, style);
  draw_text(figure, right - text_width(bar.high, style), top, bar.high, style);
  const std::int64_t from = left + text_width(bar.low, style) + kBarGap,
                     to = right - text_width(bar.high, style) - kBarGap;
  Image ramp = Image::blank(std::max<std::int64_t>(to - from, 1), line / 2, 1, 0);
  for (std::int64_t y = 0; y < ramp.height; ++y)
    for (std::int64_t x = 0; x < ramp.width; ++x)
      *ramp.at(x, y) = static_cast<std::uint8_t>(x * 255 / std::max<std::int64_t>(ramp.width - 1, 1));
  paste(figure, colorize(ramp, bar.colormap), from, top + line / 4);
}

/// The width that a bar's row needs.
std::int64_t least_width(const ColourBar& bar, const TextStyle& style) {
  return text_width(bar.low, style) + text_width(bar.high, style) + 2 * kBarGap + kLeastBar;
}

void draw_lines(Image& figure, std::int64_t x, std::int64_t y, const std::vector<std::string>& lines,
                const TextStyle& style) {
  for (const std::string& line : lines) {
    draw_text(figure, x, y, line, style);
    y += style.line_height;
  }
}

/// Cells in rows of equal columns; all sizes in pixels.
struct Grid {
  std::vector<Cell> cells;
  std::vector<std::int64_t> widths;
  Styles styles;

  std::int64_t columns() const { return static_cast<std::int64_t>(widths.size()); }
  std::int64_t width() const {
    std::int64_t sum = kGap * (columns() - 1);
    for (const std::int64_t column : widths)
      sum += column;
    return sum;
  }
};

/// The tallest title, picture and labels below it of the row that begins with cell `first`.
struct RowHeights {
  std::int64_t title = 0;
  std::int64_t picture = 0;
  std::int64_t below = 0;  ///< a bar and a caption
  std::int64_t sum() const { return title + picture + below; }
};

std::int64_t bar_height(const Cell& cell, const Grid& grid) {
  return cell.bar ? grid.styles.caption.line_height + 6 : 0;
}

RowHeights measure_row(const Grid& grid, std::size_t first) {
  RowHeights row;
  const std::size_t last = std::min(first + grid.widths.size(), grid.cells.size());
  for (std::size_t i = first; i < last; ++i) {
    const Cell& cell = grid.cells[i];
    row.title = std::max(row.title, height_of(cell.title, grid.styles.title));
    row.picture = std::max(row.picture, cell.picture.height);
    row.below = std::max(row.below, bar_height(cell, grid) + height_of(cell.caption, grid.styles.caption));
  }
  row.title += row.title ? 4 : 0;
  row.below += row.below ? 6 : 0;
  return row;
}

Grid lay_out(const std::vector<Panel>& panels, std::int64_t columns, std::int64_t panel_height) {
  const auto count = static_cast<std::int64_t>(panels.size());
  if (columns <= 0)
    columns = kDefaultColumns;
  Grid grid;
  grid.styles = styles_for(panel_height);
  // Narrow pictures leave room for a few words beside them.
  grid.widths.assign(static_cast<std::size_t>(std::min(columns, count)), grid.styles.title.line_height * 7);
  for (std::size_t i = 0; i < panels.size(); ++i) {
    Cell cell;
    if (!is_empty(panels[i].image))
      cell.picture = scale_picture(panels[i].image, panel_height);
    std::int64_t& width = grid.widths[i % grid.widths.size()];
    width = std::max(width, cell.picture.width);
    if (panels[i].bar) {
      cell.bar = {panels[i].bar->colormap, to_drawable(panels[i].bar->low), to_drawable(panels[i].bar->high)};
      width = std::max(width, least_width(*cell.bar, grid.styles.caption));
    }
    grid.cells.push_back(std::move(cell));
  }
  for (std::size_t i = 0; i < panels.size(); ++i) {
    const std::int64_t width = grid.widths[i % grid.widths.size()];
    grid.cells[i].title = wrap_text(to_drawable(panels[i].title), width, grid.styles.title);
    grid.cells[i].caption = wrap_text(to_drawable(panels[i].caption), width, grid.styles.caption);
  }
  return grid;
}

void draw_row(Image& figure, const Grid& grid, std::size_t first, std::int64_t top,
              const RowHeights& heights) {
  std::int64_t left = kMargin;
  for (std::size_t column = 0; column < grid.widths.size() && first + column < grid.cells.size(); ++column) {
    const Cell& cell = grid.cells[first + column];
    // Titles stand on the picture's upper edge, whatever the number of their lines.
    const std::int64_t title_height = height_of(cell.title, grid.styles.title);
    draw_lines(figure, left, top + std::max<std::int64_t>(heights.title - 4 - title_height, 0), cell.title,
               grid.styles.title);
    if (!is_empty(cell.picture))
      paste(figure, cell.picture, left, top + heights.title);
    const std::int64_t below = top + heights.title + heights.picture + 6;
    if (cell.bar)
      draw_bar(figure, left, left + std::max(cell.picture.width, least_width(*cell.bar, grid.styles.caption)),
               below, *cell.bar, grid.styles.caption);
    draw_lines(figure, left, below + bar_height(cell, grid), cell.caption, grid.styles.caption);
    left += grid.widths[column] + kGap;
  }
}

}  // namespace

Image make_figure(const std::vector<Panel>& panels, const std::string& heading, std::int64_t columns,
                  std::int64_t panel_height) {
  const bool has_picture =
      std::any_of(panels.begin(), panels.end(), [](const Panel& panel) { return !is_empty(panel.image); });
  FOVEA_CHECK(has_picture, "a figure needs at least one panel with a picture");
  FOVEA_CHECK(panel_height >= 16 && panel_height <= 8192, "a panel height of {} pixels: expected 16 to 8192",
              panel_height);
  const Grid grid = lay_out(panels, columns, panel_height);
  const auto heading_lines = wrap_text(to_drawable(heading), grid.width(), grid.styles.heading);
  const std::int64_t heading_height =
      height_of(heading_lines, grid.styles.heading) + (heading_lines.empty() ? 0 : 10);

  std::int64_t height = 2 * kMargin + heading_height;
  for (std::size_t first = 0; first < grid.cells.size(); first += grid.widths.size())
    height += measure_row(grid, first).sum() + (first ? kGap : 0);
  Image figure = Image::blank(grid.width() + 2 * kMargin, height, 3, 255);
  draw_lines(figure, kMargin, kMargin, heading_lines, grid.styles.heading);
  std::int64_t top = kMargin + heading_height;
  for (std::size_t first = 0; first < grid.cells.size(); first += grid.widths.size()) {
    const RowHeights heights = measure_row(grid, first);
    draw_row(figure, grid, first, top, heights);
    top += heights.sum() + kGap;
  }
  return figure;
}

}  // namespace fovea
