#include "report/profile_table.hpp"

#include "base/utf8.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

namespace fovea {
namespace {

constexpr std::size_t kSlowest = 10;

/// Steps that are counted together; the fastest times of each.
struct Row {
  std::string name, operator_name;
  Direction part = Direction::Forward;
  Shape shape;
  std::int64_t count = 0;
  double seconds = 0;
  std::int64_t multiply_adds = 0;
};

/// A multiply-add counts as two operations.
double gflops(const Row& row) {
  return row.seconds > 0 ? 2e-9 * static_cast<double>(row.multiply_adds) / row.seconds : 0;
}

const char* part_name(Direction part) {
  return part == Direction::Forward ? "forward" : "backward";
}

void add_to(std::vector<Row>& rows, const Row& step) {
  const auto at = std::find_if(rows.begin(), rows.end(), [&](const Row& row) {
    return row.name == step.name && row.operator_name == step.operator_name && row.part == step.part;
  });
  if (at == rows.end()) {
    rows.push_back(step);
    return;
  }
  at->count += step.count;
  at->seconds += step.seconds;
  at->multiply_adds += step.multiply_adds;
}

void sort_by_time(std::vector<Row>& rows) {
  std::stable_sort(rows.begin(), rows.end(),
                   [](const Row& a, const Row& b) { return a.seconds > b.seconds; });
}

/// One row for each operator and direction, the slowest first.
std::vector<Row> by_operator(std::span<const StepProfile> profile) {
  std::vector<Row> rows;
  for (const StepProfile& step : profile)
    add_to(rows, {{}, step.operator_name, step.part, {}, 1, step.fastest_seconds, step.multiply_adds});
  sort_by_time(rows);
  return rows;
}

std::vector<Row> slowest(std::span<const StepProfile> profile) {
  std::vector<Row> rows;
  for (const StepProfile& step : profile)
    rows.push_back(
        {step.node, step.operator_name, step.part, step.shape, 1, step.fastest_seconds, step.multiply_adds});
  sort_by_time(rows);
  rows.resize(std::min(rows.size(), kSlowest));
  return rows;
}

std::string rate_text(const Row& row) {
  return row.multiply_adds > 0 ? fmt::format("{:.1f}", gflops(row)) : "";
}

nlohmann::ordered_json row_json(const Row& row, double total) {
  nlohmann::ordered_json json;
  if (!row.name.empty())
    json["node"] = row.name;
  json["operator"] = row.operator_name;
  json["part"] = part_name(row.part);
  if (!row.shape.dims().empty())
    json["shape"] = row.shape.dims();
  json["count"] = row.count;
  json["milliseconds"] = 1e3 * row.seconds;
  json["share"] = total > 0 ? row.seconds / total : 0;
  json["gflops_per_second"] = gflops(row);
  return json;
}

}  // namespace

double fastest_seconds(std::span<const StepProfile> profile) {
  double total = 0;
  for (const StepProfile& step : profile)
    total += step.fastest_seconds;
  return total;
}

std::string profile_text(std::span<const StepProfile> profile) {
  const double total = fastest_seconds(profile);
  const auto share = [&](const Row& row) { return total > 0 ? 100 * row.seconds / total : 0; };
  std::string text =
      fmt::format("\nfastest times of each step, over all runs\n{:<22} {:<8} {:>6} {:>10} {:>8} {:>10}\n",
                  "operator", "part", "steps", "ms", "share", "GFLOP/s");
  for (const Row& row : by_operator(profile))
    text += fmt::format("{:<22} {:<8} {:>6} {:>10.3f} {:>6.1f} % {:>10}\n", shown(row.operator_name),
                        part_name(row.part), row.count, 1e3 * row.seconds, share(row), rate_text(row));
  text += fmt::format("\nslowest steps\n{:>10} {:>8} {:>10}  {:<22} {:<18} {}\n", "ms", "share", "GFLOP/s",
                      "operator", "shape", "node");
  for (const Row& row : slowest(profile))
    text += fmt::format("{:>10.3f} {:>6.1f} % {:>10}  {:<22} {:<18} {}\n", 1e3 * row.seconds, share(row),
                        rate_text(row), shown(row.operator_name), to_string(row.shape), shown(row.name));
  return text;
}

nlohmann::ordered_json profile_json(std::span<const StepProfile> profile) {
  const double total = fastest_seconds(profile);
  nlohmann::ordered_json json = {{"operators", nlohmann::ordered_json::array()},
                                 {"slowest", nlohmann::ordered_json::array()}};
  for (const Row& row : by_operator(profile))
    json["operators"].push_back(row_json(row, total));
  for (const Row& row : slowest(profile))
    json["slowest"].push_back(row_json(row, total));
  return json;
}

}  // namespace fovea
