#pragma once

#include "fovea/explain.hpp"

#include <functional>
#include <string>
#include <vector>

/// Methods with settings, between which `pick_method` chooses.
namespace fovea {

/// A method with its options.
struct MethodCandidate {
  std::string name;  ///< "smoothgrad", or "smoothgrad:noise=0.05" with settings that are not the base's
  std::string method;
  MethodOptions options;
};

/// The methods that are compared where none are named: one of each kind that takes seconds for a photo.
std::vector<std::string> methods_to_pick_from();

/// Each method with the base's options, and with the settings of noise, baseline and window that change its
/// maps. InputError for an unknown method.
std::vector<MethodCandidate> candidates_of(const std::vector<std::string>& methods,
                                           const MethodOptions& base);

/// Each method with the base's options alone.
std::vector<MethodCandidate> plain_candidates(const std::vector<std::string>& methods,
                                              const MethodOptions& base);

/// Candidates, compiled.
struct CompiledCandidates {
  std::vector<std::string> names;
  std::vector<Explainer> explainers;  ///< their methods, one after another, are the names'
};
/// Compiles candidates of equal options together. `refused`: called with a sentence for each that the network
/// does not allow, which is left out; empty: such a candidate is an error. InputError and ModelError as for
/// Explainer, also if none is left.
CompiledCandidates compile_candidates(const Model& model, const ExplainOptions& base,
                                      const std::vector<MethodCandidate>& candidates,
                                      const std::function<void(const std::string&)>& refused);

}  // namespace fovea
