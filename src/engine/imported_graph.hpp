#pragma once

#include "fovea/program.hpp"
#include "ir/graph.hpp"

#include <cstdint>
#include <limits>
#include <optional>
#include <string_view>

namespace fovea {

/// Names of the values that a program computes, in the order of its outputs: what is differentiated (the
/// layer or the scores), further outputs, and the values with respect to which backward passes differentiate.
std::vector<std::string> wanted_values(const Model& model, const ProgramOptions& options);

/// The backward passes of the options, number 0 first; none for Direction::Forward.
std::vector<BackwardPass> backward_passes_of(const ProgramOptions& options);
/// Whether attention is wanted, by itself or by one of these passes.
bool wants_attention(const ProgramOptions& options);
/// Whether a pass differentiates with respect to the probabilities of attention.
bool is_to_attention(const BackwardPass& pass);
/// The names of the values, other than the picture and attention, with respect to which these passes
/// differentiate, each once; or that of the value at which the program begins.
std::vector<std::string> wrt_values_of(const ProgramOptions& options);

/// The graph of `wanted_values` at the batch and size of the options, before any pass; its values have the
/// file's names. Layers of `wrt_values_of` that are found by their place (kLastSpatialLayer,
/// last_layer_of_stride) are its last outputs.
ir::Graph imported_graph(const Model& model, const ProgramOptions& options);
/// Whether `imported_graph` succeeds.
bool can_be_imported(const Model& model, const ProgramOptions& options);

/// The stride of layers that are found by their place alone (kLastSpatialLayer).
inline constexpr std::int64_t kAnyStride = std::numeric_limits<std::int64_t>::max();
/// The stride by which a layer is found: kAnyStride for kLastSpatialLayer, else that of
/// last_layer_of_stride. None for the name of a value.
std::optional<std::int64_t> stride_of_place(std::string_view layer);
/// The value that last_spatial_layer or last_layer_of_stride names, in a graph whose first output is the
/// scores.
ir::ValueId last_spatial_value(const Model& model, const ir::Graph& graph, const ProgramOptions& options,
                               std::int64_t stride = kAnyStride);

}  // namespace fovea
