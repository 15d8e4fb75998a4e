#pragma once

#include "fovea.h"
#include "fovea/explain.hpp"

struct fovea_map {
  fovea::Explanation explanation;
};
