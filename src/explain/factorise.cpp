#include "fovea/concepts.hpp"

#include "base/check.hpp"
#include "base/random.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

namespace fovea {
namespace {

/// A row-major matrix of doubles.
struct Matrix {
  std::size_t rows = 0, columns = 0;
  std::vector<double> values = {};

  Matrix(std::size_t r, std::size_t c) : rows(r), columns(c), values(r * c, 0.0) {}
  double* row(std::size_t r) { return values.data() + r * columns; }
  const double* row(std::size_t r) const { return values.data() + r * columns; }
};

/// a b, summed row by row of b, in which the compiler can use vectors.
Matrix product(const Matrix& a, const Matrix& b) {
  Matrix result(a.rows, b.columns);
  for (std::size_t r = 0; r < a.rows; ++r)
    for (std::size_t k = 0; k < a.columns; ++k) {
      const double factor = a.row(r)[k];
      if (factor == 0)
        continue;
      double* out = result.row(r);
      const double* in = b.row(k);
      for (std::size_t c = 0; c < b.columns; ++c)
        out[c] += factor * in[c];
    }
  return result;
}

double dot(const double* a, const double* b, std::size_t count) {
  return std::inner_product(a, a + count, b, 0.0);
}

Matrix transposed(const Matrix& a) {
  Matrix result(a.columns, a.rows);
  for (std::size_t r = 0; r < a.rows; ++r)
    for (std::size_t c = 0; c < a.columns; ++c)
      result.row(c)[r] = a.row(r)[c];
  return result;
}

/// The products of all pairs of rows.
Matrix gram(const Matrix& a) {
  Matrix result(a.rows, a.rows);
  for (std::size_t i = 0; i < a.rows; ++i)
    for (std::size_t j = 0; j < a.rows; ++j)
      result.row(i)[j] = dot(a.row(i), a.row(j), a.columns);
  return result;
}

/// Sets each row of `factor` in turn to the non-negative row for which factor' * other is nearest to the
/// matrix of which `m` is other * matrix.
void improve(Matrix& factor, const Matrix& other, const Matrix& m) {
  const Matrix among = gram(other);
  for (std::size_t k = 0; k < factor.rows; ++k) {
    const double length = among.row(k)[k];
    if (length == 0)
      continue;
    std::vector<double> step(m.row(k), m.row(k) + m.columns);
    for (std::size_t j = 0; j < factor.rows; ++j)
      for (std::size_t i = 0; i < factor.columns; ++i)
        step[i] -= among.row(k)[j] * factor.row(j)[i];
    for (std::size_t i = 0; i < factor.columns; ++i)
      factor.row(k)[i] = std::max(factor.row(k)[i] + step[i] / length, 0.0);
  }
}

/// ||V - W H||, by its elements.
double distance(const Matrix& v, const Matrix& w_transposed, const Matrix& h) {
  const Matrix fitted = product(transposed(w_transposed), h);
  double sum = 0;
  for (std::size_t i = 0; i < v.values.size(); ++i)
    sum += (v.values[i] - fitted.values[i]) * (v.values[i] - fitted.values[i]);
  return std::sqrt(sum);
}

/// The activations with a row for each position, picture by picture.
Matrix rows_of(std::span<const Tensor> activations) {
  FOVEA_CHECK(!activations.empty(), "factorising needs the activations of a picture");
  const std::int64_t channels = activations.front().shape().rank() == 3 ? activations.front().shape()[0] : 0;
  std::size_t positions = 0;
  for (const Tensor& one : activations) {
    FOVEA_CHECK(one.shape().rank() == 3 && one.shape()[0] == channels,
                "expected activations [{},h,w] of every picture, found {}", channels, to_string(one.shape()));
    positions += static_cast<std::size_t>(one.shape()[1] * one.shape()[2]);
  }
  Matrix rows(positions, static_cast<std::size_t>(channels));
  std::size_t first = 0;
  for (const Tensor& one : activations) {
    const auto values = one.data<float>();
    const std::size_t plane = rows.columns == 0 ? 0 : values.size() / rows.columns;
    for (std::size_t i = 0; i < values.size(); ++i) {
      FOVEA_CHECK(values[i] >= 0 && std::isfinite(values[i]),
                  "the layer has an activation of {} in channel {}, and only layers that are never negative "
                  "can be factorised: choose the value behind a Relu or another activation of that kind",
                  values[i], i / plane);
      rows.row(first + i % plane)[i / plane] = static_cast<double>(values[i]);
    }
    first += plane;
  }
  return rows;
}

void check_count(const Matrix& rows, std::int64_t concepts) {
  const auto most = static_cast<std::int64_t>(std::min(rows.rows, rows.columns));
  FOVEA_CHECK(concepts >= 1 && concepts <= most,
              "{} concepts of a layer with {} channels and {} positions in these pictures: expected 1 to {}",
              concepts, rows.columns, rows.rows, most);
}

}  // namespace

void check_can_be_factorised(const Model& model, const LayerInfo& layer,
                             std::span<const Tensor> activations) {
  const auto is_negative = [](const Tensor& one) {
    const auto values = one.data<float>();
    return std::any_of(values.begin(), values.end(), [](float value) { return value < 0; });
  };
  if (std::none_of(activations.begin(), activations.end(), is_negative))
    return;
  const auto is_rectified = [](const LayerInfo& one) {
    constexpr std::array operators = {"Relu", "Clip", "Sigmoid", "HardSigmoid", "Softplus"};
    return one.layout && one.layout->has_grid && one.layout->positions() > 1 &&
           std::find(operators.begin(), operators.end(), one.operator_name) != operators.end();
  };
  const std::vector<LayerInfo> all = layers(model, layer.picture_height, layer.picture_width);
  const auto last = std::find_if(all.rbegin(), all.rend(), is_rectified);
  FOVEA_CHECK(last != all.rend(),
              "the layer '{}' has negative activations, and only layers without any can be factorised: "
              "this network has no Relu that gives such a layer in rows and columns",
              layer.name);
  FOVEA_CHECK(false,
              "the layer '{}' has negative activations, and only layers without any can be factorised: "
              "the last one of this network is '{}'",
              layer.name, last->name);
}

ConceptFactors factorise(std::span<const Tensor> activations, const FactorOptions& options) {
  FOVEA_CHECK(options.max_iterations >= 1 && options.tolerance >= 0,
              "{} iterations with a tolerance of {} are not possible", options.max_iterations,
              options.tolerance);
  const Matrix v = rows_of(activations), v_transposed = transposed(v);
  check_count(v, options.concepts);
  const auto count = static_cast<std::size_t>(options.concepts);
  const double size = std::sqrt(dot(v.values.data(), v.values.data(), v.values.size()));
  FOVEA_CHECK(size > 0, "the layer is 0 everywhere in these pictures: there is nothing to factorise");

  const double mean =
      std::accumulate(v.values.begin(), v.values.end(), 0.0) / static_cast<double>(v.values.size());
  Random random(options.seed);
  Matrix w(count, v.rows), h(count, v.columns);  // w is transposed
  for (Matrix* factor : {&w, &h})
    for (double& value : factor->values)
      value = std::sqrt(mean / static_cast<double>(count)) * (0.5 + random.uniform());

  ConceptFactors result;
  result.errors.push_back(distance(v, w, h) / size);
  for (int i = 0; i < options.max_iterations; ++i) {
    improve(w, h, product(h, v_transposed));
    improve(h, w, product(w, v));
    result.errors.push_back(distance(v, w, h) / size);
    const double before = result.errors.end()[-2];
    if (before - result.errors.back() <= options.tolerance * before)
      break;
  }

  std::vector<double> lengths, parts;
  for (std::size_t k = 0; k < count; ++k) {
    lengths.push_back(std::sqrt(dot(h.row(k), h.row(k), h.columns)));
    parts.push_back(lengths.back() * std::sqrt(dot(w.row(k), w.row(k), w.columns)));
  }
  std::vector<std::size_t> order(count);
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return parts[a] > parts[b]; });

  result.directions = Tensor(DType::F32, {options.concepts, static_cast<std::int64_t>(v.columns)});
  auto direction = result.directions.data<float>().begin();
  for (const std::size_t k : order)
    direction = std::transform(h.row(k), h.row(k) + h.columns, direction, [&](double value) {
      return lengths[k] > 0 ? static_cast<float>(value / lengths[k]) : 0.0F;
    });
  std::size_t first = 0;
  for (const Tensor& one : activations) {
    result.maps.emplace_back(DType::F32, Shape{options.concepts, one.shape()[1], one.shape()[2]});
    const auto plane = static_cast<std::size_t>(one.shape()[1] * one.shape()[2]);
    auto map = result.maps.back().data<float>().begin();
    for (const std::size_t k : order)
      map = std::transform(w.row(k) + first, w.row(k) + first + plane, map,
                           [&](double value) { return static_cast<float>(value * lengths[k]); });
    first += plane;
  }
  return result;
}

}  // namespace fovea
