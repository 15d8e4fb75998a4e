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

/// All routes of the studio.
Routes all_routes(Studio& studio);

}  // namespace fovea::studio
