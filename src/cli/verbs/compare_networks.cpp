#include "cli/kit/output.hpp"
#include "cli/verbs/compare.hpp"
#include "fovea/error.hpp"
#include "report/report_summary.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <string>
#include <utility>
#include <vector>

namespace fovea::cli {
namespace {

/// The options of the second network: the first one's, but for what is given for it alone.
ModelOptions second_model(const CompareArguments& arguments) {
  ModelOptions second = arguments.model;
  second.model = arguments.second;
  second.labels = arguments.second_labels.empty() ? arguments.model.labels : arguments.second_labels;
  if (!arguments.second_preset.empty()) {
    second.preprocessing = {};
    second.preprocessing.preset = arguments.second_preset;
  }
  if (!arguments.second_size.empty())
    second.size = arguments.second_size;
  if (!arguments.second_scores.empty())
    second.scores = arguments.second_scores;
  return second;
}

/// The text with the second network's options in place of the first one's: "--scores-b" for "--scores". An
/// option with the value that was given for both networks stays.
std::string with_second_options(std::string text, const CompareArguments& arguments) {
  const std::pair<std::string, std::string> options[] = {
      {"--scores", arguments.second_scores.empty() ? arguments.model.scores : ""},
      {"--size", arguments.second_size.empty() ? arguments.model.size : ""},
      {"--labels", arguments.second_labels.empty() ? arguments.model.labels : ""},
      {"--layer", arguments.second_layer.empty() ? arguments.method_options.options.layer : ""},
      {"--preprocess", ""}};
  const std::string ending = "-b";
  for (const auto& [name, shared] : options)
    for (std::size_t at = 0; (at = text.find(name, at)) != std::string::npos;) {
      at += name.size();
      const char next = at < text.size() ? text[at] : ' ';
      const bool is_longer = next == '-' || std::isalnum(static_cast<unsigned char>(next)) != 0;
      if (!is_longer && (shared.empty() || text.compare(at, shared.size() + 1, " " + shared) != 0))
        text.insert(at, ending);
    }
  return text;
}

/// What is wrong with a network, in the words of this command: with options that it has, and what it is for.
std::string complaint_about(std::string text, bool is_second, const CompareArguments& arguments) {
  if (is_second)
    text = with_second_options(std::move(text), arguments);
  if (text.find("not one row of class scores") != std::string::npos ||
      text.find("as of a network that segments pictures") != std::string::npos)
    text += "; 'fovea compare' compares networks with one row of class scores alone";
  return text;
}

ReportNetwork load(const CompareArguments& arguments, const ModelOptions& model, const std::string& layer,
                   int threads) {
  const Network loaded = load_network_silently(model);
  MethodOptions method_options = arguments.method_options.chosen();
  if (!layer.empty())
    method_options.layer = layer;
  ReportNetwork network{
      loaded,
      {Explainer(loaded.model, explain_options(loaded, model, arguments.methods, method_options,
                                               parse_crops(arguments.crops), threads)),
       {}},
      model.model,
      {},
      {}};
  check_labels(loaded, network.explainers.maps.program());
  return network;
}

/// The notes on a network and on how it is explained.
std::vector<std::string> notes_of(const ReportNetwork& network) {
  std::vector<std::string> notes = to_strings(network.network.notes);
  for (std::string& note : to_strings(network.explainers.maps.notes()))
    notes.push_back(std::move(note));
  return notes;
}

}  // namespace

std::vector<ReportNetwork> load_both(const CompareArguments& arguments, int threads) {
  std::vector<ReportNetwork> networks;
  try {
    networks.push_back(load(arguments, arguments.model, {}, threads));
    networks.push_back(load(arguments, second_model(arguments), arguments.second_layer, threads));
  } catch (const ModelError& error) {
    throw ModelError(complaint_about(error.detail(), networks.size() == 1, arguments), error.location());
  } catch (const InputError& error) {
    throw InputError(complaint_about(error.what(), networks.size() == 1, arguments));
  }
  return networks;
}

void tell_of_networks(const CompareArguments& arguments, const std::vector<ReportNetwork>& networks) {
  const std::vector<ReportNetwork> named = told_apart(networks);
  const std::vector<std::string> first = notes_of(named[0]), second = notes_of(named[1]);
  const auto has = [](const std::vector<std::string>& notes, const std::string& note) {
    return std::find(notes.begin(), notes.end(), note) != notes.end();
  };
  for (const std::string& note : first)
    say_note(fmt::format("{}: {}", has(second, note) ? "both networks" : named[0].title(), note));
  for (const std::string& note : second)
    if (!has(first, note))
      say_note(fmt::format("{}: {}", named[1].title(), with_second_options(note, arguments)));
}

}  // namespace fovea::cli
