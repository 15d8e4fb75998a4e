#include "cli/kit/networks.hpp"
#include "cli/kit/output.hpp"
#include "cli/kit/result_text.hpp"
#include "cli/verbs/models.hpp"
#include "networks/preprocessing_json.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>

namespace fovea::cli {
namespace {

/// "caffe", "caffe, crop 28"; "" where nothing is said.
std::string preprocessing_text(const PreprocessingSpec& spec) {
  std::vector<std::string> parts;
  if (!spec.preset.empty())
    parts.push_back(spec.preset);
  if (spec.resize)
    parts.push_back(fmt::format("resize {}", *spec.resize));
  if (spec.crop)
    parts.push_back(fmt::format("crop {}", *spec.crop));
  if (spec.scale)
    parts.push_back(fmt::format("scale {:.4g}", *spec.scale));
  if (!spec.mean.empty())
    parts.push_back(fmt::format("mean {:.4g}", fmt::join(spec.mean, ",")));
  if (!spec.std.empty())
    parts.push_back(fmt::format("std {:.4g}", fmt::join(spec.std, ",")));
  if (!spec.channel_order.empty())
    parts.push_back(spec.channel_order);
  return fmt::format("{}", fmt::join(parts, ", "));
}

struct Lists {
  NetworkCatalog catalog = user_catalog();
  KnownNetworks known = catalog.known();
  std::vector<RegisteredNetwork> registered;
  std::vector<std::string> errors;  ///< of registered networks that cannot be used
};

Lists read_lists() {
  Lists lists;
  for (const std::string& name : lists.catalog.registered_names())
    try {
      if (auto network = lists.catalog.registered(name))
        lists.registered.push_back(std::move(*network));
    } catch (const Error& error) {
      lists.errors.emplace_back(error.what());
    }
  return lists;
}

void print_json(const Lists& lists) {
  auto json = nlohmann::ordered_json::array();
  auto or_null = [](const std::optional<double>& value) {
    return value ? nlohmann::ordered_json(*value) : nlohmann::ordered_json();
  };
  for (const KnownNetwork& network : lists.known.networks) {
    const bool here = lists.catalog.is_pulled(network);
    json.push_back({{"name", network.name},
                    {"aliases", network.aliases},
                    {"title", network.title},
                    {"source", lists.known.source},
                    {"licence", lists.known.licence},
                    {"bytes", network.bytes},
                    {"sha256", network.sha256},
                    {"top1", or_null(network.top1)},
                    {"top5", or_null(network.top5)},
                    {"preprocessing", networks::to_json(network.preprocessing)},
                    {"note", network.note},
                    {"state", here ? "pulled" : "not pulled"},
                    {"path", here ? nlohmann::ordered_json(lists.catalog.pulled_path(network))
                                  : nlohmann::ordered_json()}});
  }
  for (const RegisteredNetwork& network : lists.registered)
    json.push_back({{"name", network.name},
                    {"source", "registered"},
                    {"labels", network.labels},
                    {"preprocessing", networks::to_json(network.preprocessing)},
                    {"state", "registered"},
                    {"path", network.path}});
  cli::print_json(json);
}

std::string percent(const std::optional<double>& value) {
  return value ? fmt::format("{:.2f}", *value) : "";
}

using Row = std::array<std::string, 7>;

Row row_of(const KnownNetwork& network, bool is_pulled) {
  std::vector<std::string> what = {network.title};
  what.insert(what.end(), network.aliases.begin(), network.aliases.end());
  return {network.name,
          fmt::format("{}", fmt::join(what, ", ")),
          fmt::format("{:.2f}", static_cast<double>(network.bytes) / 1e6),
          percent(network.top1),
          percent(network.top5),
          is_pulled ? "pulled" : "",
          preprocessing_text(network.preprocessing) +
              (network.note.empty() ? "" : " (" + network.note + ")")};
}

void print_text(const Lists& lists) {
  std::vector<Row> rows = {{"name", "network, other names", "MB", "top-1", "top-5", "", "preprocessing"}};
  for (const KnownNetwork& network : lists.known.networks)
    rows.push_back(row_of(network, lists.catalog.is_pulled(network)));
  for (const RegisteredNetwork& network : lists.registered)
    rows.push_back(
        {network.name, network.path, "", "", "", "registered", preprocessing_text(network.preprocessing)});
  std::array<std::size_t, 2> widths = {};
  for (const Row& row : rows)
    for (std::size_t c = 0; c < widths.size(); ++c)
      widths[c] = std::max(widths[c], row[c].size());
  for (const Row& row : rows)
    print("{:<{}}  {:<{}}  {:>6}  {:>5}  {:>5}  {:<10}  {}\n", row[0], widths[0], row[1], widths[1], row[2],
          row[3], row[4], row[5], row[6]);
  print("All that is not registered is of the {} ({}); 'fovea models pull NAME' fetches it.\n",
        lists.known.source, lists.known.licence);
}

int list(bool json) {
  const Lists lists = read_lists();
  if (json)
    print_json(lists);
  else
    print_text(lists);
  std::fflush(stdout);
  for (const std::string& error : lists.errors)
    say("fovea: error: {}\n", error);
  return lists.errors.empty() ? 0 : 1;
}

}  // namespace

void add_models_list(Command models) {
  auto json = std::make_shared<bool>(false);
  Command verb =
      models.add_command("list", "List known and registered networks, and which of them are downloaded");
  verb.add_flag("--json", *json, "print JSON");
  verb.runs([json] { return list(*json); });
}

}  // namespace fovea::cli
