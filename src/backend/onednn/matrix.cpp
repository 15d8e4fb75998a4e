#include "backend/onednn/lowerings.hpp"
#include "backend/onednn/packed_product.hpp"
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

/// A constant matrix, and how it is read: element (k, c) of the operand is values[k * row_step + c *
/// column_step].
struct KnownMatrix {
  ir::ValueId constant;
  std::int64_t row_step, column_step;
};

/// The right operand, or what it transposes, where that is a constant matrix.
std::optional<KnownMatrix> known_matrix(const ir::Graph& graph, ir::ValueId id) {
  if (graph.is_constant(id) && graph.shape(id).rank() >= 2)
    return KnownMatrix{id, graph.shape(id)[graph.shape(id).rank() - 1], 1};
  if (const ir::Node* producer = graph.producer(id);
      producer && passes::is_transposed_weights(graph, *producer))
    return KnownMatrix{producer->inputs[0], 1, graph.shape(id)[0]};
  return std::nullopt;
}

/// One known matrix for all rows: packed where the kernel is made for it, and read as it is stored elsewhere.
/// Returns false where there is none.
bool lower_known(OneDnnBuilder& builder, const ir::Node& node) {
  const ir::Graph& graph = builder.graph();
  const Shape &a = graph.shape(node.inputs[0]), &b = graph.shape(node.inputs[1]);
  const auto known = known_matrix(graph, node.inputs[1]);
  if (!known || b.elements() != b[b.rank() - 2] * b[b.rank() - 1])
    return false;
  const PackedProduct product{a.elements() / a[a.rank() - 1], a[a.rank() - 1], b[b.rank() - 1]};
  const Place x = builder.plain(node.inputs[0]);
  const auto result = [&] {
    return builder.produce(node.outputs[0], OneDnnBuilder::plain_desc(graph.shape(node.outputs[0])));
  };
  if (!is_packable(product)) {
    const Desc rows = OneDnnBuilder::plain_desc({product.rows, product.depth});
    const Desc columns({product.depth, product.columns}, Type::f32,
                       Dims{known->row_step, known->column_step});
    const Desc products = OneDnnBuilder::plain_desc({product.rows, product.columns});
    const Place w{builder.plain(known->constant).buffer, columns};
    builder.add_primitive(node.op->name, matmul(builder.engine(), rows, columns, {}, products),
                          {{DNNL_ARG_SRC, {x.buffer, rows}}, {DNNL_ARG_WEIGHTS, w}},
                          {{DNNL_ARG_DST, {result().buffer, products}}});
    return true;
  }
  const float* const values = graph.value(known->constant).constant->data<float>().data();
  const Place packed = builder.constant(product.depth * product.columns, [&](float* panels) {
    pack_panels(product, values, known->row_step, known->column_step, panels);
  });
  builder.add_kernel(node.op->name, {x, packed}, {result()}, [product](const std::vector<void*>& at) {
    multiply_packed(product, static_cast<const float*>(at[0]), static_cast<const float*>(at[1]),
                    static_cast<float*>(at[2]));
  });
  return true;
}

void lower_mat_mul(OneDnnBuilder& builder, const ir::Node& node) {
  if (lower_known(builder, node) || lower_transposed(builder, node))
    return;
  const ir::Graph& graph = builder.graph();
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
