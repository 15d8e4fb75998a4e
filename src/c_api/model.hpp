#pragma once

#include "fovea.h"
#include "fovea/methods.hpp"
#include "fovea/model.hpp"

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <tuple>
#include <variant>
#include <vector>

namespace fovea::c_api {

/// What a session runs: a program of scores only, or one of a method.
using AnyProgram = std::variant<std::shared_ptr<const Program>, std::shared_ptr<const MapProgram>>;

/// What a program is compiled for.
struct ProgramKey {
  std::string method;         ///< empty: scores only
  std::string preprocessing;  ///< a preset; empty: the model's own
  std::int64_t batch = 1, height = 0, width = 0;
  int threads = 0;
  friend bool operator==(const ProgramKey&, const ProgramKey&) = default;
};

/// Which output holds the scores, and what makes probabilities of them, where the caller says so.
struct ScoreChoice {
  std::string scores;  ///< empty: the first output
  std::optional<Activation> activation;
};

/// The programs of a model that sessions are using, so that sessions with equal options share one. May be
/// asked by several threads.
class ProgramCache {
public:
  AnyProgram program(const Model& model, const ScoreChoice& choice, const ProgramKey& key);

private:
  struct Entry {
    ProgramKey key;
    std::weak_ptr<const Program> scores;
    std::weak_ptr<const MapProgram> maps;
  };
  std::mutex mutex_;
  std::vector<Entry> entries_;
};

/// How the model's pictures are preprocessed: by the preset, or where it is empty as the model's file says,
/// else as torchvision does.
Preprocessing preprocessing_of(const Model& model, const std::string& preset);

}  // namespace fovea::c_api

struct fovea_model {
  fovea_model(const char* path, fovea::c_api::ScoreChoice choice);

  fovea::Model model;
  fovea::c_api::ScoreChoice choice;
  fovea_model_info info;
  std::vector<std::string> labels;
  mutable fovea::c_api::ProgramCache programs;
};
