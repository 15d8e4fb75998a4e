#include "image/text.hpp"

#include "base/check.hpp"
#include "image/opencv_errors.hpp"

#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <cmath>

namespace fovea {
namespace {

/// The stroke font is drawn this many times larger and averaged down, for smooth edges and strokes of any
/// width.
constexpr int kOversampling = 4;

struct Font {
  double scale;
  int thickness;
};

/// Hershey Simplex has capitals 21 units high, descenders of 7; at scale 1 a unit is a pixel.
Font font_of(const TextStyle& style) {
  const double capital = 0.52 * static_cast<double>(style.line_height) * kOversampling;
  const double stroke = style.weight == Weight::Bold ? 0.17 : 0.115;
  return {capital / 21, std::max(1, static_cast<int>(std::lround(stroke * capital)))};
}

struct Replacement {
  std::uint32_t first, last;
  const char* text;
};

/// By code point, ascending. Latin letters with accents lose them.
constexpr Replacement kReplacements[] = {
    {0xA0, 0xA0, " "},      {0xA1, 0xA1, "!"},       {0xAB, 0xAB, "\""},    {0xAD, 0xAD, "-"},
    {0xB0, 0xB0, " deg"},   {0xB1, 0xB1, "+/-"},     {0xB2, 0xB2, "2"},     {0xB3, 0xB3, "3"},
    {0xB4, 0xB4, "'"},      {0xB5, 0xB5, "u"},       {0xB7, 0xB7, "."},     {0xB9, 0xB9, "1"},
    {0xBB, 0xBB, "\""},     {0xC0, 0xC5, "A"},       {0xC6, 0xC6, "AE"},    {0xC7, 0xC7, "C"},
    {0xC8, 0xCB, "E"},      {0xCC, 0xCF, "I"},       {0xD0, 0xD0, "D"},     {0xD1, 0xD1, "N"},
    {0xD2, 0xD6, "O"},      {0xD7, 0xD7, "x"},       {0xD8, 0xD8, "O"},     {0xD9, 0xDC, "U"},
    {0xDD, 0xDD, "Y"},      {0xDF, 0xDF, "ss"},      {0xE0, 0xE5, "a"},     {0xE6, 0xE6, "ae"},
    {0xE7, 0xE7, "c"},      {0xE8, 0xEB, "e"},       {0xEC, 0xEF, "i"},     {0xF0, 0xF0, "d"},
    {0xF1, 0xF1, "n"},      {0xF2, 0xF6, "o"},       {0xF7, 0xF7, "/"},     {0xF8, 0xF8, "o"},
    {0xF9, 0xFC, "u"},      {0xFD, 0xFD, "y"},       {0xFF, 0xFF, "y"},     {0x100, 0x105, "a"},
    {0x106, 0x10D, "c"},    {0x10E, 0x111, "d"},     {0x112, 0x11B, "e"},   {0x11C, 0x123, "g"},
    {0x128, 0x131, "i"},    {0x139, 0x142, "l"},     {0x143, 0x148, "n"},   {0x14C, 0x151, "o"},
    {0x152, 0x152, "OE"},   {0x153, 0x153, "oe"},    {0x154, 0x159, "r"},   {0x15A, 0x161, "s"},
    {0x162, 0x167, "t"},    {0x168, 0x173, "u"},     {0x179, 0x17E, "z"},   {0x2000, 0x200A, " "},
    {0x200B, 0x200D, ""},   {0x2010, 0x2015, "-"},   {0x2018, 0x201B, "'"}, {0x201C, 0x201F, "\""},
    {0x2022, 0x2022, "-"},  {0x2026, 0x2026, "..."}, {0x202F, 0x202F, " "}, {0x2032, 0x2032, "'"},
    {0x2190, 0x2190, "<-"}, {0x2192, 0x2192, "->"},  {0x2212, 0x2212, "-"}, {0x2248, 0x2248, "~"},
    {0x2264, 0x2264, "<="}, {0x2265, 0x2265, ">="},  {0xFEFF, 0xFEFF, ""},
};

/// The code point at `offset`, which moves past it; 0xFFFD for bytes that are no UTF-8.
std::uint32_t next_code_point(std::string_view text, std::size_t& offset) {
  const auto lead = static_cast<std::uint8_t>(text[offset++]);
  if (lead < 0x80)
    return lead;
  const int more = lead >= 0xF0 && lead < 0xF8   ? 3
                   : lead >= 0xE0 && lead < 0xF0 ? 2
                   : lead >= 0xC2 && lead < 0xE0 ? 1
                                                 : 0;
  if (more == 0)
    return 0xFFFD;
  std::uint32_t code = lead & (0x3FU >> more);
  for (int i = 0; i < more; ++i) {
    if (offset >= text.size() || (static_cast<std::uint8_t>(text[offset]) & 0xC0) != 0x80)
      return 0xFFFD;
    code = code << 6 | (static_cast<std::uint8_t>(text[offset++]) & 0x3F);
  }
  return code;
}

/// The number of leading characters of `text` that fit into `width`, at least one.
std::size_t fitting_length(std::string_view text, std::int64_t width, const TextStyle& style) {
  std::size_t length = 1;
  while (length < text.size() && text_width(std::string(text.substr(0, length + 1)), style) <= width)
    ++length;
  return length;
}

void wrap_paragraph(std::string_view text, std::int64_t width, const TextStyle& style,
                    std::vector<std::string>& lines) {
  std::string line;
  while (true) {
    const auto first = text.find_first_not_of(' ');
    if (first == std::string_view::npos)
      break;
    text.remove_prefix(first);
    std::string_view word = text.substr(0, text.find(' '));
    text.remove_prefix(word.size());
    const std::string longer = line.empty() ? std::string(word) : line + ' ' + std::string(word);
    if (text_width(longer, style) <= width) {
      line = longer;
      continue;
    }
    if (!line.empty())
      lines.push_back(line);
    while (text_width(std::string(word), style) > width && word.size() > 1) {
      const std::size_t length = fitting_length(word, width, style);
      lines.emplace_back(word.substr(0, length));
      word.remove_prefix(length);
    }
    line = word;
  }
  lines.push_back(line);
}

}  // namespace

std::string to_drawable(std::string_view utf8) {
  std::string drawable;
  for (std::size_t offset = 0; offset < utf8.size();) {
    const std::uint32_t code = next_code_point(utf8, offset);
    if (code == '\n' || (code >= 32 && code < 127)) {
      drawable += static_cast<char>(code);
    } else if (code == '\t') {
      drawable += ' ';
    } else if (code != '\r') {
      const auto* found =
          std::find_if(std::begin(kReplacements), std::end(kReplacements),
                       [&](const Replacement& r) { return code >= r.first && code <= r.last; });
      drawable += found != std::end(kReplacements) ? found->text : "?";
    }
  }
  return drawable;
}

std::int64_t text_width(const std::string& text, const TextStyle& style) try {
  if (text.empty())
    return 0;
  const Font font = font_of(style);
  int baseline = 0;
  const cv::Size size =
      cv::getTextSize(text, cv::FONT_HERSHEY_SIMPLEX, font.scale, font.thickness, &baseline);
  return (size.width + font.thickness + kOversampling - 1) / kOversampling;
} catch (const cv::Exception& error) {
  rethrow_opencv(error);
}

std::vector<std::string> wrap_text(std::string_view drawable, std::int64_t width, const TextStyle& style) {
  std::vector<std::string> lines;
  while (!drawable.empty()) {
    const auto end = drawable.find('\n');
    wrap_paragraph(drawable.substr(0, end), width, style, lines);
    drawable.remove_prefix(end == std::string_view::npos ? drawable.size() : end + 1);
  }
  return lines;
}

void draw_text(Image& image, std::int64_t x, std::int64_t y, const std::string& text,
               const TextStyle& style) try {
  FOVEA_ASSERT(image.channels == 3);
  if (text.empty())
    return;
  const Font font = font_of(style);
  const auto width = static_cast<int>(text_width(text, style)) + 1;
  // Brackets and descenders of some letters reach a little over the line's box.
  const int spill = static_cast<int>(style.line_height) / 4 + 1;
  const int height = static_cast<int>(style.line_height) + 2 * spill;
  cv::Mat large(height * kOversampling, width * kOversampling, CV_8UC1, cv::Scalar(0));
  const int baseline =
      spill * kOversampling +
      static_cast<int>(std::lround(0.72 * kOversampling * static_cast<double>(style.line_height)));
  cv::putText(large, text, {font.thickness / 2, baseline}, cv::FONT_HERSHEY_SIMPLEX, font.scale,
              cv::Scalar(255), font.thickness, cv::LINE_AA);
  cv::Mat ink;
  cv::resize(large, ink, {width, height}, 0, 0, cv::INTER_AREA);
  for (int row = 0; row < height; ++row)
    for (int column = 0; column < width; ++column) {
      const std::int64_t to_x = x + column;
      const std::int64_t to_y = y + row - spill;
      if (to_x < 0 || to_y < 0 || to_x >= image.width || to_y >= image.height)
        continue;
      const int cover = ink.at<std::uint8_t>(row, column);
      std::uint8_t* pixel = image.at(to_x, to_y);
      for (std::size_t c = 0; c < 3; ++c)
        pixel[c] =
            static_cast<std::uint8_t>((pixel[c] * (255 - cover) + style.colour[c] * cover + 127) / 255);
    }
} catch (const cv::Exception& error) {
  rethrow_opencv(error);
}

}  // namespace fovea
