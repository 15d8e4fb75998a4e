#pragma once

#include "fovea/classes.hpp"
#include "fovea/geometry.hpp"
#include "fovea/localize.hpp"

#include <array>
#include <bitset>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

/// Evaluation of localisation: comparing boxes with the true places of objects. docs/evaluation.md describes
/// the protocol.
namespace fovea {

/// An image of an evaluation with its ground truth.
struct AnnotatedImage {
  /// The picture's name in its folder; the ending may be missing, as in ILSVRC's lists.
  std::string name;
  std::string wordnet_id;         ///< of the true class; empty if the truth names none
  std::int64_t class_index = -1;  ///< of the true class in the network's order; -1: unknown
  std::int64_t width = 0;         ///< of the picture that the boxes were drawn on; 0: not given
  std::int64_t height = 0;        ///< likewise
  std::vector<RealBox> boxes;     ///< of objects of its class
  std::string error;              ///< the reason why this truth cannot be used; otherwise empty
  bool usable() const { return error.empty(); }
};

/// The files of ILSVRC's classification-with-localisation data.
struct DevkitFiles {
  std::string annotations;  ///< folder of one PASCAL-style XML for each image
  /// The images and their order: the first word of each line, as in ImageSets/CLS-LOC/val.txt. Empty: all XML
  /// files of the folder, sorted by name.
  std::string list;
  /// ILSVRC2012_validation_ground_truth.txt: line k is the class number of the image whose name ends in k.
  /// Empty: an image's class is that of its objects.
  std::string class_numbers;
  /// The meaning of the class numbers: lines of a WordNet id and a number, as in map_clsloc.txt.
  std::string synsets;
};

/// Reads a CSV with a header: `file`, `x0`, `y0`, `x1`, `y1`, one or both of `wnid` and `class_index`, and
/// optionally `width`, `height` and `box` (the number of a box in its image); other columns are ignored. Each
/// row is one box in continuous coordinates of the file's pixels. Images are ordered by their first rows.
/// InputError naming file and line for missing columns, malformed numbers, empty boxes, a repeated box
/// number, and an image whose rows disagree about class or size.
std::vector<AnnotatedImage> read_truth_csv(const std::string& path);

/// Reads ILSVRC's truth. The corners in the XML are pixels that belong to the object, counted from 0 as in
/// the devkit's overlap: a box from xmin to xmax covers [xmin, xmax + 1). An XML that is missing, malformed
/// or without objects of the image's class gives that image an `error`; so do objects of several classes if
/// there are no class numbers. InputError for lists that cannot be read and for repeated names or numbers in
/// them.
std::vector<AnnotatedImage> read_devkit_truth(const DevkitFiles& files);

/// Converts a box on the stored picture to the upright one. `width` and `height` are those of the stored
/// picture; for `orientation` see read_orientation.
RealBox turn_upright(const RealBox& box, std::int64_t width, std::int64_t height, int orientation);

/// Converts truth that was drawn on the stored picture of the file `path` to the upright picture, which
/// read_image gives with the size `width` x `height`. Conversion is necessary if the size in the truth is the
/// picture's with exchanged sides and the file's EXIF orientation exchanges them. Returns whether the truth
/// was converted. InputError naming the file if the sizes differ in any other way. `orientation` gives the
/// orientation of a picture that is no file; empty: it is read from the file.
bool turn_upright(AnnotatedImage& image, const std::string& path, std::int64_t width, std::int64_t height,
                  const std::function<int()>& orientation = {});

/// Finds each image's class among the network's: by WordNet id if both have one, else by its index. An image
/// whose class is not among them, or whose index contradicts its WordNet id, gets an `error`. InputError if
/// this holds for every image, and for labels in which a WordNet id occurs twice.
void resolve_classes(std::vector<AnnotatedImage>& images, const Labels& labels, std::int64_t classes);

/// A hash of the truth: names, classes, sizes and boxes, in order. 16 hexadecimal digits.
std::string fingerprint(const std::vector<AnnotatedImage>& images);

// ILSVRC's classification with localisation (russakovsky2015imagenet, section 4.2): up to five guesses of a
// class and a box for each image; a guess is right when its class is the image's and its box has an IoU of
// at least 0.5 with any of the true boxes; an image is an error unless one guess is right.

/// The smallest IoU at which a box counts as right.
inline constexpr double kRightOverlap = 0.5;
/// The overlaps at which boxes are judged when the class is given.
inline constexpr std::array<double, 3> kKnownClassOverlaps = {0.3, 0.5, 0.7};

/// Levels of grey at which a map is cut: pixels above a level 0..254 of 255 are foreground.
inline constexpr std::size_t kBoxLevels = 255;
/// For each of kKnownClassOverlaps, the levels at which one of the map's boxes overlaps a true one that much.
using LevelHits = std::array<std::bitset<kBoxLevels>, kKnownClassOverlaps.size()>;
/// The boxes of MaxBoxAccV2 (choe2020evaluating, section 4.3) of a map [H,W] that covers `region` of the
/// photo: the map is brought to 0..255 and cut at each level; all contours of the foreground, those of holes
/// too, have a box. Corners are those of pixels, where the authors' boxes end in the last pixel's centre.
/// InputError for a map without contrast.
LevelHits box_hits(const Tensor& map, const Rect& region, std::span<const RealBox> truth);

/// Options of the evaluation of one image.
struct LocalizationProtocol {
  LocalizeOptions localize = {};
  std::int64_t guesses = 5;  ///< the number of best guesses that get a box, 0..5
};

struct ClassGuess {
  std::int64_t class_index = 0;
  double probability = 0;       ///< the score where the network has no probabilities
  std::optional<Box> box = {};  ///< none: not searched for; empty: not found
};

/// The time spent on one image, in seconds, by stage: reading the picture; framing and the forward pass; maps
/// of all classes; seeds, cuts and boxes.
struct StageSeconds {
  double read = 0, classify = 0, maps = 0, segment = 0;
};

/// The result of one image. If the whole image failed, `error` is set, there are no guesses, and the image
/// counts as a miss everywhere.
struct ImageResult {
  std::int64_t index = 0;  ///< position in the ground truth, from 0
  std::string name;
  std::string wordnet_id;
  std::int64_t class_index = -1;    ///< the true class; -1: unknown
  std::int64_t width = 0;           ///< of the picture; 0 if it could not be read
  std::int64_t height = 0;          ///< likewise
  std::vector<RealBox> truth;       ///< clipped to the picture
  std::int64_t clipped = 0;         ///< true boxes that extend beyond the picture by more than a pixel
  std::vector<ClassGuess> guesses;  ///< the five best, best first
  std::optional<Box> known_box;     ///< of the true class
  /// Of the true class's map, the first one where there are several; none: it has no contrast.
  std::optional<LevelHits> level_hits;
  std::string error;  ///< why the image could not be evaluated
  std::string note;   ///< for people: reasons for missing boxes, and true boxes that were rotated
  StageSeconds seconds;
  bool failed() const { return !error.empty(); }
};

/// The best IoU of a box with any of the true ones; 0 where there are none.
double best_overlap(const RealBox& box, std::span<const RealBox> truth);
RealBox to_real(const Box& box);

/// True if the true class is among the first `guesses` guesses.
bool is_classified(const ImageResult& image, std::int64_t guesses);
/// True if one of the first `guesses` guesses has the true class and a right box.
bool is_localized(const ImageResult& image, std::int64_t guesses);
/// The same when every guess gets one fixed box, [x0,y0,x1,y1] in fractions of the picture's sides.
bool is_localized_by(const ImageResult& image, std::int64_t guesses, const RealBox& shares);
/// The best IoU of the box found for the true class; 0 without such a box.
double known_class_overlap(const ImageResult& image);
/// The same for a fixed box in fractions of the picture's sides.
double known_class_overlap(const ImageResult& image, const RealBox& shares);

/// A count of images, with Wilson's 95 % confidence interval for its proportion (wilson1927probable).
struct Rate {
  std::int64_t count = 0;
  std::int64_t of = 0;
  /// All three 0..1, and 0 when `of` is 0.
  double share() const;
  double low() const;
  double high() const;
};

/// The scores of a set of boxes.
struct BoxScores {
  Rate top1_error, top5_error;
  std::array<Rate, kKnownClassOverlaps.size()> known_class;  ///< accuracies, the class being given
  double known_class_mean() const;                           ///< of the accuracies
};

/// MaxBoxAccV2: for each of kKnownClassOverlaps the accuracy at the threshold that is best for it on these
/// very images, as a fraction of the map's range; of equal ones the lowest.
struct MaxBoxAccuracy {
  std::array<Rate, kKnownClassOverlaps.size()> accuracies;
  std::array<double, kKnownClassOverlaps.size()> thresholds = {};
  double mean() const;  ///< of the accuracies: the measure itself
};
/// Failed images and maps without contrast count as misses.
MaxBoxAccuracy max_box_accuracy(std::span<const ImageResult> images);

struct LocalizationSummary {
  std::int64_t images = 0;         ///< all images, including failed ones
  std::int64_t clipped_boxes = 0;  ///< true boxes that extend beyond their picture by more than a pixel
  std::int64_t without_box = 0;    ///< images where a class that was searched for got no box
  Rate classification_top1_error, classification_top5_error;
  BoxScores found;
  BoxScores whole_image;      ///< baseline: the whole picture as the box of every guess
  BoxScores centred_box;      ///< baseline: the best single centred box for all images
  double centred_width = 1;   ///< its width as a fraction of the picture's
  double centred_height = 1;  ///< its height as a fraction of the picture's
  MaxBoxAccuracy max_box;     ///< boxes of the bare map, at the best threshold for these images
  StageSeconds seconds;       ///< sums over all images
  std::vector<std::pair<std::string, std::string>> failures;  ///< names and errors, in the given order
};

/// Summarises results. Failed images count as misses of every kind, also for the baselines. The centred box
/// is the one with the most hits at an IoU of 0.5 on these very images, among all boxes with sides of 0.40,
/// 0.42, ..., 1.00 of the picture's; ties go to the narrowest, then the lowest box. It is an upper bound of
/// what such a box can reach.
LocalizationSummary summarize(std::span<const ImageResult> images);

/// The path of an image in a folder. A name without extension is tried with the extensions of all formats
/// that fovea reads. InputError if there is no such file.
std::string picture_path(const std::string& folder, const std::string& name);

/// Evaluates one image. A problem of picture or truth (missing, damaged, of another size than the boxes were
/// drawn on, no box within the picture) becomes the result's `error`; a class whose map has no contrast gets
/// an empty box and a note. True boxes are clipped to the picture. `folder` holds the pictures (see
/// `picture_path`). The explainer must be one that `localize` accepts. InputError only for an invalid
/// protocol or explainer.
ImageResult evaluate_image(Explainer& explain, const AnnotatedImage& image, const std::string& folder,
                           const LocalizationProtocol& protocol);

/// The header of results as CSV: what was found, what it was compared with, and, for readers only, the
/// verdicts.
std::string result_csv_header();
/// One line of the CSV, without the line end.
std::string to_csv(const ImageResult& image);
/// Parses a line written by `to_csv`. InputError for any other line.
ImageResult result_from_csv(const std::string& line);

}  // namespace fovea
