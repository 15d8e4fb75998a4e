#include "base/json.hpp"
#include "c_api/guard.hpp"
#include "c_api/many_pictures.hpp"
#include "c_api/map.hpp"
#include "c_api/model.hpp"
#include "c_api/options.hpp"
#include "c_api/pixels.hpp"
#include "c_api/result.hpp"
#include "image/encode_png.hpp"
#include "networks/preprocessing_json.hpp"
#include "report/map_figure.hpp"
#include "report/photo_explanation.hpp"
#include "report/preprocessing_advice.hpp"

#include <filesystem>
#include <limits>

/// What people look at of one picture: figures, guesses, and what was assumed.
namespace fovea::c_api {
namespace {

struct FigureRequest {
  bool is_explanation = false;
  std::string path;  ///< empty: the bytes of a PNG are given
  std::optional<double> dpi;
  std::string photo;  ///< its name
  PreprocessingSpec preprocessing;
  MapFigureOptions options;
};

FigureRequest read_figure(const char* json, const fovea_model& model) {
  JsonFields fields = read_options(json);
  FigureRequest request;
  request.is_explanation = fields.word_if_given("kind", {"maps", "explanation"}) == "explanation";
  request.path = fields.text_if_given("path").value_or("");
  request.dpi = number_within(fields, "dpi", 24, 1200);
  request.preprocessing = networks::read_preprocessing(fields);
  MapFigureOptions& options = request.options;
  options.photo = fields.text_if_given("photo").value_or("");
  options.network = fields.text_if_given("network").value_or(
      model.found.name.empty() ? std::filesystem::path(model.found.path).stem().string() : model.found.name);
  options.method_options = read_all_method_options(fields);
  options.crops = read_crops(fields, Crops::One);
  options.range = read_display_range(fields);
  if (const std::string name = fields.word_if_given("colormap", colormap_names()); !name.empty())
    options.overlay.colormap = name;
  options.overlay.alpha = number_within(fields, "alpha", 0, 1).value_or(options.overlay.alpha);
  options.overlay.contours = fields.flag_if_given("contours").value_or(false);
  fields.expect_no_others();
  return request;
}

/// The network as an explanation shows it, with a note where its preprocessing was assumed.
Network network_of(const fovea_model& model, const PreprocessingSpec& spec) {
  Network network = model.network(spec, 0, 0);
  if (model.preprocessing(spec).is_assumed)
    network.notes.push_back(Note{.kind = NoteKind::PreprocessingAssumed});
  return network;
}

std::vector<Explanation> explanations_of(const fovea_map* const* maps, std::size_t count) {
  not_null(maps, "maps");
  if (count == 0)
    throw UsageError("maps is empty: a figure needs at least one map");
  std::vector<Explanation> list;
  for (std::size_t i = 0; i < count; ++i)
    list.push_back(not_null(maps[i], "a map").explanation);
  return list;
}

Figure figure_of(const fovea_model& model, std::vector<Explanation> maps, const Image& photo,
                 const FigureRequest& request) {
  if (!request.is_explanation)
    return map_figure(maps, photo, request.options);
  const PhotoExplanation explanation{request.options.photo, std::move(maps), ""};
  const PhotoExplanationOptions options{.range = request.options.range,
                                        .colormap = request.options.overlay.colormap};
  return explanation_figure(explanation, photo, model.found, network_of(model, request.preprocessing),
                            options);
}

std::vector<std::uint8_t> bytes_of(const std::string& file) {
  return {file.begin(), file.end()};
}

}  // namespace
}  // namespace fovea::c_api

using namespace fovea::c_api;

fovea_status fovea_figure(const fovea_model* model, const fovea_map* const* maps, size_t count,
                          const fovea_pixels* picture, const char* options, fovea_result** result) {
  return give_result(result, [&](fovea_result& out) {
    const fovea_model& from = not_null(model, "model");
    std::vector<fovea::Explanation> list = explanations_of(maps, count);
    const fovea::Image photo = to_image(not_null(picture, "picture"));
    const FigureRequest request = read_figure(options, from);
    const fovea::Figure figure = figure_of(from, std::move(list), photo, request);
    if (!request.path.empty())
      return fovea::write_graphic(request.path, figure, request.dpi);
    const double dpi = request.dpi.value_or(fovea::kScreenDpi);
    const fovea::Image drawn = fovea::draw(figure, dpi);
    std::vector<std::uint8_t> bytes = bytes_of(fovea::encode_png_of_dpi(drawn, dpi));
    const auto size = static_cast<std::int64_t>(bytes.size());
    out.add("bytes", {size}, std::move(bytes));
    out.add("picture", drawn);
  });
}

fovea_status fovea_map_guesses(const fovea_map* map, fovea_result** result) {
  return give_result(result, [&](fovea_result& out) {
    const std::vector<fovea::Prediction>& best = not_null(map, "map").explanation.best;
    std::vector<std::int64_t> classes;
    std::vector<double> scores, probabilities;
    for (const fovea::Prediction& guess : best) {
      classes.push_back(guess.index);
      scores.push_back(guess.score);
      probabilities.push_back(guess.probability.value_or(std::numeric_limits<double>::quiet_NaN()));
    }
    const auto count = static_cast<std::int64_t>(best.size());
    out.add("classes", {count}, std::move(classes));
    out.add("scores", {count}, std::move(scores));
    out.add("probabilities", {count}, std::move(probabilities));
  });
}

fovea_status fovea_model_assumptions(const fovea_model* model, const char* options, fovea_result** result) {
  return give_result(result, [&](fovea_result& out) {
    const fovea_model& from = not_null(model, "model");
    fovea::JsonFields fields = read_options(options);
    const fovea::PreprocessingSpec spec = fovea::networks::read_preprocessing(fields);
    const std::int64_t columns = fields.whole_number_if_given("columns", 40, 1000).value_or(80);
    fields.expect_no_others();
    const fovea::Network network = network_of(from, spec);
    out.add_text("assumptions", fovea::json_text(fovea::assumptions_json(from.found, network)));
    out.add_text("text", fovea::assumptions_text(from.found, network, static_cast<std::size_t>(columns)));
  });
}

fovea_status fovea_try_preprocessing(const fovea_model* model, const char* options, fovea_progress progress,
                                     void* user, fovea_result** result) {
  return give_result(result, [&](fovea_result& out) {
    const fovea_model& from = not_null(model, "model");
    fovea::JsonFields fields = read_options(options);
    const ManyPictures pictures = ManyPictures::read(fields);
    fields.expect_no_others();
    CallerEvents caller{progress, user};
    const std::vector<fovea::Image> photos = fovea::read_trial_photos(pictures.images, caller.failures);
    fovea::PreprocessingTrialOptions trial;
    trial.progress = [report = caller.on_progress()](std::int64_t done, std::int64_t total) {
      report(done, total, "");
    };
    const fovea::PreprocessingAdvice advice = fovea::heeding(
        from.preprocessing(pictures.preprocessing),
        fovea::try_preprocessing(from.program(from.program_options(0, 0, pictures.threads)), photos, trial));
    out.add_text("advice", fovea::json_text(fovea::advice_json(advice)));
    out.add_text("text", fovea::advice_text(advice));
    out.add_list("failures", caller.failures);
  });
}
