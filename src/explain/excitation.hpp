#pragma once

#include "fovea/features.hpp"

namespace fovea {

/// The objective of gradient ascent: a class score, or the value of LayerTarget for the program's first
/// output.
class Excitation {
public:
  /// InputError when the class, channel or unit is out of range.
  Excitation(const Program& program, const ClassModelOptions& options);

  struct Look {
    double score = 0;
    std::optional<double> probability = {};  ///< of the class; none for a layer
  };
  /// The value for the n-th picture of the batch, after `forward`; InputError if the score is not finite.
  Look look(const Session& session, std::int64_t n) const;
  /// Writes d(score)/d(output) into the n-th picture's part of the session's seed.
  void seed(Session& session, std::int64_t n) const;

private:
  double layer_score(std::span<const float> layer, std::int64_t n) const;
  /// Calls use(index in the layer's data) for every element of the n-th picture's part that is excited.
  template <class Use>
  void for_each_excited(std::size_t elements, std::int64_t n, Use use) const;

  std::int64_t target_class_;
  std::optional<LayerTarget> layer_;
  std::optional<LayerLayout> layout_;  ///< none for a layer of unknown axes, excited as a whole
  std::int64_t batch_ = 1;
  std::int64_t unit_ = 0;  ///< position of the unit
  std::string name_;
};

/// The n-th picture's part of a batch.
template <class T>
std::span<T> part_of(std::span<T> batch, std::int64_t n, std::int64_t pictures) {
  const std::size_t size = batch.size() / static_cast<std::size_t>(pictures);
  return batch.subspan(static_cast<std::size_t>(n) * size, size);
}

}  // namespace fovea
