#include "evaluate/gate.hpp"

#include "evaluate/comparison_results.hpp"
#include "evaluate/map_tables.hpp"
#include "fovea/error.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

namespace fovea {
namespace {

using Bound = GateCheck::Bound;

/// What rounding may do to a mean of equal values.
constexpr double kRounding = 1e-9;

std::optional<double> mean_of(const MeanInterval& mean) {
  return mean.count > 0 ? std::optional(mean.mean) : std::nullopt;
}

std::optional<double> share_of(const Rate& rate) {
  return rate.of > 0 ? std::optional(rate.share()) : std::nullopt;
}

std::optional<double> drop(const std::optional<double>& first, const std::optional<double>& second) {
  return first && second ? std::optional(*first - *second) : std::nullopt;
}

/// A measure of each method with the threshold on it.
struct MethodThreshold {
  const char* option;
  const char* what;
  std::optional<double> GateThresholds::*threshold;
  std::optional<double> (*measure)(const MethodSummary& method);
  Bound bound = Bound::AtLeast;
  bool is_share = false;
};

constexpr MethodThreshold kMethodThresholds[] = {
    {"--min-correlation", "mean rank correlation", &GateThresholds::min_correlation,
     [](const MethodSummary& method) { return mean_of(method.rank); }},
    {"--min-photo-correlation", "lowest rank correlation of a photo", &GateThresholds::min_photo_correlation,
     [](const MethodSummary& method) { return method.lowest_rank; }},
    {"--min-ssim", "mean structural similarity", &GateThresholds::min_similarity,
     [](const MethodSummary& method) { return mean_of(method.similarity); }},
    {"--min-overlap", "mean overlap of the top 10 %", &GateThresholds::min_overlap,
     [](const MethodSummary& method) { return mean_of(method.overlap); }, Bound::AtLeast, true},
    {"--max-energy-drop", "drop of the mean energy on the object", &GateThresholds::max_energy_drop,
     [](const MethodSummary& method) { return drop(mean_of(method.energy[0]), mean_of(method.energy[1])); },
     Bound::AtMost, true},
};

std::string number(double value, bool is_share, int digits = 4) {
  return is_share ? fmt::format("{:.{}g} %", 100 * value, digits) : fmt::format("{:.{}g}", value, digits);
}

std::string photos_text(const Rate& rate) {
  return fmt::format("{} of {} photos", rate.count, rate.of);
}

}  // namespace

bool GateCheck::passed() const {
  if (!measured)
    return false;
  return bound == Bound::AtLeast ? *measured >= threshold - kRounding : *measured <= threshold + kRounding;
}

std::string GateCheck::measured_text() const {
  if (!measured)
    return "nothing was measured";
  const std::string text = number(*measured, is_share);
  // A failure by less than is displayed would read as if the threshold was kept.
  return !passed() && text == threshold_text() ? number(*measured, is_share, 10) : text;
}

std::string GateCheck::threshold_text() const {
  return number(threshold, is_share);
}

std::string GateCheck::text() const {
  return fmt::format("{} {}: {}, {}", option, threshold_text(), measured_text(), subject);
}

std::vector<GateCheck> check_gate(const ComparisonResults& results, const std::vector<MethodSummary>& methods,
                                  const GateThresholds& thresholds) {
  std::vector<GateCheck> checks;
  if (thresholds.max_changed)
    checks.push_back({"--max-changed", "changed predictions", photos_text(results.changed()),
                      share_of(results.changed()), *thresholds.max_changed, Bound::AtMost, true});
  if (thresholds.max_accuracy_drop)
    checks.push_back(
        {"--max-accuracy-drop", "drop of top-1 accuracy",
         fmt::format("right on {}, then {}", results.accuracy(0).count, photos_text(results.accuracy(1))),
         drop(share_of(results.accuracy(0)), share_of(results.accuracy(1))), *thresholds.max_accuracy_drop,
         Bound::AtMost, true});
  for (const MethodSummary& method : methods)
    for (const MethodThreshold& each : kMethodThresholds)
      if (const auto threshold = thresholds.*each.threshold)
        checks.push_back({each.option, each.what, title_of(method.name), each.measure(method), *threshold,
                          each.bound, each.is_share});
  return checks;
}

bool passed(const std::vector<GateCheck>& checks) {
  return std::all_of(checks.begin(), checks.end(), [](const GateCheck& check) { return check.passed(); });
}

double parse_share(const std::string& text, std::string_view option) {
  const bool is_per_cent = text.ends_with('%');
  const char *begin = text.data(), *end = begin + text.size() - (is_per_cent ? 1 : 0);
  double value = 0;
  const auto [stop, error] = std::from_chars(begin, end, value);
  const double share = is_per_cent ? value / 100 : value;
  if (error != std::errc() || stop != end || !(share >= 0 && share <= 1))
    throw InputError(
        fmt::format("{}: expected a share from 0 to 1, such as 1% or 0.01, found '{}'", option, text));
  return share;
}

}  // namespace fovea
