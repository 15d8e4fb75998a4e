#pragma once

#include "cli/kit/many_photos.hpp"
#include "cli/kit/method_options.hpp"
#include "cli/kit/model_options.hpp"
#include "cli/kit/picture_arguments.hpp"
#include "cli/kit/result_format.hpp"
#include "evaluate/gate.hpp"
#include "report/photos_page.hpp"

#include <cstdint>
#include <string>
#include <vector>

/// Common declarations of `fovea compare`: compare.cpp parses and runs, compare_networks.cpp loads the two
/// networks.
namespace fovea::cli {

struct CompareArguments {
  ModelOptions
      model;  ///< of the first network; the second has its own labels, preprocessing, size and scores
  std::string second, second_labels, second_preset, second_size, second_scores, second_layer;
  MethodArguments method_options;
  PictureArguments images;
  ManyPhotosArguments many;
  std::vector<std::string> methods = {"gradient", "grad-cam"};
  std::string target = "auto";
  std::string crops = "1";
  DisplayRange range;
  std::string colormap = "inferno";
  std::string title, truth, masks, output;
  bool split = false;
  std::int64_t layers = 12;
  GateThresholds gate;
  std::string max_changed, max_accuracy_drop, max_energy_drop;  ///< shares
  ResultFormat format;
};

/// The first network and the second. An error about one of them names the options of that one.
std::vector<ReportNetwork> load_both(const CompareArguments& arguments, int threads);
/// Prints the notes on the networks, each with the network that it is about.
void tell_of_networks(const CompareArguments& arguments, const std::vector<ReportNetwork>& networks);

}  // namespace fovea::cli
