#include "report/comparison_blocks.hpp"

#include "base/shown_path.hpp"
#include "evaluate/map_tables.hpp"
#include "report/blocks.hpp"
#include "report/page_pictures.hpp"
#include "report/photo_blocks.hpp"
#include "report/report_summary.hpp"

#include <fmt/format.h>

#include <filesystem>

namespace fovea {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

void add_top_table(Page& page, Json block) {
  block["top"] = true;
  page.add_block("table", block_text(block));
}

std::string rounded(const std::optional<double>& number, int decimals = 3) {
  return number ? fmt::format("{:.{}f}", *number, decimals) : "none";
}

/// A cell that sorts by its number.
Json number_cell(const std::optional<double>& number, const char* mark = "") {
  if (!number)
    return nullptr;
  return {{"text", rounded(number)}, {"value", *number}, {"mark", mark}};
}

Json share_cell(const Rate& rate) {
  return {{"text", fmt::format("{} of {} ({:.1f} %)", rate.count, rate.of, 100 * rate.share())},
          {"value", rate.share()}};
}

/// How far a method's maps agree, in the words of the page.
Json agreement_json(const std::string& method, const MethodComparison& comparison,
                    const GateThresholds& gate) {
  const MapAgreement& agreement = comparison.agreement;
  Json json = {{"method", title_of(method)},
               {"rank", rounded(agreement.rank)},
               {"similarity", rounded(agreement.similarity)},
               {"overlap", rounded(agreement.overlap)}};
  if (comparison.energy[0] && comparison.energy[1])
    json["energy"] =
        fmt::format("{:.1f} and {:.1f} %", 100 * *comparison.energy[0], 100 * *comparison.energy[1]);
  if (agreement.rank && gate.min_photo_correlation)
    json["low"] = !GateCheck{{}, {}, {}, agreement.rank, *gate.min_photo_correlation}.passed();
  return json;
}

Json answer_json(const AddPicture& add_picture, const ComparedPhoto& photo, const PhotoTask& task,
                 std::size_t k, const std::vector<ReportNetwork>& networks, const DisplayRange& range) {
  const Labels& labels = networks[k].network.labels;
  const ClassScores& scores = photo.framed[k].scores();
  const std::vector<Explanation>& maps = photo.maps[k];
  const Prediction& target = maps.front().target;
  Json json = {{"guesses", guesses_json(labels, scores, top_k(scores, kShownGuesses), {target.index})}};
  if (!task.truths.empty() && task.truths[k]) {
    json["truth"] = *task.truths[k];
    json["rank"] = rank_of(scores.scores, *task.truths[k]);
  }
  const std::string stem = fmt::format("{}-{}", task.stem, k + 1);
  const Image& seen = maps.front().seen;
  json["picture"] = add_picture(stem, page_photo(seen));
  json["width"] = seen.width;
  json["height"] = seen.height;
  json["part"] = part_text(maps.front(), photo.framed[k].photo());
  Json explained = {{"class", target.index},
                    {"name", labels.short_name(target.index)},
                    {"score", fmt::format("{:.3f}", target.score)},
                    {"probability", number_or_null(target.probability)}};
  for (const Explanation& map : maps)
    explained["maps"].push_back(map_json(add_picture, stem, map, range));
  json["explained"].push_back(std::move(explained));
  return json;
}

void add_gate(Page& page, const std::vector<GateCheck>& gate) {
  if (gate.empty())
    return;
  Json block = {{"title", passed(gate) ? "Gate: passed" : "Gate: failed"},
                {"columns",
                 {text_column("measure"), text_column("of"), number_column("measured"),
                  number_column("threshold"), text_column("result")}}};
  for (const GateCheck& check : gate)
    block["rows"].push_back(Json::array(
        {check.what, check.subject, check.measured_text(),
         fmt::format("at {} {}", check.bound == GateCheck::Bound::AtLeast ? "least" : "most",
                     check.threshold_text()),
         Json{{"text", check.passed() ? "passed" : "failed"}, {"mark", check.passed() ? "good" : "bad"}}}));
  add_top_table(page, std::move(block));
}

void add_predictions(Page& page, const ComparisonResults& results) {
  Json block = {
      {"title", "Predictions"},
      {"note", fmt::format("A prediction has changed if {}'s best guess is not the class that {} "
                           "guesses. Matched classes: {}.",
                           results.networks[1].name, results.networks[0].name, results.classes.text())},
      {"columns", {text_column("photos"), number_column("number")}}};
  block["rows"].push_back(Json::array({"with a changed prediction", share_cell(results.changed())}));
  if (results.accuracy(0).of > 0)
    for (std::size_t k = 0; k < 2; ++k)
      block["rows"].push_back(Json::array(
          {fmt::format("on which {} is right", results.networks[k].name), share_cell(results.accuracy(k))}));
  add_top_table(page, std::move(block));
}

void add_methods(Page& page, const std::vector<MethodSummary>& methods) {
  Json block = {
      {"title", "Agreement of the maps"},
      {"note", "Means over photos; below each its 95 % interval by the bootstrap. Rank correlation "
               "(Spearman) and structural similarity (SSIM) are 1 for equal maps. Overlap: the fraction of "
               "the strongest 10 % of pixels that both maps have in common; 0.1 by chance."},
      {"columns",
       {text_column("method"), number_column("rank correlation"), number_column("lowest"),
        number_column("signed rank correlation"), number_column("SSIM"), number_column("overlap")}}};
  for (const std::string& sentence : zero_map_sentences(methods))
    block["note"] = block["note"].get<std::string>() + " " + sentence + ".";
  const bool has_energy = !methods.empty() && methods.front().energy[0].count > 0;
  if (has_energy) {
    block["columns"].push_back(number_column("energy on the object, first"));
    block["columns"].push_back(number_column("second"));
  }
  for (const MethodSummary& method : methods) {
    Json lowest = number_cell(method.lowest_rank);
    if (!lowest.is_null())
      lowest["detail"] = fs::path(method.lowest_image).filename().string();
    Json row = Json::array({title_of(method.name), mean_cell(method.rank, 3), std::move(lowest),
                            mean_cell(method.signed_rank, 3), mean_cell(method.similarity, 3),
                            mean_cell(method.overlap, 3)});
    if (has_energy)
      for (const MeanInterval& energy : method.energy)
        row.push_back(mean_cell(energy, 3));
    block["rows"].push_back(std::move(row));
  }
  add_top_table(page, std::move(block));
}

/// "Activations differ from fire2/concat on and part most at fire4/concat; gradients part most at ..."
std::string parts_text(const LayerComparison& comparison) {
  const auto name = [&](std::size_t at) { return comparison.matched.pairs[at].first; };
  const auto differ = comparison.first_difference(), activations = comparison.activations_part(),
             gradients = comparison.gradients_part();
  std::string text =
      differ ? fmt::format("Activations differ from {} on", name(*differ)) : "Activations do not differ";
  if (activations)
    text += fmt::format(" and part most at {}", name(*activations));
  return text + (gradients
                     ? fmt::format("; gradients, from the scores back, part most at {}.", name(*gradients))
                     : "; gradients part nowhere clearly.");
}

void add_layers(Page& page, const LayerComparison& comparison) {
  if (!comparison.why_none.empty()) {
    add_facts(page, "Layers", {{"Not compared", comparison.why_none}});
    return;
  }
  const auto activations = comparison.activations_part(), gradients = comparison.gradients_part(),
             differ = comparison.first_difference();
  const bool is_by_name = comparison.matched.is_by_name;
  Json block = {
      {"title", "Layers"},
      {"note",
       fmt::format(
           "{} {} of {} layers with weights that both networks have, matched by {}, from the picture to "
           "the scores; means over {}. Correlation is Pearson's of all values of a layer; the "
           "difference is the Euclidean one, as a fraction of the first network's values. Gradients "
           "are those of the explained class's score.",
           parts_text(comparison), comparison.means.size(), comparison.matched.shared,
           is_by_name ? "name and shape" : "name, order, operator and shape",
           counted(static_cast<std::size_t>(comparison.photos), "photo"))},
      {"columns",
       {text_column("layer"), text_column("operator"), text_column("shape"),
        number_column("activations: correlation"), number_column("activations: difference"),
        number_column("gradients: correlation"), number_column("gradients: difference")}}};
  if (!is_by_name)
    block["columns"].push_back(text_column("second network's layer"));
  for (std::size_t i = 0; i < comparison.means.size(); ++i) {
    const LayerPair& layer = comparison.matched.pairs[i];
    const auto& [activation, gradient] = comparison.means[i];
    Json row =
        Json::array({Json{{"text", layer.first}, {"value", i}}, layer.operator_name, to_string(layer.shape),
                     number_cell(activation.correlation, activations == i ? "bad" : ""),
                     number_cell(activation.relative_difference, differ == i ? "bad" : ""),
                     number_cell(gradient.correlation, gradients == i ? "bad" : ""),
                     number_cell(gradient.relative_difference)});
    if (!is_by_name)
      row.push_back(layer.second);
    block["rows"].push_back(std::move(row));
  }
  page.add_block("table", block_text(block));
}

std::string grid_text(const ComparisonResults& results) {
  return fmt::format(
      "Maps are compared on the part of a photo that both networks see, on a grid of the coarser map's "
      "pixels; the value of a cell is the mean of a map over it. A map that is zero everywhere in one "
      "network alone has correlation 0. The class is {}'s best guess, or the one that was asked for, in both "
      "networks.",
      results.networks[0].name);
}

std::string head_text(const NetworkComparisonOutcome& outcome) {
  const ComparisonResults& results = outcome.results;
  const Rate changed = results.changed();
  std::string text = fmt::format(
      "{} by {} and {}: {} of {} predictions changed", counted(static_cast<std::size_t>(changed.of), "photo"),
      results.networks[0].name, results.networks[1].name, changed.count, changed.of);
  for (const MethodSummary& method : outcome.methods)
    if (method.rank.count > 0)
      text += fmt::format("; {} agrees to {:.3f}", title_of(method.name), method.rank.mean);
  if (outcome.left_out > 0)
    text += fmt::format("; {} left out", counted(outcome.left_out, "file"));
  if (!outcome.gate.empty())
    text += passed(outcome.gate) ? "; the gate is passed" : "; the gate is failed";
  return text;
}

}  // namespace

std::string compared_photo_block(const AddPicture& add_picture, const ComparedPhoto& photo,
                                 const PhotoTask& task, const std::vector<ReportNetwork>& networks,
                                 const NetworkComparisonOptions& options) {
  Json json = {{"name", fs::path(name_of_input(task.path)).filename().string()},
               {"path", shown_path(task.path)}};
  if (task.truth)
    json["truth"] = task.truths.front() ? networks.front().network.labels.short_name(*task.truths.front())
                                        : task.truth->text();
  for (std::size_t k = 0; k < 2; ++k)
    json["answers"].push_back(answer_json(add_picture, photo, task, k, networks, options.page.range));
  json["agree"] = !photo.numbers.is_changed;
  Json& compared = json["compared"];
  compared = {{"lowest", number_or_null(photo.numbers.lowest_correlation())}, {"methods", Json::array()}};
  for (std::size_t m = 0; m < photo.numbers.methods.size(); ++m)
    compared["methods"].push_back(
        agreement_json(photo.maps[0][m].method, photo.numbers.methods[m], options.gate));
  if (photo.numbers.methods.empty())
    compared["note"] =
        fmt::format("{} has no such class: its maps are those of its own best guess", networks[1].title());
  return block_text(json);
}

void add_comparison_blocks(Page& page, const NetworkComparisonOutcome& outcome,
                           const std::vector<ReportNetwork>& networks,
                           const std::vector<std::string>& other_files,
                           const NetworkComparisonOptions& options) {
  const ComparisonResults& results = outcome.results;
  add_gate(page, outcome.gate);
  add_predictions(page, results);
  add_methods(page, outcome.methods);
  add_layers(page, results.layers);
  std::vector<LeftOutFile> left_out;
  for (const PhotoComparison& photo : results.photos)
    if (photo.failed())
      left_out.push_back({photo.image, without_path(photo.error, photo.image)});
  for (const std::string& path : other_files)
    left_out.push_back(not_a_picture(path));
  add_left_out(page, left_out);
  add_facts(page, "How maps are compared",
            {{"Maps", grid_text(results)}, {"Classes", results.classes.text()}});
  for (const ReportNetwork& network : networks)
    add_facts(page, "Network: " + network.title(), model_card(network));
  add_facts(page, "Run", version_facts(options.page.command_line));
  add_timeless_head(page, head_text(outcome));
}

}  // namespace fovea
