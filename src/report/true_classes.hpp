#pragma once

#include "evaluate/class_truth.hpp"
#include "report/photos_page.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <tuple>

namespace fovea {

/// A network's index of each true class, searched for once.
class TrueClasses {
public:
  explicit TrueClasses(const ReportNetwork& network)
      : network_(network), classes_(network.explainers.maps.program().classes()) {}

  /// None if the network has no such class.
  std::optional<std::int64_t> of(const TrueClass& truth);
  /// InputError if classes were searched for and none was found.
  void check() const;

private:
  using Key = std::tuple<std::string, std::optional<std::int64_t>, std::string>;

  const ReportNetwork& network_;
  std::int64_t classes_;
  std::map<Key, std::optional<std::int64_t>> known_;
  std::string complaint_;
  bool found_ = false;
};

}  // namespace fovea
