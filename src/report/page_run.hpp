#pragma once

#include "batch/photo_result.hpp"
#include "batch/picture_source.hpp"
#include "report/page.hpp"
#include "report/photo_entry.hpp"
#include "report/photos_page.hpp"

#include <nlohmann/json.hpp>

#include <string>
#include <vector>

/// What pages of photos have in common that runs over many photos make (batch/many_photos.hpp): each photo
/// gives its block and its pictures, and the final step puts them on the page.
namespace fovea {

/// The task of a picture, with its true class if it is known: that of its input in `truth`, or, of a picture
/// in an archive, the one beside it there.
PhotoTask photo_task(const Picture& picture, const ClassTruth& truth,
                     const std::vector<ReportNetwork>& networks);
/// InputError if there are true classes, but the network has none of them.
void check_true_classes(const ReportNetwork& network, const ClassTruth& truth);

/// The pictures of one photo: inside the page or, if it is split, files of the photo's result, which lie in
/// the folder beside the page.
class PhotoPictures {
public:
  /// Keeps references to both.
  PhotoPictures(const ReportOptions& options, PhotoResult& result) : options_(options), result_(result) {}
  /// As AddPicture.
  std::string add(const std::string& name, const std::string& bytes);
  /// The data of a photo's result: `json` with the photo's block and the names of its files.
  std::string data(nlohmann::ordered_json json, const std::string& block) const;

private:
  const ReportOptions& options_;
  PhotoResult& result_;
  std::vector<std::string> names_;
};
/// Adds the block and the pictures of such data to the page.
void add_photo(Page& page, const nlohmann::ordered_json& data);

}  // namespace fovea
