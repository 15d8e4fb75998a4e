#pragma once

#include "fovea/model.hpp"

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace fovea::onnx_import {

struct PictureForm;

/// Versions of the ONNX operator set that are read.
inline constexpr std::int64_t kFirstOpset = 1;
inline constexpr std::int64_t kLastOpset = 24;
/// The memory limit in bytes that LoadOptions::max_memory = 0 stands for.
inline constexpr std::int64_t kDefaultMaxMemory = std::int64_t{2} << 30;

/// An ONNX file: its messages, checked for consistency, and its weights as tensors. Shared by all graphs made
/// from it.
class OnnxFile {
public:
  /// ModelError when the file is missing, is no ONNX model, is truncated, has no graph, an opset
  /// outside kFirstOpset..kLastOpset, weights that do not match their shapes or hold NaN, external data
  /// outside the model's folder, a node that reads a missing value, two nodes that write one value, or a
  /// cycle.
  /// Nodes of the given operators are supported; InputError where those are not in order (LoadOptions).
  /// ModelError, too, when weights that must be widened take more than max_memory (0: kDefaultMaxMemory).
  static std::shared_ptr<const OnnxFile> read(const std::string& path,
                                              const std::vector<CustomOperator>& operators = {},
                                              std::int64_t max_memory = 0);

  struct Contents;
  const Contents& contents() const { return *contents_; }
  ~OnnxFile();

  /// The form in which an input takes pictures (onnx/import/picture_form.hpp), or nullptr if it takes none.
  /// Determined once.
  const PictureForm* picture_form(std::size_t input) const;
  /// The bytes of the file, then those of each file with external data.
  std::vector<std::string_view> bytes() const;
  /// ModelError if the file, or one with its external data, was modified since it was read.
  void check_unchanged() const;
  /// Whether an address lies in the mapped files.
  bool holds(const void* address) const;
  /// Lets the system reclaim the memory of the mapped files; whatever is needed later is read again.
  void release_pages() const;
  /// Lets the system reclaim the memory of one weight, if it lies in a mapped file.
  void release_pages(const void* address, std::size_t bytes) const;

  std::string path;
  std::int64_t ir_version = 0;
  std::int64_t opset = 0;
  std::string producer;
  std::vector<ModelPort> inputs;  ///< without initializers listed as inputs
  std::vector<ModelPort> outputs;
  std::vector<std::pair<std::string, std::int64_t>> operator_counts;
  std::int64_t parameters = 0;
  std::int64_t max_memory = kDefaultMaxMemory;  ///< LoadOptions::max_memory, never 0
  std::vector<UnsupportedNode> unsupported_nodes;
  std::vector<std::pair<std::string, std::string>> metadata;

private:
  OnnxFile();
  std::unique_ptr<const Contents> contents_;
  mutable std::mutex forms_mutex_;
  mutable std::map<std::size_t, std::shared_ptr<const PictureForm>> forms_;
};

}  // namespace fovea::onnx_import
