#pragma once

#include "fovea/explain.hpp"
#include "fovea/model.hpp"
#include "fovea/program.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

/// Where in two networks activations and gradients part.
namespace fovea {

/// A layer that both networks have.
struct LayerPair {
  std::string first, second;  ///< names of the values
  std::string operator_name;  ///< of the first network's node: "Conv"
  Shape shape;  ///< of one picture: channels, rows, columns, whatever the order of axes in the files is
};

/// The layers with weights (convolutions and matrix products, quantised ones too) that two networks share, in
/// the order of computation. Values of the same name, operator and shape are the same layer; names that are
/// mere numbers, which exporters count up, say nothing. Where that leaves layers without a name in common, as
/// quantising does, they are matched in their order by operator and shape, as many as possible, if this
/// matches more; of equal names as many as their order allows. At most `most` of them, evenly spaced.
struct MatchedLayers {
  std::vector<LayerPair> pairs;
  std::size_t shared = 0;  ///< how many there are, of which `pairs` are some
  bool is_by_name = true;  ///< false: in their order
};
MatchedLayers match_layers(std::span<const LayerInfo> first, std::span<const LayerInfo> second,
                           std::size_t most);

/// The agreement of two arrays of equal size.
struct ArrayAgreement {
  std::optional<double> correlation;          ///< Pearson's; none if one of them is constant
  std::optional<double> relative_difference;  ///< |a - b| / |a|, Euclidean; none if a is zero
};
/// InputError for arrays of different sizes.
ArrayAgreement compare_arrays(std::span<const float> a, std::span<const float> b);

/// A layer's agreement.
struct LayerAgreement {
  ArrayAgreement activation, gradient;
};

/// The layers of two networks that are compared, and the programs that compute them.
struct ComparedLayers {
  MatchedLayers matched;
  std::string why_none;  ///< the reason why no layers are compared; empty: they are
  std::shared_ptr<const Program> first, second;
};
/// Matches the layers and compiles both networks. Layers of scores are left out, and at the end those that no
/// score depends on. Networks of which no layers can be compared are a result with a reason.
ComparedLayers plan_layers(const Explainer& first, const Model& first_model, const Explainer& second,
                           const Model& second_model, std::size_t most);

/// Compares the activations of layers and the gradients of a class's score with respect to them; one for each
/// thread.
class LayerComparer {
public:
  /// Keeps a reference to the layers.
  explicit LayerComparer(const ComparedLayers& layers);
  /// The agreement of each layer for a photo that is framed for each network, with the class in each. Empty
  /// if there are no layers, or if the networks see different parts of the photo or see it in different
  /// sizes.
  std::vector<LayerAgreement> compare(const FramedPhoto& first, const FramedPhoto& second,
                                      const std::pair<std::int64_t, std::int64_t>& classes);

private:
  const ComparedLayers& layers_;
  std::optional<Session> first_, second_;
};

/// The agreement of layers over photos.
struct LayerComparison {
  MatchedLayers matched;
  std::vector<LayerAgreement> means;  ///< of each pair of `matched`, over the photos where it is defined
  std::int64_t photos = 0;            ///< the number of photos that were compared
  std::string why_none;               ///< the reason why there are no means; empty: there are

  /// The first layer, by its place from the picture on, whose activations differ: by a relative difference of
  /// at least 0.001. In networks of equal weights but for one layer, it is that layer, if it is compared, or
  /// the next.
  std::optional<std::size_t> first_difference() const;
  /// The layer behind which activations agree clearly less than before it, or, from the scores back,
  /// gradients: where the correlation falls most. None where it falls by less than 0.001.
  std::optional<std::size_t> activations_part() const;
  std::optional<std::size_t> gradients_part() const;
};
/// `photos`: what LayerComparer gives of each photo whose class both networks have.
LayerComparison mean_agreement(const ComparedLayers& layers,
                               std::span<const std::vector<LayerAgreement>* const> photos);

}  // namespace fovea
