#include "c_api/options.hpp"

#include "fovea/batch.hpp"

namespace fovea::c_api {

JsonFields read_options(const char* json) {
  return JsonFields::parse(json && *json ? json : "{}", "options");
}

MethodOptions read_all_method_options(JsonFields& fields) {
  MethodOptions options = read_method_options(fields);
  options.references = expand_folders(fields.texts_if_given("references"));
  return options;
}

}  // namespace fovea::c_api
