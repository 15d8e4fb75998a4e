#include "explain/method.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <numeric>

/// Attention rollout (Abnar and Zuidema 2020): the share of each patch in the tokens that the scores read, if
/// every layer mixes tokens as its attention says and half of each token passes by.
namespace fovea {
namespace {

/// One matrix [query][key] of the heads'.
std::vector<double> fused_heads(const AttentionMatrices& layer, HeadFusion fusion) {
  const std::int64_t tokens = layer.tokens();
  std::vector<double> fused;
  fused.reserve(static_cast<std::size_t>(tokens * tokens));
  for (std::int64_t query = 0; query < tokens; ++query)
    for (std::int64_t key = 0; key < tokens; ++key) {
      double sum = 0, largest = 0, smallest = std::numeric_limits<double>::infinity();
      for (std::int64_t head = 0; head < layer.heads(); ++head) {
        const double value = layer.value(head, query, key);
        sum += value;
        largest = std::max(largest, value);
        smallest = std::min(smallest, value);
      }
      fused.push_back(fusion == HeadFusion::Mean      ? sum / static_cast<double>(layer.heads())
                      : fusion == HeadFusion::Maximum ? largest
                                                      : smallest);
    }
  return fused;
}

/// Sets the smallest entries to 0, the earlier one of two that are equal.
void discard_smallest(std::vector<double>& matrix, double share) {
  const auto count = static_cast<std::ptrdiff_t>(share * static_cast<double>(matrix.size()));
  if (count == 0)
    return;
  std::vector<std::size_t> order(matrix.size());
  std::iota(order.begin(), order.end(), 0);
  std::nth_element(order.begin(), order.begin() + count, order.end(), [&](std::size_t a, std::size_t b) {
    return matrix[a] != matrix[b] ? matrix[a] < matrix[b] : a < b;
  });
  for (auto at = order.begin(); at != order.begin() + count; ++at)
    matrix[*at] = 0;
}

/// (1 - r) A + r I, each row divided by its sum; a row of zeros becomes that of I.
void add_residual(std::vector<double>& matrix, std::size_t tokens, double residual) {
  for (std::size_t query = 0; query < tokens; ++query) {
    const std::span<double> row = std::span(matrix).subspan(query * tokens, tokens);
    for (double& value : row)
      value *= 1 - residual;
    row[query] += residual;
    const double sum = std::accumulate(row.begin(), row.end(), 0.0);
    for (double& value : row)
      value = sum > 0 ? value / sum : 0.0;
    if (sum == 0)
      row[query] = 1;
  }
}

/// The rows of the product of all layers' matrices that the scores read, from the last layer back.
Tensor rollout(const AttentionView& view, const MethodOptions& options, const Shape& picture) {
  const auto tokens = static_cast<std::size_t>(view.tokens());
  std::vector<double> row = read_tokens(*view.attention);
  const std::span<const AttentionMatrices> layers = last_layers(view, options);
  for (auto layer = layers.rbegin(); layer != layers.rend(); ++layer) {
    std::vector<double> matrix = fused_heads(*layer, options.heads);
    discard_smallest(matrix, options.discard);
    add_residual(matrix, tokens, options.residual);
    std::vector<double> before(tokens, 0.0);
    for (std::size_t query = 0; query < tokens; ++query)
      for (std::size_t key = 0; key < tokens; ++key)
        before[key] += row[query] * matrix[query * tokens + key];
    row = std::move(before);
  }
  return map_of_patches(*view.attention, row, picture);
}

std::string parameters(const MethodOptions& options, std::int64_t) {
  const std::string discarded = options.discard > 0
                                    ? fmt::format(", the smallest {:g} % discarded", 100 * options.discard)
                                    : std::string();
  return fmt::format("{}, {} of the heads{}, residual {:g}", blocks_text(options), name_of(options.heads),
                     discarded, options.residual);
}

}  // namespace

std::vector<Method> attention_rollout_methods() {
  Method rollout_method{
      {"attention-rollout", "Attention rollout", "abnar2020quantifying",
       "the products of a transformer's attention matrices from layer to layer, the same for every class", 0,
       MethodInfo::Values::PerPixel,
       "Bright patches are those that the tokens behind the score take most from; it does not depend on the "
       "class."},
      {{Rule::Gradient, MethodPass::To::AttentionValues}}};
  rollout_method.read_attention = rollout;
  rollout_method.parameters = parameters;
  rollout_method.options = {MethodOption::Heads, MethodOption::Discard, MethodOption::Residual,
                            MethodOption::Blocks};
  return {rollout_method};
}

}  // namespace fovea
