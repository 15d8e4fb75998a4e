#pragma once

#include <string>

namespace fovea {

/// The text of models/imagenet_classes.csv, put into the library by cmake/embed_text.cmake.
std::string imagenet_labels_csv();

}  // namespace fovea
