#include "c_api/options.hpp"

namespace fovea::c_api {

JsonFields read_options(const char* json) {
  return JsonFields::parse(json && *json ? json : "{}", "options");
}

}  // namespace fovea::c_api
