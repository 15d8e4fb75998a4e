#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// The meaning of a classifier's outputs: the names of its classes, and the probabilities that its scores
/// stand for.
namespace fovea {

/// The name of one class.
struct Label {
  std::string wordnet_id;  ///< "n02007558", or empty
  std::string name;        ///< "flamingo"
};

/// The names of a classifier's outputs, in order.
class Labels {
public:
  Labels() = default;
  explicit Labels(std::vector<Label> labels, std::vector<std::string> warnings = {})
      : labels_(std::move(labels)), warnings_(std::move(warnings)) {}

  /// The 1000 classes of ILSVRC, WordNet ids ascending (flamingo = 130).
  static const Labels& imagenet();
  /// Reads one label a line ("name", "n01234567 name") or a CSV whose header has the columns index (the
  /// first), name and, if there is one, wnid. Bytes that are not UTF-8 become U+FFFD, with a warning. At most
  /// a million labels. InputError naming the file and line.
  static Labels read(const std::string& path);
  /// Reads labels from a text in the same forms; `origin` names the text in errors.
  static Labels parse(std::string_view text, const std::string& origin);

  std::int64_t size() const { return static_cast<std::int64_t>(labels_.size()); }
  bool empty() const { return labels_.empty(); }
  /// Sentences about doubtful parts of the text and how they were read, each with origin and line.
  const std::vector<std::string>& warnings() const { return warnings_; }
  const Label& operator[](std::int64_t index) const { return labels_[static_cast<std::size_t>(index)]; }
  /// The class's name, or "class 17" where there is none.
  std::string name(std::int64_t index) const;
  /// The first of the class's synonyms, for titles: "bald eagle" of "bald eagle, American eagle, ...".
  std::string short_name(std::int64_t index) const;
  /// The class's name with its WordNet id in front, if it has one: "n02007558 flamingo".
  std::string name_with_id(std::int64_t index) const;

  /// These labels, or, if there is just one name, the two labels "not NAME" and NAME, for the two classes of
  /// a network with a single score.
  Labels of_two_classes() const;

  /// The index of the class that `text` stands for: an index, a WordNet id, a name, or a unique prefix of a
  /// name (case is ignored, and space, '_' and '-' are equivalent). `classes` is the number of outputs.
  /// InputError listing the candidates if several fit, and near misses if none does.
  std::int64_t find(std::string_view text, std::int64_t classes) const;

private:
  std::vector<Label> labels_;
  std::vector<std::string> warnings_;
};

/// The function that turns a classifier's scores into probabilities.
enum class Activation {
  Softmax,  ///< classes exclude each other: exp(s_k) / sum of exp(s_j)
  Sigmoid,  ///< classes are independent of each other: 1 / (1 + exp(-s_k))
  None,     ///< scores have no probabilities
  Given,    ///< the scores are probabilities already, after clipping to 0..1
};
/// "softmax", "sigmoid", "none" or "given".
std::string_view name_of(Activation activation);
/// InputError that lists all names for any other text.
Activation parse_activation(std::string_view name);

/// The meaning of a program's scores. docs/scores.md describes how it is determined.
struct ScoreHead {
  Activation activation = Activation::Softmax;
  /// The activation is a default: neither the end of the network nor the caller determined it.
  bool is_assumed = false;
  /// Softmax: the group of each score, and then of each further score; the probabilities of a group sum to
  /// one. Empty: all scores are one group.
  std::vector<std::int32_t> groups = {};

  /// The probability of every class of one picture, 0..1; empty for Activation::None. `further` holds the
  /// scores that take part in the softmax but are no class of the output (Program::further_scores).
  /// InputError when a score is NaN or infinite, or the number of scores is not the head's.
  std::vector<double> probabilities(std::span<const double> scores,
                                    std::span<const double> further = {}) const;
};

/// Whether scores look like probabilities already: there are two or more, all within 0..1, and they sum to 1
/// within 0.001. A softmax of such scores would be wrong.
bool look_like_probabilities(std::span<const double> scores);

}  // namespace fovea
