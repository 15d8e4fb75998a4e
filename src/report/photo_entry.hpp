#pragma once

#include "report/photo_blocks.hpp"
#include "report/photos_page.hpp"

#include <nlohmann/json.hpp>

#include <optional>
#include <string>
#include <vector>

namespace fovea {

/// What one network says of a photo.
struct PhotoAnswer {
  std::int64_t best = 0;              ///< the class of the best guess
  std::int64_t explained_class = 0;   ///< the first class that is explained
  std::optional<double> probability;  ///< of that class
  std::optional<std::int64_t> truth;  ///< the true class; none: unknown, or none of this network's
  std::int64_t rank = 0;              ///< of the true class among the guesses, from 1; 0 without truth
};

/// The entry of one photo on the page.
struct PhotoEntry {
  std::vector<PhotoAnswer> answers;  ///< of each network
  bool has_truth = false;            ///< whether its true class is known
  bool agree = true;                 ///< whether all networks' best guesses have the same name
  std::string json;                  ///< the block "photo"
};

/// A photo to make an entry of.
struct PhotoTask {
  std::string path;                ///< its name, for display
  std::string stem;                ///< that the names of its pictures begin with
  std::optional<TrueClass> truth;  ///< as its source has it
  std::vector<std::optional<std::int64_t>>
      truths;  ///< the same class in each network; none: it has no such class
};

/// Makes entries; thread-safe, if each thread has its own explainers.
class PhotoEntries {
public:
  /// Keeps references to all arguments.
  PhotoEntries(const std::vector<ReportNetwork>& networks, const ReportOptions& options,
               const ReportEvents& events)
      : networks_(networks), options_(options), events_(events) {}

  /// Makes the entry of a photo; `explain` has the explainers of each network. InputError for a photo that
  /// cannot be explained, and exceptions of `add_picture`.
  PhotoEntry entry(std::vector<ReportExplainers>& explain, const PhotoTask& task, const Image& photo,
                   const AddPicture& add_picture) const;

private:
  struct Context;
  nlohmann::ordered_json answer(ReportExplainers& explain, const Image& photo, const PhotoTask& task,
                                const AddPicture& add_picture, std::size_t network,
                                PhotoAnswer& answer) const;
  void add_object(const Context& context, Explainer& explain, nlohmann::ordered_json& explained) const;

  const std::vector<ReportNetwork>& networks_;
  const ReportOptions& options_;
  const ReportEvents& events_;
};

}  // namespace fovea
