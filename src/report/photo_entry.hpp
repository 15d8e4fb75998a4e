#pragma once

#include "report/page.hpp"
#include "report/photos_page.hpp"

#include <nlohmann/json.hpp>

#include <optional>
#include <string>

namespace fovea {

/// The entry of one photo on the page.
struct PhotoEntry {
  std::int64_t target_class = 0;  ///< the first class that is explained
  std::optional<double> probability;
  std::string json;  ///< the block "photo"
};

/// Makes entries; thread-safe, if each thread has its own explainers.
class PhotoEntries {
public:
  /// Keeps references to all arguments.
  PhotoEntries(const Network& network, const ReportOptions& options, const ReportEvents& events, Page& page)
      : network_(network), options_(options), events_(events), page_(page) {}

  /// Makes the entry of a photo. The names of its pictures begin with `stem`. InputError for a photo that
  /// cannot be read or explained, OutputError if a picture cannot be written.
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
