#pragma once

#include "fovea.h"
#include "fovea/saliency.hpp"

struct fovea_map {
  fovea::SaliencyMap saliency;
  fovea::MethodInfo::Values values;
};
