#pragma once

#include "base/json_fields.hpp"
#include "c_api/guard.hpp"
#include "fovea/error.hpp"
#include "report/option_fields.hpp"

#include <fmt/format.h>

#include <cstring>
#include <string>

/// Options as fovea.h has them: structs that begin with their size, and JSON. docs/c-api.md lists the fields.
namespace fovea::c_api {

/// The caller's struct of options, in full: fields that the caller's version of fovea.h lacks are 0.
/// `first_size` is that of the first version. UsageError for a size that no version has.
template <class Options>
Options complete_options(const Options* given, std::size_t first_size, const char* type) {
  Options options = {};
  options.size = sizeof(Options);
  if (!given)
    return options;
  std::size_t size = 0;
  std::memcpy(&size, given, sizeof size);
  if (size < first_size || size > sizeof(Options))
    throw UsageError(
        fmt::format("options.size is {}, expected {}: it must be sizeof({})", size, sizeof(Options), type));
  std::memcpy(&options, given, size);
  options.size = sizeof(Options);
  return options;
}

/// The fields of a JSON object; of an empty one for null and "".
JsonFields read_options(const char* json);

/// As read_method_options, with the photos and folders of `references`, which requests to the studio may not
/// name.
MethodOptions read_all_method_options(JsonFields& fields);

}  // namespace fovea::c_api
