#include "report/network_list.hpp"

#include "base/utf8.hpp"
#include "base/wrapped_text.hpp"
#include "networks/preprocessing_json.hpp"
#include "report/result_text.hpp"
#include "report/table.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <vector>

namespace fovea {
namespace {

std::string percent(const std::optional<double>& value) {
  return value ? fmt::format("{:.2f}", *value) : "";
}

/// A row of texts; the table is for people.
void add_texts(Table& table, const std::vector<std::string>& texts) {
  std::vector<TableCell> cells;
  for (const std::string& text : texts)
    cells.push_back({text, text});
  table.add_row(std::move(cells));
}

void add_known(Table& table, const KnownNetwork& network, bool is_pulled) {
  std::vector<std::string> what = {network.title};
  what.insert(what.end(), network.aliases.begin(), network.aliases.end());
  add_texts(table, {network.name, fmt::format("{}", fmt::join(what, ", ")),
                    fmt::format("{:.2f}", static_cast<double>(network.bytes) / 1e6), percent(network.top1),
                    percent(network.top5), is_pulled ? "pulled" : "",
                    preprocessing_text(network.preprocessing) +
                        (network.note.empty() ? "" : " (" + network.note + ")")});
}

}  // namespace

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

NetworkList list_networks(NetworkCatalog catalog) {
  KnownNetworks known = catalog.known();
  NetworkList list{std::move(catalog), std::move(known), {}, {}};
  for (const std::string& name : list.catalog.registered_names())
    try {
      if (auto network = list.catalog.registered(name))
        list.registered.push_back(std::move(*network));
    } catch (const Error& error) {
      list.errors.emplace_back(error.what());
    }
  return list;
}

nlohmann::ordered_json network_list_json(const NetworkList& list) {
  auto json = nlohmann::ordered_json::array();
  for (const KnownNetwork& network : list.known.networks) {
    const bool here = list.catalog.is_pulled(network);
    json.push_back({{"name", network.name},
                    {"aliases", network.aliases},
                    {"title", network.title},
                    {"source", list.known.source},
                    {"licence", list.known.licence},
                    {"bytes", network.bytes},
                    {"sha256", network.sha256},
                    {"top1", to_json(network.top1)},
                    {"top5", to_json(network.top5)},
                    {"preprocessing", networks::to_json(network.preprocessing)},
                    {"note", network.note},
                    {"state", here ? "pulled" : "not pulled"},
                    {"path", here ? nlohmann::ordered_json(list.catalog.pulled_path(network))
                                  : nlohmann::ordered_json()}});
  }
  for (const RegisteredNetwork& network : list.registered)
    json.push_back({{"name", network.name},
                    {"source", "registered"},
                    {"labels", network.labels},
                    {"preprocessing", networks::to_json(network.preprocessing)},
                    {"state", "registered"},
                    {"path", network.path}});
  return json;
}

std::string network_list_text(const NetworkList& list, std::size_t width) {
  Table table({{"name", "name", false, true},
               {"title", "network, other names"},
               {"megabytes", "MB", true},
               {"top1", "top-1", true},
               {"top5", "top-5", true},
               {"state", ""},
               {"preprocessing", "preprocessing"}});
  for (const KnownNetwork& network : list.known.networks)
    add_known(table, network, list.catalog.is_pulled(network));
  for (const RegisteredNetwork& network : list.registered)
    add_texts(table, {network.name, network.path, "", "", "", "registered",
                      preprocessing_text(network.preprocessing)});
  return table.text(width) + hanging_lines(fmt::format("All networks that are not registered are from the {} "
                                                       "({}); 'fovea models pull NAME' downloads "
                                                       "one.\n",
                                                       shown(list.known.source), shown(list.known.licence)),
                                           width);
}

}  // namespace fovea
