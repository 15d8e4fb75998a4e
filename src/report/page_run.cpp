#include "report/page_run.hpp"

#include "fovea/batch.hpp"
#include "report/true_classes.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <system_error>
#include <utility>

namespace fovea {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

}  // namespace

PhotoTask photo_task(const Picture& picture, const ClassTruth& truth,
                     const std::vector<ReportNetwork>& networks) {
  const auto input = static_cast<std::size_t>(picture.place.input);
  PhotoTask task;
  task.path = picture.name;
  // No other photo's names begin with this stem.
  const std::string number = picture.bytes ? fmt::format("{:05}-{:06}", input + 1, picture.place.member + 1)
                                           : fmt::format("{:05}", input + 1);
  task.stem = fmt::format("{}-{}", number, stem_of(picture.name));
  if (input < truth.of_photo.size())
    task.truth = truth.of_photo[input];
  else if (picture.bytes && picture.truth)
    task.truth = TrueClass{{}, picture.truth, {}};
  if (task.truth)
    for (const ReportNetwork& network : networks)
      task.truths.push_back(TrueClasses(network).of(*task.truth));
  return task;
}

void check_true_classes(const ReportNetwork& network, const ClassTruth& truth) {
  TrueClasses classes(network);
  for (const std::optional<TrueClass>& one : truth.of_photo)
    if (one)
      classes.of(*one);
  classes.check();
}

std::string PhotoPictures::add(const std::string& name, const std::string& bytes) {
  if (!options_.split)
    return picture_url(bytes);
  const fs::path folder = folder_beside(options_.file);
  PictureBeside beside = picture_beside(options_.file, name, bytes);
  // It takes the place of another, as the pictures of any page do: WebP files do not tell who wrote them.
  std::error_code ignored;
  fs::remove(folder / beside.file, ignored);
  result_.files.push_back({folder.filename().string() + "/" + beside.file, bytes});
  names_.push_back(std::move(beside.file));
  return beside.url;
}

std::string PhotoPictures::data(Json json, const std::string& block) const {
  json["pictures"] = names_;
  json["block"] = block;
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

void add_photo(Page& page, const Json& data) {
  for (const Json& picture : data.at("pictures"))
    page.keep_picture(picture.get<std::string>());
  page.add_block("photo", data.at("block").get<std::string>());
}

}  // namespace fovea
