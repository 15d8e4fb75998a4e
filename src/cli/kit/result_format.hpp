#pragma once

#include "cli/kit/command.hpp"
#include "report/table.hpp"

#include <nlohmann/json.hpp>

namespace fovea::cli {

/// The form in which a command prints its results.
struct ResultFormat {
  bool json = false;
  bool tsv = false;

  /// Adds --json and --tsv.
  void add_to(Command verb);
  bool is_text() const { return !json && !tsv; }
};

/// Prints JSON, or as tab-separated values the records, which are by default the JSON itself. Not for text.
void print_results(const ResultFormat& format, const nlohmann::ordered_json& json);
void print_results(const ResultFormat& format, const nlohmann::ordered_json& json,
                   const nlohmann::ordered_json& records);
/// Prints a table in any form.
void print_table(const ResultFormat& format, const Table& table);

}  // namespace fovea::cli
