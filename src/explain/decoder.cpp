#include "explain/decoder.hpp"

#include "base/check.hpp"
#include "base/closest_names.hpp"
#include "fovea/segment.hpp"

#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

namespace fovea {
namespace {

/// Cells of the grids of these strides; 0 if a stride does not divide a side.
std::int64_t cells_of(const InputSize& input, std::int64_t largest_stride) {
  std::int64_t cells = 0;
  for (std::int64_t stride = 8; stride <= largest_stride; stride *= 2) {
    if (input.height % stride != 0 || input.width % stride != 0)
      return 0;
    cells += input.height / stride * (input.width / stride);
  }
  return cells;
}

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

std::string count_text(const InputSize& input, CandidateCount count) {
  const std::int64_t cells = cells_of(input, 32);
  return count == CandidateCount::Any ? "N"
                                      : std::to_string(count == CandidateCount::Cells ? cells : 3 * cells);
}

bool count_fits(const Decoder& decoder, const InputSize& input, std::int64_t candidates) {
  switch (decoder.count) {
  case CandidateCount::Cells:
    return candidates == cells_of(input, 32);
  case CandidateCount::ThreeForEachCell:
    return candidates == 3 * cells_of(input, 32) || candidates == 3 * cells_of(input, 64);
  case CandidateCount::Any:
    return true;
  }
  return false;
}

/// Whether an output has one candidate for each place along an axis, of a single picture.
bool is_table(const TensorInfo& output) {
  return output.shape.rank() == 3 && output.shape[0] == 1 && is_floating(output.dtype);
}

std::int64_t extra_numbers(const Decoder& decoder) {
  const bool has_nothing =
      decoder.classes == ClassNumbers::SoftmaxNothingLast || decoder.classes == ClassNumbers::NothingFirst;
  if (decoder.layout == CandidateLayout::Apart)
    return has_nothing ? 1 : 0;
  return decoder.has_objectness ? 5 : 4;
}

/// The output with the boxes, [1,N,4], and that with the scores, [1,N,K]. Where both have four columns, the
/// one whose name says "box" has the boxes.
bool find_apart(std::span<const TensorInfo> outputs, FittedDecoder& fitted) {
  for (std::size_t b = 0; b < outputs.size(); ++b)
    for (std::size_t s = 0; s < outputs.size(); ++s) {
      if (b == s || !is_table(outputs[b]) || !is_table(outputs[s]) || outputs[b].shape[2] != 4 ||
          outputs[b].shape[1] != outputs[s].shape[1])
        continue;
      const bool both = outputs[s].shape[2] == 4;
      if (both && fold_name(outputs[b].name).find("box") == std::string::npos)
        continue;
      fitted.boxes_output = b;
      fitted.scores_output = s;
      fitted.candidates = outputs[b].shape[1];
      fitted.numbers = outputs[s].shape[2];
      return true;
    }
  return false;
}

bool find_together(std::span<const TensorInfo> outputs, const Decoder& decoder, FittedDecoder& fitted) {
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    if (!is_table(outputs[i]))
      continue;
    const bool rows = decoder.layout == CandidateLayout::Rows;
    fitted.boxes_output = fitted.scores_output = i;
    fitted.candidates = outputs[i].shape[rows ? 1 : 2];
    fitted.numbers = outputs[i].shape[rows ? 2 : 1];
    return true;
  }
  return false;
}

/// Fits a decoder by ranks, or by counts too.
std::optional<FittedDecoder> fitted(const Decoder& decoder, std::span<const TensorInfo> outputs,
                                    const InputSize& input, bool by_name) {
  FittedDecoder result;
  result.decoder = &decoder;
  result.input = input;
  const bool found = decoder.layout == CandidateLayout::Apart ? find_apart(outputs, result)
                                                              : find_together(outputs, decoder, result);
  if (!found || result.classes() < 1)
    return {};
  // There are more candidates than numbers of each: otherwise rows and columns are mixed up.
  if (decoder.layout != CandidateLayout::Apart && result.candidates <= result.numbers)
    return {};
  const bool needs_count = decoder.has_grid_boxes || !by_name;
  if (needs_count && !count_fits(decoder, input, result.candidates))
    return {};
  result.boxes_name = outputs[result.boxes_output].name;
  result.scores_name = outputs[result.scores_output].name;
  result.boxes = decoder.boxes;
  return result;
}

std::string shapes_text(std::span<const TensorInfo> outputs) {
  std::vector<std::string> texts;
  for (const TensorInfo& output : outputs)
    texts.push_back(fmt::format("'{}' {}", output.name, to_string(output.shape)));
  return fmt::format("{}", fmt::join(texts, ", "));
}

/// What a decoder expects at this size of input: "yolox: [1,3549,5+C]".
std::string expected_text(const Decoder& decoder, const InputSize& input) {
  const std::string count = count_text(input, decoder.count);
  switch (decoder.layout) {
  case CandidateLayout::Rows:
    return fmt::format("{}: [1,{},5+C]", decoder.info.name, count);
  case CandidateLayout::Columns:
    return fmt::format("{}: [1,4+C,{}]", decoder.info.name, count);
  case CandidateLayout::Apart:
    break;
  }
  return fmt::format("{}: [1,{},4] and [1,{},C{}]", decoder.info.name, count, count,
                     extra_numbers(decoder) > 0 ? "+1" : "");
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

}  // namespace

std::int64_t FittedDecoder::classes() const {
  return numbers - extra_numbers(*decoder);
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

FittedDecoder fit_decoder(std::span<const TensorInfo> outputs, const InputSize& input,
                          const std::string& name, std::optional<BoxForm> boxes, std::int64_t labels) {
  const std::vector<std::string> names = decoder_names();
  FOVEA_CHECK(name.empty() || std::find(names.begin(), names.end(), name) != names.end(), "{}",
              unknown_name("decoder", name, names));
  std::vector<FittedDecoder> all;
  std::vector<std::string> forms;
  for (const Decoder& decoder : decoder_table()) {
    if (!name.empty() && decoder.info.name != name)
      continue;
    forms.push_back(expected_text(decoder, input));
    std::optional<FittedDecoder> one = fitted(decoder, outputs, input, !name.empty());
    if (one && (!name.empty() || labels == 0 || one->classes() == labels))
      all.push_back(*one);
  }
  FOVEA_CHECK(
      !all.empty(), "the outputs ({}) are not those of a detector of this kind, for a picture of {}x{}{}: {}",
      shapes_text(outputs), input.width, input.height,
      name.empty() && labels > 0 ? fmt::format(" and {} class names", labels) : "", fmt::join(forms, "; "));
  if (all.size() > 1) {
    std::vector<std::string> candidates;
    for (const FittedDecoder& one : all)
      candidates.emplace_back(one.decoder->info.name);
    throw InputError(
        fmt::format("the outputs ({}) may be those of several decoders: choose {} with --decoder",
                    shapes_text(outputs), fmt::join(candidates, ", ")));
  }
  FittedDecoder& chosen = all.front();
  if (boxes) {
    FOVEA_CHECK(!chosen.decoder->has_grid_boxes, "the boxes of the decoder '{}' have one form only",
                chosen.decoder->info.name);
    chosen.boxes = *boxes;
  }
  return chosen;
}

std::vector<Candidate> decode(const FittedDecoder& fitted, const Tensor& boxes, const Tensor& scores,
                              double min_score) {
  std::vector<Candidate> candidates;
  const bool rows = fitted.decoder->layout != CandidateLayout::Columns;
  for (std::int64_t i = 0; i < fitted.candidates; ++i) {
    const auto [best, score] = best_class(fitted, Numbers(scores, rows, i));
    if (score >= min_score)
      candidates.push_back({box_of(fitted, Numbers(boxes, rows, i), i), best, score, i});
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
