#include "report/photo_explanation.hpp"

#include "base/display_width.hpp"
#include "base/isolated.hpp"
#include "base/shown_format.hpp"
#include "base/wrapped_text.hpp"
#include "fovea/error.hpp"
#include "report/photo_region.hpp"
#include "report/result_text.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>

namespace fovea {
namespace {

constexpr const char* kReadableMethod = "grad-cam";
constexpr const char* kGradient = "gradient";
constexpr std::size_t kWidestBar = 30, kNarrowestBar = 8, kNarrowestName = 10;

/// A bar of `share` of `width`, in eighths of a character where there are blocks.
std::string bar(double share, std::size_t width, bool has_blocks) {
  share = std::clamp(share, 0.0, 1.0);
  if (!has_blocks)
    return std::string(static_cast<std::size_t>(std::lround(share * static_cast<double>(width))), '#');
  constexpr const char* parts[] = {"", "\u258F", "\u258E", "\u258D", "\u258C", "\u258B", "\u258A", "\u2589"};
  const auto eighths = static_cast<std::size_t>(std::lround(share * static_cast<double>(8 * width)));
  std::string text;
  for (std::size_t i = 0; i < eighths / 8; ++i)
    text += "\u2588";
  return text + parts[eighths % 8];
}

/// The text in at most `most` columns, with an ellipsis at the end of what was shortened.
std::string shortened(const std::string& text, std::size_t most, bool has_blocks) {
  if (display_width(text) <= most)
    return text;
  const std::string end = has_blocks ? "\u2026" : "...";
  const std::size_t room = most - std::min(most, display_width(end));
  std::size_t kept = 0;
  for (std::size_t i = 1; i <= text.size(); ++i) {
    const bool begins = i == text.size() || (static_cast<unsigned char>(text[i]) & 0xC0U) != 0x80U;
    if (begins && display_width(std::string_view(text).substr(0, i)) > room)
      break;
    if (begins)
      kept = i;
  }
  return text.substr(0, kept) + end;
}

std::string padded(const std::string& text, std::size_t width) {
  const std::size_t used = display_width(text);
  return text + std::string(width > used ? width - used : 0, ' ');
}

/// What a map shows, as a sentence.
std::string map_meaning(const Explanation& map, const std::string& name) {
  if (map.method == kGradient)
    return fmt::format("bright where changing a pixel a little changes the score of '{}' most", name);
  return fmt::format("bright where the network finds what speaks for '{}'", name);
}

std::string map_title(const Explanation& map) {
  return std::string(method_info(map.method).title);
}

/// An entry with a name in front, wrapped.
std::string summary_entry(const std::string& name, const std::string& text, std::size_t columns) {
  return two_columns({{padded(name, 13), text}}, columns);
}

std::string network_sentence(const FoundNetwork& found, const Network& network) {
  const std::string classes =
      network.labels.empty() ? "" : fmt::format(", {} classes", network.labels.size());
  switch (found.origin) {
  case FoundNetwork::Origin::Bundled:
    return fmt::format(
        "the bundled one ({}{}), since none was named: it calls everything one of these. -m names "
        "another, 'fovea models list' knows some",
        std::filesystem::path(found.path).filename().string(), classes);
  case FoundNetwork::Origin::Registered:
    return fmt::format("'{}', registered as {}{}", found.name, found.path, classes);
  case FoundNetwork::Origin::Known:
    return fmt::format("'{}', downloaded to {}{}", found.name, found.path, classes);
  case FoundNetwork::Origin::File:
    break;
  }
  return found.path + classes;
}

bool is_assumed(const Network& network) {
  return std::any_of(network.notes.begin(), network.notes.end(),
                     [](const Note& note) { return note.kind == NoteKind::PreprocessingAssumed; });
}

std::string preprocessing_sentence(const Network& network) {
  const std::string what = describe(network.preprocessing);
  if (is_assumed(network))
    return what +
           ": torchvision's convention, assumed because nothing says how pictures are prepared for this "
           "network. Wrong guesses are the sign of another: --preprocess names it, 'fovea info MODEL --try "
           "PHOTOS' compares them";
  return fmt::format("{}: from {}", what, network.preprocessing_source);
}

/// The network's name for a figure.
std::string network_name(const FoundNetwork& found) {
  if (found.origin == FoundNetwork::Origin::Bundled)
    return "the bundled network";
  return found.name.empty() ? std::filesystem::path(found.path).stem().string() : found.name;
}

/// The preprocessing and who says so, for a figure.
std::string prepared_text(const Network& network) {
  Preprocessing preprocessing = network.preprocessing;
  // The network's size is known here, so the margin around it can be a number.
  if (preprocessing.resize_short_side <= 0 && network.size.height == network.size.width)
    preprocessing.resize_short_side = std::llround(static_cast<double>(network.size.height) * 256.0 / 224.0);
  return fmt::format("Preprocessing: {}; {}", describe(preprocessing),
                     is_assumed(network) ? "assumed, since nothing says how pictures are prepared"
                                         : "from " + network.preprocessing_source);
}

}  // namespace

Explainer photo_explainer(const Model& model, ExplainOptions options) {
  options.method = kReadableMethod;
  options.further_methods = {kGradient};
  try {
    return Explainer(model, options);
  } catch (const Error&) {
    // A network without positions; what else is wrong is wrong for the gradient, too.
    options.method = kGradient;
    options.further_methods.clear();
    return Explainer(model, options);
  }
}

std::string guesses_text(const std::vector<Prediction>& best, const Labels& labels,
                         const PhotoExplanationOptions& options) {
  std::size_t longest = kNarrowestName;
  for (const Prediction& guess : best)
    longest = std::max(longest, display_width(shown(labels.short_name(guess.index))));
  constexpr std::size_t others = 2 + 9 + 2 + 2;  // indent, percentage, blanks between
  const std::size_t room = std::max(options.columns, others + kNarrowestName + kNarrowestBar) - others;
  const std::size_t name_width = std::min(longest, room - kNarrowestBar);
  const std::size_t bar_width = std::min(kWidestBar, room - name_width);
  std::string text;
  for (const Prediction& guess : best) {
    const std::string name =
        padded(shortened(shown(labels.short_name(guess.index)), name_width, options.has_blocks), name_width);
    if (guess.probability)
      text += fmt::format("  {}  {:7.2f} %  {}\n", name, 100 * *guess.probability,
                          bar(*guess.probability, bar_width, options.has_blocks));
    else
      text += fmt::format("  {}  score {:.3f}{}\n", name, guess.score, confidence_text(guess));
  }
  return text;
}

Figure explanation_figure(const PhotoExplanation& explanation, const Image& photo, const FoundNetwork& found,
                          const Network& network, const PhotoExplanationOptions& options) {
  const Explanation& first = explanation.maps.front();
  const std::string name = isolated(network.labels.short_name(first.target.index));
  const Image region = region_of(photo, first);
  Figure figure;
  figure.heading = name;
  figure.details = score_text(first.target, network_name(found)) + "\n" + prepared_text(network);
  figure.panels.push_back(
      {region, "Photo", isolated_file(std::filesystem::path(explanation.photo).filename().string())});
  for (const Explanation& map : explanation.maps) {
    const Image picture = map.method == kGradient
                              ? heat_for(region, map, options.colormap, options.range)
                              : overlay_on_region(region, map, {.colormap = options.colormap}, options.range);
    figure.panels.push_back({picture, map_title(map), capitalised(map_meaning(map, name))});
  }
  return figure;
}

std::string explanation_text(const PhotoExplanation& explanation, const Labels& labels,
                             const PhotoExplanationOptions& options) {
  const Explanation& first = explanation.maps.front();
  std::string text = shown_format("{}\n", explanation.photo);
  text += guesses_text(first.best, labels, options);
  const bool is_among_best = std::any_of(first.best.begin(), first.best.end(), [&](const Prediction& guess) {
    return guess.index == first.target.index;
  });
  if (!is_among_best)
    text += guesses_text({first.target}, labels, options);
  const std::string name = shown(labels.short_name(first.target.index));
  std::string panels = "the photo";
  for (const Explanation& map : explanation.maps) {
    panels += fmt::format("; {}, {}", map_title(map), map_meaning(map, name));
    if (map.levels(options.range).is_flat())
      panels += " (here nowhere: the map is zero everywhere)";
  }
  text += summary_entry("figure", shown(explanation.figure), options.columns);
  return text + summary_entry("it shows", panels, options.columns);
}

std::string assumptions_text(const FoundNetwork& found, const Network& network, std::size_t columns) {
  return summary_entry("network", shown(network_sentence(found, network)), columns) +
         summary_entry("preprocessing", shown(preprocessing_sentence(network)), columns);
}

nlohmann::ordered_json explanation_json(const PhotoExplanation& explanation, const Labels& labels) {
  const Explanation& first = explanation.maps.front();
  nlohmann::ordered_json json = {{"image", explanation.photo},
                                 {"predictions", nlohmann::ordered_json::array()},
                                 {"class", to_json(labels, first.target.index)}};
  for (const Prediction& guess : first.best) {
    nlohmann::ordered_json row = to_json(labels, guess.index);
    add_scores(row, guess);
    json["predictions"].push_back(std::move(row));
  }
  for (const Explanation& map : explanation.maps)
    json["methods"].push_back(map.method);
  json["figure"] = explanation.figure;
  return json;
}

nlohmann::ordered_json assumptions_json(const FoundNetwork& found, const Network& network) {
  nlohmann::ordered_json json = {{"path", found.path},
                                 {"bundled", found.origin == FoundNetwork::Origin::Bundled}};
  if (!found.name.empty())
    json["name"] = found.name;
  return {{"network", std::move(json)},
          {"preprocessing", describe(network.preprocessing)},
          {"preprocessing_source", network.preprocessing_source},
          {"preprocessing_assumed", is_assumed(network)}};
}

}  // namespace fovea
