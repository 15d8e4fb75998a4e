#pragma once

#include "fovea/classes.hpp"
#include "fovea/custom.hpp"
#include "fovea/geometry.hpp"
#include "fovea/library.hpp"
#include "fovea/model.hpp"
#include "fovea/preprocessing.hpp"
#include "fovea/target.hpp"
#include "fovea/tensor.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

namespace fovea {

/// The rule of the backward pass. The first three differ in how they treat a ReLU, meaning every node that
/// computes max(x, 0), with or without an upper bound. The others are rules of relevance propagation: the
/// backward pass is seeded with the score S_c at the class (with 1 for Excitation), and its result at the
/// picture, `Session::gradient`, is the relevance of the pixels; it sums to the seed if no relevance is lost
/// to biases. ProgramReport::notes and docs/rules.md say how each operator is treated.
enum class Rule {
  Gradient,      ///< back-propagation: passes where the forward input was positive (simonyan2013deep)
  Deconvnet,     ///< passes where the reconstruction is positive (zeiler2013visualizing)
  Guided,        ///< passes where both are positive (springenberg2014striving)
  LrpEpsilon,    ///< R_i = sum of x_i w_ij R_j / (z_j + epsilon sign(z_j)) (bach2015pixel)
  LrpAlphaBeta,  ///< R_i = sum of (2 z_ij+ / z_j+ - z_ij- / z_j-) R_j, z_ij = x_i w_ij (bach2015pixel)
  LrpComposite,  ///< z_ij+ / z_j+ at convolutions, epsilon at dense layers (montavon2019layer)
  LrpGamma,      ///< contributions of the sign of z_j count 1.25 times (montavon2019layer)
  // Composites named as in anders2021software; the last part is the rule for layers that read the picture.
  LrpEpsilonGammaBox,         ///< epsilon at dense layers, gamma at convolutions, z-box at the picture
  LrpEpsilonPlusFlat,         ///< as LrpComposite, flat at the picture (lapuschkin2019unmasking)
  LrpEpsilonPlusWSquare,      ///< as LrpComposite, w^2 at the picture (montavon2017explaining)
  LrpEpsilonAlpha2Beta1,      ///< epsilon at dense layers, alpha 2 and beta 1 at convolutions
  LrpEpsilonAlpha2Beta1Flat,  ///< the same, flat at the picture
  Excitation,                 ///< z_ij+ / z_j+ everywhere, without biases (zhang2016top)
};
/// "gradient", "deconvnet", "guided", "lrp-epsilon", "lrp-alpha-beta", "lrp", "lrp-gamma",
/// "lrp-epsilon-gamma-box", "lrp-epsilon-plus-flat", "lrp-epsilon-plus-w-square", "lrp-epsilon-alpha2-beta1",
/// "lrp-epsilon-alpha2-beta1-flat", "excitation".
std::string_view name_of(Rule rule);
/// InputError that lists all names for any other text, as in all functions of this kind below.
Rule parse_rule(std::string_view name);
/// In the order of the enumeration.
std::vector<std::string> rule_names();

/// The number format of the operands of convolutions and matrix products. Sums, residual connections, inputs
/// and outputs are always float32 (float64 for F64).
enum class Precision {
  F32,
  F64,    ///< on the reference backend
  BF16,   ///< bfloat16 in both directions; needs AVX-512 BF16 or AMX
  Mixed,  ///< float32 forward, so that signs of ReLUs and maxima of poolings are exact, bfloat16 backward
};
/// "f32", "f64", "bf16" or "mixed".
std::string_view name_of(Precision precision);
Precision parse_precision(std::string_view name);
/// In the order of the enumeration.
std::vector<std::string> precision_names();

enum class BackendKind {
  Auto,       ///< reference for F64, oneDNN for all others
  Reference,  ///< plain loops; the definition of every operator
  OneDnn,     ///< everything except F64
};
/// "auto", "reference" or "onednn".
std::string_view name_of(BackendKind backend);
BackendKind parse_backend(std::string_view name);
std::vector<std::string> backend_names();

enum class Direction {
  Forward,             ///< scores only
  ForwardAndBackward,  ///< scores, then the gradient of the seeded score with respect to the picture
};

/// One backward pass of a program: its rule, and the value with respect to which it differentiates.
struct BackwardPass {
  Rule rule = Rule::Gradient;
  /// See ProgramOptions::wrt.
  std::string wrt = {};
  friend bool operator==(const BackwardPass&, const BackwardPass&) = default;
};

/// The shape of one named input, which overrides the file's declaration.
struct InputShape {
  std::string name;  ///< empty: the only input
  Shape shape;
};

/// The largest accepted values of ProgramOptions. Memory may be exhausted far below them.
inline constexpr std::int64_t kMaxBatch = 65536;
inline constexpr std::int64_t kMaxInputSide = 65536;  ///< height or width
inline constexpr int kMaxThreads = 1024;

/// For ProgramOptions::wrt: the layer that last_spatial_layer names.
inline constexpr std::string_view kLastSpatialLayer = "<last spatial layer>";
/// For ProgramOptions::wrt and BackwardPass::wrt: the last layer with positions of the picture whose rows are
/// at most about `stride` pixels apart (up to a factor of the square root of two), or the last of the finest
/// layers where none is so fine. What the last weights before the scores make of it, maps of classes, is no
/// such layer unless there is no other. InputError unless stride >= 1.
std::string last_layer_of_stride(std::int64_t stride);

/// For ProgramOptions::wrt and BackwardPass::wrt: the probabilities of all attention layers, in one backward
/// pass (ProgramOptions::attention is implied).
inline constexpr std::string_view kAttention = "<attention>";
/// The same, but each layer's gradient is that of the scores which the network's end computes from the tokens
/// that this layer's block hands on, instead of those of the last block (bousselham2024legrad).
inline constexpr std::string_view kAttentionOfBlocks = "<attention of blocks>";

struct ProgramOptions {
  Direction direction = Direction::ForwardAndBackward;
  std::int64_t batch = 1;  ///< 1 to kMaxBatch
  /// Size of the picture if the model leaves it open, up to kMaxInputSide; 0: the model's own.
  std::int64_t height = 0;
  std::int64_t width = 0;
  Rule rule = Rule::Gradient;
  /// A custom rule for rectifiers; `rule` must be Rule::Gradient then. Ignored with Direction::Forward.
  std::optional<RectifierRule> rectifier_rule = {};
  /// The bounds of the picture's values for Rule::LrpEpsilonGammaBox, which needs them: see `input_range` in
  /// fovea/image.hpp. InputError if their number is neither 1 nor the picture's channels.
  InputRange input_range = {};
  Precision precision = Precision::F32;
  BackendKind backend = BackendKind::Auto;
  /// Threads of one run, up to kMaxThreads; 0: all processors. InputError if the system does not allow the
  /// process so many threads. In a process forked from the one that loaded the library, a run with several
  /// threads takes place on a new thread, because the parent's threads do not exist in the child.
  int threads = 0;
  /// A layer that takes the place of the class scores as the first output, which is differentiated: the name
  /// of an ONNX value, or of a node (its first output). Empty: the class scores. `layers` lists the values.
  std::string layer = {};
  /// The program's outputs if there is no `layer`: names of the model's outputs, or of other values or nodes,
  /// the scores first. Empty: the first output alone. Only nodes that these need must be supported; a note
  /// names what is left out.
  std::vector<std::string> outputs = {};
  /// Numbers that take the place of the class scores: the first output is [batch, targets] then, class k of
  /// methods is targets[k], and without `activation` there are no probabilities. Neither `layer` nor
  /// `outputs` may be given beside them.
  std::vector<Target> targets = {};
  /// For networks that segment pictures, whose scores are [batch,C,H,W]: the first output is [batch,C], the
  /// sums of each class's scores over a region (Program::region_scores). With Head::Classes only.
  bool sum_over_region = false;
  /// The ONNX value with respect to which the program differentiates, by its name, kLastSpatialLayer or
  /// last_layer_of_stride; empty: the picture. The value is then an output (Program::wrt_output), and
  /// Session::gradient has its shape. kAttention, kAttentionOfBlocks: several values. With Direction::Forward
  /// it is the last output.
  std::string wrt = {};
  /// The ONNX value at which the program begins, by its name or kLastSpatialLayer: it takes the picture's
  /// place as input 0, and backward passes differentiate with respect to it (`wrt` must be empty). The
  /// picture follows as an input if the scores depend on it other than through this value, as within a
  /// residual connection. Empty: the program begins at the picture.
  std::string begin_at = {};
  /// Whether passes by Rule::Gradient propagate the multipliers of DeepLIFT's rescale rule in the place of
  /// gradients (shrikumar2017learning): (f(x) - f(b)) / (x - b) for f'(x), b being what a baseline picture
  /// gives. The baseline is the program's last input, and Program::baseline_scores names its scores.
  bool deep_lift = false;
  /// Whether backward pass 0 also gives what biases add to the score: see Program::bias_terms.
  bool bias_terms = false;
  /// Further backward passes, which share the forward pass with that of `rule` and `wrt`, number 0. Each has
  /// its own seed and gradient: Session::seed(k), Session::gradient(k), k = 1, 2, ...
  std::vector<BackwardPass> further_passes = {};
  /// Whether the probabilities of all attention layers are outputs, the last ones: Program::attention.
  /// InputError from compiling where not every token attends to every other one (no attention, or windows).
  bool attention = false;
  /// The meaning of the first output if there is no `layer`. docs/scores.md describes what a score is.
  enum class Head {
    /// The scores before the activation that the output ends with, in the output's own shape.
    Scores,
    /// The same for a classifier: rows [N,classes]; a single score s becomes two classes (-s, s) unless it
    /// has no probability. ModelError, naming the outputs that can be class scores, if the output cannot be:
    /// it holds whole numbers, has more than one row for each picture, is the maximum of several values, or
    /// its number of classes differs from the number of labels while another output's does not.
    /// `compile_for_pictures` compiles this.
    Classes,
    AsInFile,  ///< every output as in the file, with its activation
  } head = Head::Scores;
  /// The activation that turns scores into probabilities. None: the one at the end of the network, or without
  /// one softmax for several scores and sigmoid for a single one (ScoreHead::is_assumed).
  std::optional<Activation> activation = {};
  /// The number of class names, if it is not that of the file's labels; 0: unknown.
  std::int64_t label_count = 0;
  /// The treatment of a Relu between the last convolution and the global pooling that gives the scores
  /// (SqueezeNet). Behind it a class can have score 0 and gradient 0, and gradient ascent cannot start.
  enum class FinalRelu { Keep, Remove } final_relu = FinalRelu::Keep;
  /// The layout of the picture and its gradient if the file's is not [N,C,H,W] but channels last, grey
  /// [N,H,W] or flat [N,K]. Methods need ChannelsFirst; AsInFile is for inputs prepared in the file's layout.
  enum class InputLayout {
    ChannelsFirst,  ///< [N,C,H,W] for every file
    AsInFile,
  } input_layout = InputLayout::ChannelsFirst;
  /// Layers whose weights are shuffled, for sanity checks of maps (adebayo2018sanity): names from
  /// `layers_with_weights`; other names are ignored. A layer's new weights depend only on its name and the
  /// seed.
  std::vector<std::string> shuffled_layers = {};
  std::uint64_t shuffle_seed = 0;
  /// Shapes of inputs in the file's layout, for models whose input is no picture (Direction::Forward only).
  std::vector<InputShape> input_shapes = {};
};

/// Results of compilation: notes, counts, and memory.
struct ProgramReport {
  std::vector<Note> notes;
  /// Number of nodes that the rule acted on: Relu, and Clip and Max from 0; for relevance propagation, all
  /// nodes except those that only route relevance.
  std::int64_t rule_hits = 0;
  std::int64_t multiply_adds = 0;   ///< of one forward pass of the whole batch
  std::size_t arena_bytes = 0;      ///< memory for the intermediate values of one session
  std::size_t unplanned_bytes = 0;  ///< the same without sharing memory
  std::size_t weight_bytes = 0;
  std::int64_t fallback_nodes = 0;  ///< nodes that run their reference kernel
};

struct TensorInfo {
  std::string name;
  DType dtype = DType::F32;
  Shape shape;
  /// For outputs, and for the value of ProgramOptions::begin_at: the axes of channels and of positions in the
  /// picture. None if they are unknown, or if an element belongs to two positions (attention).
  std::optional<LayerLayout> layout = {};
};

/// How a program sums the scores of a network that segments pictures (ProgramOptions::sum_over_region).
struct RegionScores {
  /// The input [batch,1,H,W], in the program's precision, that weighs the positions, usually by 0 to 1. A new
  /// session has 1 everywhere.
  std::size_t region_input = 1;
  /// The output [batch,C,H,W] with the scores of each position, before a final softmax or sigmoid.
  std::size_t scores_output = 1;
  /// Whether each position has one class, that with the largest score; otherwise it has those with scores
  /// above 0, as in networks that end in a sigmoid or have a single class.
  bool are_exclusive = true;
};

/// The arrangement of the probabilities of one self-attention layer: those of a picture, head, query and key
/// are at the sum of the four offsets in the value's row-major data. They sum to 1 over the keys.
struct AttentionLayout {
  std::vector<std::int64_t> picture_offsets, head_offsets, query_offsets, key_offsets;

  std::int64_t heads() const { return static_cast<std::int64_t>(head_offsets.size()); }
  std::int64_t tokens() const { return static_cast<std::int64_t>(key_offsets.size()); }
};

/// One self-attention layer of a program.
struct AttentionLayer {
  std::size_t output = 0;  ///< the output that holds its probabilities
  AttentionLayout layout;
};

/// The self-attention of a vision transformer, in which every token attends to all.
struct Attention {
  std::vector<AttentionLayer> layers;  ///< in the order of computation; all have the same tokens
  std::int64_t height = 0, width = 0;  ///< of the grid of patches
  std::vector<std::int64_t> patches;   ///< the token of each patch, row by row
  /// The tokens behind the last layer that the scores read: the class token, or all over which is averaged.
  std::vector<std::int64_t> read;
};

/// A model compiled for one batch size, precision and rule. Immutable; share it between threads.
class Program {
public:
  /// Compiles a model. ModelError naming every node that is unsupported or, between picture and score, not
  /// differentiable.
  static std::shared_ptr<const Program> compile(const Model& model, const ProgramOptions& options = {});
  ~Program();
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

  const ProgramOptions& options() const;
  /// The inputs of the model that the outputs need; the picture, or the value of ProgramOptions::begin_at, is
  /// the first.
  const std::vector<TensorInfo>& inputs() const;
  /// The scores (or the layer), further ProgramOptions::outputs, and finally the values that backward passes
  /// differentiate with respect to, each once.
  const std::vector<TensorInfo>& outputs() const;
  /// Number of backward passes; 0 for Direction::Forward.
  std::size_t backward_passes() const;
  /// The output that holds the value with respect to which the k-th backward pass differentiates; none for
  /// the picture and for attention.
  std::optional<std::size_t> wrt_output(std::size_t pass = 0) const;
  /// The output that holds the scores of the baseline; none unless ProgramOptions::deep_lift.
  std::optional<std::size_t> baseline_scores() const;
  /// The values of the network to which a node adds something of its own, the last first; empty unless
  /// ProgramOptions::bias_terms. For y = f(x) this is y dy - x dx, with dy and dx from backward pass 0 by the
  /// plain gradient: the bias times the gradient at layers, and the implicit bias of nonlinear functions
  /// (srinivas2019full). Session::bias_term holds it for each element of the value. The terms and x dx of the
  /// picture sum to the seed times the score, except for what ProgramReport::notes names.
  const std::vector<TensorInfo>& bias_terms() const;
  /// The attention layers; none unless ProgramOptions::attention or a backward pass asks for them.
  const Attention& attention() const;
  /// Number of classes: elements of the first output divided by the batch.
  std::int64_t classes() const;
  /// The conversion of scores to probabilities; meaningless for a layer and for Head::AsInFile.
  const ScoreHead& head() const;
  /// The output, [batch, G], of further scores that take part in a softmax but are no class of the first
  /// output, for ScoreHead::probabilities. None if there are no such classes.
  std::optional<std::size_t> further_scores() const;
  /// None without ProgramOptions::sum_over_region.
  std::optional<RegionScores> region_scores() const;
  const ProgramReport& report() const;
  /// The compiled graph as text, for debugging and documentation.
  std::string dump() const;

private:
  friend struct ProgramAccess;
  struct Impl;
  explicit Program(std::unique_ptr<const Impl> impl);
  std::unique_ptr<const Impl> impl_;
};

/// Compiles a classifier of pictures, with ProgramOptions::Head::Classes. If the network works only with the
/// batch that its file fixes (a transformer exported for one picture), the program has this batch, or a batch
/// of 1 if its output has no axis for the batch: see Program::options. ModelError as for Program::compile.
std::shared_ptr<const Program> compile_for_pictures(const Model& model, ProgramOptions options = {});

/// The side of the square pictures of a network whose file leaves the size open: the first of the usual sizes
/// (224, 32, 28, ...) that its layers fit. 0 if the file fixes the size, if the network accepts many sizes,
/// or if none of the usual sizes fits.
std::int64_t side_of_network(const Model& model);

/// The name of the last value with a grid of more than one position (LayerLayout::grid) between the picture
/// and the scores, whatever the order of its axes. Behind it the network has no spatial information. Where a
/// class token alone leads to the scores, it is what the last attention reads: the gradients of later patches
/// are zero. With ProgramOptions::sum_over_region it is the last one before the layer with weights that gives
/// the scores. Batch and size are those of the options. ModelError if there is none.
std::string last_spatial_layer(const Model& model, const ProgramOptions& options);

/// The name of the last value with a grid of more than one position through which everything that the
/// options' outputs or targets depend on passes: of a detector, the last layer before its paths for objects
/// of several sizes part. Empty if there is none. Batch and size are those of the options.
std::string last_common_spatial_layer(const Model& model, const ProgramOptions& options);

/// The names of the layers with learnt weights, from the scores back: convolutions, matrix products with a
/// constant, and normalisations that cannot be folded into these. Batch and size are those of the options.
std::vector<std::string> layers_with_weights(const Model& model, const ProgramOptions& options);

/// The cost of one step of a program, over the runs of a session. A node may take several steps: a change of
/// layout is a step of its own ("reorder").
struct StepProfile {
  std::string node;                     ///< the graph's node; empty for the program's own copies
  std::string operator_name;            ///< fovea's name: "Conv", "ConvTranspose", "reorder", ...
  Shape shape;                          ///< of the node's first output
  Direction part = Direction::Forward;  ///< Forward, or ForwardAndBackward for a step of the backward pass
  std::int64_t multiply_adds = 0;  ///< of one run; 0 for everything except convolutions and matrix products
  std::int64_t runs = 0;           ///< since the session was created or the profile was reset
  double seconds = 0;              ///< wall-clock time of all these runs together
  double fastest_seconds = 0;      ///< of the fastest run: the cost of the undisturbed step
};

/// Whether a session measures the time of every step: the clock is read twice for each, which takes about 50
/// ns.
enum class Profiling { Off, On };

/// The state in which one thread runs a program, with its memory, which is allocated once. `forward` and
/// `backward` allocate no memory for tensors; kernels may allocate a few small blocks. Fill `input()`, call
/// `forward()`, read `output()`; then fill `seed()` or name classes, call `backward()`, read `gradient()`.
/// All are row-major.
class Session {
public:
  explicit Session(std::shared_ptr<const Program> program, Profiling profiling = Profiling::Off);
  ~Session();
  Session(Session&&) noexcept;
  Session& operator=(Session&&) noexcept;

  const Program& program() const;
  Tensor& input(std::size_t i = 0);
  const Tensor& output(std::size_t i = 0) const;
  /// Computes the outputs from the inputs. InputError if an element of an input is NaN or infinite.
  void forward();

  /// d(objective)/d(output 0) of the k-th backward pass, to be filled before `backward()`; it has the shape
  /// of output 0.
  Tensor& seed(std::size_t pass = 0);
  /// Fills the seeds of all passes with a one for class `classes[n]` of the n-th picture of the batch and
  /// zeros elsewhere. InputError if there is not one class for each picture, or a class does not exist.
  void seed_classes(std::span<const std::int64_t> classes);
  /// Runs all backward passes. It must follow `forward` and can be called once after it, because it reuses
  /// the memory of the values that `forward` kept. InputError otherwise.
  void backward();
  /// d(objective)/d(input 0) of the k-th pass, in input 0's shape; or the derivative with respect to the
  /// value of its BackwardPass::wrt, in that value's shape.
  const Tensor& gradient(std::size_t pass = 0) const;
  /// The i-th of Program::bias_terms, after `backward`.
  const Tensor& bias_term(std::size_t i) const;
  /// The gradients of a pass of kAttention or kAttentionOfBlocks, in the shapes of the layers' probabilities.
  const Tensor& attention_gradient(std::size_t pass, std::size_t layer) const;

  /// Calls part(0), part(1), ..., part(parts - 1), in any order, on the threads of the session's runs
  /// (ProgramOptions::threads), for example to fill the pictures of a batch or to read its gradients. The
  /// parts must not depend on each other, and must not use this session's runs. The first exception of a part
  /// is rethrown here after all parts have ended.
  void parallel_for(std::int64_t parts, const std::function<void(std::int64_t part)>& part);

  /// Number of runs started so far, in either direction. As long as it does not change, the results of the
  /// last run are valid.
  std::uint64_t runs() const;

  /// Sets the token that cancels runs. Once a stop is requested, a run ends before its next step with the
  /// error Cancelled: within the time of one step, which is a few milliseconds for a large network. Any
  /// thread may request the stop. The results of a cancelled run are undefined; the session can be used
  /// again, from `forward` on, with a token that is not stopped. An empty token, the default, cancels
  /// nothing.
  void cancel_with(std::stop_token stop);

  /// One entry for each step, in execution order; empty with Profiling::Off.
  const std::vector<StepProfile>& profile() const;
  /// Resets the profile.
  void reset_profile();

private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace fovea
