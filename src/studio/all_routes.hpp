#pragma once

#include "studio/routes.hpp"
#include "studio/studio.hpp"

namespace fovea::studio {

// One function for each family of requests. docs/studio.md describes them.

/// The page and its files, and what the page needs to know of the program.
void add_page_routes(Routes& routes, Studio& studio);
void add_models_routes(Routes& routes, Studio& studio);
void add_photos_routes(Routes& routes, Studio& studio);
void add_map_routes(Routes& routes, Studio& studio);
void add_jobs_routes(Routes& routes, Studio& studio);
/// Objects cut out by strokes and maps.
void add_cut_routes(Routes& routes, Studio& studio);
/// Units of layers: activations, reconstructions, patches.
void add_inside_routes(Routes& routes, Studio& studio);
/// Jobs of gradient ascent.
void add_class_model_routes(Routes& routes, Studio& studio);
/// Views as commands and programs, reports, and whether a method passes its sanity check.
void add_take_away_routes(Routes& routes, Studio& studio);

/// All routes of the studio.
Routes all_routes(Studio& studio);

}  // namespace fovea::studio
