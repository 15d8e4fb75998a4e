#define FOVEA_VECTOR_LEVEL plain
#include "backend/onednn/vector_kernels_body.hpp"
