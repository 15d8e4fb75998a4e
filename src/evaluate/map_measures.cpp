#include "base/check.hpp"
#include "fovea/evaluate_maps.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace fovea {
namespace {

constexpr auto kLower = Better::Lower, kHigher = Better::Higher;

constexpr std::array<MapMeasureInfo, kMapMeasures> kAll = {{
    {MapMeasure::Deletion, "deletion", "deletion", kLower, true, false, false,
     "at most 50 passes for each map"},
    {MapMeasure::Insertion, "insertion", "insertion", kHigher, true, false, false,
     "at most 50 passes for each map"},
    {MapMeasure::RoadMost, "road_most", "ROAD, most relevant first", kLower, true, false, false,
     "7 passes for each map"},
    {MapMeasure::RoadLeast, "road_least", "ROAD, least relevant first", kHigher, true, false, false,
     "7 passes for each map"},
    {MapMeasure::RoadGap, "road_gap", "ROAD, least less most", kHigher, true, false, false, ""},
    {MapMeasure::PixelFlipping, "pixel_flipping", "pixel flipping", kLower, false, false, false,
     "at most 50 passes for each map"},
    {MapMeasure::Irof, "irof", "IROF", kHigher, false, false, false, "50 passes for each map"},
    {MapMeasure::Sensitivity, "sensitivity_n", "sensitivity-n", kHigher, true, false, false,
     "150 passes for all maps"},
    {MapMeasure::MuFidelity, "mu_fidelity", "MuFidelity", kHigher, false, false, false,
     "200 passes for all maps"},
    {MapMeasure::Infidelity, "infidelity", "infidelity", kLower, false, false, false,
     "100 passes for all maps"},
    {MapMeasure::AverageDrop, "average_drop", "average drop", kLower, true, false, false,
     "1 pass for each map"},
    {MapMeasure::AverageIncrease, "average_increase", "average increase", kHigher, true, false, false,
     "1 pass for each map"},
    {MapMeasure::Adcc, "adcc", "ADCC", kHigher, false, false, true, "1 more map"},
    {MapMeasure::MaxSensitivity, "max_sensitivity", "max-sensitivity", kLower, false, false, true,
     "10 more maps"},
    {MapMeasure::InputStability, "input_stability", "relative input stability", kLower, false, false, true,
     "10 more maps"},
    {MapMeasure::OutputStability, "output_stability", "relative output stability", kLower, false, false, true,
     "10 more maps"},
    {MapMeasure::OtherClass, "other_class", "map of another class", kLower, false, false, true, "1 more map"},
    {MapMeasure::Pointing, "pointing", "pointing game", kHigher, true, true, false, ""},
    {MapMeasure::Energy, "energy", "energy on the object", kHigher, true, true, false, ""},
    {MapMeasure::RankAccuracy, "rank_accuracy", "relevance rank accuracy", kHigher, true, true, false, ""},
    {MapMeasure::Gini, "gini", "Gini index", Better::Neither, true, false, false, ""},
    {MapMeasure::Completeness, "completeness_error", "completeness error", kLower, true, false, false, ""},
}};

constexpr const char *kDefault = "default", *kEvery = "all";

}  // namespace

const std::array<MapMeasureInfo, kMapMeasures>& map_measures() {
  return kAll;
}

std::vector<MapMeasure> default_map_measures() {
  std::vector<MapMeasure> measures;
  for (const MapMeasureInfo& info : kAll)
    if (info.by_default)
      measures.push_back(info.measure);
  return measures;
}

std::vector<std::string> map_measure_names() {
  std::vector<std::string> names = {kDefault, kEvery};
  for (const MapMeasureInfo& info : kAll)
    names.emplace_back(info.name);
  return names;
}

std::vector<MapMeasure> parse_map_measures(std::span<const std::string> names, bool has_truth) {
  FOVEA_CHECK(!names.empty(), "no measures are named: expected some of {}",
              fmt::join(map_measure_names(), ", "));
  std::array<bool, kMapMeasures> wanted = {};
  for (const std::string& name : names) {
    bool is_known = false;
    for (const MapMeasureInfo& info : kAll) {
      const bool is_named = name == info.name;
      const bool is_of_group = name == kEvery || (name == kDefault && info.by_default);
      is_known = is_known || is_named || is_of_group;
      FOVEA_CHECK(
          !is_named || !info.needs_truth || has_truth,
          "measure '{}' needs to know where objects are: give boxes (truth) or masks, or leave it out", name);
      wanted[static_cast<std::size_t>(info.measure)] |= is_named || is_of_group;
    }
    FOVEA_CHECK(is_known, "measure '{}' is unknown: expected some of {}", name,
                fmt::join(map_measure_names(), ", "));
  }
  std::vector<MapMeasure> measures;
  for (const MapMeasureInfo& info : kAll)
    if (wanted[static_cast<std::size_t>(info.measure)] && (has_truth || !info.needs_truth))
      measures.push_back(info.measure);
  return measures;
}

bool FaithfulnessProtocol::measures_any(std::initializer_list<MapMeasure> of) const {
  return std::any_of(of.begin(), of.end(), [&](MapMeasure measure) {
    return std::find(measures.begin(), measures.end(), measure) != measures.end();
  });
}

void FaithfulnessProtocol::set_subsets(std::int64_t count, std::span<const std::string> names) {
  FOVEA_CHECK(
      count == 0 || count >= 2,
      "{} random set of pixels has no correlation: expected at least 2, or 0 to leave sensitivity-n out",
      count);
  if (count > 0) {
    subsets = count;
    return;
  }
  const std::string_view name = kAll[static_cast<std::size_t>(MapMeasure::Sensitivity)].name;
  FOVEA_CHECK(std::find(names.begin(), names.end(), name) == names.end(),
              "'{}' is to be measured with 0 random sets of pixels: expected at least 2", name);
  std::erase(measures, MapMeasure::Sensitivity);
  set_shares.clear();
}

void FaithfulnessProtocol::check_fits(std::int64_t height, std::int64_t width) const {
  FOVEA_CHECK(!measures_any({MapMeasure::Irof}) || superpixels <= height * width,
              "{} superpixels of pictures of {}x{} pixels, for irof: expected 1 to {}", superpixels, width,
              height, height * width);
  const std::int64_t side = std::min(height, width);
  FOVEA_CHECK(!measures_any({MapMeasure::MuFidelity}) || mu_fidelity.cells <= side,
              "a grid of {} cells a side on pictures of {}x{} pixels, for mu_fidelity: expected 1 to {}",
              mu_fidelity.cells, width, height, side);
}

}  // namespace fovea
