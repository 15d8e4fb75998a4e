#pragma once

#include "fovea/tensor.hpp"

#include <optional>

/// What maps [H,W] of F32 or F64 say by themselves and beside each other. All throw InputError for another
/// shape or type, values that are not finite and, of two maps, unequal shapes.
namespace fovea {

/// The Gini index of the magnitudes (chalasani2020concise, section 3; hurley2009comparing): with v_1 <= ...
/// <= v_d the sorted magnitudes, G = 1 - 2 sum_k (v_k / sum v) (d - k + 1/2) / d. 0 for a flat map, 1 - 1/d
/// for a single pixel; none for a map that is all zero.
std::optional<double> gini_index(const Tensor& map);

enum class MapValues : std::uint8_t { Signed, Magnitude };

/// Spearman's rank correlation: Pearson's correlation of the ranks, equal values having the mean of their
/// ranks (spearman1904proof). -1..1; none where one of the maps is flat. Magnitude compares absolute values,
/// which is what saliency maps of unsigned display show (adebayo2018sanity, section 3).
std::optional<double> rank_correlation(const Tensor& a, const Tensor& b,
                                       MapValues values = MapValues::Signed);

/// The mean structural similarity (wang2004image) of two maps, each brought to 0..1 by its own minimum and
/// maximum (a flat map is all 0): (2 ma mb + C1)(2 cov + C2) / ((ma^2 + mb^2 + C1)(va + vb + C2)) with
/// C1 = 0.01^2, C2 = 0.03^2 and moments weighed by a Gaussian window of 11 x 11 pixels and a standard
/// deviation of 1.5, that sums to 1; the mean is over the places where the whole window lies on the map.
/// -1..1, 1 for equal maps. InputError for maps smaller than the window.
double structural_similarity(const Tensor& a, const Tensor& b, MapValues values = MapValues::Signed);

}  // namespace fovea
