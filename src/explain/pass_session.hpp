#pragma once

#include "explain/method.hpp"

namespace fovea {

/// A program that runs a picture forward and then all backward passes that methods request, each once.
struct PassProgram {
  std::shared_ptr<const Program> program;
  std::vector<MethodPass> passes;
};

/// Compiles the passes, in batches of `context.program.batch`; without any, a program of scores alone.
/// InputError for a layer whose positions have no known places in the picture.
PassProgram compile_passes(const MethodContext& context, const std::vector<MethodPass>& passes);
/// The layer of MethodOptions::layer, for programs: a name or kLastSpatialLayer.
std::string layer_of(const MethodOptions& options);
/// Adds the passes that are missing and returns the indices of all of them.
std::vector<std::size_t> add_passes(std::vector<MethodPass>& all, const std::vector<MethodPass>& passes);

/// One thread's session of such a program. It runs only what is necessary: the forward pass if the inputs
/// have changed since the last one or a backward pass has consumed it, the backward passes if the targets
/// have changed.
class PassSession {
public:
  /// `session` is one of the program.
  PassSession(const PassProgram& program, std::shared_ptr<Session> session);

  Session& session() { return *session_; }
  std::int64_t batch() const { return session_->program().options().batch; }
  /// Elements of one picture.
  std::size_t picture_size() const { return picture_size_; }

  /// Sets the regions of the batch's pictures, of a program that sums scores over one; for fewer than a batch
  /// the last one fills the remaining places, and for none nothing happens.
  void set_regions(const std::vector<std::vector<float>>& regions);
  /// Runs the batch forward; `pictures` holds at most a batch of [C,H,W] each, of which the last fills the
  /// remaining places.
  void forward(std::span<const std::span<const float>> pictures);
  /// Runs the batch forward and all passes backward, with one target for each picture. InputError if a score
  /// used as a seed is not finite.
  void backward(std::span<const std::span<const float>> pictures, std::span<const ExplainedScore> targets);
  /// The results of passes for the n-th picture.
  std::vector<PassView> views(const std::vector<std::size_t>& passes, std::int64_t n);
  /// The attention of the n-th picture, and its gradients by a pass to it.
  AttentionView attention(std::size_t pass, std::int64_t n) const;
  /// The relevance of a method that reads these passes, for the n-th picture, of shape [C,H,W].
  Tensor relevance(const Method& method, const std::vector<std::size_t>& passes, std::int64_t n,
                   const Shape& picture, const MethodOptions& options);

private:
  bool holds(std::span<const std::span<const float>> pictures);
  void seed(std::span<const ExplainedScore> targets);
  const ExplainedScore& target_at(std::span<const ExplainedScore> targets, std::int64_t n) const;

  std::vector<MethodPass> passes_;
  std::shared_ptr<Session> session_;
  std::size_t picture_size_ = 0;
  struct LayerValues {
    std::optional<std::size_t> backward_pass;  ///< of the program
    LayerLayout grid;                          ///< of a layer's positions
    std::vector<float> values, gradient;       ///< of a layer
  };
  std::vector<LayerValues> layers_;                   ///< of each pass
  std::vector<ExplainedScore> targets_;               ///< of the last backward passes
  std::uint64_t forward_run_ = 0, backward_run_ = 0;  ///< Session::runs after them; 0: never
};

/// Compiles the method for running its passes on several noisy copies of the picture and averaging the
/// results (MethodOptions::smooth). `method` is one of the table.
SamplingMethod compile_smoothed(const MethodContext& context, const Method& method);
/// Averages a sampling method over noisy copies of the picture.
SamplingMethod smoothed(SamplingMethod method, const MethodOptions& options);

}  // namespace fovea
