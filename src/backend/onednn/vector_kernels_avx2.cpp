#define FOVEA_VECTOR_LEVEL avx2
#include "backend/onednn/vector_kernels_body.hpp"
