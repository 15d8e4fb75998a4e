#include "studio/explanations.hpp"

#include "base/check.hpp"
#include "evaluate/settings.hpp"
#include "explain/method.hpp"
#include "fovea/evaluate_maps.hpp"
#include "fovea/measures.hpp"
#include "studio/failure.hpp"

#include <algorithm>

namespace fovea::studio {
namespace {

/// The method whose map gives control maps their shape: it takes one pass back, and every network that has
/// maps has it.
constexpr const char* kShapeMethod = "gradient";

std::string key_of(const MethodChoice& choice) {
  return fmt::format("{}|{}|{}", choice.method, name_of(choice.crops), settings_json(choice.options).dump());
}

std::string target_key(const ExplainTarget& target) {
  return fmt::format("{}-{}", target.target ? std::to_string(*target.target) : "auto",
                     target.against ? std::to_string(*target.against) : "none");
}

std::string framed_key(const StudioModel& model, const StudioPhoto& photo, Crops crops) {
  return fmt::format("framed|{}|{}|{}|{}", model.id, model.key(), photo.id, name_of(crops));
}

/// The memory of an explainer. Sampling methods have a program of their own, which is about as large.
std::size_t bytes_of(const Explainer& explainer, const MethodChoice& choice) {
  const ProgramReport& report = explainer.program().report();
  const bool has_own = !choice.method.empty() && find_method(choice.method).compile != nullptr;
  return (report.weight_bytes + report.arena_bytes) * (has_own || choice.options.smooth > 0 ? 2 : 1);
}

std::size_t bytes_of(const Explanation& made) {
  return made.relevance.bytes() + made.map.bytes() + made.seen.pixels.size();
}

Explanation control_map(const MapRequest& request, Explanation shape) {
  const Shape& sides = shape.map.shape();
  const bool is_random = request.choice.method == kControlMaps[0];
  shape.map = is_random ? random_map(sides[0], sides[1], request.choice.options.seed)
                        : centre_prior(sides[0], sides[1]);
  shape.method = request.choice.method;
  shape.values = MethodInfo::Values::PerPixel;
  shape.relevance = shape.map.reshaped({1, sides[0], sides[1]});
  shape.completeness_error.reset();
  return shape;
}

/// The explanation of a class that is known by number.
Explanation explain_class(Studio& studio, const MapRequest& request, const FramedPhoto& photo,
                          const std::stop_token& stop, const SampleProgress& progress) {
  if (is_control(request.choice.method)) {
    MapRequest shape = request;
    shape.choice = {kShapeMethod, {}, request.choice.crops};
    return control_map(request, *explanation(studio, shape, stop));
  }
  std::optional<Explanation> made;
  explainer(studio, *request.model, request.choice, stop)->use(stop, progress, [&](Explainer& explain) {
    made = explain(photo, request.target);
  });
  return *made;
}

}  // namespace

ProgramOptions program_options(const Studio& studio, const StudioModel& model) {
  ProgramOptions options = studio.options().program;
  options.label_count = model.network.labels.size();
  options.height = model.network.size.height;
  options.width = model.network.size.width;
  options.activation = model.request.activation;
  if (!model.request.scores.empty())
    options.outputs = {model.request.scores};
  return options;
}

ExplainOptions explain_options(const Studio& studio, const StudioModel& model, const MethodChoice& choice) {
  ExplainOptions options;
  options.method = choice.method;
  options.method_options = choice.options;
  options.crops = choice.crops;
  options.preprocessing = model.network.preprocessing;
  options.labels = model.network.labels;
  options.program = program_options(studio, model);
  return options;
}

void SharedExplainer::use(const std::stop_token& stop, const SampleProgress& progress,
                          const std::function<void(Explainer&)>& work) const {
  const auto use_with = [&](Explainer& explainer) {
    explainer.cancel_with(stop);
    explainer.report_progress(progress);
    work(explainer);
  };
  if (const std::unique_lock lock(mutex_, std::try_to_lock); lock.owns_lock()) {
    use_with(explainer_);
    return;
  }
  // A copy shares what is compiled. Copying reads only that, which never changes.
  Explainer copy(explainer_);
  use_with(copy);
}

bool is_control(std::string_view name) {
  return std::find(kControlMaps.begin(), kControlMaps.end(), name) != kControlMaps.end();
}

std::string control_title(std::string_view name) {
  FOVEA_CHECK(is_control(name), "there is no control map '{}'", name);
  return name == kControlMaps[0] ? "Random map" : "Centre prior";
}

std::string describe(const MethodChoice& choice) {
  if (!is_control(choice.method))
    return describe_method(choice.method, choice.options);
  return control_title(choice.method) + ": a control, which does not depend on the network";
}

std::string key_of(const MapRequest& request) {
  return fmt::format("map|{}|{}|{}|{}|{}", request.model->id, request.model->key(), request.photo.id,
                     key_of(request.choice), target_key(request.target));
}

bool takes_long(const MapRequest& request) {
  const MethodChoice& choice = request.choice;
  return !is_control(choice.method) &&
         (choice.options.smooth > 0 || find_method(choice.method).compile != nullptr);
}

std::shared_ptr<const SharedExplainer> explainer(Studio& studio, const StudioModel& model,
                                                 const MethodChoice& choice, const std::stop_token& stop) {
  const std::string key = fmt::format("explainer|{}|{}|{}", model.id, model.key(), key_of(choice));
  return studio.results()
      .get<SharedExplainer>(key, {nullptr, stop},
                            [&](const std::stop_token&) {
                              Explainer compiled(model.network.model, explain_options(studio, model, choice));
                              model.network.label_warning(compiled.program().classes());
                              const std::size_t bytes = bytes_of(compiled, choice);
                              return Sized<SharedExplainer>{
                                  std::make_shared<const SharedExplainer>(std::move(compiled)), bytes};
                            })
      .value;
}

std::shared_ptr<const SharedExplainer> scorer(Studio& studio, const StudioModel& model, Crops crops,
                                              const std::stop_token& stop) {
  for (const char* method : {kShapeMethod, "grad-cam"}) {
    const std::string key =
        fmt::format("explainer|{}|{}|{}", model.id, model.key(), key_of(MethodChoice{method, {}, crops}));
    if (auto known = studio.results().find<SharedExplainer>(key))
      return known;
  }
  return explainer(studio, model, {"", {}, crops}, stop);
}

std::shared_ptr<const FramedPhoto> framed_photo(Studio& studio, const StudioModel& model,
                                                const StudioPhoto& photo, Crops crops,
                                                const std::stop_token& stop) {
  return studio.results()
      .get<FramedPhoto>(framed_key(model, photo, crops), {nullptr, stop},
                        [&](const std::stop_token& all_gone) {
                          const auto picture = studio.picture(photo, {nullptr, all_gone});
                          std::shared_ptr<const FramedPhoto> framed;
                          scorer(studio, model, crops, all_gone)->use(all_gone, {}, [&](Explainer& explain) {
                            framed = std::make_shared<const FramedPhoto>(explain.frame(*picture));
                          });
                          const std::size_t bytes = framed->photo().pixels.size() +
                                                    framed->framing().resized.pixels.size() +
                                                    framed->inputs().bytes();
                          return Sized<FramedPhoto>{framed, bytes};
                        })
      .value;
}

std::shared_ptr<const Explanation> explanation(Studio& studio, const MapRequest& request,
                                               const std::stop_token& stop, const SampleProgress& progress) {
  const auto framed = framed_photo(studio, *request.model, request.photo, request.choice.crops, stop);
  MapRequest exact = request;
  if (!exact.target.target)
    exact.target.target = top_k(framed->scores(), 1).front().index;
  return studio.results()
      .get<Explanation>(key_of(exact), {nullptr, stop},
                        [&](const std::stop_token& all_gone) {
                          auto made = std::make_shared<const Explanation>(
                              explain_class(studio, exact, *framed, all_gone, progress));
                          return Sized<Explanation>{made, bytes_of(*made)};
                        })
      .value;
}

namespace {

/// The map, if it is kept.
std::shared_ptr<const Explanation> kept_explanation(Studio& studio, const MapRequest& request) {
  MapRequest exact = request;
  if (!exact.target.target) {
    const auto framed =
        studio.results().find<FramedPhoto>(framed_key(*request.model, request.photo, request.choice.crops));
    if (!framed)
      return {};
    exact.target.target = top_k(framed->scores(), 1).front().index;
  }
  return studio.results().find<Explanation>(key_of(exact));
}

}  // namespace

Found<Explanation> explanation_in_lane(Studio& studio, const MapRequest& request,
                                       const std::stop_token& gone) {
  if (auto kept = kept_explanation(studio, request))
    return {std::move(kept), 0};
  Lane& lane = takes_long(request) ? studio.jobs().lane() : studio.interactive();
  // A key of its own, since the work in the lane asks for the map of the class, which is kept.
  return studio.results().get<Explanation>(
      "asked-" + key_of(request), {&lane, gone}, [&studio, request](const std::stop_token& stop) {
        return Sized<Explanation>{explanation(studio, request, stop), kNotKept};
      });
}

}  // namespace fovea::studio
