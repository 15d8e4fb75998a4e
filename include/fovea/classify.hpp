#pragma once

#include "fovea/geometry.hpp"
#include "fovea/image.hpp"
#include "fovea/program.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// Framing photos for a network, and class scores of framed photos.
namespace fovea {

/// A photo prepared for a network: resized once, then cut into crops of the network's size.
struct Framing {
  /// One crop: its place in the resized photo, and whether it is mirrored.
  struct Crop {
    Rect rect;
    enum class Mirror { No, Yes } mirror = Mirror::No;
  };
  Image resized;
  std::vector<Crop> crops;
  InputSize size;
  /// Converts a rectangle of the resized photo to the pixels of the original photo.
  Rect in_photo(const Rect& rect) const;
  /// Converts a box in pixels of the network's input, of the first crop, to the pixels of the original photo.
  RealBox input_in_photo(const RealBox& box) const;
  std::int64_t photo_width = 0, photo_height = 0;
  /// Of a letterbox: the part of `resized` that is no margin, and the factor from the photo to it, of which
  /// the part's sides are rounded. 0: no letterbox.
  Rect content = {};
  double letterbox_scale = 0;
};

/// The part of a photo that the network is shown, the same for every method and command.
enum class Crops {
  Whole = 0,  ///< "whole": the whole photo, squeezed to the network's size without regard to its proportions
  One = 1,    ///< "1": the centre crop
  WholeAndMirror = 2,  ///< "2": the whole photo and its mirror image
  Ten = 10,            ///< "10": the four corners and the centre, and their mirror images
};
/// "whole", "1", "2" or "10".
std::string_view name_of(Crops crops);
/// InputError that lists all names for any other text.
Crops parse_crops(std::string_view name);
std::vector<std::string> crops_names();
/// The number of crops of one photo: 1, 1, 2 or 10.
std::int64_t crop_count(Crops crops);

/// Resizes and crops a photo as `preprocessing` says; Whole and WholeAndMirror ignore its short side and
/// crop, and squeeze the photo whatever its fit. For a network whose input is not square, the short side is
/// at least as long as the crop requires. InputError if the crop does not fit into the resized photo, and for
/// ten crops of a photo that is not cropped (Preprocessing::fit).
Framing frame(const Image& photo, const Preprocessing& preprocessing, const InputSize& size, Crops crops);

/// Writes the network's input for one crop: [channels, height, width].
void write_crop(const Framing& framing, std::size_t crop, const Preprocessing& preprocessing,
                float* destination);

/// One class of a prediction.
struct Prediction {
  std::int64_t index = 0;
  double score = 0;                   ///< unnormalised (the logit)
  std::optional<double> probability;  ///< 0..1; none for Activation::None
  /// Of networks that segment pictures: the part of the region's positions where it is the class, 0..1.
  std::optional<double> share = {};
};

/// The class scores of one picture.
struct ClassScores {
  /// Of every class, unnormalised (logits); minus infinity for a class whose own mask is empty (ScoreRegion).
  std::vector<double> scores;
  std::vector<double> probabilities;  ///< of every class, by ScoreHead; empty for Activation::None
  std::vector<double> shares = {};    ///< Prediction::share of every class; empty for other networks

  std::optional<double> probability(std::int64_t class_index) const;
  Prediction prediction(std::int64_t class_index) const;
  /// The probabilities, or the scores of a network without probabilities: the numbers that measures and RISE
  /// use.
  std::span<const double> confidences() const { return probabilities.empty() ? scores : probabilities; }
};

/// The k best classes, best first; classes with equal scores are ordered by index. k is limited to the number
/// of classes with a finite score.
std::vector<Prediction> top_k(const ClassScores& scores, std::int64_t k);

/// The network's scores of the photo, averaged over the framing's crops, with the probabilities of these
/// means. The session may have any batch; its program must give the scores before the final activation (the
/// default). InputError if a score is not finite.
ClassScores class_scores(Session& session, const Framing& framing, const Preprocessing& preprocessing);

}  // namespace fovea
