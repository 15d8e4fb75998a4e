#pragma once

#include "cli/kit/command.hpp"
#include "cli/kit/compute_options.hpp"
#include "cli/kit/model_options.hpp"
#include "fovea/program.hpp"

#include <string>
#include <vector>

namespace fovea::cli {

/// Engine options of `forward`, `gradient` and `bench`.
struct EngineOptions : ComputeOptions {
  std::string backend = "auto";

  void add_to(Command verb);
  ProgramOptions program_options() const;
};

/// Reads a .npy file. InputError also if it has no elements.
Tensor read_array(const std::string& path);

/// InputError unless an array of that file matches the port's declaration. The first extent is not checked,
/// since most models take any batch; nothing is checked if the port declares no shape.
void check_shape(const Shape& shape, const ModelPort& port, const std::string& path);

/// Copies an array into a session's input of equal shape, converting its element type. InputError naming
/// `path`.
void fill(Tensor& input, const Tensor& values, const std::string& path);

}  // namespace fovea::cli
