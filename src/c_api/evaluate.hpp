#pragma once

#include "c_api/many_pictures.hpp"

#include <nlohmann/json.hpp>

#include <string>

namespace fovea::c_api {

/// The outcome of an evaluation.
struct Evaluated {
  nlohmann::ordered_json summary;
  std::string text;  ///< a table for people
};

/// The options of an evaluation of maps, which "faithfulness" and "sanity" have in common.
struct MapEvaluation {
  ManyPictures pictures;
  std::vector<std::string> methods;
  MethodOptions method_options;
  Crops crops = Crops::Whole;
  std::optional<std::int64_t> target;
  std::string output;        ///< a folder for tables, plots and a page; empty: none
  std::string command_line;  ///< for the page
  nlohmann::ordered_json settings;

  /// `otherwise`: the methods where none are given.
  static MapEvaluation read(JsonFields& fields, const fovea_model& model,
                            const std::vector<std::string>& otherwise = {"gradient"});
};

Evaluated evaluate_faithfulness(const fovea_model& model, JsonFields& fields, CallerEvents& caller);
Evaluated evaluate_sanity(const fovea_model& model, JsonFields& fields, CallerEvents& caller);
Evaluated evaluate_localization(const fovea_model& model, JsonFields& fields, CallerEvents& caller);
/// Joins the results of shards of an evaluation of localisation.
Evaluated merge_evaluations(JsonFields& fields);

}  // namespace fovea::c_api
