#pragma once

#include "cli/common.hpp"
#include "fovea/deconv.hpp"

namespace fovea::cli {

/// The command line of `deconv`.
struct DeconvArguments {
  ModelOptions model;
  std::vector<std::string> images;
  std::string dataset;
  std::string layer;
  std::string unit;  ///< "C" or "C,Y,X"; empty: the strongest channels
  std::optional<std::int64_t> top;
  std::optional<std::int64_t> patches;
  bool whole = false;
  std::string target;  ///< class; empty: auto
  std::string rule = "deconvnet";
  bool compare = false;
  double percentile = 99.5;
  std::string output;
  bool json = false;

  /// UsageError for options that do not go together.
  void check() const;
  /// The rules whose reconstructions are made, in the order of panels.
  std::vector<std::string> rules() const { return compare ? kRuleNames : std::vector<std::string>{rule}; }
  /// What --unit says; `position` is set for C,Y,X. UsageError when it does not parse.
  struct UnitWish {
    Unit unit;
    bool position = false;
  };
  std::optional<UnitWish> unit_wish() const;
  std::int64_t channel_count() const { return top.value_or(9); }
};

/// The layer of --layer, none for the scores. InputError when it, or the unit, is not there.
std::optional<LayerInfo> deconv_layer(const Network& loaded, const DeconvArguments& arguments);

/// A program for each rule, in their order; says on stderr what the passes did.
std::vector<std::shared_ptr<const Program>> deconv_programs(const Network& loaded,
                                                            const DeconvArguments& arguments,
                                                            const std::optional<LayerInfo>& layer,
                                                            int threads);

/// One unit, channel or score of one picture, under each rule in turn.
struct DeconvView {
  std::vector<Reconstruction> by_rule;
  std::string title;  ///< in figures of several

  const Reconstruction& first() const { return by_rule.front(); }
  bool is_whole() const;
  Image patch() const { return crop(first().seen, first().field); }
};

/// Shows reconstructions and names their files.
class DeconvPictures {
public:
  /// Refers to all of them.
  DeconvPictures(const DeconvArguments& arguments, const Network& loaded,
                 const std::optional<LayerInfo>& layer)
      : arguments_(arguments), loaded_(loaded), layer_(layer) {}

  /// The reconstruction around mid-grey, cut to the receptive field or as it is.
  Image cut(const Reconstruction& reconstruction) const;
  Image whole(const Reconstruction& reconstruction) const;
  /// Writes <start>-patch.png and for each rule the picture, cut and whole, and the array. Returns the files
  /// by their names in JSON.
  nlohmann::ordered_json write(const DeconvView& view, const std::string& start) const;
  /// Photo, patch and reconstruction of one; patches beside reconstructions of several; a row for each with
  /// all rules.
  Image figure(const std::vector<DeconvView>& views, const std::string& heading) const;
  /// What came back how, for headings: "DeconvNet", "three rules".
  std::string rules_text() const;

private:
  Image figure_of_one(const DeconvView& view, const std::string& heading) const;
  Image figure_of_rows(const std::vector<DeconvView>& views, const std::string& heading) const;
  std::string caption(const DeconvView& view) const;
  Image framed(const Image& part, const DeconvView& view, std::uint8_t outside) const;

  const DeconvArguments& arguments_;
  const Network& loaded_;
  const std::optional<LayerInfo>& layer_;
};

nlohmann::ordered_json to_json(const Rect& rect);
nlohmann::ordered_json to_json(const UnitActivation& activation);
/// "channel 12, row 3, column 4: 17.2"
std::string describe(const UnitActivation& activation);

/// `deconv --dataset`: the patches of a folder that excite channels most.
int deconv_dataset(const DeconvArguments& arguments);

}  // namespace fovea::cli
