#pragma once

#include "base/json_fields.hpp"
#include "fovea/explain.hpp"
#include "fovea/localize.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

/// Options of methods, displays and localisation as named fields, the same for the C interface and the
/// studio. docs/c-api.md lists the fields.
namespace fovea {

/// Replaces `value` by the field's, if that is given.
template <class T, class U>
void take(T& value, const std::optional<U>& given) {
  if (given)
    value = static_cast<T>(*given);
}

/// The fields of MethodOptions by their names: samples, smooth, noise, ... InputError for a value out of
/// range.
MethodOptions read_method_options(JsonFields& fields);
/// MethodOptions::references of photos and folders of them. InputError for a folder without pictures.
std::vector<std::string> reference_pictures(const std::vector<std::string>& paths);
/// "crops": "whole", "1", "2" or "10"; `otherwise` if it is not given.
Crops read_crops(JsonFields& fields, Crops otherwise);
/// "percentile" and "gamma".
DisplayRange read_display_range(JsonFields& fields);
/// "preset" and the fields that change it: smoothing, quantiles, prior, level, colour_weight, smoothness,
/// cuts, box, star, geodesic, max_side. `otherwise` are the options of the preset "default".
LocalizeOptions read_localize_options(JsonFields& fields, const LocalizeOptions& otherwise);
/// The fields that change options, without "preset".
void read_localize_changes(JsonFields& fields, LocalizeOptions& options);

/// A number within a range, or none.
std::optional<double> number_within(JsonFields& fields, const std::string& field, double low, double high);
/// A list of class indices, units or channels: whole numbers within the range of int64.
std::vector<std::int64_t> whole_numbers(JsonFields& fields, const std::string& field);

}  // namespace fovea
