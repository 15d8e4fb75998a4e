#pragma once

#include "evaluate/sanity_run.hpp"

#include <string>
#include <string_view>
#include <vector>

/// The results of a sanity check as files, plots and tables.
namespace fovea {

/// The point of a method with all layers shuffled, and that of another class.
const SanityPoint& all_layers_shuffled(const SanityResults& results, std::string_view method);
const SanityPoint& other_class_of(const SanityResults& results, std::string_view method);

/// One line for each point.
std::string sanity_csv(const SanityResults& results);
nlohmann::ordered_json summary_json(const SanityResults& results);
/// A table for people: one line for each method, with its verdict.
std::string summary_text(const SanityResults& results);

struct NamedPlot {
  std::string file;  ///< without an extension
  LinePlot plot;
};
/// Plots of the similarity of maps over the number of shuffled layers.
std::vector<NamedPlot> likeness_plots(const SanityResults& results);

/// The files that `write_sanity` writes.
std::vector<std::string> sanity_files(const std::string& folder);
/// Writes sanity.csv, summary.json and the plots into a folder. OutputError naming the file.
void write_sanity(const SanityResults& results, const std::vector<NamedPlot>& plots,
                  const std::string& folder);

}  // namespace fovea
