#pragma once

#include "fovea/classes.hpp"
#include "fovea/geometry.hpp"
#include "fovea/localize.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

/// How well boxes find objects whose places are known. docs/evaluation.md tells how it works.
namespace fovea {

/// An image of an evaluation, and what is known to be in it.
struct AnnotatedImage {
  /// The picture's name in its folder; the ending may be missing, as in ILSVRC's lists.
  std::string name;
  std::string wordnet_id;         ///< of its class; empty where the truth names none
  std::int64_t class_index = -1;  ///< of its class in the network's order; -1: not known
  std::int64_t width = 0;         ///< of the picture that the boxes were drawn on; 0: not given
  std::int64_t height = 0;        ///< likewise
  std::vector<RealBox> boxes;     ///< of objects of its class
  std::string error;              ///< why this truth cannot be used; else empty
  bool usable() const { return error.empty(); }
};

/// Where a copy of ILSVRC's classification-with-localisation data has its truth.
struct DevkitFiles {
  std::string annotations;  ///< folder of one PASCAL-style XML for each image
  /// Which images, and in which order: the first word of each line, as in ImageSets/CLS-LOC/val.txt. Empty:
  /// all XML files of the folder, sorted by name.
  std::string list;
  /// ILSVRC2012_validation_ground_truth.txt: line k is the class number of the image whose name ends in k.
  /// Empty: an image's class is that of its objects.
  std::string class_numbers;
  /// What the class numbers stand for: lines of a WordNet id and a number, as in map_clsloc.txt.
  std::string synsets;
};

/// Reads a CSV with a header: `file`, `x0`, `y0`, `x1`, `y1`, one or both of `wnid` and `class_index`, and if
/// they are there `width`, `height` and `box` (a box's number in its image); other columns do not matter. One
/// row a box, continuous coordinates in the pixels of the file. Images come in the order of their first rows.
/// InputError naming file and line for missing columns, numbers that are none, empty boxes, a box number that
/// comes twice, and an image whose rows disagree about class or size.
std::vector<AnnotatedImage> read_truth_csv(const std::string& path);

/// Reads ILSVRC's truth. The corners in the XML are pixels that belong to the object, counted from 0 as the
/// devkit's own overlap has them: a box from xmin to xmax covers [xmin, xmax + 1). An XML that is missing,
/// malformed or without objects of the image's class makes that image's `error`; so do objects of several
/// classes where no class numbers are given. InputError for lists that cannot be read and for a name or
/// number that comes twice in them.
std::vector<AnnotatedImage> read_devkit_truth(const DevkitFiles& files);

/// A box that was drawn on a picture as its file stores it, in the upright picture. `width` and `height` are
/// those of the stored picture; for `orientation` see read_orientation.
RealBox turn_upright(const RealBox& box, std::int64_t width, std::int64_t height, int orientation);

/// Truth that was drawn on the picture `path` as its file stores it is turned upright, as read_image has
/// turned `width` x `height`. That is told by the size that the truth gives: where it is the picture's with
/// sides exchanged, and the file's EXIF orientation exchanges them. Whether it was turned. InputError naming
/// the file where the sizes differ in any other way.
bool turn_upright(AnnotatedImage& image, const std::string& path, std::int64_t width, std::int64_t height);

/// Finds each image's class among the network's: by WordNet id where both have one, else by its index. What
/// is not among them becomes the image's `error`, and so does an index that contradicts the WordNet id.
/// InputError when that holds of every image, and for labels that have a WordNet id twice.
void resolve_classes(std::vector<AnnotatedImage>& images, const Labels& labels, std::int64_t classes);

/// Tells one truth from another: names, classes, sizes and boxes, in order. 16 hexadecimal digits.
std::string fingerprint(const std::vector<AnnotatedImage>& images);

// ILSVRC's classification with localisation (russakovsky2015imagenet, section 4.2): up to five guesses of a
// class and a box for each image; a guess is right when its class is the image's and its box has an IoU of
// at least 0.5 with any of the true boxes; an image is an error unless one guess is right.

/// The overlap from which a box is right.
inline constexpr double kRightOverlap = 0.5;
/// The overlaps at which boxes are judged when the class is given.
inline constexpr std::array<double, 3> kKnownClassOverlaps = {0.3, 0.5, 0.7};

/// How an image is put to the test.
struct LocalizationProtocol {
  LocalizeOptions localize = {};
  std::int64_t guesses = 5;  ///< how many of the five best guesses get a box, 0..5
};

struct ClassGuess {
  std::int64_t class_index = 0;
  double probability = 0;       ///< the score where the network has no probabilities
  std::optional<Box> box = {};  ///< none where none was looked for; empty where none was found
};

/// Seconds that one image took, by stage: reading the picture; framing and the forward pass for the scores;
/// maps of all classes; seeds, cuts and boxes.
struct StageSeconds {
  double read = 0, classify = 0, maps = 0, segment = 0;
};

/// What became of one image. One that failed as a whole has an `error`, no guesses, and counts as a miss
/// everywhere.
struct ImageResult {
  std::int64_t index = 0;  ///< place in the ground truth, from 0
  std::string name;
  std::string wordnet_id;
  std::int64_t class_index = -1;    ///< the true class; -1: not known
  std::int64_t width = 0;           ///< of the picture; 0 where it could not be read
  std::int64_t height = 0;          ///< likewise
  std::vector<RealBox> truth;       ///< clipped to the picture
  std::int64_t clipped = 0;         ///< true boxes that left the picture by more than a pixel
  std::vector<ClassGuess> guesses;  ///< the five best, best first
  std::optional<Box> known_box;     ///< of the true class
  std::string error;                ///< why the image could not be evaluated
  std::string note;                 ///< for people: why some class got no box, true boxes that were turned
  StageSeconds seconds;
  bool failed() const { return !error.empty(); }
};

/// Area of the intersection over area of the union, 0..1; 0 for empty boxes.
double intersection_over_union(const RealBox& a, const RealBox& b);
/// The best IoU of a box with any of the true ones; 0 where there are none.
double best_overlap(const RealBox& box, std::span<const RealBox> truth);
RealBox to_real(const Box& box);

/// Whether the true class is among the first `guesses` guesses.
bool is_classified(const ImageResult& image, std::int64_t guesses);
/// Whether one of the first `guesses` guesses has the true class and a right box.
bool is_localized(const ImageResult& image, std::int64_t guesses);
/// The same with one box, [x0,y0,x1,y1] in shares of the picture's sides, for every guess.
bool is_localized_by(const ImageResult& image, std::int64_t guesses, const RealBox& shares);
/// The best overlap of the box that was found for the true class; 0 where there is none.
double known_class_overlap(const ImageResult& image);
/// The same of a box in shares of the picture's sides.
double known_class_overlap(const ImageResult& image, const RealBox& shares);

/// A count of images, with Wilson's 95 % interval for their share (wilson1927probable).
struct Rate {
  std::int64_t count = 0;
  std::int64_t of = 0;
  /// All three 0..1, and 0 when `of` is 0.
  double share() const;
  double low() const;
  double high() const;
};

/// How well boxes do.
struct BoxScores {
  Rate top1_error, top5_error;
  std::array<Rate, kKnownClassOverlaps.size()> known_class;  ///< accuracies, the class being given
  double known_class_mean() const;                           ///< of the accuracies
};

struct LocalizationSummary {
  std::int64_t images = 0;         ///< all, those that failed too
  std::int64_t clipped_boxes = 0;  ///< true boxes that left their picture by more than a pixel
  std::int64_t without_box = 0;    ///< images where some class that was looked for got no box
  Rate classification_top1_error, classification_top5_error;
  BoxScores found;
  BoxScores whole_image;      ///< baseline: the whole picture as the box of every guess
  BoxScores centred_box;      ///< baseline: one centred box for all, the best of its kind
  double centred_width = 1;   ///< its share of the picture's width
  double centred_height = 1;  ///< and of its height
  StageSeconds seconds;       ///< all images together
  std::vector<std::pair<std::string, std::string>> failures;  ///< names and errors, in the given order
};

/// Sums up. Images that failed count as misses of every kind, for the baselines too. The centred box is the
/// one with the most hits at an IoU of 0.5 on these very images, of all with sides of 0.40, 0.42, ..., 1.00
/// of the picture's; of equal ones the narrowest, then the lowest: an upper bound of what such a box can
/// reach.
LocalizationSummary summarize(std::span<const ImageResult> images);

/// The file of an image in a folder: a name without an ending is tried with those of the kinds that fovea
/// reads. InputError when there is none.
std::string picture_path(const std::string& folder, const std::string& name);

/// Puts one image to the test. Whatever is wrong with picture or truth (missing, damaged, of another size
/// than the boxes were drawn on, no box in the picture) becomes the result's `error`; a class whose map has
/// no contrast gets an empty box and a note. True boxes are clipped to the picture. `folder` holds the
/// pictures, as `picture_path` has it. The explainer is one that `localize` takes. InputError only for a
/// protocol or an explainer that is not.
ImageResult evaluate_image(Explainer& explain, const AnnotatedImage& image, const std::string& folder,
                           const LocalizationProtocol& protocol);

/// Results as lines of a CSV: what was found, what it was judged by, and, for the reader alone, the verdicts.
std::string result_csv_header();
/// One line without its end.
std::string to_csv(const ImageResult& image);
/// The other way. InputError for a line that is no such line.
ImageResult result_from_csv(const std::string& line);

}  // namespace fovea
