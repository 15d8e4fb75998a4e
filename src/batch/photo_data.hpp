#pragma once

#include "batch/result_store.hpp"

#include <nlohmann/json.hpp>

#include <functional>
#include <string>

/// What the final step of a run gets of each photo: a line of JSON in the run's data.
namespace fovea {

struct PhotoData {
  std::string image;            ///< the photo's name, as valid UTF-8
  std::string error;            ///< as `PhotoResult::error`
  nlohmann::ordered_json data;  ///< as `PhotoResult::data`; null: the photo gave nothing
};

/// A line of the data, without its end. `data`: JSON in one line, or empty.
std::string photo_data_line(const std::string& image, const std::string& error, const std::string& data);

/// Calls the function for each photo of a run whose photos are done, in the order of the inputs. Keeps one
/// photo in memory. InputError naming the file if it is damaged.
void for_each_photo(const ResultStore& store, const std::function<void(PhotoData photo)>& take);

}  // namespace fovea
