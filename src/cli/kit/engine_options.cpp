#include "cli/kit/engine_options.hpp"

#include "cli/kit/model_options.hpp"
#include "fovea/error.hpp"
#include "fovea/tensor.hpp"

#include <fmt/format.h>

#include <cstring>

namespace fovea::cli {
void EngineOptions::add_to(Command verb) {
  add_precision_to(verb, precision_names());
  verb.in_group("Running")
      .add_option("--backend", backend, "what runs the network; auto: onednn for f32, reference for f64")
      .check(one_of(backend_names()))
      .shows_default();
  add_resources_to(verb);
}

ProgramOptions EngineOptions::program_options() const {
  ProgramOptions options = compute_options();
  options.backend = parse_backend(backend);
  return options;
}

Tensor read_array(const std::string& path) {
  Tensor values = read_npy(path);
  if (values.elements() == 0)
    throw InputError(fmt::format("has shape {}: there is nothing in it", to_string(values.shape())), path);
  return values;
}

void check_shape(const Shape& shape, const ModelPort& port, const std::string& path) {
  bool fits = port.dims.empty() || shape.rank() == static_cast<std::int64_t>(port.dims.size());
  for (std::size_t i = 1; fits && i < port.dims.size(); ++i)
    fits = port.dims[i] < 0 || port.dims[i] == shape[static_cast<std::int64_t>(i)];
  if (!fits)
    throw InputError(
        fmt::format("has shape {}, the input '{}' is {}", to_string(shape), port.name, describe(port)), path);
}

void fill(Tensor& input, const Tensor& values, const std::string& path) {
  if (input.shape() != values.shape())
    throw InputError(
        fmt::format("has shape {}, the model takes {}", to_string(values.shape()), to_string(input.shape())),
        path);
  const Tensor converted = values.cast(input.dtype());
  std::memcpy(input.raw(), converted.raw(), input.bytes());
}

}  // namespace fovea::cli
