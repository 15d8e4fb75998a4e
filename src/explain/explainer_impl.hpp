#pragma once

#include "explain/crop_maps.hpp"
#include "explain/framed_photo.hpp"
#include "explain/pass_session.hpp"

#include <memory>
#include <span>
#include <vector>

namespace fovea {

/// A method of an explainer: the indices of its passes in the common program, or programs of its own.
struct ReadyMethod {
  const Method* method;
  std::vector<std::size_t> passes;
  SamplingMethod sampling;

  bool samples() const { return static_cast<bool>(sampling.start); }
};

/// The state that all copies of an explainer share.
struct Explainer::Compiled {
  Compiled(const Model& model, const ExplainOptions& given);

  MethodOptions options;
  Crops crops;
  Preprocessing preprocessing;
  Labels labels;
  std::vector<MethodInfo> infos;
  std::vector<ReadyMethod> methods;
  std::optional<ScoreRegion> region;
  PassProgram passes;  ///< gives the scores
  InputSize size;

private:
  void add_method(const std::string& name, const MethodContext& context);
};

/// The index of a photo and of one of its crops.
struct CropOf {
  std::size_t photo, crop;
};

/// The state of one thread: the session of the scores and passes, and those of sampling methods.
class Explainer::Worker {
public:
  explicit Worker(std::shared_ptr<const Compiled> compiled);

  Session& session() { return passes_.session(); }
  void cancel_with(const std::stop_token& stop);
  /// The number of photos that are processed together.
  std::size_t group() const;
  /// Scores framed photos, at most a group.
  void score(std::span<const std::shared_ptr<FramedPhoto::State>> photos);
  /// Explains photos, at most a group, by some of the methods. The result is indexed by method, then by
  /// photo.
  std::vector<std::vector<Explanation>> explain(std::span<const FramedPhoto::State* const> photos,
                                                std::span<const ExplainedScore> targets,
                                                const std::vector<std::size_t>& methods,
                                                const SampleProgress& progress);
  Attribution attribute(const Tensor& input, const ExplainedScore& target, std::size_t method,
                        const SampleProgress& progress);

private:
  /// Calls use(crops, their network inputs) for all crops of the photos, as many at a time as the batch
  /// allows.
  template <class Photos, class Use>
  void for_each_batch(const Photos& photos, const Use& use);
  /// The region's scores of the n-th picture of the batch, which is a crop of the photo, and its masks.
  void add_region_scores(FramedPhoto::State& photo, std::int64_t n, RegionSums& sums);
  /// The scores of all positions of the n-th picture of the batch, [classes, positions].
  std::span<const float> position_scores(std::int64_t n);
  /// Sums over the class's own mask in the input; InputError if it is empty.
  void set_region_of_input(std::span<const float> input, const ExplainedScore& target);
  /// InputError if the class's own mask is empty, and for a photo without masks.
  void check_region(const FramedPhoto::State& photo, const ExplainedScore& target) const;
  Tensor as_tensor(std::span<const float> input) const;
  /// The attribution of a method for the n-th picture of the batch, from its passes.
  Attribution read(std::size_t method, std::int64_t n);
  Attribution sample(std::size_t method, const Tensor& input, const ExplainedScore& target,
                     const SampleProgress& progress);
  Explanation finish(std::size_t method, const FramedPhoto::State& photo, const ExplainedScore& target,
                     CropMaps& maps) const;

  std::shared_ptr<const Compiled> compiled_;
  PassSession passes_;
  Sessions others_;
  std::vector<Attribute> attributes_;  ///< one for each method; empty for those that read passes
};

}  // namespace fovea
