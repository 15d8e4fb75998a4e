#pragma once

#include "fovea/explain.hpp"
#include "studio/studio.hpp"

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

/// Predictions and maps of the studio's models and photos. Each is computed once for everything that it
/// depends on. The functions run on their caller's thread, which is that of a lane, and cancel their work
/// when `stop` is stopped.
namespace fovea::studio {

/// A compiled explainer that keeps the state of its last run for the next one. Thread-safe.
class SharedExplainer {
public:
  explicit SharedExplainer(Explainer explainer) : explainer_(std::move(explainer)) {}
  /// Calls `work` with the explainer itself, or with a copy while another thread uses it.
  void use(const std::stop_token& stop, const SampleProgress& progress,
           const std::function<void(Explainer&)>& work) const;
  /// What does not change: the program, the labels, the notes.
  const Explainer& compiled() const { return explainer_; }

private:
  mutable std::mutex mutex_;
  mutable Explainer explainer_;
};

/// The method and everything that it is asked with, but for the photo and the class.
struct MethodChoice {
  std::string method;  ///< of `methods()`; empty: scores alone
  MethodOptions options = {};
  Crops crops = Crops::One;
};

/// What a map is asked for.
struct MapRequest {
  std::shared_ptr<const StudioModel> model;
  StudioPhoto photo;
  MethodChoice choice;  ///< its method may be a control map: a name of kControlMaps
  ExplainTarget target = {};
};

/// The key of a map, for `ComputeOnce` and ETags.
std::string key_of(const MapRequest& request);
/// Whether the map takes many passes, so that it belongs into the lane of jobs.
bool takes_long(const MapRequest& request);

/// The options of the model's programs: size, threads, scores.
ProgramOptions program_options(const Studio& studio, const StudioModel& model);
/// Those of an explainer.
ExplainOptions explain_options(const Studio& studio, const StudioModel& model, const MethodChoice& choice);
/// The compiled explainer. InputError and ModelError as for Explainer's constructor.
std::shared_ptr<const SharedExplainer> explainer(Studio& studio, const StudioModel& model,
                                                 const MethodChoice& choice, const std::stop_token& stop);
/// An explainer of any method that frames and scores photos: one that is there, or else a new one.
std::shared_ptr<const SharedExplainer> scorer(Studio& studio, const StudioModel& model, Crops crops,
                                              const std::stop_token& stop);
/// The photo, decoded, framed and scored.
std::shared_ptr<const FramedPhoto> framed_photo(Studio& studio, const StudioModel& model,
                                                const StudioPhoto& photo, Crops crops,
                                                const std::stop_token& stop);
/// The map. Control maps have the shape, region and class that the gradient's map would have.
std::shared_ptr<const Explanation> explanation(Studio& studio, const MapRequest& request,
                                               const std::stop_token& stop,
                                               const SampleProgress& progress = {});
/// The same for a request: computed in the lane where it belongs. `gone` is the client's.
Found<Explanation> explanation_in_lane(Studio& studio, const MapRequest& request,
                                       const std::stop_token& gone);

/// The title of a method or control map, and the options that it uses, in words.
std::string describe(const MethodChoice& choice);
/// The title of a control map: "Random map". InputError for another name.
std::string control_title(std::string_view name);
bool is_control(std::string_view name);

}  // namespace fovea::studio
