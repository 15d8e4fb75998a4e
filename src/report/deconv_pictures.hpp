#pragma once

#include "fovea/features.hpp"
#include "fovea/model.hpp"

#include <nlohmann/json.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// Figures and files of reconstructions.
namespace fovea {

/// One unit, channel or score of one picture, under each rule in turn.
struct DeconvView {
  std::vector<Reconstruction> by_rule;
  std::string title;  ///< in figures of several

  const Reconstruction& first() const { return by_rule.front(); }
  bool is_whole() const;
  Image patch() const { return crop(first().seen, first().field); }
};

/// Display options of reconstructions.
struct DeconvDisplay {
  std::vector<Rule> rules;         ///< in the order of DeconvView::by_rule
  std::optional<LayerInfo> layer;  ///< of the units; none: the class score
  bool whole = false;              ///< whole channels instead of their strongest units
  double percentile = 99.5;        ///< see `contrast_level`
  ChannelOrder channel_order = ChannelOrder::RGB;
};

/// Makes pictures of reconstructions and writes their files.
class DeconvPictures {
public:
  explicit DeconvPictures(DeconvDisplay display) : display_(std::move(display)) {}

  /// The reconstruction around mid-grey, cropped to the receptive field or whole.
  Image cut(const Reconstruction& reconstruction) const;
  Image whole(const Reconstruction& reconstruction) const;
  /// Writes <start>-patch.png and for each rule the picture, cut and whole, and the array. Returns the files
  /// by their names in JSON. OutputError.
  nlohmann::ordered_json write(const DeconvView& view, const std::string& start) const;
  /// The files that `write` may write.
  std::vector<std::string> files(const std::string& start) const;
  /// The endings of their names.
  static constexpr std::string_view kEndings[] = {"-patch.png", "-reconstruction.png", "-whole.png",
                                                  "-pattern.npy"};
  /// Photo, patch and reconstruction of one; patches beside reconstructions of several; a row for each with
  /// all rules.
  Figure figure(const std::vector<DeconvView>& views, const std::string& heading) const;
  /// The names of the rules for headings: "DeconvNet", "three rules".
  std::string rules_text() const;

private:
  Figure figure_of_one(const DeconvView& view, const std::string& heading) const;
  Figure figure_of_rows(const std::vector<DeconvView>& views, const std::string& heading) const;
  std::string caption(const DeconvView& view) const;
  Image framed(const Image& part, const DeconvView& view, std::uint8_t outside) const;

  DeconvDisplay display_;
};

nlohmann::ordered_json to_json(const Rect& rect);
nlohmann::ordered_json to_json(const UnitActivation& activation);
/// "channel 12, row 3, column 4: 17.2"
std::string describe(const UnitActivation& activation);

}  // namespace fovea
