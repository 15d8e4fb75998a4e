#pragma once

#include "fovea/classify.hpp"
#include "fovea/display.hpp"
#include "fovea/labels.hpp"
#include "fovea/methods.hpp"

#include <limits>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace fovea {

/// How photos are explained: by which method, what of a photo the network sees, and how the network is run.
struct ExplainOptions {
  /// A name of `methods()`; empty: none, and the explainer only frames and scores photos.
  std::string method = "gradient";
  /// Methods that explain the same photos along with it, from the same forward pass: Explainer::all.
  std::vector<std::string> further_methods = {};
  MethodOptions method_options = {};
  Crops crops = Crops::One;
  /// How a photo enters the network. None: as the model's file says, else "torchvision".
  std::optional<Preprocessing> preprocessing = {};
  /// Names of the classes. None: those of the model's file, or ImageNet's for 1000 classes.
  std::optional<Labels> labels = {};
  /// How many crops of photos are run at a time. 0: all crops of one photo. A model whose file takes no batch
  /// but its own is run with that.
  std::int64_t batch = 0;
  /// Size, precision, backend, threads, outputs, activation, rectifier_rule. Direction, batch, rule, source
  /// and target are the explainer's. A size that neither the file nor this gives is `side_of_network`.
  ProgramOptions program = {};
};

/// What of a photo is to be explained.
struct ExplainTarget {
  std::optional<std::int64_t> target = {};   ///< a class; none: the best guess
  std::optional<std::int64_t> against = {};  ///< contrastive: how far the score is above this class's
};

/// A photo as one network sees it: decoded, framed and scored once, whatever is asked of it afterwards. Made
/// by Explainer::frame; cheap to copy, immutable, and may be shared between threads and between explainers of
/// the same network, preprocessing and crops.
class FramedPhoto {
public:
  const Image& photo() const;  ///< as it was given
  const Framing& framing() const;
  Crops crops() const;
  /// What the network sees of the crops, [crops,C,H,W] of F32.
  const Tensor& inputs() const;
  /// Unnormalised scores of all classes, the mean over the crops, and their probabilities.
  const ClassScores& scores() const;

private:
  friend class Explainer;
  struct State;
  explicit FramedPhoto(std::shared_ptr<const State> state) : state_(std::move(state)) {}
  std::shared_ptr<const State> state_;
};

/// Where in a photo the score of a class depends on the pixels, by one method.
struct Explanation {
  std::string method;                                          ///< MethodInfo::name
  MethodInfo::Values values = MethodInfo::Values::PerChannel;  ///< of `relevance`
  Prediction target;  ///< class, score and probability of what is explained
  std::string label;  ///< the class's name, or "class 17" where it has none
  /// 0..1; not a number where the network has no probabilities (`target.probability` is none then).
  double probability = std::numeric_limits<double>::quiet_NaN();
  std::optional<std::int64_t> against;  ///< the class that it is set against
  std::vector<Prediction> best;         ///< the five best guesses
  /// What the method says, signed: the derivative dS_c/dI, [channels, height, width], channels in the
  /// network's order, in units of score per unit of network input; of other methods, their relevance, [1,
  /// height, width] where channels share it. Of several crops: un-mirrored, put back in place, averaged where
  /// they overlap.
  Tensor relevance;
  /// M = max over the channels of |dS_c/dI| (Simonyan 2013, section 3.1), or as MethodOptions::merge has it,
  /// [height, width]. Of several crops: one map each, put back in place and averaged where they overlap; 0
  /// where no crop lies.
  Tensor map;
  Image seen;   ///< the part of the photo that the map covers, pixel for pixel
  Rect region;  ///< that part in the photo's own pixels
  /// The largest over the crops, of methods that have one (Attribution::completeness_error).
  std::optional<double> completeness_error;

  /// How the map is shown: `display_levels`.
  DisplayLevels levels(const DisplayRange& range = {}) const;
  /// The map as a grey picture, as a heat map, and as heat over the darkened photo, all of the size of
  /// `seen`. InputError as `to_grey`, `colorize` and `overlay` have it.
  Image grey(const DisplayRange& range = {}) const;
  Image heat(std::string_view colormap = "inferno", const DisplayRange& range = {}) const;
  Image overlay(std::string_view colormap = "inferno", const DisplayRange& range = {}) const;
};

/// A network that explains photos by one method or several.
///
/// The network is compiled once, by the constructor. A copy shares it and costs little; what one thread needs
/// to run it (memory for intermediate values) is taken at the first photo. So an explainer serves one thread
/// at a time: give every thread a copy. What `report_progress` and `cancel_with` are told holds for one copy.
///
/// Methods that look at one forward and one backward pass of the photo itself share the forward pass with one
/// another and with the scores. Asked again for a photo and class, what the last run left is used.
class Explainer {
public:
  /// InputError for an unknown method, options out of range, and a layer that is not there or no grid of
  /// positions; ModelError as Program::compile.
  explicit Explainer(const Model& model, const ExplainOptions& options = {});
  ~Explainer();
  Explainer(const Explainer& other);
  Explainer& operator=(const Explainer& other);
  Explainer(Explainer&&) noexcept;
  Explainer& operator=(Explainer&&) noexcept;

  /// The explanation of a photo by the first method. InputError when a score or relevance is not finite, a
  /// class does not exist, or there is no method.
  Explanation operator()(Image photo, const ExplainTarget& target = {});
  /// The same of a photo that is framed already, by this explainer or another one of the same network.
  /// InputError, too, for one that was framed otherwise. `method`: its place in `method_infos`.
  Explanation operator()(const FramedPhoto& photo, const ExplainTarget& target = {}, std::size_t method = 0);
  /// Explanations of several photos by the first method, in their order, as many photos at a time as
  /// ExplainOptions::batch takes.
  std::vector<Explanation> operator()(std::vector<Image> photos, const ExplainTarget& target = {});
  /// Explanations by all methods, in the order of `method_infos`.
  std::vector<Explanation> all(const FramedPhoto& photo, const ExplainTarget& target = {});

  /// Frames and scores a photo. InputError when a score is not finite.
  FramedPhoto frame(Image photo);
  /// The same of several, as many at a time as ExplainOptions::batch takes.
  std::vector<FramedPhoto> frame(std::vector<Image> photos);

  /// What a method says of a network input [C,H,W] of F32. InputError when it is of another shape, a class
  /// does not exist, or a value is not finite.
  Attribution attribute(const Tensor& input, const ScoreTarget& target, std::size_t method = 0);
  /// The session that gives the scores, of `program()`; for those who want raw scores or gradients.
  Session& session();
  /// Whether a method's relevance is the gradient that `session()` gives, by ProgramOptions::rule.
  bool is_plain_gradient(std::size_t method = 0) const;

  const std::vector<MethodInfo>& method_infos() const;
  const MethodOptions& method_options() const;
  /// The program that gives the scores, and the backward passes of the methods that need one.
  const Program& program() const;
  const Labels& labels() const;
  const Preprocessing& preprocessing() const;
  Crops crops() const;
  /// What all programs report, each once.
  std::vector<std::string> notes() const;

  /// Called while sampling methods work.
  void report_progress(SampleProgress progress);
  /// As Session::cancel_with, for all that this copy runs.
  void cancel_with(std::stop_token stop);

private:
  struct Compiled;
  class Worker;
  Worker& worker();
  std::shared_ptr<FramedPhoto::State> frame_only(Image photo) const;
  void check_method(std::size_t method) const;
  std::shared_ptr<const Compiled> compiled_;
  std::unique_ptr<Worker> worker_;  ///< what one thread needs; empty until it is used
  SampleProgress progress_;
  std::stop_token stop_;
};

}  // namespace fovea
