#pragma once

#include "fovea.h"
#include "fovea/detect.hpp"
#include "fovea/explain.hpp"
#include "fovea/networks.hpp"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace fovea::c_api {

/// What the caller has chosen for a model; everything else follows from its file.
struct ModelChoice {
  std::string scores;                  ///< the output with the scores; empty: the first
  std::vector<fovea::Target> targets;  ///< what is explained in place of class scores; none: class scores
  std::optional<Activation> activation;
  std::optional<Labels> labels;
  PreprocessingSpec preprocessing;
  std::int64_t height = 0, width = 0;  ///< of the input, where the file leaves them open
  /// Where networks have names; none: the path is that of a file.
  std::optional<NetworkPlaces> places;
  Precision precision = Precision::F32;
  BackendKind backend = BackendKind::Auto;
  LoadOptions load;
};

/// Compiled objects of one kind by everything that they depend on. While `kept` of them are remembered,
/// others live as long as somebody uses them. Thread-safe.
template <class Compiled>
class CompiledCache {
public:
  explicit CompiledCache(std::size_t kept) : kept_(kept) {}

  template <class Make>
  std::shared_ptr<const Compiled> get(const std::string& key, Make&& make) {
    // Locked while compiling, too: a second thread that asks for the same one is to wait for it.
    const std::lock_guard lock(mutex_);
    std::erase_if(entries_, [](const Entry& entry) { return entry.second.expired(); });
    for (const Entry& entry : entries_)
      if (entry.first == key)
        if (auto compiled = entry.second.lock())
          return remember(compiled);
    const std::shared_ptr<const Compiled> made = make();
    entries_.emplace_back(key, made);
    return remember(made);
  }

private:
  using Entry = std::pair<std::string, std::weak_ptr<const Compiled>>;

  const std::shared_ptr<const Compiled>& remember(const std::shared_ptr<const Compiled>& used) {
    std::erase(recent_, used);
    recent_.insert(recent_.begin(), used);
    recent_.resize(std::min(recent_.size(), kept_));
    return used;
  }

  std::size_t kept_;
  std::mutex mutex_;
  std::vector<Entry> entries_;
  std::vector<std::shared_ptr<const Compiled>> recent_;
};

}  // namespace fovea::c_api

struct fovea_model {
  fovea_model(fovea::FoundNetwork network, fovea::c_api::ModelChoice choice);

  /// The preprocessing of pictures if `spec` is given for a call, over what was chosen for the model.
  fovea::ChosenPreprocessing preprocessing(const fovea::PreprocessingSpec& spec) const;
  /// The options of a program for this model. A size of 0 is the model's; InputError for one that the file
  /// contradicts.
  fovea::ProgramOptions program_options(std::int64_t height, std::int64_t width, int threads) const;
  /// The same as a description of a network, which has a size: InputError where nothing gives one.
  fovea::Network network(const fovea::PreprocessingSpec& spec, std::int64_t height, std::int64_t width) const;
  /// The explainer for these options. Sessions with equal options share one.
  std::shared_ptr<const fovea::Explainer> explainer(const fovea::ExplainOptions& options) const;
  /// The program for these options; the last two are kept for further calls.
  std::shared_ptr<const fovea::Program> program(const fovea::ProgramOptions& options) const;

  /// The detector for these options, which `key` tells from others; the last one is kept for further calls.
  std::shared_ptr<const fovea::Detector> detector(const std::string& key,
                                                  const fovea::DetectorOptions& options) const;

  fovea::FoundNetwork found;
  fovea::Model model;
  fovea::c_api::ModelChoice choice;
  fovea::Labels names;
  fovea_model_info info = {};
  std::vector<std::string> labels;

private:
  /// InputError if the caller's labels are not one for each class.
  void check_labels(const fovea::Program& program) const;

  mutable fovea::c_api::CompiledCache<fovea::Explainer> explainers_{0};
  mutable fovea::c_api::CompiledCache<fovea::Program> programs_{2};
  mutable fovea::c_api::CompiledCache<fovea::Detector> detectors_{1};
};
