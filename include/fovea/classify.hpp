#pragma once

#include "fovea/geometry.hpp"
#include "fovea/image.hpp"
#include "fovea/program.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// A photo as a network sees it, and what a classifier says of it.
namespace fovea {

/// A photo as a network sees it: resized once, then cut into crops of the network's size.
struct Framing {
  /// One crop: where it lies in the resized photo, and whether it is looked at in a mirror.
  struct Crop {
    Rect rect;
    enum class Mirror { No, Yes } mirror = Mirror::No;
  };
  Image resized;
  std::vector<Crop> crops;
  InputSize size;
  /// A rectangle of the resized photo in the pixels of the photo itself.
  Rect in_photo(const Rect& rect) const;
  std::int64_t photo_width = 0, photo_height = 0;
};

/// What of a photo the network sees, the same for every method and verb.
enum class Crops {
  Whole = 0,           ///< "whole": all of it, squeezed to the network's size whatever its proportions
  One = 1,             ///< "1": the centre crop
  WholeAndMirror = 2,  ///< "2": all of it, and its mirror image
  Ten = 10,            ///< "10": the four corners and the centre, and their mirror images
};
/// "whole", "1", "2" or "10".
std::string_view name_of(Crops crops);
/// InputError that lists all names for any other text.
Crops parse_crops(std::string_view name);
std::vector<std::string> crops_names();
/// How many pictures the network sees of one photo: 1, 1, 2 or 10.
std::int64_t crop_count(Crops crops);

/// Resizes and cuts a photo as `preprocessing` says, except that Whole and
/// WholeAndMirror know neither short side nor crop.
/// Where a network's input is not square, the short side is as long as its crop needs at least.
/// InputError when the crop does not fit into the resized photo.
Framing frame(const Image& photo, const Preprocessing& preprocessing, const InputSize& size, Crops crops);

/// Writes the network's input for one crop: [channels, height, width].
void write_crop(const Framing& framing, std::size_t crop, const Preprocessing& preprocessing,
                float* destination);

/// One guess of a classifier.
struct Prediction {
  std::int64_t index = 0;
  double score = 0;                   ///< unnormalised (the logit)
  std::optional<double> probability;  ///< 0..1; none where the network has none (Activation::None)
};

/// What a classifier says of one picture.
struct ClassScores {
  std::vector<double> scores;         ///< of every class, unnormalised (logits)
  std::vector<double> probabilities;  ///< of every class, by ScoreHead; empty where the network has none

  std::optional<double> probability(std::int64_t class_index) const;
  Prediction prediction(std::int64_t class_index) const;
  /// The probabilities, or where there are none the scores: what measures and RISE follow.
  std::span<const double> confidences() const { return probabilities.empty() ? scores : probabilities; }
};

/// The k best classes, best first; equal scores in the order of their indices. k is cut to the number of
/// classes.
std::vector<Prediction> top_k(const ClassScores& scores, std::int64_t k);

/// The network's scores of the photo, as means over the framing's crops, with the probabilities of those
/// means. The session's batch may be any; its program must have the scores before the final activation (the
/// default). InputError when a score is not finite.
ClassScores class_scores(Session& session, const Framing& framing, const Preprocessing& preprocessing);

}  // namespace fovea
