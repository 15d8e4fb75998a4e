#include "backend/onednn/lowerings.hpp"
#include "ops/gemm.hpp"
#include "ops/mat_mul.hpp"
#include "passes/fold_constants.hpp"

#include <algorithm>
#include <optional>

namespace fovea::backend::onednn_detail {
namespace {

/// A stored matrix read as its transpose.
Desc matrix_desc(const Shape& stored, bool transposed) {
  const auto type = dnnl::memory::data_type::f32;
  return transposed ? Desc({stored[1], stored[0]}, type, Dims{1, stored[1]})
                    : Desc({stored[0], stored[1]}, type, Dims{stored[1], 1});
}

/// A constant matrix, and how it is read: element (k, c) of the operand is values[k * row_step + c *
/// column_step].
struct KnownMatrix {
  ir::ValueId constant;
  std::int64_t row_step, column_step;
};

/// The operand, or what it transposes, where that is a constant matrix.
std::optional<KnownMatrix> known_matrix(const ir::Graph& graph, ir::ValueId id) {
  const Shape& shape = graph.shape(id);
  if (shape.rank() < 2 || shape.elements() != shape[shape.rank() - 2] * shape[shape.rank() - 1])
    return std::nullopt;
  if (graph.is_constant(id))
    return KnownMatrix{id, shape[shape.rank() - 1], 1};
  if (const ir::Node* producer = graph.producer(id);
      producer && passes::is_transposed_weights(graph, *producer))
    return KnownMatrix{producer->inputs[0], 1, shape[0]};
  return std::nullopt;
}

/// The extents of y = x w: [rows, depth] by [depth, columns].
struct Extents {
  std::int64_t rows, depth, columns;
};

/// The product as a convolution of 1x1 windows over a picture of rows x 1 pixels: its weights are reordered
/// once, when the program is compiled, where the library's matrix product packs a large right matrix in every
/// run. Without a primitive where there is no kernel for this processor, or too few rows to gain by it.
ConvForward as_convolution(const OneDnnBuilder& builder, const Extents& e, const Desc& bias) {
  constexpr std::int64_t kLeastRows = 8;
  if (e.rows < kLeastRows)
    return {};
  const Desc weights = OneDnnBuilder::any_desc({e.columns, e.depth, 1, 1});
  ConvForward conv = conv_forward(
      builder.engine(), OneDnnBuilder::channels_last_desc({1, e.depth, e.rows, 1}), weights, bias,
      OneDnnBuilder::channels_last_desc({1, e.columns, e.rows, 1}), {{}, {1, 1}, {1, 1}, {0, 0}, {0, 0}});
  return conv.is_optimized ? conv : ConvForward{};
}

/// x w + bias for a known matrix w, of which all of x's leading axes are rows; `bias`: [columns] or kNoValue.
void add_known_product(OneDnnBuilder& builder, const ir::Node& node, const KnownMatrix& w, const Extents& e,
                       ir::ValueId bias) {
  const Place x = builder.plain(node.inputs[0]);
  const bool has_bias = bias != ir::kNoValue;
  const Place b =
      has_bias ? Place{builder.plain(bias).buffer, OneDnnBuilder::plain_desc({e.columns})} : Place{};
  const auto y = [&](const Desc& desc) {
    return Place{
        builder.produce(node.outputs[0], OneDnnBuilder::plain_desc(builder.graph().shape(node.outputs[0])))
            .buffer,
        desc};
  };
  std::vector<OneDnnBuilder::Argument> reads;
  if (const ConvForward conv = as_convolution(builder, e, b.desc); conv.primitive) {
    const Desc stored({e.columns, e.depth, 1, 1}, Type::f32, Dims{w.column_step, w.row_step, 1, 1});
    reads = {{DNNL_ARG_SRC, {x.buffer, conv.src}},
             {DNNL_ARG_WEIGHTS,
              builder.constant(*builder.graph().value(w.constant).constant, stored, conv.weights)}};
    if (has_bias)
      reads.emplace_back(DNNL_ARG_BIAS, b);
    return builder.add_primitive(node.op->name, conv, reads, {{DNNL_ARG_DST, y(conv.dst)}});
  }
  const Desc rows = OneDnnBuilder::plain_desc({e.rows, e.depth});
  const Desc columns({e.depth, e.columns}, Type::f32, Dims{w.row_step, w.column_step});
  const Desc result = OneDnnBuilder::plain_desc({e.rows, e.columns});
  reads = {{DNNL_ARG_SRC, {x.buffer, rows}}, {DNNL_ARG_WEIGHTS, {builder.plain(w.constant).buffer, columns}}};
  const Desc row = has_bias ? OneDnnBuilder::plain_desc({1, e.columns}) : Desc();
  if (has_bias)
    reads.push_back({DNNL_ARG_BIAS, {b.buffer, row}});
  builder.add_primitive(node.op->name, matmul(builder.engine(), rows, columns, row, result), reads,
                        {{DNNL_ARG_DST, y(result)}});
}

bool supports_gemm(const ir::Graph& graph, const ir::Node& node) {
  const auto& a = node.attributes.as<ops::GemmAttributes>();
  if (a.alpha != 1)
    return false;
  if (node.inputs.size() < 3 || node.inputs[2] == ir::kNoValue)
    return true;
  const Shape& c = graph.shape(node.inputs[2]);
  return a.beta == 1 && c.elements() == graph.shape(node.outputs[0])[1] && c[c.rank() - 1] == c.elements();
}

void lower_gemm(OneDnnBuilder& builder, const ir::Node& node) {
  const auto& attributes = node.attributes.as<ops::GemmAttributes>();
  const ir::Graph& graph = builder.graph();
  const Shape& y = graph.shape(node.outputs[0]);
  if (const auto known = known_matrix(graph, node.inputs[1]); known && attributes.trans_a == 0) {
    const bool turned = attributes.trans_b != 0;
    return add_known_product(builder, node,
                             {known->constant, turned ? known->column_step : known->row_step,
                              turned ? known->row_step : known->column_step},
                             {y[0], graph.shape(node.inputs[0])[1], y[1]},
                             node.inputs.size() > 2 ? node.inputs[2] : ir::kNoValue);
  }
  const Place a{builder.plain(node.inputs[0]).buffer,
                matrix_desc(graph.shape(node.inputs[0]), attributes.trans_a != 0)};
  const Place b{builder.plain(node.inputs[1]).buffer,
                matrix_desc(graph.shape(node.inputs[1]), attributes.trans_b != 0)};
  std::vector<OneDnnBuilder::Argument> reads = {{DNNL_ARG_SRC, a}, {DNNL_ARG_WEIGHTS, b}};
  Place bias;
  if (node.inputs.size() > 2 && node.inputs[2] != ir::kNoValue) {
    bias = {builder.plain(node.inputs[2]).buffer, OneDnnBuilder::plain_desc({1, y[1]})};
    reads.emplace_back(DNNL_ARG_BIAS, bias);
  }
  const Desc dst = OneDnnBuilder::plain_desc(y);
  builder.add_primitive(node.op->name, matmul(builder.engine(), a.desc, b.desc, bias.desc, dst), reads,
                        {{DNNL_ARG_DST, builder.produce(node.outputs[0], dst)}});
}

/// A product of stacks of matrices, its operands and its result as oneDNN takes them: of one rank, in as few
/// axes as their elements' order allows.
struct Product {
  std::vector<std::int64_t> a, b, y;
};

/// Which operand an axis of the stacks repeats.
enum class Repeats { Nothing, Left, Right };

void add_stack_axes(const std::vector<std::int64_t>& left, const std::vector<std::int64_t>& right,
                    Product& product) {
  std::optional<Repeats> last;
  for (std::size_t i = 0; i < left.size(); ++i) {
    if (left[i] == 1 && right[i] == 1)
      continue;
    const Repeats repeats = left[i] == right[i] ? Repeats::Nothing
                            : left[i] == 1      ? Repeats::Left
                                                : Repeats::Right;
    if (last != repeats)
      for (auto* dims : {&product.a, &product.b, &product.y})
        dims->push_back(1);
    last = repeats;
    product.a.back() *= left[i];
    product.b.back() *= right[i];
    product.y.back() *= std::max(left[i], right[i]);
  }
}

Product product_of(const Shape& a, const Shape& b) {
  const std::int64_t K = a[a.rank() - 1];
  const std::int64_t M = a.rank() == 1 ? 1 : a[a.rank() - 2], N = b.rank() == 1 ? 1 : b[b.rank() - 1];
  if (b.elements() == K * N)  // one matrix for all rows
    return {{a.elements() / K, K}, {K, N}, {a.elements() / K, N}};
  std::vector<std::int64_t> left(a.begin(), a.end() - std::min<std::int64_t>(a.rank(), 2));
  std::vector<std::int64_t> right(b.begin(), b.end() - std::min<std::int64_t>(b.rank(), 2));
  left.insert(left.begin(), std::max(left.size(), right.size()) - left.size(), 1);
  right.insert(right.begin(), left.size() - right.size(), 1);
  Product product;
  add_stack_axes(left, right, product);
  product.a.insert(product.a.end(), {M, K});
  product.b.insert(product.b.end(), {K, N});
  product.y.insert(product.y.end(), {M, N});
  return product;
}

/// Sums of no terms are left to the reference kernel.
bool supports_mat_mul(const ir::Graph& graph, const ir::Node& node) {
  return graph.shape(node.inputs[0]).elements() > 0 && graph.shape(node.inputs[1]).elements() > 0;
}

/// A matrix in memory that a transposition left in another order, which the library reads as it is: rows or
/// columns without gaps.
bool is_transposed_view(const Place& place, const Shape& shape) {
  const std::optional<Dims> strides = strides_of(place.desc);
  return place.desc != OneDnnBuilder::plain_desc(shape) && strides &&
         (strides->back() == 1 || (*strides)[strides->size() - 2] == 1);
}

/// Stacks of one rank, of which at least one is read in another order than row-major.
bool lower_transposed(OneDnnBuilder& builder, const ir::Node& node) {
  const ir::Graph& graph = builder.graph();
  const Shape &a = graph.shape(node.inputs[0]), &b = graph.shape(node.inputs[1]);
  if (a.rank() != b.rank() || a.rank() < 2)
    return false;
  Place left = builder.place(node.inputs[0]), right = builder.place(node.inputs[1]);
  const bool left_is_view = is_transposed_view(left, a), right_is_view = is_transposed_view(right, b);
  if (!left_is_view && !right_is_view)
    return false;
  if (!left_is_view)
    left = builder.plain(node.inputs[0]);
  if (!right_is_view)
    right = builder.plain(node.inputs[1]);
  const Desc desc = OneDnnBuilder::plain_desc(graph.shape(node.outputs[0]));
  builder.add_primitive(node.op->name, matmul(builder.engine(), left.desc, right.desc, {}, desc),
                        {{DNNL_ARG_SRC, left}, {DNNL_ARG_WEIGHTS, right}},
                        {{DNNL_ARG_DST, builder.produce(node.outputs[0], desc)}});
  return true;
}

void lower_mat_mul(OneDnnBuilder& builder, const ir::Node& node) {
  const ir::Graph& graph = builder.graph();
  if (const auto known = known_matrix(graph, node.inputs[1])) {
    const Shape &a = graph.shape(node.inputs[0]), &b = graph.shape(node.inputs[1]);
    const std::int64_t depth = a[a.rank() - 1];
    return add_known_product(builder, node, *known, {a.elements() / depth, depth, b[b.rank() - 1]},
                             ir::kNoValue);
  }
  if (lower_transposed(builder, node))
    return;
  const Product product = product_of(graph.shape(node.inputs[0]), graph.shape(node.inputs[1]));
  const auto as = [](const Place& place, const std::vector<std::int64_t>& dims) {
    return Place{place.buffer, OneDnnBuilder::plain_desc(Shape(dims))};
  };
  const Place a = as(builder.plain(node.inputs[0]), product.a);
  const Place b = as(builder.plain(node.inputs[1]), product.b);
  const Place y = as(
      builder.produce(node.outputs[0], OneDnnBuilder::plain_desc(graph.shape(node.outputs[0]))), product.y);
  builder.add_primitive(node.op->name, matmul(builder.engine(), a.desc, b.desc, {}, y.desc),
                        {{DNNL_ARG_SRC, a}, {DNNL_ARG_WEIGHTS, b}}, {{DNNL_ARG_DST, y}});
}

}  // namespace

std::vector<OperatorLowering> matrix_lowerings() {
  return {{&ops::gemm(), supports_gemm, lower_gemm}, {&ops::mat_mul(), supports_mat_mul, lower_mat_mul}};
}

}  // namespace fovea::backend::onednn_detail
