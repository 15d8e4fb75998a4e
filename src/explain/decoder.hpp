#pragma once

#include "fovea/detect.hpp"

#include <array>
#include <span>
#include <string>
#include <vector>

namespace fovea {

/// Where a decoder finds the numbers of a candidate.
enum class CandidateLayout {
  Rows,     ///< one output [1,N,F]: a row for each candidate
  Columns,  ///< one output [1,F,N]: a column for each candidate
  Apart,    ///< boxes [1,N,4] and scores [1,N,K], rows
};

/// What the numbers of the classes are.
enum class ClassNumbers {
  Probabilities,       ///< as they are
  Logits,              ///< probabilities by a sigmoid
  SoftmaxNothingLast,  ///< logits, of which the last is "no object"
  NothingFirst,        ///< probabilities, of which the first is the background
};

/// How many candidates there are, as a sum over grids of the network's strides.
enum class CandidateCount {
  Cells,             ///< one for each cell of strides 8, 16, 32
  ThreeForEachCell,  ///< three anchors for each cell of strides 8, 16, 32, or also 64
  Any,
};

/// A row of the table of decoders.
struct Decoder {
  DecoderInfo info;
  CandidateLayout layout;
  bool has_objectness;  ///< the fifth number, by which those of the classes are multiplied
  bool has_grid_boxes;  ///< boxes are offsets from cells: (tx, ty, log w, log h) in units of the stride
  BoxForm boxes;        ///< otherwise
  ClassNumbers classes;
  CandidateCount count;
  double max_overlap;
  Preprocessing preprocessing;

  /// Numbers of a candidate that belong to no class: box and objectness, or "nothing".
  std::int64_t extra_numbers() const;
};

const std::vector<Decoder>& decoder_table();

/// A decoder applied to outputs of certain shapes. Output numbers are those in the model.
struct FittedDecoder {
  const Decoder* decoder = nullptr;
  DecoderSource source = DecoderSource::Name;
  std::vector<std::string> others;  ///< names of decoders that fit too, for messages
  std::size_t boxes_output = 0, scores_output = 0;
  std::string boxes_name, scores_name;
  BoxForm boxes = BoxForm::CentrePixels;
  std::int64_t candidates = 0, numbers = 0;  ///< N, and F or K
  InputSize input;

  /// Classes without objectness, box and "nothing".
  std::int64_t classes() const;
  /// Expressions of the class's score and of the position of a side, for Target.
  std::string score_expression(std::int64_t candidate, std::int64_t class_index) const;
  std::string side_expression(std::int64_t candidate, BoxSide side) const;
};

/// What to do about outputs that are a choice of boxes.
inline constexpr const char* kSuppressionAdvice =
    "; outputs after non-maximum suppression are not read, since no gradient flows through the choice: cut "
    "the network before it, or name values before it by 'fovea saliency --target'";
/// "; try --decoder detr or ssd"; empty without names.
std::string try_text(const std::vector<std::string>& names);

/// The decoder of that name, or for an empty name the only one that fits outputs of these names and shapes
/// (batch 1) and a number of labels (0: unknown). InputError if none or several fit, or if the labels have
/// another number than the classes.
FittedDecoder fit_decoder(std::span<const TensorInfo> outputs, const InputSize& input,
                          const std::string& name, std::optional<BoxForm> boxes, std::int64_t labels);

/// A box in pixels of the network's input, with its best class.
struct Candidate {
  RealBox box;
  std::int64_t class_index = 0;
  double score = 0;
  std::int64_t number = 0;
};

/// The candidates whose best class has at least the score, in the order of the outputs. `outputs` are the
/// tensors (F32) of boxes and scores, the same one twice for a single output. InputError for values that are
/// not finite, and for those that show that the decoder is not the network's: scores outside 0 to 1, sigmoids
/// of numbers none of which is negative, boxes whose sides are in the wrong order or far outside the input.
std::vector<Candidate> decode(const FittedDecoder& fitted, const Tensor& boxes, const Tensor& scores,
                              double min_score);

/// Non-maximum suppression, class by class: best first (of equal scores the first), without those that
/// overlap a better one of their class by more than `max_overlap`, at most `most`.
std::vector<Candidate> suppress(std::vector<Candidate> candidates, double max_overlap, std::int64_t most);

}  // namespace fovea
