#include "c_api/options.hpp"

namespace fovea::c_api {

JsonFields read_options(const char* json) {
  return JsonFields::parse(json && *json ? json : "{}", "options");
}

MethodOptions read_all_method_options(JsonFields& fields) {
  MethodOptions options = read_method_options(fields);
  options.references = reference_pictures(fields.texts_if_given("references"));
  return options;
}

}  // namespace fovea::c_api
