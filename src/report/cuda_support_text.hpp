#pragma once

#include "fovea/cuda_support.hpp"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <optional>
#include <string>

/// Which nodes of an ONNX file run on an NVIDIA GPU, for programs and for people.
namespace fovea {

/// The file's name, the list that was asked, a record for each operator and one for each node. `rewritten` is
/// the number of nodes that would not run there in the file that `fovea export canonical` would write.
nlohmann::ordered_json cuda_support_json(const CudaSupport& support, const std::string& file,
                                         const std::optional<std::int64_t>& rewritten = {});
/// A table of the operators, and one of the nodes that do not run on a GPU, wrapped to a width unless it
/// is 0. Names from files are made safe for a terminal.
std::string cuda_support_text(const CudaSupport& support, const std::string& file, std::size_t width = 0,
                              const std::optional<std::int64_t>& rewritten = {});
/// "2 of 214 nodes do not run on an NVIDIA GPU"; empty where none does.
std::string cuda_support_error(const CudaSupport& support);

}  // namespace fovea
