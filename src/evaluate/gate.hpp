#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Thresholds by which a comparison of two networks passes or fails.
namespace fovea {

struct ComparisonResults;
struct MethodSummary;

/// What a comparison must reach; none: not asked for. Shares and drops are 0..1.
struct GateThresholds {
  std::optional<double> min_correlation = {};        ///< of each method: mean rank correlation over photos
  std::optional<double> min_photo_correlation = {};  ///< of each method: lowest rank correlation of a photo
  std::optional<double> min_similarity = {};         ///< of each method: mean structural similarity
  std::optional<double> min_overlap = {};            ///< of each method: mean overlap of the top tenth
  std::optional<double> max_changed = {};            ///< share of photos whose prediction changed
  std::optional<double> max_accuracy_drop = {};      ///< of top-1 accuracy, first network minus second
  std::optional<double> max_energy_drop = {};  ///< of each method: mean energy in boxes, first minus second
};

/// One threshold with what was measured.
struct GateCheck {
  std::string option;                   ///< "--min-correlation"
  std::string what;                     ///< "mean rank correlation"
  std::string subject;                  ///< the method's title, or "2 of 60 photos"
  std::optional<double> measured = {};  ///< none: there was nothing to measure, which fails
  double threshold = 0;
  enum class Bound : std::uint8_t { AtLeast, AtMost } bound = Bound::AtLeast;
  bool is_share = false;  ///< displayed in per cent

  /// Whether the measured value keeps to the threshold, up to rounding.
  bool passed() const;
  /// "0.873", "3.3 %", or "nothing was measured".
  std::string measured_text() const;
  std::string threshold_text() const;
  /// "--min-correlation 0.9: 0.873, Grad-CAM".
  std::string text() const;
};

/// A check for each threshold, and for each method where methods are measured one by one.
/// `methods`: the summaries of these results.
std::vector<GateCheck> check_gate(const ComparisonResults& results, const std::vector<MethodSummary>& methods,
                                  const GateThresholds& thresholds);
bool passed(const std::vector<GateCheck>& checks);

/// The share that a text stands for: "1%" and "0.01" are 0.01. InputError for any other text and for shares
/// outside 0..1; `option` names what the text was given for.
double parse_share(const std::string& text, std::string_view option);

}  // namespace fovea
