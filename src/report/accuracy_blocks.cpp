#include "report/accuracy_blocks.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace fovea {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kShownMistakes = 12;

/// The share with its interval, to sort by.
Json accuracy_cell(const Rate& rate) {
  if (rate.of == 0)
    return nullptr;
  return {{"text", share_text(rate)},
          {"detail", fmt::format("{:.1f} to {:.1f} %", 100 * rate.low(), 100 * rate.high())},
          {"value", rate.share()}};
}

void add_top_table(Page& page, Json block) {
  block["top"] = true;
  page.add_block("table", block_text(block));
}

std::string accuracy_note(const ReportSummary& summary) {
  std::string note =
      "Top-1: the best guess is the true class; top-5: it is among the five best. Below each share: "
      "Wilson's 95 % interval.";
  if (summary.without_truth > 0)
    note += fmt::format(" {} without a true class {} not counted.",
                        counted(static_cast<std::size_t>(summary.without_truth), "photo"),
                        summary.without_truth == 1 ? "is" : "are");
  for (const NetworkSummary& network : summary.networks)
    if (network.unknown_classes > 0)
      note += fmt::format(" {} whose true class is none of the network's {} not counted.",
                          counted(static_cast<std::size_t>(network.unknown_classes), "photo"),
                          network.unknown_classes == 1 ? "is" : "are");
  return note;
}

void add_mistakes(Page& page, const ReportNetwork& network, const NetworkSummary& summary, bool is_only) {
  using Mistake = std::pair<std::pair<std::int64_t, std::int64_t>, std::int64_t>;
  std::vector<Mistake> list(summary.mistakes.begin(), summary.mistakes.end());
  if (list.empty())
    return;
  std::stable_sort(list.begin(), list.end(),
                   [](const Mistake& a, const Mistake& b) { return a.second > b.second; });
  Json block = {{"title", is_only ? "Mistakes" : "Mistakes of " + network.title()},
                {"columns", {text_column("true class"), text_column("best guess"), number_column("photos")}}};
  if (list.size() > kShownMistakes) {
    block["note"] = fmt::format("The {} most frequent of {} kinds.", kShownMistakes, list.size());
    list.resize(kShownMistakes);
  }
  for (const auto& [classes, count] : list)
    block["rows"].push_back(Json::array({network.network.labels.short_name(classes.first),
                                         network.network.labels.short_name(classes.second), count}));
  add_top_table(page, std::move(block));
}

}  // namespace

std::string share_text(const Rate& rate) {
  return fmt::format("{} of {} ({:.1f} %)", rate.count, rate.of, 100 * rate.share());
}

void add_accuracy(Page& page, const std::vector<ReportNetwork>& networks, const ReportSummary& summary) {
  Json block = {{"title", "Accuracy"},
                {"note", accuracy_note(summary)},
                {"columns", {text_column("network"), number_column("top-1"), number_column("top-5")}}};
  for (std::size_t k = 0; k < networks.size(); ++k)
    block["rows"].push_back(Json::array({networks[k].title(), accuracy_cell(summary.networks[k].top1),
                                         accuracy_cell(summary.networks[k].top5)}));
  add_top_table(page, std::move(block));
  for (std::size_t k = 0; k < networks.size(); ++k)
    add_mistakes(page, networks[k], summary.networks[k], networks.size() == 1);
}

void add_comparison(Page& page, const std::vector<ReportNetwork>& networks, const ReportSummary& summary,
                    bool has_truth) {
  const ComparisonSummary& both = summary.comparison;
  Json block = {{"title", "Comparison"},
                {"note", "Two best guesses agree if the names of their classes are equal."},
                {"columns", {text_column("photos on which"), number_column("number")}}};
  const auto row = [&](const std::string& what, std::int64_t count) {
    block["rows"].push_back(Json::array({what, count}));
  };
  row("both agree", both.agreement.count);
  row("they disagree", both.agreement.of - both.agreement.count);
  if (has_truth) {
    row("both are right", both.both_right);
    row(fmt::format("only {} is right", networks[0].title()), both.only_first);
    row(fmt::format("only {} is right", networks[1].title()), both.only_second);
    row("both are wrong", both.both_wrong);
  }
  add_top_table(page, std::move(block));
}

}  // namespace fovea
