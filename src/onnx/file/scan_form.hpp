#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace fovea::onnx_import {

class NodeReader;

/// The attributes of a Scan, one entry for each scanned input or output.
struct ScanForm {
  int states = 0;
  std::vector<std::int64_t> input_axes, input_directions, output_axes, output_directions;
};

/// The form of a Scan of that operator set; InputError if it is damaged.
ScanForm read_scan(const NodeReader& node, std::int64_t opset);

/// The reason why a Scan is invalid whatever its length is; empty if it is valid.
std::string scan_fault(const NodeReader& node, std::int64_t opset);

}  // namespace fovea::onnx_import
