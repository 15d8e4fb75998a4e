#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace fovea::onnx_import {

class NodeReader;

/// What the attributes of a Scan say, one entry for each scanned input or output.
struct ScanForm {
  int states = 0;
  std::vector<std::int64_t> input_axes, input_directions, output_axes, output_directions;
};

/// The form of a Scan of that operator set; InputError where it is damaged.
ScanForm read_scan(const NodeReader& node, std::int64_t opset);

/// What is wrong with a Scan whatever its length is; empty when nothing is.
std::string scan_fault(const NodeReader& node, std::int64_t opset);

}  // namespace fovea::onnx_import
