#include "studio/all_routes.hpp"
#include "studio/commands.hpp"
#include "studio/report_job.hpp"
#include "studio/sanity.hpp"

namespace fovea::studio {

void add_take_away_routes(Routes& routes, Studio& studio) {
  routes.add(
      "POST", "/api/commands",
      [&studio](const Request& request) {
        JsonFields fields = request.fields();
        const Commands made = read_commands(studio, fields);
        return Response::json({{"command", made.command}, {"cpp", made.cpp}, {"python", made.python}});
      },
      Body::Json);
  routes.add("GET", "/api/sanity", [&studio](const Request& request) { return sanity(studio, request); });
  studio.add_job_kind("report", start_report);
}

}  // namespace fovea::studio
