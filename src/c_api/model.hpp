#pragma once

#include "fovea.h"
#include "fovea/explain.hpp"

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

namespace fovea::c_api {

/// The options that determine a compiled explainer.
struct ExplainerKey {
  std::string method;         ///< empty: scores only
  std::string preprocessing;  ///< a preset; empty: the model's own
  std::int64_t batch = 1, height = 0, width = 0;
  int threads = 0;
  friend bool operator==(const ExplainerKey&, const ExplainerKey&) = default;
};

/// The output with the scores and their activation, if the caller specifies them.
struct ScoreChoice {
  std::string scores;  ///< empty: the first output
  std::optional<Activation> activation;
};

/// The explainers of a model of which sessions use copies, so that sessions with equal options share one
/// compiled network. Thread-safe.
class ExplainerCache {
public:
  std::shared_ptr<const Explainer> explainer(const Model& model, const ScoreChoice& choice,
                                             const ExplainerKey& key);

private:
  struct Entry {
    ExplainerKey key;
    std::weak_ptr<const Explainer> explainer;
  };
  std::mutex mutex_;
  std::vector<Entry> entries_;
};

}  // namespace fovea::c_api

struct fovea_model {
  fovea_model(const char* path, fovea::c_api::ScoreChoice choice);

  fovea::Model model;
  fovea::c_api::ScoreChoice choice;
  fovea_model_info info;
  std::vector<std::string> labels;
  mutable fovea::c_api::ExplainerCache explainers;
};
