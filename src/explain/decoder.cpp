#include "explain/decoder.hpp"

#include "base/check.hpp"
#include "fovea/segment.hpp"

#include <algorithm>
#include <cmath>

namespace fovea {
namespace {

/// A cell of the grids of strides 8, 16 and 32, rows first.
struct Cell {
  std::int64_t column, row, stride;
};

Cell cell_of(const InputSize& input, std::int64_t number) {
  for (std::int64_t stride = 8;; stride *= 2) {
    const std::int64_t columns = input.width / stride, cells = columns * (input.height / stride);
    if (number < cells || stride == 32)
      return {number % columns, number / columns, stride};
    number -= cells;
  }
}

/// A name as Target takes it.
std::string quoted(const std::string& name) {
  return name.find('\'') == std::string::npos ? "'" + name + "'" : "\"" + name + "\"";
}

/// The numbers of one candidate.
class Numbers {
public:
  Numbers(const Tensor& tensor, bool rows, std::int64_t candidate)
      : data_(tensor.data<float>()),
        first_(static_cast<std::size_t>(rows ? candidate * tensor.shape()[2] : candidate)),
        step_(static_cast<std::size_t>(rows ? 1 : tensor.shape()[2])) {}
  double operator[](std::int64_t i) const {
    const double value = data_[first_ + static_cast<std::size_t>(i) * step_];
    FOVEA_CHECK(std::isfinite(value), "an output of the detector holds a value that is not finite");
    return value;
  }

private:
  std::span<const float> data_;
  std::size_t first_, step_;
};

double sigmoid(double x) {
  return 1 / (1 + std::exp(-x));
}

/// The largest of the classes' probabilities, the first of equal ones.
std::pair<std::int64_t, double> best_class(const FittedDecoder& fitted, const Numbers& numbers) {
  const Decoder& decoder = *fitted.decoder;
  const std::int64_t first = decoder.layout != CandidateLayout::Apart ? (decoder.has_objectness ? 5 : 4)
                             : decoder.classes == ClassNumbers::NothingFirst ? 1
                                                                             : 0;
  std::int64_t best = 0;
  for (std::int64_t c = 1; c < fitted.classes(); ++c)
    if (numbers[first + c] > numbers[first + best])
      best = c;
  const double value = numbers[first + best];
  switch (decoder.classes) {
  case ClassNumbers::Probabilities:
    return {best, decoder.has_objectness ? numbers[4] * value : value};
  case ClassNumbers::NothingFirst:
    return {best, value};
  case ClassNumbers::Logits:
    return {best, sigmoid(value)};
  case ClassNumbers::SoftmaxNothingLast:
    break;
  }
  const double largest = std::max(value, numbers[fitted.classes()]);
  double sum = 0;
  for (std::int64_t c = 0; c <= fitted.classes(); ++c)
    sum += std::exp(numbers[c] - largest);
  return {best, std::exp(value - largest) / sum};
}

RealBox box_of(const FittedDecoder& fitted, const Numbers& n, std::int64_t candidate) {
  double a = n[0], b = n[1], c = n[2], d = n[3];
  if (fitted.decoder->has_grid_boxes) {
    const Cell cell = cell_of(fitted.input, candidate);
    const auto stride = static_cast<double>(cell.stride);
    a = (a + static_cast<double>(cell.column)) * stride;
    b = (b + static_cast<double>(cell.row)) * stride;
    c = std::exp(c) * stride;
    d = std::exp(d) * stride;
  } else if (fitted.boxes == BoxForm::CentreFractions || fitted.boxes == BoxForm::CornersFractions) {
    a *= static_cast<double>(fitted.input.width);
    b *= static_cast<double>(fitted.input.height);
    c *= static_cast<double>(fitted.input.width);
    d *= static_cast<double>(fitted.input.height);
  }
  if (!fitted.decoder->has_grid_boxes &&
      (fitted.boxes == BoxForm::CornersPixels || fitted.boxes == BoxForm::CornersFractions))
    return {a, b, c, d};
  return {a - c / 2, b - d / 2, a + c / 2, b + d / 2};
}

[[noreturn]] void refuse_values(const FittedDecoder& fitted, const std::string& what) {
  throw InputError(
      fmt::format("decoder '{}' {}{}", fitted.decoder->info.name, what, try_text(fitted.others)));
}

/// Probabilities may be rounded by float16.
void check_probability(const FittedDecoder& fitted, double value) {
  constexpr double kRounding = 2e-3;
  if (value < -kRounding || value > 1 + kRounding)
    refuse_values(fitted, fmt::format("gives a score of {:.4g}, but scores are 0 to 1", value));
}

bool is_inverted(const RealBox& box) {
  return box.x1 < box.x0 || box.y1 < box.y0;
}

void check_box(const FittedDecoder& fitted, const RealBox& box) {
  const std::string text = fmt::format("gives a box with x {:.4g} to {:.4g} and y {:.4g} to {:.4g}", box.x0,
                                       box.x1, box.y0, box.y1);
  if (is_inverted(box))
    refuse_values(fitted, text + ", whose sides are in the wrong order");
  // Boxes of objects that the photo cuts reach a little over its edges.
  const double most_x = 10 * static_cast<double>(fitted.input.width),
               most_y = 10 * static_cast<double>(fitted.input.height);
  if (!(box.x0 > -most_x && box.x1 < most_x && box.y0 > -most_y && box.y1 < most_y))
    refuse_values(fitted, fmt::format("{}, far outside the input of {} x {}", text, fitted.input.width,
                                      fitted.input.height));
}

/// A network gives few of its candidates, if any, boxes whose sides are in the wrong order. Where most have
/// them, sizes are something else, such as logarithms. Where candidates belong to cells, those of large
/// strides have large boxes, whatever the photo.
void check_boxes(const FittedDecoder& fitted, const Tensor& boxes) {
  if (fitted.decoder->has_grid_boxes)
    return;
  const bool rows = fitted.decoder->layout != CandidateLayout::Columns;
  std::int64_t inverted = 0;
  double largest = 0;
  for (std::int64_t i = 0; i < fitted.candidates; ++i) {
    const RealBox box = box_of(fitted, Numbers(boxes, rows, i), i);
    inverted += is_inverted(box) ? 1 : 0;
    largest = std::max({largest, box.x1 - box.x0, box.y1 - box.y0});
  }
  if (2 * inverted > fitted.candidates)
    refuse_values(fitted, fmt::format("gives {} of {} boxes with sides in the wrong order", inverted,
                                      fitted.candidates));
  if (fitted.decoder->count != CandidateCount::Any &&
      largest < 0.01 * static_cast<double>(std::min(fitted.input.width, fitted.input.height)))
    refuse_values(fitted, fmt::format("gives no box larger than {:.2g} pixels of {} x {}", largest,
                                      fitted.input.width, fitted.input.height));
}

/// Sigmoids of numbers that are all positive are above 1/2 for every class of every candidate.
void check_logits(const FittedDecoder& fitted, const Tensor& scores) {
  const auto values = scores.data<float>();
  if (fitted.decoder->classes == ClassNumbers::Logits && !values.empty() &&
      std::all_of(values.begin(), values.end(), [](float value) { return value >= 0; }))
    refuse_values(fitted, "takes sigmoids, but none of the numbers is negative: every class of every "
                          "candidate would have a score of 0.5 or more");
}

}  // namespace

std::int64_t Decoder::extra_numbers() const {
  const bool has_nothing =
      classes == ClassNumbers::SoftmaxNothingLast || classes == ClassNumbers::NothingFirst;
  if (layout == CandidateLayout::Apart)
    return has_nothing ? 1 : 0;
  return has_objectness ? 5 : 4;
}

std::int64_t FittedDecoder::classes() const {
  return numbers - decoder->extra_numbers();
}

std::string FittedDecoder::score_expression(std::int64_t candidate, std::int64_t class_index) const {
  const std::string name = quoted(scores_name);
  switch (decoder->layout) {
  case CandidateLayout::Columns:
    return fmt::format("{}[0, {}, {}]", name, 4 + class_index, candidate);
  case CandidateLayout::Rows:
    return fmt::format("{}[0, {}, 4] * {}[0, {}, {}]", name, candidate, name, candidate, 5 + class_index);
  case CandidateLayout::Apart:
    break;
  }
  return fmt::format("{}[0, {}, {}]", name, candidate,
                     class_index + (decoder->classes == ClassNumbers::NothingFirst ? 1 : 0));
}

std::string FittedDecoder::side_expression(std::int64_t candidate, BoxSide side) const {
  const bool is_x = side == BoxSide::Left || side == BoxSide::Right;
  const bool is_low = side == BoxSide::Left || side == BoxSide::Top;
  const auto number = [&](int i) {
    return decoder->layout == CandidateLayout::Columns
               ? fmt::format("{}[0, {}, {}]", quoted(boxes_name), i, candidate)
               : fmt::format("{}[0, {}, {}]", quoted(boxes_name), candidate, i);
  };
  const int axis = is_x ? 0 : 1;
  const char* sign = is_low ? "-" : "+";
  if (decoder->has_grid_boxes) {
    const Cell cell = cell_of(input, candidate);
    return fmt::format("{} * ({} + {}) {} {} * exp({})", cell.stride, number(axis),
                       is_x ? cell.column : cell.row, sign, cell.stride / 2, number(axis + 2));
  }
  const bool are_corners = boxes == BoxForm::CornersPixels || boxes == BoxForm::CornersFractions;
  const bool are_fractions = boxes == BoxForm::CentreFractions || boxes == BoxForm::CornersFractions;
  std::string expression = are_corners ? number(is_low ? axis : axis + 2)
                                       : fmt::format("{} {} 0.5 * {}", number(axis), sign, number(axis + 2));
  if (are_fractions)
    expression = fmt::format("{} * ({})", is_x ? input.width : input.height, expression);
  return expression;
}

std::vector<Candidate> decode(const FittedDecoder& fitted, const Tensor& boxes, const Tensor& scores,
                              double min_score) {
  std::vector<Candidate> candidates;
  const bool rows = fitted.decoder->layout != CandidateLayout::Columns;
  check_logits(fitted, scores);
  check_boxes(fitted, boxes);
  for (std::int64_t i = 0; i < fitted.candidates; ++i) {
    const Numbers numbers(scores, rows, i);
    const auto [best, score] = best_class(fitted, numbers);
    if (fitted.decoder->has_objectness)
      check_probability(fitted, numbers[4]);
    check_probability(fitted, score);
    if (score < min_score)
      continue;
    candidates.push_back({box_of(fitted, Numbers(boxes, rows, i), i), best, score, i});
    check_box(fitted, candidates.back().box);
  }
  return candidates;
}

std::vector<Candidate> suppress(std::vector<Candidate> candidates, double max_overlap, std::int64_t most) {
  std::stable_sort(candidates.begin(), candidates.end(),
                   [](const Candidate& a, const Candidate& b) { return a.score > b.score; });
  std::vector<Candidate> kept;
  for (const Candidate& one : candidates) {
    if (static_cast<std::int64_t>(kept.size()) >= most)
      break;
    const bool is_new = std::none_of(kept.begin(), kept.end(), [&](const Candidate& better) {
      return better.class_index == one.class_index &&
             intersection_over_union(better.box, one.box) > max_overlap;
    });
    if (is_new)
      kept.push_back(one);
  }
  return kept;
}

}  // namespace fovea
