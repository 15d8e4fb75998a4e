#pragma once

#include "fovea/features.hpp"
#include "fovea/model.hpp"
#include "fovea/preprocessing.hpp"
#include "fovea/program.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

/// The concepts by which a network decides, as the channels of a layer encode them: which channels matter for
/// a class in a photo (achtibat2023attribution), and the directions that a layer's activations are made of
/// (collins2018deep). See docs/concepts.md.
namespace fovea {

struct ConceptOptions {
  /// The layer whose channels are meant: the name of an ONNX value or node. Empty: `concept_layer`.
  std::string layer = {};
  /// One of the rules of LRP, of the pass to the layer and of those from it to the picture.
  Rule rule = Rule::LrpEpsilonPlusFlat;
  /// None: as the model's file says, else "torchvision".
  std::optional<Preprocessing> preprocessing = {};
  /// Precision, threads, size, outputs, activation, backend.
  ProgramOptions program = {};
};

/// The name of the last layer with more than one position that the scores' weights read, at the size of the
/// options: that of `last_spatial_layer`, unless its channels are the classes. ModelError if there is none.
std::string concept_layer(const Model& model, const ProgramOptions& options);

/// The names of the rules of LRP, which ConceptOptions::rule takes.
std::vector<std::string> concept_rule_names();

/// The relevance of a layer's channel for the score of a class.
struct ChannelRelevance {
  std::int64_t channel = 0;
  double relevance = 0;      ///< the sum over the channel's positions, in units of the score
  UnitActivation strongest;  ///< the position with the largest relevance, which is `value`
};

/// The relevance of all channels of a layer for one class in one photo.
struct ChannelRelevances {
  Prediction target;                       ///< the class, with its score before the final activation
  std::vector<ChannelRelevance> channels;  ///< most relevant first; of equal ones the lower number
  /// The sum over all channels. It is the score if the layer is the only way from the picture to the score
  /// and nothing is lost to biases behind it.
  double total = 0;
  Tensor relevance;  ///< [C,h,w] F32, signed
  Tensor input;      ///< the network's input, [channels,height,width]
  Image seen;        ///< the part of the photo that the network was shown, at the network's size
  Rect region;       ///< the same part in the photo's own pixels
};

/// Concept relevance propagation (achtibat2023attribution): relevance is propagated from a class to a layer,
/// where its sum over each channel says how much the channel matters; the relevance of one channel alone,
/// propagated on to the picture, says where. Channels are found whatever the order of the layer's axes is.
/// Copies share what is compiled; each thread has its own.
class ConceptExplainer {
public:
  /// Compiles the network twice: down to the layer, and from there to the picture. InputError for a rule that
  /// is none of LRP, for a layer whose channels are unknown, and for a network that takes only several
  /// pictures at a time; ModelError as for Program::compile, as for a layer that does not exist or does not
  /// lie between picture and scores.
  ConceptExplainer(const Model& model, const ConceptOptions& options);
  ~ConceptExplainer();
  ConceptExplainer(const ConceptExplainer& other);
  ConceptExplainer(ConceptExplainer&&) noexcept;
  ConceptExplainer& operator=(const ConceptExplainer&) = delete;
  ConceptExplainer& operator=(ConceptExplainer&&) noexcept;

  const LayerInfo& layer() const;
  std::int64_t classes() const;
  /// What the two programs have to say, each note once.
  const std::vector<Note>& notes() const;

  /// The relevance of every channel for a class in the photo's centre crop; without a class, the best guess.
  /// InputError for a class that does not exist and for a relevance that is not finite.
  ChannelRelevances relevances(const Image& photo, std::optional<std::int64_t> target_class = {});
  /// The channel that is given, or the most relevant ones whose relevance is above 0, at most `count`.
  /// InputError for a channel that does not exist, and if the relevance of none is above 0.
  std::vector<ChannelRelevance> choose(const ChannelRelevances& of, std::optional<std::int64_t> channel,
                                       std::int64_t count) const;
  /// The relevance [channels,height,width] of the picture's elements that comes by one channel of the layer,
  /// or, without a channel, by all of them. The maps of all channels sum to that of all. InputError for a
  /// channel that does not exist.
  Tensor map(const ChannelRelevances& of, std::optional<std::int64_t> channel = {});

private:
  struct Compiled;
  struct State;
  std::unique_ptr<State> state_;
};

struct FactorOptions {
  std::int64_t concepts = 4;
  std::uint64_t seed = 0;    ///< of the start
  int max_iterations = 500;  ///< at most
  double tolerance = 1e-5;   ///< ends when an iteration lowers the error by less than this share of it
};

/// A layer's activations at every position as a sum of a few directions in the space of its channels.
struct ConceptFactors {
  Tensor directions;         ///< [concepts,C] F32, non-negative, each of length 1
  std::vector<Tensor> maps;  ///< for each picture [concepts,h,w] F32, non-negative: how much of a direction
  /// ||V - W H|| / ||V|| at the start and after each iteration, which never rises.
  std::vector<double> errors;
};

/// Deep feature factorisation (collins2018deep): factorises the activations [C,h,w] of a layer in several
/// pictures together, V [positions,C] = W H with non-negative W and H, by hierarchical alternating least
/// squares (cichocki2009fast) from a random start. Concepts are ordered by the part of V that they explain,
/// largest first. InputError for activations of different channels, negative ones, zeros alone, and for more
/// concepts than channels or positions.
ConceptFactors factorise(std::span<const Tensor> activations, const FactorOptions& options = {});

/// InputError if a layer of the model has negative activations. It names the last layer with more than one
/// unit in a channel that never has (of a Relu, Clip, Sigmoid, HardSigmoid or Softplus), or says that there
/// is none.
void check_can_be_factorised(const Model& model, const LayerInfo& layer, std::span<const Tensor> activations);

}  // namespace fovea
