#pragma once

#include "fovea/classes.hpp"
#include "fovea/custom.hpp"
#include "fovea/geometry.hpp"
#include "fovea/model.hpp"
#include "fovea/note.hpp"
#include "fovea/tensor.hpp"

#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

namespace fovea {

/// What flows from the seeded score back to the picture. The first three differ in how they treat a ReLU,
/// which is every node that computes max(x, 0), with or without an upper bound. The others share out a
/// relevance: seed with the score S_c at the class (or with 1 for Excitation), and what arrives at the
/// picture, `Session::gradient`, is the relevance of its pixels; where nothing is lost to biases, it sums to
/// the seed. What becomes of each operator is told in ProgramReport::notes and docs/rules.md.
enum class Rule {
  Gradient,      ///< back-propagation: pass where the forward input was positive (simonyan2013deep)
  Deconvnet,     ///< pass where the reconstruction is positive (zeiler2013visualizing)
  Guided,        ///< both (springenberg2014striving)
  LrpEpsilon,    ///< R_i = sum of x_i w_ij R_j / (z_j + epsilon sign(z_j)) (bach2015pixel)
  LrpAlphaBeta,  ///< R_i = sum of (2 z_ij+ / z_j+ - z_ij- / z_j-) R_j, z_ij = x_i w_ij (bach2015pixel)
  LrpComposite,  ///< z_ij+ / z_j+ at convolutions, epsilon at dense layers (montavon2019layer)
  Excitation,    ///< z_ij+ / z_j+ everywhere, without biases (zhang2016top)
};
/// "gradient", "deconvnet", "guided", "lrp-epsilon", "lrp-alpha-beta", "lrp", "excitation".
std::string_view name_of(Rule rule);
/// Throws InputError, with a list of all names, for any other text; so do the functions like it below.
Rule parse_rule(std::string_view name);

/// What convolutions and matrix products multiply. Sums, residual trunks, inputs and outputs are float32
/// (float64 for F64) always.
enum class Precision {
  F32,
  F64,    ///< on the reference backend
  BF16,   ///< bfloat16 both ways; needs AVX-512 BF16 or AMX
  Mixed,  ///< forward in float32, so that ReLU signs and pooling winners are exact, the backward pass in
          ///< bfloat16
};
/// "f32", "f64", "bf16" or "mixed".
std::string_view name_of(Precision precision);
Precision parse_precision(std::string_view name);
/// In the order of the enumeration.
std::vector<std::string> precision_names();

enum class BackendKind {
  Auto,       ///< reference for F64, oneDNN for all others
  Reference,  ///< plain loops; the definition of every operator
  OneDnn,     ///< all but F64
};
/// "auto", "reference" or "onednn".
std::string_view name_of(BackendKind backend);
BackendKind parse_backend(std::string_view name);
std::vector<std::string> backend_names();

enum class Direction {
  Forward,             ///< scores only
  ForwardAndBackward,  ///< scores, then the gradient of a seeded score with respect to the picture
};

/// One backward pass of a program: by which rule, and with respect to what.
struct BackwardPass {
  Rule rule = Rule::Gradient;
  /// As ProgramOptions::wrt.
  std::string wrt = {};
  friend bool operator==(const BackwardPass&, const BackwardPass&) = default;
};

/// The shape of one named input, overriding what the file declares.
struct InputShape {
  std::string name;  ///< empty: the only input
  Shape shape;
};

/// The largest values of ProgramOptions that are taken. Far below them, memory may not suffice.
inline constexpr std::int64_t kMaxBatch = 65536;
inline constexpr std::int64_t kMaxInputSide = 65536;  ///< height or width
inline constexpr int kMaxThreads = 1024;

/// For ProgramOptions::wrt: the layer that last_spatial_layer names.
inline constexpr std::string_view kLastSpatialLayer = "<last spatial layer>";

struct ProgramOptions {
  Direction direction = Direction::ForwardAndBackward;
  std::int64_t batch = 1;  ///< 1 to kMaxBatch
  /// Size of the picture where the model leaves it open, up to kMaxInputSide; 0: what the model declares.
  std::int64_t height = 0;
  std::int64_t width = 0;
  Rule rule = Rule::Gradient;
  /// Used at rectifiers if given; `rule` must be Rule::Gradient then. Direction::Forward has no use for it.
  std::optional<RectifierRule> rectifier_rule = {};
  Precision precision = Precision::F32;
  BackendKind backend = BackendKind::Auto;
  /// Threads of one run, up to kMaxThreads; 0: all processors. InputError for more than processors where the
  /// system does not let the process have them. In a process that was forked from the one that loaded the
  /// library, a run with other than one thread takes place on a thread of its own, since the threads of the
  /// parent are gone.
  int threads = 0;
  /// What to differentiate: the name of an ONNX value, or of a node (its first output); empty: the class
  /// scores (the first output). `layers` lists the values.
  std::string target = {};
  /// What a program computes where there is no `target`: names of the model's outputs, or of other values or
  /// nodes, the scores first. Empty: the first output alone. Only what these need must be supported; a note
  /// tells what is left out.
  std::vector<std::string> outputs = {};
  /// Name of the ONNX value with respect to which is differentiated, or kLastSpatialLayer; empty: the
  /// picture. Its value is then an output (Program::wrt_output), and Session::gradient has its shape.
  std::string wrt = {};
  /// Backward passes that share the forward pass with that of `rule` and `wrt`, which is number 0. Each
  /// has a seed and a gradient of its own: Session::seed(k), Session::gradient(k), k = 1, 2, ...
  std::vector<BackwardPass> further_passes = {};
  /// What the first output is where there is no `target`. docs/scores.md tells what a score is.
  enum class Head {
    /// The scores before the activation that the output ends in, in the output's own shape.
    Scores,
    /// The same for a classifier: rows [N,classes], two classes of a single score (-s, then s) unless it has
    /// no probability. ModelError for an output that cannot be class scores (whole numbers, more than a row
    /// for
    /// each picture, the largest of several, another number than there are labels where another output has
    /// that number), which names the outputs that can be. `compile_for_pictures` compiles this.
    Classes,
    AsInFile,  ///< every output as the file has it, activations kept
  } head = Head::Scores;
  /// How probabilities are made of scores. None: as the network's end says, or where it does not, by a
  /// softmax of several scores and by a sigmoid of one (ScoreHead::is_assumed).
  std::optional<Activation> activation = {};
  /// How many names of classes there are, where those of the file do not count; 0: not known.
  std::int64_t label_count = 0;
  /// What to do with a Relu between the last convolution and the global pooling that gives the scores
  /// (SqueezeNet). Behind it a class can have score 0 and gradient 0, from which gradient ascent never
  /// leaves.
  enum class FinalRelu { Keep, Remove } final_relu = FinalRelu::Keep;
  /// The layout of the picture and of its gradient where the file has another than [N,C,H,W]: channels last,
  /// a grey [N,H,W], a flat [N,K]. The methods need channels first; what is fed to the file as it is needs
  /// the file's.
  enum class InputLayout {
    ChannelsFirst,  ///< [N,C,H,W] for every file
    AsInFile,
  } input_layout = InputLayout::ChannelsFirst;
  /// Layers whose weights are shuffled, for sanity checks of maps (adebayo2018sanity): names that
  /// `layers_with_weights` gives; others are left out. A layer's new weights depend on its name and the seed
  /// only.
  std::vector<std::string> shuffled_layers = {};
  std::uint64_t shuffle_seed = 0;
  /// In the file's layout, for models whose input is no picture (Direction::Forward only).
  std::vector<InputShape> input_shapes = {};
};

/// What the memory plan and the passes did; for reports.
struct ProgramReport {
  std::vector<Note> notes;
  /// Nodes that the rule acted on: Relu, and Clip and Max from 0; for relevance, all that do not merely move
  /// it.
  std::int64_t rule_hits = 0;
  std::int64_t multiply_adds = 0;   ///< of one forward pass of the whole batch
  std::size_t arena_bytes = 0;      ///< memory of one session's intermediate values
  std::size_t unplanned_bytes = 0;  ///< what they would take without sharing memory
  std::size_t weight_bytes = 0;
  std::int64_t fallback_nodes = 0;  ///< nodes that run their reference kernel
};

struct TensorInfo {
  std::string name;
  DType dtype = DType::F32;
  Shape shape;
  /// Of outputs: which axes are channels and positions of the picture. None where that is not known, or where
  /// an element belongs to two positions (attention).
  std::optional<LayerLayout> layout = {};
};

/// A model compiled for one batch size, precision and rule. Immutable; share it between threads.
class Program {
public:
  /// ModelError naming every node that is unsupported or, on the way from the picture to the score, not
  /// differentiable.
  static std::shared_ptr<const Program> compile(const Model& model, const ProgramOptions& options = {});
  ~Program();
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

  const ProgramOptions& options() const;
  /// Those of the model that the outputs need; the picture is the first.
  const std::vector<TensorInfo>& inputs() const;
  /// The scores (or the target), further ProgramOptions::outputs, and last what the backward passes are
  /// with respect to, each once.
  const std::vector<TensorInfo>& outputs() const;
  /// How many backward passes there are; 0 for Direction::Forward.
  std::size_t backward_passes() const;
  /// The output that holds what the k-th backward pass is with respect to; none where that is the picture.
  std::optional<std::size_t> wrt_output(std::size_t pass = 0) const;
  /// Number of classes: elements of the first output divided by the batch.
  std::int64_t classes() const;
  /// What makes probabilities of the scores; without meaning for a target and for Head::AsInFile.
  const ScoreHead& head() const;
  /// The output, [batch, G], of scores that have a share of the probability but are no class of the first
  /// output: what a softmax of more classes has left out. They go to ScoreHead::probabilities.
  std::optional<std::size_t> further_scores() const;
  const ProgramReport& report() const;
  /// The compiled graph in textual form, for debugging and docs.
  std::string dump() const;

private:
  friend struct ProgramAccess;
  struct Impl;
  explicit Program(std::unique_ptr<const Impl> impl);
  std::unique_ptr<const Impl> impl_;
};

/// A program of a classifier of pictures, ProgramOptions::Head::Classes. Where the file fixes its batch so
/// that the network takes no other (a transformer that was exported for one picture), it is one of the file's
/// batch, and one of a single picture where the output has no batch: see Program::options. ModelError as
/// Program::compile has it.
std::shared_ptr<const Program> compile_for_pictures(const Model& model, ProgramOptions options = {});

/// The side of the square pictures that a network takes whose file leaves the size open: the first of the
/// sizes that networks are usually made for which its layers fit (224, 32, 28, ...). 0 where the file fixes
/// the size, where it takes pictures of many sizes, and where none of these fits.
std::int64_t side_of_network(const Model& model);

/// The name of the last value with a grid of more than one position (LayerLayout::has_grid) on the way from
/// the picture to the scores, in whatever order its axes are: where a network still knows where things are,
/// and what its last layers read. Takes batch and size from the options. ModelError when there is none.
std::string last_spatial_layer(const Model& model, const ProgramOptions& options);

/// The names of the layers with learnt weights, from the scores back: convolutions, matrix products with a
/// constant, and normalisations that cannot be folded into them. Takes batch and size from the options.
std::vector<std::string> layers_with_weights(const Model& model, const ProgramOptions& options);

/// What one step of a program cost over the runs of a session. A node may take several steps: a change of
/// layout is a step of its own ("reorder").
struct StepProfile {
  std::string node;                     ///< the graph's node; empty for the program's own copies
  std::string operator_name;            ///< fovea's name: "Conv", "ConvTranspose", "reorder", ...
  Shape shape;                          ///< of the node's first output
  Direction part = Direction::Forward;  ///< Forward, or ForwardAndBackward for a step of the backward pass
  std::int64_t multiply_adds = 0;       ///< of one run; 0 but for convolutions and matrix products
  std::int64_t runs = 0;                ///< since the session was made or the profile reset
  double seconds = 0;                   ///< of all those runs together, wall-clock time
  double fastest_seconds = 0;  ///< of the fastest of them: what the step costs where nothing disturbs it
};

/// Whether a session takes the time of every step: the clock is read twice for each, which takes about 50 ns.
enum class Profiling { Off, On };

/// One thread's means to run a program: its memory, taken once. `forward` and `backward` take no memory for
/// tensors; kernels may take a few small blocks for their bookkeeping. Fill `input()`, call `forward()`, read
/// `output()`; then fill `seed()` or name classes, call `backward()`, read `gradient()`. All are row-major.
class Session {
public:
  explicit Session(std::shared_ptr<const Program> program, Profiling profiling = Profiling::Off);
  ~Session();
  Session(Session&&) noexcept;
  Session& operator=(Session&&) noexcept;

  const Program& program() const;
  Tensor& input(std::size_t i = 0);
  const Tensor& output(std::size_t i = 0) const;
  /// Scores of what stands in the inputs. InputError for an input with an element that is NaN or infinite.
  void forward();

  /// d(objective)/d(output 0) of the k-th backward pass, to be filled before `backward()`; the shape of
  /// output 0.
  Tensor& seed(std::size_t pass = 0);
  /// Fills the seeds of all passes with a one for class `classes[n]` of the n-th picture of the batch, zeros
  /// elsewhere. InputError for another number of classes than the batch, or one that the network does not
  /// have.
  void seed_classes(std::span<const std::int64_t> classes);
  /// Runs all backward passes. Must follow `forward`, and once only: they re-use the memory of what forward
  /// kept for them. InputError otherwise.
  void backward();
  /// d(objective)/d(input 0) of the k-th pass, in input 0's shape; or with respect to the value of its
  /// BackwardPass::wrt, in that one's shape.
  const Tensor& gradient(std::size_t pass = 0) const;

  /// How many runs of either direction were begun so far. While the number stands, so does what the last run
  /// left.
  std::uint64_t runs() const;

  /// While `stop` is set, a run ends before its next step with the error Cancelled: within the time that one
  /// step takes, of a large network a few milliseconds. Any thread may set it. What the run was to give is
  /// undefined then; the session can be used again, from `forward` on, when `stop` is not set, so give it a
  /// fresh one. An empty token, as at first, cancels nothing.
  void cancel_with(std::stop_token stop);

  /// One entry for each step, in the order in which they run; empty with Profiling::Off.
  const std::vector<StepProfile>& profile() const;
  /// Forgets the runs so far.
  void reset_profile();

private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace fovea
