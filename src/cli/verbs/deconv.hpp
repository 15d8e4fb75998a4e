#pragma once

#include "cli/kit/many_photos.hpp"
#include "cli/kit/model_options.hpp"
#include "cli/kit/picture_arguments.hpp"
#include "cli/kit/result_format.hpp"
#include "cli/kit/usage_error.hpp"
#include "fovea/features.hpp"
#include "fovea/networks.hpp"
#include "report/deconv_pictures.hpp"
#include "report/result_text.hpp"

namespace fovea::cli {

/// The command line of `deconv`.
struct DeconvArguments {
  ModelOptions model;
  PictureArguments images;
  std::string dataset;
  ManyPhotosArguments many;  ///< with `dataset`
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
  std::optional<double> dpi;
  ResultFormat format;

  /// UsageError for options that exclude each other.
  void check() const;
  /// The rules whose reconstructions are made, in the order of panels.
  std::vector<std::string> rules() const {
    return compare ? relu_rule_names() : std::vector<std::string>{rule};
  }
  /// The unit given by --unit; `position` is set for C,Y,X. UsageError if it is invalid.
  struct UnitSpec {
    Unit unit;
    bool position = false;
  };
  std::optional<UnitSpec> unit_spec() const;
  std::int64_t channel_count() const { return top.value_or(9); }
};

/// The layer of --layer, none for the scores. InputError if the layer or the unit does not exist.
std::optional<LayerInfo> deconv_layer(const Network& loaded, const DeconvArguments& arguments);

/// A program for each rule, in their order; prints notes to stderr.
std::vector<std::shared_ptr<const Program>> deconv_programs(const Network& loaded,
                                                            const DeconvArguments& arguments,
                                                            const std::optional<LayerInfo>& layer,
                                                            int threads);

/// The display options from the command line.
DeconvDisplay deconv_display(const Network& loaded, const DeconvArguments& arguments,
                             const std::optional<LayerInfo>& layer);

/// `deconv --dataset`: the patches of a folder or of archives that excite channels most.
int deconv_dataset(Command verb, const DeconvArguments& arguments);

}  // namespace fovea::cli
