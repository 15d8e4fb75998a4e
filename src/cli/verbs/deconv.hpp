#pragma once

#include "cli/kit/model_options.hpp"
#include "cli/kit/usage_error.hpp"
#include "fovea/features.hpp"
#include "fovea/networks.hpp"
#include "report/deconv_pictures.hpp"
#include "report/result_text.hpp"

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
  struct UnitSpec {
    Unit unit;
    bool position = false;
  };
  std::optional<UnitSpec> unit_spec() const;
  std::int64_t channel_count() const { return top.value_or(9); }
};

/// The layer of --layer, none for the scores. InputError when it, or the unit, is not there.
std::optional<LayerInfo> deconv_layer(const Network& loaded, const DeconvArguments& arguments);

/// A program for each rule, in their order; says on stderr what the passes did.
std::vector<std::shared_ptr<const Program>> deconv_programs(const Network& loaded,
                                                            const DeconvArguments& arguments,
                                                            const std::optional<LayerInfo>& layer,
                                                            int threads);

/// How the command line wants reconstructions shown.
DeconvDisplay deconv_display(const Network& loaded, const DeconvArguments& arguments,
                             const std::optional<LayerInfo>& layer);

/// `deconv --dataset`: the patches of a folder that excite channels most.
int deconv_dataset(const DeconvArguments& arguments);

}  // namespace fovea::cli
