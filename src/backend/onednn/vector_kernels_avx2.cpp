#define FOVEA_VECTOR_LEVEL avx2
#define FOVEA_VECTOR_FLOATS 8
#define FOVEA_MULTIPLY_ROWS 6
#include "backend/onednn/matrix_kernels_body.hpp"
#include "backend/onednn/vector_kernels_body.hpp"
#include "backend/onednn/winograd_kernels_body.hpp"
