#pragma once

#include <array>

namespace fovea::test {

/// The problems of every operator with a gradient rule, in alphabetical order of operators. See
/// support/problem.hpp.
inline constexpr auto kProblems = std::to_array<const char*>({
    "Add a=2x3x5 b=2x3x5",
    "Add a=2x3x5 b=3x1",
    "Add a=1x5 b=4x3x1:const",
    "Add a=scalar b=2x3",
    "Conv x=1x3x9x7 w=4x3x3x3:const",
    "Conv x=2x3x9x7 w=4x3x3x3:const b=4:const strides=2,2 pads=1,1,1,1",
    "Conv x=1x2x8x6 w=3x2x3x3:const strides=2,2 pads=1,1,1,1",
    "Conv x=1x3x9x7 w=4x3x5x3:const pads=2,0,1,2 strides=2,1",
    "Conv x=1x3x9x7 w=2x3x3x2:const dilations=2,3 pads=1,2,3,0",
    "Conv x=1x4x9x7 w=6x2x3x3:const b=6:const groups=2 pads=1,1,1,1",
    "Conv x=1x4x9x8 w=8x1x3x3:const groups=4 strides=2,2 pads=0,0,1,1",
    "Conv x=1x3x7x8 w=5x3x1x1:const strides=2,2",
    "Conv x=1x3x9x7 w=4x3x9x7:const b=4:const",
    "ConvTranspose x=1x3x5x4 w=3x2x3x3:const",
    "ConvTranspose x=2x3x5x4 w=3x2x4x3:const b=2:const strides=2,3 pads=1,0,1,1 output_padding=1,2",
    "ConvTranspose x=1x4x5x3 w=4x2x3x3:const groups=2 dilations=2,1 pads=1,1,2,0",
    "Expand x=3x1 shape=2,3,5",
    "ReduceSum x=2x3x5 axes=1",
    "ReduceSum x=2x3x5 axes=0,2 keep_dims=0",
    "ReduceSum x=2x3",
    "Relu x=2x3x5",
    "Reshape x=2x3x5 shape=5,6",
});

}  // namespace fovea::test
