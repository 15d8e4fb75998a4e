#define FOVEA_VECTOR_LEVEL avx512
#include "backend/onednn/vector_kernels_body.hpp"
