#pragma once

#include <string>

namespace fovea {

/// The texts of src/report/web, embedded by cmake/embed_text.cmake.
std::string page_style();
std::string page_script();

}  // namespace fovea
