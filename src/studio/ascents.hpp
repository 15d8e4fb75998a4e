#pragma once

#include "fovea/features.hpp"
#include "studio/explanations.hpp"
#include "studio/studio.hpp"

#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

/// Gradient ascent as jobs, whose pictures others can go on from.
namespace fovea::studio {

/// The last pictures of jobs, as inputs of their networks, by the jobs' ids: the newest one, and older ones
/// while there are few and all take no more than `most_bytes`. Thread-safe.
class AscentPictures {
public:
  explicit AscentPictures(std::size_t most_bytes) : most_bytes_(most_bytes) {}
  void keep(const std::string& job, const Tensor& input);
  /// None where the job has left no picture, or it was dropped for newer ones.
  std::optional<Tensor> of(const std::string& job) const;

private:
  const std::size_t most_bytes_;
  mutable std::mutex mutex_;
  std::deque<std::pair<std::string, Tensor>> pictures_;  ///< the newest last
};

struct AscentRequest {
  std::shared_ptr<const StudioModel> model;
  std::string layer;  ///< empty: a class
  ClassModelOptions options;
  std::optional<StudioPhoto> start_photo;  ///< to begin at
};

/// Reads model, class or layer (with channel, or channel, row and column), the options of gradient ascent,
/// start ("zero", "noise", "photo" or "job"), photo and from. InputError as for `read_ascent_options`, and
/// for fields that contradict each other.
AscentRequest read_ascent_request(Studio& studio, JsonFields& fields, const AscentPictures& pictures);

/// Runs the ascent: a frame after each step, or every few of many. Its picture is kept also where it was
/// stopped. Gives {score, probability, norm, steps, frames, notes}.
nlohmann::ordered_json run_ascent(Studio& studio, const AscentRequest& request, JobControl& control,
                                  AscentPictures& pictures);

}  // namespace fovea::studio
