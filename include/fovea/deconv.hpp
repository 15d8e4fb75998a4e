#pragma once

#include "fovea/framing.hpp"
#include "fovea/layers.hpp"
#include "fovea/program.hpp"

#include <optional>
#include <vector>

namespace fovea {

/// A unit of a layer with a grid of positions: [N,C,H,W], [N,H,W,C], or as LayerLayout has it.
struct Unit {
  std::int64_t channel = 0, y = 0, x = 0;
  friend bool operator==(const Unit&, const Unit&) = default;
};

struct UnitActivation {
  Unit unit;
  double value = 0;
};

/// InputError unless the layer is channels of units in rows and columns, in whatever order its axes are.
void check_has_units(const LayerInfo& layer);
/// InputError that names what is out of range of such a layer.
void check_unit(const LayerInfo& layer, const Unit& unit);

/// The pattern in a photo that excites a unit, a channel or a class score: what comes back at the picture
/// when activations are sent through the network backwards under the program's rule (Zeiler & Fergus 2013,
/// section 2.1, for Rule::Deconvnet).
struct Reconstruction {
  /// Signed, [channels, height, width], channels in the network's order.
  Tensor pattern;
  /// The unit and its activation; of a channel its strongest one; of a score the class as `channel`, and the
  /// score.
  UnitActivation strongest;
  /// What the network saw of the photo, at the size of the pattern.
  Image seen;
  /// The receptive field within `pattern` (nothing of the pattern lies outside), and the same in the photo's
  /// own pixels.
  Rect field, field_in_photo;
};

/// A photo in front of a layer: the centre crop of it, run forward. The session's program must have been
/// compiled with the layer's name as ProgramOptions::target and a batch of 1; the session must outlive
/// this, as must the layer, and may do other work in between. Direction::Forward is enough but for
/// reconstructions.
class LayerExplainer {
public:
  /// InputError for a layer without units, or an activation that is not finite.
  LayerExplainer(Session& session, const LayerInfo& layer, const Image& photo,
                 const Preprocessing& preprocessing);

  /// What the network saw of the photo, at the network's size.
  const Image& seen() const { return seen_; }
  /// The same part in the photo's own pixels.
  const Rect& region() const { return region_; }
  std::int64_t channels() const { return activations_.shape()[1]; }

  /// InputError as by `check_unit`.
  UnitActivation at(const Unit& unit) const;
  /// The channel's largest activation; of equal ones the first from the top left.
  UnitActivation strongest(std::int64_t channel) const;
  /// The channels with the largest activations, by their strongest units, largest first, at most `count`;
  /// only those above 0.
  std::vector<UnitActivation> strongest_channels(std::int64_t count) const;

  /// Sends back the activation of one unit. This is the activation times the unit's gradient under the rule,
  /// whose sign it keeps where no ReLU lies in between.
  Reconstruction unit(const Unit& unit);
  /// Sends back all activations of a channel: under Rule::Gradient the gradient of half the sum of their
  /// squares.
  Reconstruction channel(std::int64_t channel);

private:
  Rect in_photo(const Rect& seen) const;
  Reconstruction send_back(std::int64_t channel, const std::optional<Unit>& only);

  Session& session_;
  const LayerInfo& layer_;
  Image seen_;
  Rect region_;
  Tensor activations_;         ///< [1,C,H,W], whatever the order of the layer's axes is
  Tensor input_;               ///< what the network saw
  std::uint64_t seen_by_ = 0;  ///< the session's run that saw it
};

/// The pattern that a class score depends on: its gradient under the program's rule, with a seed of 1, since
/// a score can be negative. `target_class` none: the best guess. The program's target must be the scores.
Reconstruction reconstruct_score(Session& session, const Image& photo, const Preprocessing& preprocessing,
                                 std::optional<std::int64_t> target_class = {});

/// The pictures of a collection that excite each channel of a layer most, found in one pass: at most one
/// patch of a picture for each channel.
class StrongestPatches {
public:
  struct Patch {
    std::size_t picture = 0;  ///< its number
    UnitActivation activation;
  };

  /// Keeps `count` patches for each of `channels`.
  StrongestPatches(std::int64_t channels, std::int64_t count);
  /// Takes in a picture's strongest activation of every channel, in the order of channels. Pictures may come
  /// in any order.
  void add(std::size_t picture, const std::vector<UnitActivation>& strongest);
  /// The strongest first, those above 0 only; of equal activations the picture of the lower number.
  /// InputError for a channel that is not there.
  const std::vector<Patch>& of(std::int64_t channel) const;
  /// The channels with the largest activations, largest first, at most `count`.
  std::vector<std::int64_t> channels(std::int64_t count) const;

private:
  std::size_t count_;
  std::vector<std::vector<Patch>> patches_;
};

}  // namespace fovea
