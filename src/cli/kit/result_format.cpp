#include "cli/kit/result_format.hpp"

#include "cli/kit/output.hpp"
#include "cli/kit/terminal.hpp"

#include <unistd.h>

namespace fovea::cli {

void ResultFormat::add_to(Command verb) {
  Option option = verb.add_flag("--json", json, "print JSON");
  verb.add_flag("--tsv", tsv, "print tab-separated values, below a line of names").excludes(option);
}

void print_results(const ResultFormat& format, const nlohmann::ordered_json& json) {
  print_results(format, json, json);
}

void print_results(const ResultFormat& format, const nlohmann::ordered_json& json,
                   const nlohmann::ordered_json& records) {
  if (format.json)
    print_json(json);
  else
    write_output(Table::of_records(records).tsv());
}

void print_table(const ResultFormat& format, const Table& table) {
  if (format.json)
    print_json(table.json());
  else
    write_output(format.tsv ? table.tsv() : table.text(line_width(STDOUT_FILENO)));
}

}  // namespace fovea::cli
