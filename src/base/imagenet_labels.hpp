#pragma once

#include <string>

namespace fovea {

/// The text of models/imagenet_classes.csv, embedded in the library by cmake/embed_text.cmake.
std::string imagenet_labels_csv();

}  // namespace fovea
