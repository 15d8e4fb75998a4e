#include "fovea/networks.hpp"

#include <fmt/format.h>

namespace fovea {

namespace {

/// Whether the picture is whole numbers 0..255, for which "none" means no change.
bool takes_integers(const Model& model) {
  try {
    return model.image_input().is_integer;
  } catch (const ModelError&) {  // no picture
    return false;
  }
}

Labels read_labels(const NetworkRequest& request, const Model& model, const std::string& path) {
  if (!path.empty())
    return Labels::read(path);
  return request.scores.empty() ? model.labels() : model.labels_of(request.scores);
}

/// The notes on what nobody said and was chosen.
std::vector<Note> notes_of(const NetworkRequest& request, const Labels& labels,
                           bool is_preprocessing_assumed) {
  std::vector<Note> notes;
  if (request.found.origin == FoundNetwork::Origin::Bundled) {
    notes.push_back({NoteKind::BundledNetwork, {labels.size()}, {}});
    for (std::int64_t i = 0; i < labels.size(); ++i)
      notes.back().names.push_back(labels.short_name(i));
  }
  if (is_preprocessing_assumed)
    notes.push_back({NoteKind::PreprocessingAssumed, {}, {"torchvision"}});
  return notes;
}

}  // namespace

ChosenPreprocessing choose_preprocessing(const Model& model, const FoundNetwork& found,
                                         const PreprocessingSpec& spec) {
  const Preprocessing fallback = model.preprocessing().value_or(preprocessing_preset("torchvision"));
  ChosenPreprocessing chosen;
  if (!spec.preset.empty())
    chosen.source = "preset " + spec.preset;
  else if (found.origin == FoundNetwork::Origin::Registered && !found.preprocessing.empty())
    chosen = {found.preprocessing.applied_to(fallback),
              fmt::format("what '{}' was registered with", found.name)};
  else if (model.preprocessing())
    chosen = {fallback, takes_integers(model) ? "the input's element type" : "the model file"};
  else if (found.origin == FoundNetwork::Origin::Known && !found.preprocessing.empty())
    chosen = {found.preprocessing.applied_to(fallback), fmt::format("the list of networks ({})", found.name)};
  else
    chosen = {fallback, "preset torchvision (default)", spec.mean.empty() && spec.std.empty() && !spec.scale};
  chosen.preprocessing = spec.applied_to(chosen.preprocessing);
  if (spec.preset == "none" && takes_integers(model) && !spec.scale)
    chosen.preprocessing.scale = 1;
  return chosen;
}

Network Network::load(const NetworkRequest& request) {
  if (const auto fault = request.preprocessing.fault())
    throw InputError(fmt::format("preprocessing: {}: {}", fault->field, fault->message));
  Network network{Model::load(request.found.path, request.load), {}, {}, {}, {}, {}, {}, {}};
  if (request.targets.empty()) {
    network.labels_path = request.labels.empty() ? request.found.labels : request.labels;
    network.labels = read_labels(request, network.model, network.labels_path);
    network.warnings = network.labels.warnings();
    if (request.activation != Activation::None)
      network.labels = network.labels.of_two_classes();
  } else {
    network.labels = labels_of(request.targets);
  }
  ChosenPreprocessing chosen = choose_preprocessing(network.model, request.found, request.preprocessing);
  network.preprocessing = chosen.preprocessing;
  network.preprocessing_source = std::move(chosen.source);
  network.notes = notes_of(request, network.model.labels().empty() ? network.labels : network.model.labels(),
                           chosen.is_assumed);
  const PictureSize size = picture_size(network.model, request.size);
  network.size = {network.model.image_input().channels, size.height, size.width};
  if (size.note)
    network.notes.push_back(*size.note);
  for (const std::string& warning : network.model.warnings())
    network.warnings.push_back(fmt::format("{}: {} (left aside)", request.found.path, warning));
  return network;
}

std::string Network::label_warning(std::int64_t classes) const {
  if (labels.size() == classes || labels.empty())
    return {};
  const std::string message = fmt::format("{} labels for {} classes", labels.size(), classes);
  if (!labels_path.empty())
    throw InputError(message, labels_path);
  return fmt::format("{}: {}", model.path(), message);
}

std::string score_warning(const ScoreHead& head, std::span<const double> scores) {
  if (!head.is_assumed || !look_like_probabilities(scores))
    return {};
  return "the scores are all within 0..1 and sum to 1, so they look like probabilities, and a softmax was "
         "made "
         "of them again: --activation none shows them as they are, and --scores names the value before the "
         "network's own activation";
}

}  // namespace fovea
