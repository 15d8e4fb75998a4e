#define FOVEA_VECTOR_LEVEL avx512
#define FOVEA_VECTOR_FLOATS 16
#define FOVEA_MULTIPLY_ROWS 12
#include "backend/onednn/matrix_kernels_body.hpp"
#include "backend/onednn/vector_kernels_body.hpp"
#include "backend/onednn/winograd_kernels_body.hpp"
