#pragma once

#include "base/check.hpp"
#include "onnx/import/import.hpp"
#include "ops/table.hpp"
#include "support/onnx_builder.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <stdlib.h>
#include <string>
#include <vector>

namespace fovea::onnx_import {

/// A folder that goes away with the test.
class TempFolder {
public:
  TempFolder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "fovea-onnx-XXXXXX").string();
    if (!::mkdtemp(pattern.data()))
      throw std::runtime_error("no temporary folder");
    path_ = pattern;
  }
  TempFolder(const TempFolder&) = delete;
  TempFolder& operator=(const TempFolder&) = delete;
  ~TempFolder() {
    std::error_code error;
    std::filesystem::remove_all(path_, error);
  }
  std::string write(const std::string& name, const std::string& bytes) const {
    const std::filesystem::path file = path_ / name;
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file, std::ios::binary).write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    return file.string();
  }
  const std::filesystem::path& path() const { return path_; }

private:
  std::filesystem::path path_;
};

using test::Attribute;
using test::Dims;
using test::float_tensor;
using test::int_tensor;

/// A builder whose model goes through the importer.
struct ImportBuilder : test::BasicModelBuilder<ImportBuilder> {
  using BasicModelBuilder::BasicModelBuilder;
  std::shared_ptr<const OnnxFile> file() const {
    const TempFolder folder;
    return OnnxFile::read(folder.write("model.onnx", model.SerializeAsString()));
  }
  ir::Graph import(const ImportOptions& options = {}) const { return import_graph(*file(), options); }
};

/// Runs a graph with the reference kernels; the outputs in order.
inline std::vector<Tensor> run(const ir::Graph& graph, const std::vector<Tensor>& inputs) {
  std::map<ir::ValueId, Tensor> values;
  for (std::size_t i = 0; i < inputs.size(); ++i)
    values[graph.inputs()[i]] = inputs[i];
  for (std::size_t i = 0; i < graph.values().size(); ++i)
    if (const auto& constant = graph.values()[i].constant)
      values[static_cast<ir::ValueId>(i)] = *constant;
  for (const ir::Node& node : graph.nodes()) {
    std::vector<Tensor> operands;
    for (ir::ValueId id : node.inputs)
      operands.push_back(id == ir::kNoValue ? Tensor() : values.at(id));
    const auto results = ops::evaluate(*node.op, node.attributes, operands);
    for (std::size_t i = 0; i < results.size(); ++i)
      values[node.outputs[i]] = results[i];
  }
  std::vector<Tensor> outputs;
  for (ir::ValueId id : graph.outputs())
    outputs.push_back(values.at(id));
  return outputs;
}

template <class T>
std::vector<T> to_vector(const Tensor& tensor) {
  const auto data = tensor.data<T>();
  return {data.begin(), data.end()};
}

inline Tensor floats(Shape shape, const std::vector<float>& values) {
  return Tensor::from<float>(std::move(shape), values);
}

/// The shape of a graph's i-th output.
inline Shape output_shape(const ir::Graph& graph, std::size_t i = 0) {
  return graph.shape(graph.outputs()[i]);
}

/// The operators of a graph in order: "Conv Relu".
inline std::string operators(const ir::Graph& graph) {
  std::string text;
  for (const ir::Node& node : graph.nodes())
    text += (text.empty() ? "" : " ") + std::string(node.op->name);
  return text;
}

/// Expects a ModelError whose message has all the parts.
template <class F>
void expect_model_error(F&& f, const std::vector<std::string>& parts) {
  try {
    f();
    ADD_FAILURE() << "expected a ModelError";
  } catch (const ModelError& error) {
    for (const std::string& part : parts)
      EXPECT_NE(std::string(error.what()).find(part), std::string::npos)
          << "message: " << error.what() << "\nmissing: " << part;
  }
}

}  // namespace fovea::onnx_import
