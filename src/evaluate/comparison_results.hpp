#pragma once

#include "evaluate/compare_layers.hpp"
#include "evaluate/compare_maps.hpp"
#include "evaluate/gate.hpp"
#include "evaluate/match_classes.hpp"
#include "fovea/classify.hpp"
#include "fovea/evaluate_localization.hpp"
#include "fovea/measures.hpp"

#include <nlohmann/json.hpp>

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

/// The results of the comparison of two networks, for tables, files and thresholds.
namespace fovea {

/// One method's maps of one photo.
struct MethodComparison {
  MapAgreement agreement;
  std::array<std::optional<double>, 2> energy = {};  ///< of each network on the object, where it is known
  std::array<bool, 2> is_zero = {};                  ///< whether each network's map is zero everywhere
};

/// One photo as two networks see it.
struct PhotoComparison {
  std::string image;
  std::string error = {};  ///< the reason why there is nothing else; empty: there is
  std::array<Prediction, 2> guess = {};
  /// The class that is explained, in each network; none of the second if it has no such class.
  std::array<std::optional<Prediction>, 2> target = {};
  bool is_changed = false;  ///< the second network's best guess is not the first one's
  std::array<std::optional<bool>, 2> is_right = {};  ///< top-1, where the true class is known
  std::vector<MethodComparison> methods = {};        ///< empty if the second network has no such class
  std::vector<LayerAgreement> layers = {};           ///< of each layer; empty: layers were not compared

  bool failed() const { return !error.empty(); }
  /// The lowest rank correlation of all methods; none if none is defined.
  std::optional<double> lowest_correlation() const;
};

/// A network that is compared.
struct ComparedNetwork {
  std::string name;  ///< for display
  std::string file;
  std::int64_t classes = 0;
  Labels labels = {};
};

struct ComparisonResults {
  std::array<ComparedNetwork, 2> networks;
  std::vector<std::string> methods;
  ClassMatching classes;
  std::vector<PhotoComparison> photos;  ///< in the order in which they were given
  LayerComparison layers;
  nlohmann::ordered_json settings;
  std::uint64_t seed = 0;  ///< of bootstrap intervals

  std::size_t failures() const;
  /// The photos that were compared, those with the lowest rank correlation first, those without any last.
  std::vector<const PhotoComparison*> worst_first() const;
  /// The photos whose prediction changed.
  Rate changed() const;
  /// Top-1 accuracy of a network, over the photos whose true class both networks have.
  Rate accuracy(std::size_t network) const;
};

/// One method over all photos.
struct MethodSummary {
  std::string name;
  MeanInterval rank, signed_rank, similarity, overlap;
  std::optional<double> lowest_rank;
  std::string lowest_image;            ///< the photo with that correlation
  std::array<MeanInterval, 2> energy;  ///< of each network
  std::int64_t undefined = 0;          ///< photos whose maps are flat in both networks
  /// The photos whose map is zero everywhere in each network, in the order in which they were given.
  std::array<std::vector<std::string>, 2> zero_images;
};
std::vector<MethodSummary> summarize(const ComparisonResults& results);
/// For each method and network with maps that are zero everywhere: "Grad-CAM: 2 maps are zero everywhere in
/// the second network, the first of them that of a.jpg".
std::vector<std::string> zero_map_sentences(const std::vector<MethodSummary>& methods);

/// The agreement of the layers over the photos whose class both networks have.
LayerComparison mean_agreement(const ComparedLayers& layers, const std::vector<PhotoComparison>& photos);

/// A row for each photo and method, the photos that differ most first, then those that failed.
std::string comparison_csv(const ComparisonResults& results);
nlohmann::ordered_json comparison_json(const ComparisonResults& results,
                                       const std::vector<MethodSummary>& methods,
                                       const std::vector<GateCheck>& gate);
/// For a terminal: what changed, a row for each method, and the checks of the gate.
std::string comparison_text(const ComparisonResults& results, const std::vector<MethodSummary>& methods,
                            const std::vector<GateCheck>& gate);

}  // namespace fovea
