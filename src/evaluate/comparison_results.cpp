#include "evaluate/comparison_results.hpp"

#include "base/csv.hpp"
#include "base/wrapped_text.hpp"
#include "evaluate/comparison_data.hpp"
#include "evaluate/map_tables.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <limits>
#include <utility>

namespace fovea {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kColumns = 80;  ///< of text for a terminal

Json or_null(const std::optional<double>& number) {
  return number ? Json(*number) : Json();
}

std::string field(const std::optional<double>& number) {
  return number ? fmt::format("{:.6g}", *number) : "";
}

std::string class_name(const ComparedNetwork& network, const std::optional<Prediction>& prediction) {
  return prediction ? network.labels.short_name(prediction->index) : "";
}

Json array_json(const ArrayAgreement& agreement) {
  return {{"correlation", or_null(agreement.correlation)},
          {"relative_difference", or_null(agreement.relative_difference)}};
}

Json layer_name(const LayerComparison& comparison, const std::optional<std::size_t>& at) {
  return at ? Json(comparison.matched.pairs[*at].first) : Json();
}

Json layers_json(const LayerComparison& comparison) {
  Json json = {{"shared", comparison.matched.shared},
               {"matched_by", comparison.matched.is_by_name ? "name" : "order"},
               {"images", comparison.photos}};
  if (!comparison.why_none.empty())
    json["why_none"] = comparison.why_none;
  json["activations_differ_from"] = layer_name(comparison, comparison.first_difference());
  json["activations_part_at"] = layer_name(comparison, comparison.activations_part());
  json["gradients_part_at"] = layer_name(comparison, comparison.gradients_part());
  json["layers"] = Json::array();
  for (std::size_t k = 0; k < comparison.means.size(); ++k) {
    const LayerPair& layer = comparison.matched.pairs[k];
    json["layers"].push_back({{"first", layer.first},
                              {"second", layer.second},
                              {"operator", layer.operator_name},
                              {"shape", layer.shape.dims()},
                              {"activation", array_json(comparison.means[k].activation)},
                              {"gradient", array_json(comparison.means[k].gradient)}});
  }
  return json;
}

Json gate_json(const std::vector<GateCheck>& gate) {
  Json json = {{"passed", passed(gate)}, {"checks", Json::array()}};
  for (const GateCheck& check : gate)
    json["checks"].push_back({{"option", check.option},
                              {"what", check.what},
                              {"subject", check.subject},
                              {"measured", or_null(check.measured)},
                              {"threshold", check.threshold},
                              {"passed", check.passed()}});
  return json;
}

std::string per_cent(const Rate& rate) {
  return fmt::format("{} of {} ({:.1f} %)", rate.count, rate.of, 100 * rate.share());
}

std::string number_text(const MeanInterval& mean) {
  return mean.count > 0 ? fmt::format("{:.3f}", mean.mean) : "none";
}

std::string energy_text(const MethodSummary& method) {
  return method.energy[0].count > 0 && method.energy[1].count > 0
             ? fmt::format("{:.1f}, {:.1f} %", 100 * method.energy[0].mean, 100 * method.energy[1].mean)
             : "";
}

}  // namespace

std::optional<double> PhotoComparison::lowest_correlation() const {
  std::optional<double> lowest;
  for (const MethodComparison& method : methods)
    if (const auto& rank = method.agreement.rank; rank && (!lowest || *rank < *lowest))
      lowest = rank;
  return lowest;
}

std::size_t ComparisonResults::failures() const {
  return static_cast<std::size_t>(std::count_if(photos.begin(), photos.end(),
                                                [](const PhotoComparison& photo) { return photo.failed(); }));
}

std::vector<const PhotoComparison*> ComparisonResults::worst_first() const {
  std::vector<const PhotoComparison*> list;
  for (const PhotoComparison& photo : photos)
    if (!photo.failed())
      list.push_back(&photo);
  const auto key = [](const PhotoComparison* photo) {
    return photo->lowest_correlation().value_or(std::numeric_limits<double>::infinity());
  };
  std::stable_sort(list.begin(), list.end(), [&](const auto* a, const auto* b) { return key(a) < key(b); });
  return list;
}

Rate ComparisonResults::changed() const {
  Rate rate;
  for (const PhotoComparison& photo : photos)
    if (!photo.failed()) {
      rate.count += photo.is_changed ? 1 : 0;
      ++rate.of;
    }
  return rate;
}

Rate ComparisonResults::accuracy(std::size_t network) const {
  Rate rate;
  for (const PhotoComparison& photo : photos)
    if (!photo.failed() && photo.is_right[0] && photo.is_right[1]) {
      rate.count += *photo.is_right[network] ? 1 : 0;
      ++rate.of;
    }
  return rate;
}

std::vector<MethodSummary> summarize(const ComparisonResults& results) {
  std::vector<MethodSummary> summaries;
  for (std::size_t m = 0; m < results.methods.size(); ++m) {
    MethodSummary& summary = summaries.emplace_back();
    summary.name = results.methods[m];
    std::vector<double> ranks, signed_ranks, similarities, overlaps, first_energies, second_energies;
    const auto add = [](std::vector<double>& values, const std::optional<double>& value) {
      if (value)
        values.push_back(*value);
    };
    for (const PhotoComparison& photo : results.photos) {
      if (photo.methods.empty())
        continue;
      const MethodComparison& method = photo.methods[m];
      const auto& rank = method.agreement.rank;
      add(ranks, rank);
      add(signed_ranks, method.agreement.signed_rank);
      add(similarities, method.agreement.similarity);
      overlaps.push_back(method.agreement.overlap);
      if (method.energy[0] && method.energy[1]) {
        first_energies.push_back(*method.energy[0]);
        second_energies.push_back(*method.energy[1]);
      }
      summary.undefined += rank ? 0 : 1;
      for (std::size_t k = 0; k < 2; ++k)
        if (method.is_zero[k])
          summary.zero_images[k].push_back(photo.image);
      if (rank && (!summary.lowest_rank || *rank < *summary.lowest_rank)) {
        summary.lowest_rank = rank;
        summary.lowest_image = photo.image;
      }
    }
    const BootstrapOptions options = {.seed = results.seed};
    summary.rank = bootstrap_mean(ranks, options);
    summary.signed_rank = bootstrap_mean(signed_ranks, options);
    summary.similarity = bootstrap_mean(similarities, options);
    summary.overlap = bootstrap_mean(overlaps, options);
    summary.energy = {bootstrap_mean(first_energies, options), bootstrap_mean(second_energies, options)};
  }
  return summaries;
}

std::vector<std::string> zero_map_sentences(const std::vector<MethodSummary>& methods) {
  std::vector<std::string> sentences;
  for (const MethodSummary& method : methods)
    for (const auto& [images, network] : {std::pair{&method.zero_images[0], "first"},  //
                                          std::pair{&method.zero_images[1], "second"}})
      if (!images->empty()) {
        const std::string name = std::filesystem::path(images->front()).filename().string();
        const bool is_one = images->size() == 1;
        sentences.push_back(fmt::format("{}: {} map{} zero everywhere in the {} network, {}that of {}",
                                        title_of(method.name), images->size(), is_one ? " is" : "s are",
                                        network, is_one ? "" : "the first of them ", name));
      }
  return sentences;
}

LayerComparison mean_agreement(const ComparedLayers& layers, const std::vector<PhotoComparison>& photos) {
  std::vector<const std::vector<LayerAgreement>*> of_photos;
  for (const PhotoComparison& photo : photos)
    if (!photo.failed() && photo.target[1])
      of_photos.push_back(&photo.layers);
  return mean_agreement(layers, of_photos);
}

std::string comparison_csv(const ComparisonResults& results) {
  std::string csv =
      "image,method,changed,guess_a,guess_b,class_a,class_b,probability_a,probability_b,score_a,"
      "score_b,rank,signed_rank,similarity,overlap,energy_a,energy_b,zero_a,zero_b,error\n";
  for (const PhotoComparison* photo : results.worst_first()) {
    std::string classes = photo->is_changed ? "1" : "0";
    for (std::size_t k = 0; k < 2; ++k)
      classes += "," + csv_field(class_name(results.networks[k], photo->guess[k]));
    for (std::size_t k = 0; k < 2; ++k)
      classes += "," + csv_field(class_name(results.networks[k], photo->target[k]));
    for (const auto& target : photo->target)
      classes += "," + field(target ? target->probability : std::nullopt);
    for (const auto& target : photo->target)
      classes += "," + field(target ? std::optional(target->score) : std::nullopt);
    const std::string image = csv_field(photo->image);
    if (photo->methods.empty())
      csv += fmt::format("{},,{},,,,,,,,,{}\n", image, classes,
                         csv_field("the second network has no such class"));
    for (std::size_t m = 0; m < photo->methods.size(); ++m) {
      const auto& [agreement, energy, is_zero] = photo->methods[m];
      csv += fmt::format("{},{},{},{},{},{},{:.6g},{},{},{},{},\n", image, results.methods[m], classes,
                         field(agreement.rank), field(agreement.signed_rank), field(agreement.similarity),
                         agreement.overlap, field(energy[0]), field(energy[1]), is_zero[0] ? 1 : 0,
                         is_zero[1] ? 1 : 0);
    }
  }
  for (const PhotoComparison& photo : results.photos)
    if (photo.failed())
      csv += fmt::format("{}{}{}\n", csv_field(photo.image), std::string(19, ','), csv_field(photo.error));
  return csv;
}

Json comparison_json(const ComparisonResults& results, const std::vector<MethodSummary>& methods,
                     const std::vector<GateCheck>& gate) {
  Json json = {{"images", results.photos.size()}, {"failed", results.failures()}};
  for (const ComparedNetwork& network : results.networks)
    json["networks"].push_back(
        {{"name", network.name}, {"file", network.file}, {"classes", network.classes}});
  json["matched_classes"] = {{"by", name_of(results.classes.by)}, {"number", results.classes.matched()}};
  const Rate changed = results.changed();
  json["changed"] = {{"images", changed.count}, {"of", changed.of}, {"share", changed.share()}};
  if (results.accuracy(0).of > 0)
    json["top1_accuracy"] = Json::array({results.accuracy(0).share(), results.accuracy(1).share()});
  json["methods"] = Json::object();
  for (const MethodSummary& method : methods) {
    Json entry = {{"rank", interval_json(method.rank)},
                  {"lowest_rank", or_null(method.lowest_rank)},
                  {"lowest_image", method.lowest_image},
                  {"signed_rank", interval_json(method.signed_rank)},
                  {"similarity", interval_json(method.similarity)},
                  {"overlap", interval_json(method.overlap)}};
    if (method.energy[0].count > 0)
      entry["energy"] = Json::array({interval_json(method.energy[0]), interval_json(method.energy[1])});
    entry["undefined"] = method.undefined;
    entry["zero"] = Json::array({method.zero_images[0].size(), method.zero_images[1].size()});
    entry["zero_images"] = method.zero_images;
    json["methods"][method.name] = std::move(entry);
  }
  json["layers"] = layers_json(results.layers);
  json["gate"] = gate_json(gate);
  json["results"] = Json::array();
  for (const PhotoComparison* photo : results.worst_first())
    json["results"].push_back(photo_json(results.networks, results.methods, *photo));
  std::vector<FailedImage> failed;
  for (const PhotoComparison& photo : results.photos)
    if (photo.failed())
      failed.push_back({photo.image, photo.error});
  json["failures"] = failures_json(failed);
  json["settings"] = results.settings;
  return json;
}

std::string comparison_text(const ComparisonResults& results, const std::vector<MethodSummary>& methods,
                            const std::vector<GateCheck>& gate) {
  std::string text = fmt::format("{:<22}{}\n", "changed predictions", per_cent(results.changed()));
  if (results.accuracy(0).of > 0)
    text += fmt::format("{:<22}{:.1f} %, {:.1f} %\n", "top-1 accuracy", 100 * results.accuracy(0).share(),
                        100 * results.accuracy(1).share());
  text += fmt::format("{:<22}{}\n\n", "matched classes", results.classes.text());
  if (const auto at = results.layers.first_difference())
    text.insert(text.size() - 1, fmt::format("{:<22}from {} on\n", "activations differ",
                                             results.layers.matched.pairs[*at].first));
  const bool has_energy = std::any_of(methods.begin(), methods.end(),
                                      [](const MethodSummary& method) { return method.energy[0].count > 0; });
  text += fmt::format("{:<28}{:>11}{:>9}{:>7}{:>10}{}\n", "mean over photos", "rank corr.", "lowest", "SSIM",
                      "top 10 %", has_energy ? fmt::format("{:>15}", "object energy") : "");
  for (const MethodSummary& method : methods) {
    text += fmt::format("{:<28}{:>11}{:>9}{:>7}{:>10}", title_of(method.name), number_text(method.rank),
                        method.lowest_rank ? fmt::format("{:.3f}", *method.lowest_rank) : "none",
                        number_text(method.similarity), number_text(method.overlap));
    text += has_energy ? fmt::format("{:>15}\n", energy_text(method)) : "\n";
  }
  for (const std::string& sentence : zero_map_sentences(methods))
    for (const std::string& line : wrapped_lines(sentence, kColumns))
      text += line + "\n";
  for (const GateCheck& check : gate)
    text += fmt::format("{}{}  {}\n", &check == &gate.front() ? "\n" : "",
                        check.passed() ? "passed" : "failed", check.text());
  return text;
}

}  // namespace fovea
