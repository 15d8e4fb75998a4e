#include "studio/all_routes.hpp"

namespace fovea::studio {

Routes all_routes(Studio& studio) {
  Routes routes([&studio](std::string text) { return studio.readable(std::move(text)); });
  add_page_routes(routes, studio);
  add_models_routes(routes, studio);
  add_photos_routes(routes, studio);
  add_map_routes(routes, studio);
  add_jobs_routes(routes, studio);
  add_cut_routes(routes, studio);
  add_inside_routes(routes, studio);
  add_class_model_routes(routes, studio);
  add_take_away_routes(routes, studio);
  return routes;
}

}  // namespace fovea::studio
