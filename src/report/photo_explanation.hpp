#pragma once

#include "fovea/explain.hpp"
#include "fovea/image.hpp"
#include "fovea/networks.hpp"

#include <nlohmann/json.hpp>

#include <cstddef>
#include <string>
#include <vector>

/// What a newcomer wants to see of one photo: the best guesses, a map that is easy to read beside the
/// gradient of the paper, and all that was assumed on the way.
namespace fovea {

struct PhotoExplanationOptions {
  DisplayRange range = {};
  std::string colormap = "inferno";
  std::size_t columns = 80;  ///< of the terminal
  bool has_blocks = true;    ///< bars are made of block characters, otherwise of '#'
};

/// A photo's explanations by a method that is easy to read and by the gradient; by the gradient alone for a
/// network that the other method cannot explain.
struct PhotoExplanation {
  std::string photo;  ///< the photo's path
  std::vector<Explanation> maps;
  std::string figure;  ///< the path of the figure
};

/// An explainer of Grad-CAM and the gradient; of the gradient alone where the network has no layer with
/// positions for Grad-CAM. `options` says the rest. Errors as for Explainer's constructor.
Explainer photo_explainer(const Model& model, ExplainOptions options);

/// Lines of guesses, best first, each with a bar as long as its probability, no wider than the columns; with
/// the score instead of the bar for a network without probabilities.
std::string guesses_text(const std::vector<Prediction>& best, const Labels& labels,
                         const PhotoExplanationOptions& options);

/// The photo in its own pixels, the readable map over it, and the gradient's map, with what each of them
/// shows, below class, network and preprocessing, and whether that was assumed. InputError if the photo does
/// not contain the region of the maps.
Figure explanation_figure(const PhotoExplanation& explanation, const Image& photo, const FoundNetwork& found,
                          const Network& network, const PhotoExplanationOptions& options);

/// The photo's name, its guesses, and the figure's place and contents. Names from files are made safe for a
/// terminal.
std::string explanation_text(const PhotoExplanation& explanation, const Labels& labels,
                             const PhotoExplanationOptions& options);

/// Two entries, wrapped to the columns: which network answered and why that one, and how photos were prepared
/// for it and why in that way.
std::string assumptions_text(const FoundNetwork& found, const Network& network, std::size_t columns);

nlohmann::ordered_json explanation_json(const PhotoExplanation& explanation, const Labels& labels);
/// The same facts as assumptions_text.
nlohmann::ordered_json assumptions_json(const FoundNetwork& found, const Network& network);

}  // namespace fovea
