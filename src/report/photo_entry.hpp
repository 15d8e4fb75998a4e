#pragma once

#include "report/page.hpp"
#include "report/photos_page.hpp"

#include <nlohmann/json.hpp>

#include <optional>
#include <string>

namespace fovea {

/// What the page says of one photo.
struct PhotoEntry {
  std::int64_t target_class = 0;  ///< the first that is explained
  std::optional<double> probability;
  std::string json;  ///< the block "photo"
};

/// Makes entries; from several threads at the same time, each with explainers of its own.
class PhotoEntries {
public:
  /// Refers to all of them.
  PhotoEntries(const Network& network, const ReportOptions& options, const ReportEvents& events, Page& page)
      : network_(network), options_(options), events_(events), page_(page) {}

  /// `stem` begins the names of the photo's pictures. InputError for a photo that cannot be read or
  /// explained, OutputError when a picture cannot be written.
  PhotoEntry entry(ReportExplainers& explain, const std::string& path, const std::string& stem) const;

private:
  struct Context;
  nlohmann::ordered_json map_json(const Context& context, const Explanation& result) const;
  void add_object(const Context& context, Explainer& explain, nlohmann::ordered_json& explained) const;

  const Network& network_;
  const ReportOptions& options_;
  const ReportEvents& events_;
  Page& page_;
};

}  // namespace fovea
