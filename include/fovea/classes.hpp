#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// What the outputs of a classifier mean: the names of its classes, and the probabilities that its
/// scores stand for.
namespace fovea {

/// What one output of a classifier stands for.
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
  /// Reads one label a line ("name", "n01234567 name") or a CSV whose header has the columns index
  /// (the first), name and, if there is one, wnid. Bytes that are not UTF-8 become U+FFFD, which `warnings`
  /// tells. At most a million labels. InputError naming the file and line.
  static Labels read(const std::string& path);
  /// The same from a text; `origin` names it in errors.
  static Labels parse(std::string_view text, const std::string& origin);

  std::int64_t size() const { return static_cast<std::int64_t>(labels_.size()); }
  bool empty() const { return labels_.empty(); }
  /// What was made of the text that it may not have meant, each a sentence naming its origin and line.
  const std::vector<std::string>& warnings() const { return warnings_; }
  const Label& operator[](std::int64_t index) const { return labels_[static_cast<std::size_t>(index)]; }
  /// The class's name, or "class 17" where there is none.
  std::string name(std::int64_t index) const;
  /// The first of the class's synonyms, for titles: "bald eagle" of "bald eagle, American eagle, ...".
  std::string short_name(std::int64_t index) const;
  /// With its WordNet id in front, where it has one: "n02007558 flamingo".
  std::string name_with_id(std::int64_t index) const;

  /// The same; of a single name two, "not NAME" and NAME, for the two classes of a network with one score.
  Labels of_two_classes() const;

  /// The class that `text` stands for: an index, a WordNet id, a name, or a unique prefix of a name (case and
  /// the difference of space, '_' and '-' do not count). `classes` is the number of outputs. InputError
  /// listing the candidates when several fit and near misses when none does.
  std::int64_t find(std::string_view text, std::int64_t classes) const;

private:
  std::vector<Label> labels_;
  std::vector<std::string> warnings_;
};

/// What makes probabilities of a classifier's scores.
enum class Activation {
  Softmax,  ///< classes exclude each other: exp(s_k) / sum of exp(s_j)
  Sigmoid,  ///< classes are independent of each other: 1 / (1 + exp(-s_k))
  None,     ///< there are no probabilities
  Given,    ///< the scores are probabilities themselves, or become some when cut to 0..1
};
/// "softmax", "sigmoid", "none" or "given".
std::string_view name_of(Activation activation);
/// InputError that lists all names for any other text.
Activation parse_activation(std::string_view name);

/// What the scores of a program mean. docs/scores.md tells how it is found.
struct ScoreHead {
  Activation activation = Activation::Softmax;
  /// Whether the network's end did not tell and nobody else did.
  bool is_assumed = false;
  /// Softmax: for each score, and then for each of the further scores, the number of the group whose
  /// probabilities sum to one. Empty: all are one group.
  std::vector<std::int32_t> groups = {};

  /// The probability of every class, 0..1, of one picture; empty without an activation. `further` holds the
  /// scores that have a share of the probability but are no class of the output (Program::further_scores).
  /// InputError when a score is NaN or infinite, or the number of scores is not the head's.
  std::vector<double> probabilities(std::span<const double> scores,
                                    std::span<const double> further = {}) const;
};

/// Whether scores are probabilities themselves to all appearances: two or more, all within 0..1, their sum 1
/// to within 0.001. To make probabilities of them by a softmax would be wrong.
bool look_like_probabilities(std::span<const double> scores);

}  // namespace fovea
