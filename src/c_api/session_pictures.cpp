#include "base/check.hpp"
#include "c_api/guard.hpp"
#include "c_api/map.hpp"
#include "c_api/objects.hpp"
#include "c_api/options.hpp"
#include "c_api/pixels.hpp"
#include "c_api/result.hpp"
#include "c_api/session.hpp"
#include "fovea/error.hpp"

#include <algorithm>
#include <limits>

/// What a session does with whole pictures.
using namespace fovea::c_api;

namespace fovea::c_api {
namespace {

std::optional<std::int64_t> chosen(std::int64_t class_index) {
  return class_index == -1 ? std::nullopt : std::optional(class_index);
}

void check_has_method(const fovea_session& session) {
  if (!session.has_method())
    throw UsageError("the session was made for scores only: it has no method that makes maps");
}

}  // namespace
}  // namespace fovea::c_api

fovea_status fovea_session_saliency(fovea_session* session, const fovea_pixels* picture, int64_t target,
                                    fovea_map** map) {
  return guarded([&] {
    fovea_session& self = not_null(session, "session");
    fovea::Image photo = to_image(not_null(picture, "picture"));
    fovea_map*& out = not_null(map, "map");
    check_has_method(self);
    check_targets(self, &target, 1);
    out = new fovea_map{self.explain(std::move(photo), {.target = chosen(target)})};
  });
}

fovea_status fovea_session_explain(fovea_session* session, const fovea_pixels* picture, int64_t target,
                                   int64_t against, fovea_map** maps, size_t count) {
  return guarded([&] {
    fovea_session& self = not_null(session, "session");
    fovea::Image photo = to_image(not_null(picture, "picture"));
    check_has_method(self);
    check_array(maps, "maps", count, self.explain.method_infos().size());
    check_targets(self, &target, 1);
    check_targets(self, &against, 1);
    std::vector<fovea::Explanation> all =
        self.explain.all(self.explain.frame(std::move(photo)), {chosen(target), chosen(against)});
    std::vector<std::unique_ptr<fovea_map>> made;
    for (fovea::Explanation& explanation : all)
      made.push_back(std::make_unique<fovea_map>(fovea_map{std::move(explanation)}));
    for (std::size_t i = 0; i < count; ++i)
      maps[i] = made[i].release();
  });
}

fovea_status fovea_session_classify(fovea_session* session, const fovea_pixels* picture,
                                    fovea_result** result) {
  return give_result(result, [&](fovea_result& out) {
    fovea_session& self = not_null(session, "session");
    const fovea::FramedPhoto photo = self.explain.frame(to_image(not_null(picture, "picture")));
    const fovea::ClassScores& scores = photo.scores();
    const auto classes = static_cast<std::int64_t>(scores.scores.size());
    std::vector<std::int64_t> order;
    for (const fovea::Prediction& prediction : fovea::top_k(scores, classes))
      order.push_back(prediction.index);
    out.add("scores", {classes}, scores.scores);
    if (!scores.probabilities.empty())
      out.add("probabilities", {classes}, scores.probabilities);
    out.add("order", {classes}, std::move(order));
  });
}

fovea_status fovea_session_localize(fovea_session* session, const fovea_pixels* picture, int64_t target,
                                    const char* options, fovea_result** result) {
  return give_result(result, [&](fovea_result& out) {
    fovea_session& self = not_null(session, "session");
    const fovea::Image photo = to_image(not_null(picture, "picture"));
    check_has_method(self);
    check_targets(self, &target, 1);
    fovea::JsonFields fields = read_options(options);
    const fovea::LocalizeOptions chosen_options = read_localize_options(fields, {});
    fields.expect_no_others();
    const fovea::LocalizedClass found =
        fovea::localize(self.explain, photo, {.target = chosen(target)}, chosen_options);
    add_object(out, photo, found.object, chosen_options);
    out.add("map", found.object.map);
    out.add("target", found.explanation.target.index);
    out.add("score", found.explanation.target.score);
    out.add("probability", found.explanation.probability);
  });
}
