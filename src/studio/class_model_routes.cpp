#include "studio/all_routes.hpp"
#include "studio/ascents.hpp"

#include <memory>

namespace fovea::studio {

void add_class_model_routes(Routes&, Studio& studio) {
  const auto pictures = std::make_shared<AscentPictures>(studio.options().limits.memory_of_pictures());
  studio.add_job_kind("class-model", [pictures](Studio& of, JsonFields& fields) -> JobWork {
    const AscentRequest request = read_ascent_request(of, fields, *pictures);
    return
        [&of, request, pictures](JobControl& control) { return run_ascent(of, request, control, *pictures); };
  });
}

}  // namespace fovea::studio
