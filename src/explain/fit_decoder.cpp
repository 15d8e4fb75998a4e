#include "explain/decoder.hpp"

#include "base/check.hpp"
#include "base/closest_names.hpp"

#include <fmt/ranges.h>

#include <algorithm>

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

std::string count_text(const InputSize& input, CandidateCount count) {
  const std::int64_t cells = cells_of(input, 32);
  return count == CandidateCount::Any || cells == 0
             ? "N"
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
  const char* const sides = decoder.count != CandidateCount::Any && cells_of(input, 32) == 0
                                ? " for sides that are multiples of 32"
                                : "";
  switch (decoder.layout) {
  case CandidateLayout::Rows:
    return fmt::format("{}: [1,{},5+C]{}", decoder.info.name, count, sides);
  case CandidateLayout::Columns:
    return fmt::format("{}: [1,4+C,{}]{}", decoder.info.name, count, sides);
  case CandidateLayout::Apart:
    break;
  }
  return fmt::format("{}: [1,{},4] and [1,{},C{}]", decoder.info.name, count, count,
                     decoder.extra_numbers() > 0 ? "+1" : "");
}

std::vector<FittedDecoder> all_fitted(std::span<const TensorInfo> outputs, const InputSize& input,
                                      bool by_name) {
  std::vector<FittedDecoder> all;
  for (const Decoder& decoder : decoder_table())
    if (std::optional<FittedDecoder> one = fitted(decoder, outputs, input, by_name))
      all.push_back(*std::move(one));
  return all;
}

std::vector<std::string> names_of(const std::vector<FittedDecoder>& decoders) {
  std::vector<std::string> names;
  for (const FittedDecoder& one : decoders)
    names.emplace_back(one.decoder->info.name);
  return names;
}

[[noreturn]] void refuse_outputs(std::span<const TensorInfo> outputs, const InputSize& input,
                                 const std::string& name, const std::vector<FittedDecoder>& likely) {
  std::vector<std::string> forms;
  for (const Decoder& decoder : decoder_table())
    if (name.empty() || decoder.info.name == name)
      forms.push_back(expected_text(decoder, input));
  const bool may_be_suppressed =
      likely.empty() && std::any_of(outputs.begin(), outputs.end(), [](const TensorInfo& output) {
        const std::int64_t last = output.shape.rank() > 1 ? output.shape[output.shape.rank() - 1] : 0;
        return !is_floating(output.dtype) || last == 6 || last == 7;
      });
  throw InputError(
      fmt::format("the outputs ({}) are not those of a detector of this kind, for a picture of {}x{}: {}{}",
                  shapes_text(outputs), input.width, input.height, fmt::join(forms, "; "),
                  likely.empty() ? may_be_suppressed ? kSuppressionAdvice : "" : try_text(names_of(likely))));
}

/// Keeps those with as many classes as there are labels. InputError if there are none.
void keep_those_with(std::vector<FittedDecoder>& decoders, std::int64_t labels) {
  std::vector<std::string> classes;
  for (const FittedDecoder& one : decoders)
    classes.push_back(fmt::format("{} {} by decoder {}", one.classes(),
                                  one.classes() == 1 ? "class" : "classes", one.decoder->info.name));
  std::erase_if(decoders, [&](const FittedDecoder& one) { return one.classes() != labels; });
  FOVEA_CHECK(!decoders.empty(), "the network has {}, and the labels are {} {}", fmt::join(classes, " or "),
              labels, labels == 1 ? "name" : "names");
}

void set_boxes(FittedDecoder& fitted, BoxForm boxes) {
  std::vector<std::string_view> able;
  for (const Decoder& decoder : decoder_table())
    if (!decoder.has_grid_boxes)
      able.push_back(decoder.info.name);
  FOVEA_CHECK(!fitted.decoder->has_grid_boxes,
              "--boxes: the boxes of the decoder '{}' have one form only; other forms go with {}",
              fitted.decoder->info.name, fmt::join(able, ", "));
  fitted.boxes = boxes;
}

}  // namespace

std::string try_text(const std::vector<std::string>& names) {
  return names.empty() ? "" : fmt::format("; try --decoder {}", fmt::join(names, " or "));
}

FittedDecoder fit_decoder(std::span<const TensorInfo> outputs, const InputSize& input,
                          const std::string& name, std::optional<BoxForm> boxes, std::int64_t labels) {
  const std::vector<std::string> names = decoder_names();
  FOVEA_CHECK(name.empty() || std::find(names.begin(), names.end(), name) != names.end(), "{}",
              unknown_name("decoder", name, names));
  const std::vector<FittedDecoder> by_shapes = all_fitted(outputs, input, false);
  const std::vector<FittedDecoder> by_ranks = all_fitted(outputs, input, true);
  const std::vector<FittedDecoder>& likely = by_shapes.empty() ? by_ranks : by_shapes;
  std::vector<FittedDecoder> chosen;
  for (const FittedDecoder& one : name.empty() ? by_shapes : by_ranks)
    if (name.empty() || one.decoder->info.name == name)
      chosen.push_back(one);
  if (chosen.empty())
    refuse_outputs(outputs, input, name, name.empty() ? by_shapes : likely);
  const bool are_several = chosen.size() > 1;
  if (labels > 0)
    keep_those_with(chosen, labels);
  if (chosen.size() > 1)
    throw InputError(
        fmt::format("the outputs ({}) may be those of several decoders: choose {} with --decoder",
                    shapes_text(outputs), fmt::join(names_of(chosen), ", ")));
  FittedDecoder& result = chosen.front();
  if (boxes)
    set_boxes(result, *boxes);
  result.source = !name.empty() ? DecoderSource::Name
                  : are_several ? DecoderSource::ShapesAndLabels
                                : DecoderSource::Shapes;
  result.others = names_of(likely);
  std::erase(result.others, result.decoder->info.name);
  if (result.others.empty()) {
    result.others = names_of(by_ranks);
    std::erase(result.others, result.decoder->info.name);
  }
  return result;
}

}  // namespace fovea
