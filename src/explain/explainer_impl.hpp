#pragma once

#include "explain/crop_maps.hpp"
#include "explain/framed_photo.hpp"
#include "explain/pass_session.hpp"

#include <memory>
#include <span>
#include <vector>

namespace fovea {

/// A method of an explainer: places of its passes in the one program, or a program of its own.
struct ReadyMethod {
  const Method* method;
  std::vector<std::size_t> passes;
  SamplingMethod sampling;

  bool samples() const { return static_cast<bool>(sampling.start); }
};

/// What all copies of an explainer share.
struct Explainer::Compiled {
  Compiled(const Model& model, const ExplainOptions& given);

  MethodOptions options;
  Crops crops;
  Preprocessing preprocessing;
  Labels labels;
  std::vector<MethodInfo> infos;
  std::vector<ReadyMethod> methods;
  PassProgram passes;  ///< gives the scores
  InputSize size;

private:
  void add_method(const std::string& name, const MethodContext& context);
};

/// A crop of one of several photos.
struct CropOf {
  std::size_t photo, crop;
};

/// What one thread needs: the session of the scores and passes, and those of sampling methods.
class Explainer::Worker {
public:
  explicit Worker(std::shared_ptr<const Compiled> compiled);

  Session& session() { return passes_.session(); }
  void cancel_with(const std::stop_token& stop);
  /// How many photos are looked at together.
  std::size_t group() const;
  /// Scores photos that are framed, a group at most.
  void score(std::span<const std::shared_ptr<FramedPhoto::State>> photos);
  /// Explanations of photos, a group at most, by some of the methods: by method, then by photo.
  std::vector<std::vector<Explanation>> explain(std::span<const FramedPhoto::State* const> photos,
                                                std::span<const ScoreTarget> targets,
                                                const std::vector<std::size_t>& methods,
                                                const SampleProgress& progress);
  Attribution attribute(const Tensor& input, const ScoreTarget& target, std::size_t method,
                        const SampleProgress& progress);

private:
  /// Calls use(crops, their network inputs) for all crops of the photos, as many at a time as a run takes.
  template <class Photos, class Use>
  void for_each_batch(const Photos& photos, const Use& use);
  Tensor as_tensor(std::span<const float> input) const;
  /// What a method reads of the passes for the n-th picture of the batch.
  Attribution read(std::size_t method, std::int64_t n);
  Attribution sample(std::size_t method, const Tensor& input, const ScoreTarget& target,
                     const SampleProgress& progress);
  Explanation finish(std::size_t method, const FramedPhoto::State& photo, const ScoreTarget& target,
                     CropMaps& maps) const;

  std::shared_ptr<const Compiled> compiled_;
  PassSession passes_;
  Sessions others_;
  std::vector<Attribute> attributes_;  ///< one for each method; empty for those that read passes
};

}  // namespace fovea
