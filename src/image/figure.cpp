#include "image/figure.hpp"

#include "base/check.hpp"
#include "image/pixels.hpp"

#include <algorithm>
#include <cmath>

namespace fovea {
namespace {

constexpr double kMargin = 20, kGap = 18;
constexpr std::int64_t kDefaultColumns = 4;
/// A picture wider than this many panel heights is scaled to that width instead.
constexpr double kMaxAspect = 3;
/// The space between a title and its picture, a picture and what is below it, and heading and panels.
constexpr double kTitleGap = 5, kBelowPicture = 6, kHeadingGap = 14;
/// More lines of a text than these end in an ellipsis.
constexpr int kHeadingLines = 3, kDetailLines = 4, kTitleLines = 3, kCaptionLines = 8;

/// Sizes of letters follow the size of the panels, within what can be read.
struct Styles {
  TextStyle heading, details, title, caption;
};

Styles styles_for(double panel_height) {
  const double base = std::clamp(0.042 * panel_height, 12.0, 28.0);
  return {{1.4 * base, Weight::Bold, {25, 25, 25}},
          {base, Weight::Regular, {70, 70, 70}},
          {1.1 * base, Weight::Bold, {40, 40, 40}},
          {0.95 * base, Weight::Regular, {75, 75, 75}}};
}

bool is_empty(const Image& picture) {
  return picture.width == 0 && picture.height == 0 && picture.pixels.empty();
}

/// A text in a box, not yet placed.
struct Block {
  DrawnText text;
  TextSize size;

  Block() = default;
  explicit Block(DrawnText drawn) : text(std::move(drawn)), size(measure(text)) {}
};

Block block_of(const std::string& text, const TextStyle& style, double width, int most_lines) {
  return Block({{}, text, style, Anchor::Left, width, most_lines});
}

void place(Drawing& drawing, const Block& block, DrawnPoint at) {
  if (block.text.text.empty())
    return;
  DrawnText text = block.text;
  text.at = at;
  drawing.marks.push_back(std::move(text));
}

/// A colour bar's texts, which stand below it.
struct Bar {
  std::string colormap;
  Block low, middle, high;
  double height = 0;  ///< of the colours alone
};

constexpr double kBarLabelGap = 3, kBelowBar = 8, kBetweenBarLabels = 14;

Bar bar_of(const ColourBar& bar, const TextStyle& style) {
  const auto label = [&style](const std::string& text, Anchor anchor) {
    return Block({{}, text, style, anchor});
  };
  return {bar.colormap, label(bar.low, Anchor::Left), label(bar.middle, Anchor::Middle),
          label(bar.high, Anchor::Right), std::round(0.7 * style.size)};
}

double least_width(const Bar& bar) {
  const double side = std::max(bar.low.size.width, bar.high.size.width);
  return bar.middle.text.text.empty() ? bar.low.size.width + bar.high.size.width + kBetweenBarLabels
                                      : 2 * (side + kBetweenBarLabels) + bar.middle.size.width;
}

double height_of(const Bar& bar) {
  return bar.height + kBarLabelGap +
         std::max({bar.low.size.height, bar.middle.size.height, bar.high.size.height}) + kBelowBar;
}

void place(Drawing& drawing, const Bar& bar, DrawnPoint at, double width) {
  Image ramp = Image::blank(256, 1, 1, 0);
  for (std::int64_t x = 0; x < ramp.width; ++x)
    *ramp.at(x, 0) = static_cast<std::uint8_t>(x);
  drawing.marks.push_back(DrawnPicture{at, width, bar.height, colorize(ramp, bar.colormap)});
  const double top = at.y + bar.height + kBarLabelGap;
  place(drawing, bar.low, {at.x, top});
  place(drawing, bar.middle, {at.x + width / 2, top});
  place(drawing, bar.high, {at.x + width, top});
}

/// A panel made ready: its picture's size and its texts.
struct Cell {
  const Image* picture = nullptr;
  double width = 0, height = 0;  ///< of the picture
  Block title, caption;
  std::optional<Bar> bar;
};

void size_picture(Cell& cell, const Image& picture, double panel_height) {
  check_image(picture);
  cell.picture = &picture;
  cell.height = panel_height;
  cell.width =
      std::round(static_cast<double>(picture.width) * panel_height / static_cast<double>(picture.height));
  if (cell.width > panel_height * kMaxAspect) {
    cell.width = panel_height * kMaxAspect;
    cell.height =
        std::floor(static_cast<double>(picture.height) * cell.width / static_cast<double>(picture.width));
  }
  cell.width = std::max(cell.width, 1.0);
  cell.height = std::max(cell.height, 1.0);
}

/// Cells in rows of equal columns.
struct Grid {
  std::vector<Cell> cells;
  std::vector<double> widths;
  Styles styles;

  double width() const {
    double sum = kGap * static_cast<double>(widths.size() - 1);
    for (const double column : widths)
      sum += column;
    return sum;
  }
};

/// The heights of a row's parts, common to its cells so that pictures stand side by side.
struct RowHeights {
  double title = 0, picture = 0, below = 0;
  double sum() const { return title + picture + below; }
};

RowHeights measure_row(const Grid& grid, std::size_t first) {
  RowHeights heights;
  for (std::size_t i = first; i < std::min(first + grid.widths.size(), grid.cells.size()); ++i) {
    const Cell& cell = grid.cells[i];
    heights.title = std::max(heights.title, cell.title.size.height);
    heights.picture = std::max(heights.picture, cell.height);
    const double below = (cell.bar ? height_of(*cell.bar) : 0) + cell.caption.size.height;
    heights.below = std::max(heights.below, below > 0 ? kBelowPicture + below : 0);
  }
  heights.title = heights.title > 0 ? std::ceil(heights.title) + kTitleGap : 0;
  heights.below = std::ceil(heights.below);
  return heights;
}

Grid lay_out_cells(const Figure& figure) {
  const auto count = static_cast<std::int64_t>(figure.panels.size());
  const std::int64_t columns = figure.columns > 0 ? figure.columns : kDefaultColumns;
  const auto panel_height = static_cast<double>(figure.panel_height);
  Grid grid;
  grid.styles = styles_for(panel_height);
  // Narrow pictures leave room for a few words beside them.
  grid.widths.assign(static_cast<std::size_t>(std::min(columns, count)),
                     std::round(7 * grid.styles.title.size));
  for (std::size_t i = 0; i < figure.panels.size(); ++i) {
    const Panel& panel = figure.panels[i];
    Cell cell;
    if (!is_empty(panel.image))
      size_picture(cell, panel.image, panel_height);
    double& width = grid.widths[i % grid.widths.size()];
    width = std::max(width, cell.width);
    if (panel.bar) {
      cell.bar = bar_of(*panel.bar, grid.styles.caption);
      width = std::max(width, std::ceil(least_width(*cell.bar)));
    }
    grid.cells.push_back(std::move(cell));
  }
  for (std::size_t i = 0; i < figure.panels.size(); ++i) {
    const double width = grid.widths[i % grid.widths.size()];
    grid.cells[i].title = block_of(figure.panels[i].title, grid.styles.title, width, kTitleLines);
    grid.cells[i].caption = block_of(figure.panels[i].caption, grid.styles.caption, width, kCaptionLines);
  }
  return grid;
}

void draw_row(Drawing& drawing, const Grid& grid, std::size_t first, double top, const RowHeights& heights) {
  double left = kMargin;
  for (std::size_t column = 0; column < grid.widths.size() && first + column < grid.cells.size(); ++column) {
    const Cell& cell = grid.cells[first + column];
    // Titles stand on the picture's upper edge, whatever the number of their lines.
    place(drawing, cell.title, {left, top + heights.title - kTitleGap - cell.title.size.height});
    if (cell.picture)
      drawing.marks.push_back(
          DrawnPicture{{left, top + heights.title}, cell.width, cell.height, *cell.picture});
    double below = top + heights.title + heights.picture + kBelowPicture;
    if (cell.bar) {
      place(drawing, *cell.bar, {left, below}, std::max(cell.width, std::ceil(least_width(*cell.bar))));
      below += height_of(*cell.bar);
    }
    place(drawing, cell.caption, {left, below});
    left += grid.widths[column] + kGap;
  }
}

}  // namespace

Drawing lay_out(const Figure& figure) {
  const bool has_picture = std::any_of(figure.panels.begin(), figure.panels.end(),
                                       [](const Panel& panel) { return !is_empty(panel.image); });
  FOVEA_CHECK(has_picture, "a figure needs at least one panel with a picture");
  FOVEA_CHECK(figure.panel_height >= 16 && figure.panel_height <= 8192,
              "a panel height of {}: expected 16 to 8192", figure.panel_height);
  const Grid grid = lay_out_cells(figure);
  Drawing drawing;
  drawing.title = figure.heading;
  drawing.width = grid.width() + 2 * kMargin;
  const Block heading = block_of(figure.heading, grid.styles.heading, grid.width(), kHeadingLines);
  const Block details = block_of(figure.details, grid.styles.details, grid.width(), kDetailLines);
  place(drawing, heading, {kMargin, kMargin});
  place(drawing, details, {kMargin, kMargin + heading.size.height});
  const double head = std::ceil(heading.size.height + details.size.height);
  double top = kMargin + head + (head > 0 ? kHeadingGap : 0);
  for (std::size_t first = 0; first < grid.cells.size(); first += grid.widths.size()) {
    const RowHeights heights = measure_row(grid, first);
    top += first > 0 ? kGap : 0;
    draw_row(drawing, grid, first, top, heights);
    top += heights.sum();
  }
  drawing.height = top + kMargin;
  return drawing;
}

}  // namespace fovea
