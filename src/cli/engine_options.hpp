#pragma once

#include "fovea/program.hpp"

#include <CLI/CLI.hpp>

#include <string>

namespace fovea::cli {

/// How the engine computes: options of `forward` and `gradient`.
struct EngineOptions {
  std::string precision = "f32";
  std::string backend = "auto";
  int threads = 0;

  void add_to(CLI::App& verb);
  ProgramOptions program_options() const;
};

/// Reads a .npy file; InputError also when it has no elements.
Tensor read_array(const std::string& path);

/// Copies an array into a session's input of equal shape, converting its element type. InputError naming
/// `path`.
void fill(Tensor& input, const Tensor& values, const std::string& path);

}  // namespace fovea::cli
