#pragma once

#include "fovea/labels.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace fovea {

/// A rectangle in a picture's pixels, in continuous coordinates: the picture is [0,width) x [0,height).
struct RealBox {
  double x0 = 0, y0 = 0, x1 = 0, y1 = 0;

  bool empty() const { return !(x0 < x1 && y0 < y1); }
  double area() const { return empty() ? 0 : (x1 - x0) * (y1 - y0); }
  friend bool operator==(const RealBox&, const RealBox&) = default;
};

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

}  // namespace fovea
