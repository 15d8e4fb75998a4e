#pragma once

#include "explain/attention_view.hpp"
#include "explain/method_options.hpp"
#include "fovea/explain.hpp"

#include <memory>
#include <span>

/// Common declarations of the methods' files. Each method is a row of one of the tables at the end of these
/// files; methods.cpp lists the tables.
namespace fovea {

/// The arguments for compiling a method.
struct MethodContext {
  const Model& model;
  const Preprocessing& preprocessing;
  ProgramOptions program;  ///< precision, threads, size, backend, rectifier_rule; batch: of the scores
  const MethodOptions& options;
};

/// One backward pass over the explained picture, as a method requests it.
struct MethodPass {
  Rule rule = Rule::Gradient;
  /// The end of the pass: the picture, the layer of MethodOptions::layer, or the probabilities of all
  /// attention layers (kAttention, kAttentionOfBlocks). AttentionValues: these alone, without a backward
  /// pass.
  enum class To { Picture, Layer, AttentionValues, Attention, AttentionOfBlocks } to = To::Picture;
  /// The seed at the class: one; the score itself, which is then redistributed; or one, less one at the best
  /// of the other classes, unless the target has a class to be subtracted already or the scores are numbers
  /// of the caller's choice (ProgramOptions::targets), which do not compete.
  enum class Seed { One, Score, AgainstNext } seed = Seed::One;
  /// For To::Layer: 0, or the stride of the layer that takes the place of MethodOptions::layer
  /// (last_layer_of_stride).
  std::int64_t stride = 0;
  friend bool operator==(const MethodPass&, const MethodPass&) = default;
};

/// The gradient of the score with respect to the layer.
inline constexpr MethodPass kToLayer = {Rule::Gradient, MethodPass::To::Layer};

/// The result of one backward pass for one picture: values and their gradients or relevances, both [C,H,W]
/// whatever the order of a layer's axes. Valid until the next view of the same pass or run.
struct PassView {
  std::span<const float> values, gradient;
  std::int64_t height = 0, width = 0;
};

/// Computes a method's relevance, [C,H,W] or [1,H,W], for a picture of shape [C,H,W] from its passes.
using ReadPasses = Tensor (*)(std::span<const PassView> passes, const Shape& picture);

/// The same from the attention of its only pass.
using ReadAttention = Tensor (*)(const AttentionView& attention, const MethodOptions& options,
                                 const Shape& picture);

/// Explains a network input [C,H,W], on one thread.
using Attribute = std::function<Attribution(const Tensor& input, const ExplainedScore& target,
                                            const SampleProgress& progress)>;

/// The sessions of one thread, besides that of the scores.
class Sessions {
public:
  std::shared_ptr<Session> add(std::shared_ptr<const Program> program) {
    return all_.emplace_back(std::make_shared<Session>(std::move(program)));
  }
  void cancel_with(const std::stop_token& stop) {
    for (const auto& session : all_)
      session->cancel_with(stop);
  }

  /// The region of all pictures of a program that sums scores over one.
  void set_region(std::span<const float> weights);

private:
  std::vector<std::shared_ptr<Session>> all_;
};

/// A compiled method that runs pictures of its own: the part that all threads share.
struct SamplingMethod {
  std::vector<std::shared_ptr<const Program>> programs;
  /// Creates the function for one thread, with its sessions among the given ones.
  std::function<Attribute(Sessions&)> start;
};

/// A method: either passes over the explained picture and a function that reads them (or their attention), or
/// a function that compiles a sampling method.
struct Method {
  MethodInfo info;
  std::vector<MethodPass> passes = {};
  ReadPasses read = nullptr;
  SamplingMethod (*compile)(const MethodContext& context, const MethodInfo& info) = nullptr;
  /// The options that the method uses, in words, for `describe_method`; none for those of passes.
  std::string (*parameters)(const MethodOptions& options, std::int64_t samples) = nullptr;
  /// What a compiled method reads of MethodOptions besides what follows from the rest: samples, where it has
  /// a number of them, merge, where channels have values of their own, and smooth, which any method takes.
  std::vector<MethodOption> options = {};
  ReadAttention read_attention = nullptr;
};

/// Whether the method reads the attention of a transformer, and explains no other network.
bool needs_attention(const Method& method);

// One function for each file of methods.
std::vector<Method> rule_methods();
std::vector<Method> smooth_grad_methods();
std::vector<Method> path_methods();
std::vector<Method> guided_ig_methods();
std::vector<Method> expected_gradients_methods();
std::vector<Method> deep_lift_methods();
std::vector<Method> full_grad_methods();
std::vector<Method> xrai_methods();
std::vector<Method> cam_methods();
std::vector<Method> eigen_cam_methods();
std::vector<Method> score_cam_methods();
std::vector<Method> ablation_cam_methods();
std::vector<Method> relevance_methods();
std::vector<Method> occlusion_methods();
std::vector<Method> rise_methods();
std::vector<Method> lime_methods();
std::vector<Method> kernel_shap_methods();
std::vector<Method> sobol_methods();
std::vector<Method> hsic_methods();
std::vector<Method> meaningful_perturbation_methods();
std::vector<Method> extremal_perturbation_methods();
std::vector<Method> attention_rollout_methods();
std::vector<Method> generic_attention_methods();
std::vector<Method> legrad_methods();

/// Whether the method explains by the layer of MethodOptions::layer.
bool reads_layer(const Method& method);

/// The method of that name; InputError naming the nearest methods, or all.
const Method& find_method(std::string_view name);
/// InputError for options that no method takes.
void check_method_options(const MethodOptions& options);

/// The relevance of each pixel, summed over its channels: [C,H,W] -> [H,W], F32.
Tensor channel_sum(const Tensor& relevance);

/// The first pass's gradient or relevance itself.
Tensor take_gradient(std::span<const PassView> passes, const Shape& picture);

/// The program that gives the scores and has no backward pass.
std::shared_ptr<const Program> compile_scores(const MethodContext& context);
/// A program with a backward pass to the picture, for batches of that many pictures.
std::shared_ptr<const Program> compile_gradient(const MethodContext& context, std::int64_t batch);

/// The batch for a number of samples: 5 to 13, such that the last batch has as few empty places as possible.
std::int64_t batch_for(std::int64_t samples);
/// MethodOptions::samples, or the method's own number.
std::int64_t samples_of(const MethodContext& context, const MethodInfo& info);

/// InputError when a class of the target does not exist.
void check_target(const ExplainedScore& target, std::int64_t classes);
/// The value of the target: S_c, or S_c - S_against.
double value_of(std::span<const double> scores, const ExplainedScore& target);

/// The baseline of a network input [C,H,W].
Tensor baseline_of(const Tensor& input, Baseline baseline, const Preprocessing& preprocessing);

/// "black", "the mean colour", "the blurred photo": for `Method::parameters`.
std::string_view baseline_in_words(Baseline baseline);

/// Pictures on the way from a baseline to an input: at t = 0 (the baseline) to 1 (the input).
using Path = std::function<void(double t, std::span<float> picture)>;
/// The straight way; the tensors must outlive it.
Path straight_path(const Tensor& input, const Tensor& baseline);
/// The integral of the gradient along a path, in that many equal steps of t: the sum of (end of the step -
/// its beginning) (.) gradient in its middle. The session's program has a backward pass to the picture.
Attribution integrate(Session& session, const Tensor& input, const Path& path, std::int64_t steps,
                      const ExplainedScore& target, const SampleProgress& progress);

/// Samples first, first + 1, ... that a session holds in places 0, ..., count - 1 of its batch.
struct HeldSamples {
  std::int64_t first = 0, count = 0;
};

/// Runs many samples in batches of the session's program. `make(i, n, picture)` fills the network input of
/// the i-th sample, which has place n in the batch; it is called on the session's threads, once for each
/// sample. `use` is called on the calling thread when the session holds the results of a batch. The backward
/// pass is run if the program has one.
void run_batched(Session& session, std::int64_t count, const ExplainedScore& target,
                 const std::function<void(std::int64_t i, std::int64_t n, std::span<float> picture)>& make,
                 const std::function<void(const HeldSamples& held)>& use,
                 const SampleProgress& progress = {});

/// Calls part(begin, end) for pieces of [0, size) on the session's threads: for sums over samples, element by
/// element, which do not depend on the pieces.
void for_each_piece(Session& session, std::size_t size,
                    const std::function<void(std::size_t begin, std::size_t end)>& part);

/// The gradient of the n-th picture of the session's batch.
std::span<const float> gradient_at(const Session& session, std::int64_t n);

}  // namespace fovea
