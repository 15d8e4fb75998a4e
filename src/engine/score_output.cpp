#include "engine/score_output.hpp"

#include "base/check.hpp"
#include "base/closest_names.hpp"
#include "fovea/error.hpp"
#include "ops/cast.hpp"
#include "ops/div.hpp"
#include "ops/expand.hpp"
#include "ops/functions.hpp"
#include "ops/gather.hpp"
#include "ops/identity.hpp"
#include "ops/pow.hpp"
#include "ops/reduce_max.hpp"
#include "ops/reduce_sum.hpp"
#include "ops/reshape.hpp"
#include "ops/softmax.hpp"
#include "ops/top_k.hpp"
#include "ops/transpose.hpp"
#include "passes/final_activation.hpp"
#include "passes/score_head.hpp"

#include <fmt/ranges.h>

#include <algorithm>

namespace fovea {
namespace {

bool is_known_type(const ModelPort& port) {
  return !port.element_type.empty() && port.element_type != "undefined";
}
bool may_be_floating(const ModelPort& port) {
  return !is_known_type(port) || port.element_type.find("float") != std::string::npos ||
         port.element_type == "double";
}

/// The declared number of values of an output for each picture; 0 if it is open.
std::int64_t declared_numbers(const ModelPort& port) {
  if (port.dims.size() < 2)
    return port.dims.size() == 1 ? std::max<std::int64_t>(port.dims[0], 0) : 0;
  std::int64_t numbers = 1;
  for (auto dim = port.dims.begin() + 1; dim != port.dims.end(); ++dim)
    numbers = *dim < 0 ? 0 : numbers * *dim;
  return numbers;
}

/// Whether, as declared, an output may be a row of floating numbers for each picture.
bool may_be_scores(const ModelPort& port) {
  const std::size_t first = port.dims.size() > 1 ? 1 : 0;
  return may_be_floating(port) &&
         std::count_if(port.dims.begin() + static_cast<std::ptrdiff_t>(std::min(first, port.dims.size())),
                       port.dims.end(), [](std::int64_t dim) { return dim > 1; }) <= 1;
}

/// Suggestions of other outputs, as the end of a sentence.
std::string alternatives(const Model& model, const std::string& refused) {
  std::vector<std::string> others;
  for (const ModelPort& port : model.outputs())
    if (port.name != refused && may_be_scores(port))
      others.push_back(is_known_type(port) ? fmt::format("'{}' ({})", port.name, describe(port))
                                           : fmt::format("'{}'", port.name));
  if (others.empty())
    return model.outputs().size() > 1 ? "no other output can hold class scores; --scores may name any value "
                                        "that 'fovea info --layers' lists"
                                      : "--scores may name another value that 'fovea info --layers' lists";
  return fmt::format("choose {}{} with --scores", others.size() > 1 ? "one of " : "",
                     fmt::join(others, ", "));
}

constexpr const char* kAnyNumber =
    "; 'fovea detect' finds the boxes of a detector, and 'fovea saliency --target' explains any number";

/// Parts of the names of outputs that are embeddings.
constexpr const char* kEmbeddingNames[] = {"embed", "feature", "descriptor"};

/// Whether an output has a score of each class at each of several positions: [batch,C,H,W].
bool is_dense(const Shape& shape, std::int64_t batch) {
  return shape.rank() == 4 && shape[0] == batch && shape[2] * shape[3] > 1;
}

/// What a network that segments pictures is, and what to do with it.
std::string dense_text(const std::string& name, const Shape& shape) {
  return fmt::format("the output '{}' has shape {}: {} at each of {}x{} positions, as of a network that "
                     "segments pictures",
                     name, to_string(shape),
                     shape[1] == 1 ? std::string("a score") : fmt::format("scores of {} classes", shape[1]),
                     shape[2], shape[3]);
}

/// InputError that says what to do with a network that segments pictures.
[[noreturn]] void fail_dense(const std::string& name, const Shape& shape, const std::string& others) {
  throw InputError(fmt::format(
      "{}: --region own sums the scores of a class over its own mask, --region X0,Y0,X1,Y1 or a mask's file "
      "over a part of the photo, and --target any numbers, in the commands that take them: saliency, "
      "explain, "
      "classify, localize and report{}",
      dense_text(name, shape), others.starts_with("choose") ? "; or " + others : ""));
}

/// InputError unless the scores of an output can be summed over a region.
void check_dense_scores(const std::string& name, const Shape& shape, std::int64_t batch,
                        const std::string& others) {
  FOVEA_CHECK(
      is_dense(shape, batch),
      "the output '{}' has shape {}, so it has no scores at several positions, [N,C,H,W], to be summed "
      "over a region: leave the region out, or {}",
      name, to_string(shape), others);
}

const ModelPort* port_of(const Model& model, const std::string& name) {
  const auto at = std::find_if(model.outputs().begin(), model.outputs().end(),
                               [&](const ModelPort& port) { return port.name == name; });
  return at == model.outputs().end() ? nullptr : &*at;
}

/// Whether a value is the largest of several others.
bool is_maximum(const ir::Graph& graph, ir::ValueId value) {
  for (const ir::Node* node = graph.producer(value); node; node = graph.producer(node->inputs[0])) {
    if (node->op == &ops::reduce_max())
      return graph.shape(node->inputs[0]).elements() > graph.shape(node->outputs[0]).elements();
    if (node->op != &ops::reshape() && node->op != &ops::identity() && node->op != &ops::cast())
      return false;
  }
  return false;
}

/// Whether a value holds elements in the order of their size (TopK), or functions of them.
bool is_sorted(const ir::Graph& graph, ir::ValueId value) {
  bool are_indices = false;
  for (const ir::Node* node = graph.producer(value); node;) {
    if (node->op == &ops::top_k())
      return are_indices;
    const bool picks = node->op == &ops::gather() && !are_indices;
    const bool keeps_places = node->op == &ops::reshape() || node->op == &ops::softmax() ||
                              (node->op->traits.pointwise && (are_indices || node->inputs.size() == 1));
    if (!picks && !keeps_places)
      return false;
    are_indices = are_indices || picks;
    node = graph.producer(node->inputs[picks ? 1 : 0]);
  }
  return false;
}

/// Whether a value holds truth values as numbers, behind what only moves them: a Hardmax, or a comparison.
bool is_truth(const ir::Graph& graph, ir::ValueId value) {
  for (const ir::Node* node = graph.producer(value); node; node = graph.producer(node->inputs[0])) {
    if (node->op == &ops::cast() && graph.type(node->inputs[0]).dtype == DType::Bool)
      return true;
    const bool moves = node->op == &ops::reshape() || node->op == &ops::identity() ||
                       node->op == &ops::cast() || node->op == &ops::transpose();
    if (!moves)
      return false;
  }
  return false;
}

/// The activation of a value over pixels or tokens, behind what only moves it.
bool is_dense_softmax(const ir::Graph& graph, ir::ValueId value) {
  const auto found = passes::final_activation(graph, value);
  return found && found->kind == Activation::Softmax && graph.shape(value).rank() > 2;
}

/// InputError when another output has as many numbers as there are labels, and this one has not.
void check_label_count(const Model& model, const ProgramOptions& options, const std::string& name,
                       std::int64_t numbers) {
  const std::int64_t labels = options.label_count > 0 ? options.label_count : model.labels().size();
  const auto fits = [&](std::int64_t count) {
    return labels > 0 ? count == labels || (count == 1 && labels <= 2) : count == 1000 || count == 1001;
  };
  if (fits(numbers))
    return;
  for (const ModelPort& port : model.outputs())
    if (port.name != name && may_be_scores(port) && fits(declared_numbers(port)))
      throw InputError(
          fmt::format("the output '{}' has {} numbers for each picture, but the output '{}' has {}, {}: {}",
                      name, numbers, port.name, declared_numbers(port),
                      labels > 0 ? "as many as there are labels" : "as many as ImageNet has classes",
                      alternatives(model, name)));
}

/// Whether a value is divided by the root of a sum, as an embedding is that has length 1.
bool has_unit_length(const ir::Graph& graph, ir::ValueId value) {
  const ir::Node* node = graph.producer(passes::peeled(graph, value));
  if (!node || node->op != &ops::div())
    return false;
  bool has_root = false;
  for (node = graph.producer(node->inputs[1]); node; node = graph.producer(node->inputs[0])) {
    if (node->op == &ops::reduce_sum())
      return has_root;
    has_root = has_root || node->op == &ops::sqrt() || node->op == &ops::pow();
    if (!node->op->traits.pointwise && node->op != &ops::expand() && node->op != &ops::reshape())
      return false;
  }
  return false;
}

/// InputError for an output that nobody has chosen and that looks like an embedding: by its name, or since it
/// has length 1.
void check_no_embedding(const Model& model, const ProgramOptions& options, const std::string& name,
                        const ir::Graph& graph) {
  const ir::ValueId output = graph.outputs().front();
  const std::int64_t numbers = graph.shape(output).elements() / options.batch;
  const std::int64_t labels = options.label_count > 0 ? options.label_count : model.labels().size();
  if (numbers == 1 || numbers == labels)
    return;
  const std::string folded = fold_name(name);
  const bool is_named = std::any_of(std::begin(kEmbeddingNames), std::end(kEmbeddingNames),
                                    [&](const char* word) { return folded.find(word) != std::string::npos; });
  FOVEA_CHECK(
      !is_named && !has_unit_length(graph, output),
      "the output '{}' has {} numbers for each picture that look like an embedding, since {}, and not "
      "like scores of classes: {}, or '{}' itself if they are scores{}",
      name, numbers, is_named ? "its name says so" : "they are scaled to length 1", alternatives(model, name),
      name, kAnyNumber);
}

/// InputError if an output cannot be computed but another one, which can, may hold the scores.
void check_computable(const Model& model, const ModelPort& port) {
  const std::vector<std::string> computable = model.computable_outputs();
  const auto is_computable = [&](const std::string& name) {
    return std::find(computable.begin(), computable.end(), name) != computable.end();
  };
  const bool has_other =
      std::any_of(model.outputs().begin(), model.outputs().end(), [&](const ModelPort& other) {
        return other.name != port.name && is_computable(other.name) && may_be_scores(other);
      });
  FOVEA_CHECK(is_computable(port.name) || !has_other,
              "the output '{}' needs operators that are not supported, so it cannot give class scores: {}",
              port.name, alternatives(model, port.name));
}

}  // namespace

std::string score_output(const Model& model, const ProgramOptions& options) {
  if (!options.outputs.empty())
    return options.outputs.front();
  FOVEA_CHECK(!model.outputs().empty(), "the model has no output");
  return model.outputs().front().name;
}

void check_declared_scores(const Model& model, const ProgramOptions& options) {
  const ModelPort* port = port_of(model, score_output(model, options));
  FOVEA_CHECK(!port || may_be_floating(*port), "the output '{}' is {}, which cannot be class scores: {}",
              port->name, describe(*port), alternatives(model, port->name));
  if (port && model.outputs().size() > 1 && !model.unsupported_nodes().empty())
    check_computable(model, *port);
}

void check_class_scores(const Model& model, const ProgramOptions& options, const ir::Graph& graph) {
  const std::string name = score_output(model, options);
  const ir::ValueId output = graph.outputs().front();
  const ir::TensorType& type = graph.type(output);
  FOVEA_CHECK(is_floating(type.dtype), "the output '{}' holds {} numbers, which cannot be class scores: {}",
              name, name_of(type.dtype), alternatives(model, name));
  FOVEA_CHECK(
      !graph.is_constant(output),
      "the output '{}' is constant: it does not depend on the picture, so it cannot be class scores; {}",
      name, alternatives(model, name));
  if (options.sum_over_region)
    return check_dense_scores(name, type.shape, options.batch, alternatives(model, name));
  const bool has_rows = passes::has_class_rows(type.shape, options.batch);
  if (!has_rows && is_dense(type.shape, options.batch))
    fail_dense(name, type.shape, alternatives(model, name));
  FOVEA_CHECK(has_rows || !is_dense_softmax(graph, output),
              "the output '{}' has shape {}: it is a softmax at each of many places, as of a network that "
              "segments pictures, not one row of class scores for each picture; {}{}",
              name, to_string(type.shape), alternatives(model, name), kAnyNumber);
  FOVEA_CHECK(has_rows,
              "the output '{}' has shape {}, which is not one row of class scores for each picture: {}{}",
              name, to_string(type.shape), alternatives(model, name), kAnyNumber);
  FOVEA_CHECK(!is_maximum(graph, output),
              "the output '{}' is the largest of several scores and does not say of which class: {}", name,
              alternatives(model, name));
  FOVEA_CHECK(!is_sorted(graph, output),
              "the output '{}' holds the scores in the order of their size (TopK) and does not say of which "
              "classes: {}",
              name, alternatives(model, name));
  FOVEA_CHECK(
      !is_truth(graph, output),
      "the output '{}' holds 1 for what is chosen and 0 for the rest, as of a Hardmax, and no gradient "
      "flows through that choice: {}",
      name, alternatives(model, name));
  // A row of `batch` numbers may be that of one picture, where the file says that it does not change.
  const ModelPort* port = port_of(model, name);
  FOVEA_CHECK(options.batch == 1 || type.shape.rank() != 1 ||
                  (port && port->dims.size() == 1 && port->dims[0] < 0),
              "the output '{}' has no batch: one picture at a time", name);
  if (!options.outputs.empty())
    return;
  check_label_count(model, options, name, type.shape.elements() / options.batch);
  check_no_embedding(model, options, name, graph);
}

}  // namespace fovea
