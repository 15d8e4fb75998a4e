#pragma once

#include "fovea/classify.hpp"
#include "fovea/methods.hpp"

#include <optional>
#include <utility>
#include <vector>

namespace fovea {

struct SaliencyOptions {
  /// The class to explain; none: the best guess.
  std::optional<std::int64_t> target_class = {};
  Crops crops = Crops::One;
  /// Contrastive: explain by how much the score is above that of this class.
  std::optional<std::int64_t> against = {};
};

/// Where in a photo the score of a class depends on the pixels.
struct SaliencyMap {
  Prediction target;                    ///< class, score and probability of what is explained
  std::optional<std::int64_t> against;  ///< the class that it is set against
  std::vector<Prediction> best;         ///< the five best guesses
  /// What the method says, signed: the derivative dS_c/dI, [channels, height, width], channels in the
  /// network's order, in units of score per unit of network input; of other methods, their relevance, [1,
  /// height, width] where channels share it. Ten crops: un-mirrored, put back in place, averaged where they
  /// overlap.
  Tensor gradient;
  /// M = max over the channels of |dS_c/dI| (Simonyan 2013, section 3.1), or as MethodOptions::merge has it,
  /// [height, width]. Ten crops: one map each, put back in place and averaged where they overlap; 0 where no
  /// crop lies.
  Tensor map;
  Image seen;   ///< the part of the photo that the map covers, pixel for pixel
  Rect region;  ///< that part in the photo's own pixels
  /// The largest over the crops, of methods that have one (Attribution::completeness_error).
  std::optional<double> completeness_error;
};

/// The class saliency map of a photo: one forward and one backward pass for each crop. The session's program
/// must have been compiled for both directions; a batch of ten takes ten crops in one run. InputError when a
/// score is not finite or the class does not exist.
SaliencyMap saliency(Session& session, const Image& photo, const Preprocessing& preprocessing,
                     const SaliencyOptions& options = {});

/// The same by any method.
SaliencyMap saliency(MapSession& session, const Image& photo, const Preprocessing& preprocessing,
                     const SaliencyOptions& options = {});

class CropMaps;

/// A photo in front of a session: framed and scored once, then one map for each class that is asked for. The
/// session must have both directions and outlive this. Between two maps it may do other work, also for other
/// explainers.
class PhotoExplainer {
public:
  /// InputError when a score is not finite.
  PhotoExplainer(Session& session, const Image& photo, const Preprocessing& preprocessing, Crops crops);
  PhotoExplainer(MapSession& session, const Image& photo, const Preprocessing& preprocessing, Crops crops);

  /// Unnormalised scores of all classes, the mean over the crops, and their probabilities.
  const ClassScores& scores() const { return scores_; }
  Crops crops() const { return crops_; }
  /// What `saliency` gives for the class. InputError when it does not exist or the gradient is not finite.
  SaliencyMap map_of(std::int64_t target_class) { return map_of(ScoreTarget{target_class, {}}); }
  SaliencyMap map_of(const ScoreTarget& target);

private:
  void add_gradients(const ScoreTarget& target, CropMaps& maps);
  void add_attributions(const ScoreTarget& target, CropMaps& maps);

  Session& session_;
  MapSession* method_ = nullptr;  ///< null: the gradient of `session_`
  Preprocessing preprocessing_;
  Crops crops_;
  Framing framing_;
  ClassScores scores_;
  std::uint64_t scored_by_;  ///< the session's run that found the last scores
};

/// Sessions of one network, one for each rule or method whose maps are to be multiplied. Refers to them.
class RuleSessions {
public:
  RuleSessions(Session& only) : all_{{&only, nullptr}} {}  // NOLINT: a session is the usual case
  RuleSessions(std::initializer_list<Session*> all) : RuleSessions(std::vector<Session*>(all)) {}
  /// InputError for none.
  explicit RuleSessions(const std::vector<Session*>& all);
  explicit RuleSessions(const std::vector<MapSession*>& all);
  /// How many classes the network tells apart.
  std::int64_t classes() const { return all_.front().scores->program().classes(); }

private:
  friend class RuleExplainers;
  struct Source {
    Session* scores;
    MapSession* method;  ///< null: the gradient of `scores`
  };
  std::vector<Source> all_;
};

/// A photo in front of sessions of several rules: scored by the first, explained by all.
class RuleExplainers {
public:
  /// As PhotoExplainer has it. InputError when the sessions do not have the same classes.
  RuleExplainers(const RuleSessions& sessions, const Image& photo, const Preprocessing& preprocessing,
                 Crops crops);

  const ClassScores& scores() const { return explainers_.front().scores(); }
  Crops crops() const { return explainers_.front().crops(); }
  /// One map for each session, in their order.
  std::vector<SaliencyMap> maps_of(std::int64_t target_class);

private:
  std::vector<PhotoExplainer> explainers_;
};

/// M_ij = max_k |gradient_kij|: [C,H,W] -> [H,W], F32.
Tensor channel_maximum(const Tensor& gradient);

}  // namespace fovea
