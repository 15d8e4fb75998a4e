#pragma once

#include "explain/method.hpp"
#include "fixtures.hpp"

#include <cmath>
#include <functional>
#include <optional>

/// A small vision transformer, as an ONNX file in the forms that exporters write, and as plain loops in
/// double that know nothing of the library.
namespace fovea::test {

struct SmallTransformer {
  /// How a file computes attention: Q, K and V by one product or by three, heads on an axis of their own or
  /// beside the pictures (as PyTorch's MultiheadAttention).
  enum class Form { OneProduct, ThreeProducts, HeadsBesidePictures };

  std::int64_t rows = 3, columns = 4, patch = 2;
  std::int64_t channels = 6, heads = 2, blocks = 3, classes = 5;
  bool class_token = true;  ///< read by the scores; without it they read the mean of all tokens
  Form form = Form::OneProduct;

  std::int64_t height() const { return rows * patch; }
  std::int64_t width() const { return columns * patch; }
  std::int64_t tokens() const { return rows * columns + (class_token ? 1 : 0); }
  std::int64_t head_size() const { return channels / heads; }

  ModelBuilder builder() const;
  Model model() const { return built(builder()); }

  /// One value that is changed on the way: of a block's attention [heads,tokens,tokens], or of its normalised
  /// tokens [tokens,channels], which Q, K and V are computed from; or a channel of these that is 0
  /// everywhere.
  struct Nudge {
    enum class Of { Attention, Tokens, Channel } of;
    std::int64_t block, at;
    double by = 0;
  };
  struct Run {
    std::vector<double> scores;
    std::vector<std::vector<double>> block_scores;  ///< the end of the network on each block's tokens
    std::vector<std::vector<double>> attention;     ///< of each block, [heads,tokens,tokens]
    std::vector<std::vector<double>> normalised;    ///< of each block, [tokens,channels]
  };
  Run run(const std::vector<float>& picture, const std::optional<Nudge>& nudge = {}) const;

  /// d(value)/d(element) for all elements of what is nudged in a block, by differences.
  std::vector<double> derivative(const std::vector<float>& picture, Nudge::Of of, std::int64_t block,
                                 const std::function<double(const Run&)>& value) const;

private:
  std::vector<float> weights(std::int64_t count, unsigned seed) const {
    std::vector<float> values = random_values(static_cast<std::size_t>(count), seed);
    for (float& value : values)
      value *= 0.7F;
    return values;
  }
  static unsigned seed_of(std::int64_t block, unsigned which) {
    return 100 + 20 * static_cast<unsigned>(block) + which;
  }
  void add_attention(ModelBuilder& b, const std::string& at, std::int64_t block) const;
  std::vector<double> normalise(const std::vector<double>& x) const;
  std::vector<double> dense(const std::vector<double>& x, std::int64_t in, std::int64_t out, unsigned w,
                            unsigned bias) const;
  std::vector<double> end(const std::vector<double>& x) const;
  /// The tokens of a picture, with their places added.
  std::vector<double> embedded(const std::vector<float>& picture) const;
  /// The probabilities of a block's attention from Q, K and V side by side.
  std::vector<double> attention_of(const std::vector<double>& qkv) const;
};

inline void SmallTransformer::add_attention(ModelBuilder& b, const std::string& at,
                                            std::int64_t block) const {
  const std::int64_t d = channels, size = head_size();
  const std::vector<float> w = weights(d * 3 * d, seed_of(block, 0)),
                           bias = weights(3 * d, seed_of(block, 1));
  std::string x = at + "norm";
  if (form == Form::HeadsBesidePictures) {
    b.node("Transpose", {x}, {at + "first"}, {{"perm", Dims{1, 0, 2}}});
    x = at + "first";
  }
  if (form == Form::OneProduct) {
    b.weight(at + "w", {d, 3 * d}, w).weight(at + "b", {3 * d}, bias);
    b.node("MatMul", {x, at + "w"}, {at + "qkv0"}).node("Add", {at + "qkv0", at + "b"}, {at + "qkv"});
    b.list(at + "split", {0, tokens(), 3, heads, size});
    b.node("Reshape", {at + "qkv", at + "split"}, {at + "parts"});
    b.node("Transpose", {at + "parts"}, {at + "sorted"}, {{"perm", Dims{2, 0, 3, 1, 4}}});
    for (const auto& [name, i] : {std::pair{"q", 0}, std::pair{"k0", 1}, std::pair{"v", 2}}) {
      *b.graph().add_initializer() = int_tensor(at + name + "i", {}, {i});
      b.node("Gather", {at + "sorted", at + name + "i"}, {at + name}, {{"axis", 0}});
    }
    b.node("Transpose", {at + "k0"}, {at + "k"}, {{"perm", Dims{0, 1, 3, 2}}});
  } else {
    const bool beside = form == Form::HeadsBesidePictures;
    b.list(at + "split", beside ? Dims{tokens(), -1, size} : Dims{0, tokens(), heads, size});
    for (const auto& [name, part] : {std::pair{"q", 0}, std::pair{"k", 1}, std::pair{"v", 2}}) {
      std::vector<float> own, own_bias(bias.begin() + part * d, bias.begin() + (part + 1) * d);
      for (std::int64_t i = 0; i < d; ++i)
        own.insert(own.end(), w.begin() + i * 3 * d + part * d, w.begin() + i * 3 * d + (part + 1) * d);
      b.weight(at + name + "w", {d, d}, own).weight(at + name + "b", {d}, own_bias);
      b.node("MatMul", {x, at + name + "w"}, {at + name + "0"});
      b.node("Add", {at + name + "0", at + name + "b"}, {at + name + "1"});
      b.node("Reshape", {at + name + "1", at + "split"}, {at + name + "2"});
      const Dims perm = beside ? (part == 1 ? Dims{1, 2, 0} : Dims{1, 0, 2})
                               : (part == 1 ? Dims{0, 2, 3, 1} : Dims{0, 2, 1, 3});
      b.node("Transpose", {at + name + "2"}, {at + name}, {{"perm", perm}});
    }
  }
  b.weight(at + "root", {}, {static_cast<float>(std::sqrt(static_cast<double>(size)))});
  b.node("MatMul", {at + "q", at + "k"}, {at + "product"});
  b.node("Div", {at + "product", at + "root"}, {at + "scaled"});
  b.node("Softmax", {at + "scaled"}, {at + "attention"}, {{"axis", -1}});
  b.node("MatMul", {at + "attention", at + "v"}, {at + "mixed"});
  const bool beside = form == Form::HeadsBesidePictures;
  b.list(at + "join", beside ? Dims{tokens(), -1, d} : Dims{0, tokens(), d});
  b.node("Transpose", {at + "mixed"}, {at + "together0"},
         {{"perm", beside ? Dims{1, 0, 2} : Dims{0, 2, 1, 3}}});
  b.node("Reshape", {at + "together0", at + "join"}, {at + "together"});
  b.weight(at + "pw", {d, d}, weights(d * d, seed_of(block, 2)));
  b.weight(at + "pb", {d}, weights(d, seed_of(block, 3)));
  b.node("MatMul", {at + "together", at + "pw"}, {at + "out0"})
      .node("Add", {at + "out0", at + "pb"}, {at + "out1"});
  if (beside)
    b.node("Transpose", {at + "out1"}, {at + "out"}, {{"perm", Dims{1, 0, 2}}});
  else
    b.node("Identity", {at + "out1"}, {at + "out"});
}

inline ModelBuilder SmallTransformer::builder() const {
  const std::int64_t d = channels, hidden = 2 * d;
  ModelBuilder b(17);
  b.input("image", {-1, 3, height(), width()}).output("scores");
  b.weight("w", {d, 3, patch, patch}, weights(d * 3 * patch * patch, 1)).weight("b", {d}, weights(d, 2));
  b.node("Conv", {"image", "w", "b"}, {"patches"}, {{"strides", Dims{patch, patch}}});
  b.list("flat", {0, d, -1}).node("Reshape", {"patches", "flat"}, {"list"});
  b.node("Transpose", {"list"}, {"embedded"}, {{"perm", Dims{0, 2, 1}}});
  std::string x = "embedded";
  if (class_token) {
    b.weight("class", {1, 1, d}, weights(d, 3)).list("zero", {0}).list("one", {1}).list("rest", {1, d});
    b.node("Shape", {"image"}, {"shape"}).node("Slice", {"shape", "zero", "one"}, {"count"});
    b.node("Concat", {"count", "rest"}, {"wanted"}, {{"axis", 0}});
    b.node("Expand", {"class", "wanted"}, {"classes"});
    b.node("Concat", {"classes", x}, {"all"}, {{"axis", 1}});
    x = "all";
  }
  b.weight("places", {1, tokens(), d}, weights(tokens() * d, 4)).node("Add", {x, "places"}, {"x0"});
  b.weight("ones", {d}, std::vector<float>(static_cast<std::size_t>(d), 1.0F));
  for (std::int64_t block = 0; block < blocks; ++block) {
    const std::string at = fmt::format("block{}.", block), in = fmt::format("x{}", block);
    b.node("LayerNormalization", {in, "ones"}, {at + "norm"}, {{"axis", -1}, {"epsilon", 1e-5}});
    add_attention(b, at, block);
    b.node("Add", {in, at + "out"}, {at + "x"});
    b.node("LayerNormalization", {at + "x", "ones"}, {at + "norm2"}, {{"axis", -1}, {"epsilon", 1e-5}});
    b.weight(at + "w1", {d, hidden}, weights(d * hidden, seed_of(block, 4)));
    b.weight(at + "b1", {hidden}, weights(hidden, seed_of(block, 5)));
    b.weight(at + "w2", {hidden, d}, weights(hidden * d, seed_of(block, 6)));
    b.weight(at + "b2", {d}, weights(d, seed_of(block, 7)));
    b.node("MatMul", {at + "norm2", at + "w1"}, {at + "m0"}).node("Add", {at + "m0", at + "b1"}, {at + "m1"});
    b.node("Tanh", {at + "m1"}, {at + "m2"});
    b.node("MatMul", {at + "m2", at + "w2"}, {at + "m3"}).node("Add", {at + "m3", at + "b2"}, {at + "m4"});
    b.node("Add", {at + "x", at + "m4"}, {fmt::format("x{}", block + 1)});
  }
  b.node("LayerNormalization", {fmt::format("x{}", blocks), "ones"}, {"last"},
         {{"axis", -1}, {"epsilon", 1e-5}});
  if (class_token) {
    *b.graph().add_initializer() = int_tensor("first", {}, {0});
    b.node("Gather", {"last", "first"}, {"features"}, {{"axis", 1}});
  } else {
    b.node("ReduceMean", {"last"}, {"features"}, {{"axes", Dims{1}}, {"keepdims", 0}});
  }
  b.weight("hw", {d, classes}, weights(d * classes, 5)).weight("hb", {classes}, weights(classes, 6));
  b.node("Gemm", {"features", "hw", "hb"}, {"scores"});
  return b;
}

inline std::vector<double> SmallTransformer::normalise(const std::vector<double>& x) const {
  std::vector<double> y(x.size());
  const auto d = static_cast<std::size_t>(channels);
  for (std::size_t t = 0; t < x.size(); t += d) {
    double mean = 0, variance = 0;
    for (std::size_t c = 0; c < d; ++c)
      mean += x[t + c] / static_cast<double>(d);
    for (std::size_t c = 0; c < d; ++c)
      variance += (x[t + c] - mean) * (x[t + c] - mean) / static_cast<double>(d);
    for (std::size_t c = 0; c < d; ++c)
      y[t + c] = (x[t + c] - mean) / std::sqrt(variance + 1e-5);
  }
  return y;
}

inline std::vector<double> SmallTransformer::dense(const std::vector<double>& x, std::int64_t in,
                                                   std::int64_t out, unsigned w, unsigned bias) const {
  const std::vector<float> matrix = weights(in * out, w), offset = weights(out, bias);
  const auto m = static_cast<std::size_t>(in), n = static_cast<std::size_t>(out);
  std::vector<double> y;
  for (std::size_t t = 0; t < x.size() / m; ++t)
    for (std::size_t o = 0; o < n; ++o) {
      double sum = offset[o];
      for (std::size_t i = 0; i < m; ++i)
        sum += x[t * m + i] * static_cast<double>(matrix[i * n + o]);
      y.push_back(sum);
    }
  return y;
}

inline std::vector<double> SmallTransformer::end(const std::vector<double>& x) const {
  const std::vector<double> last = normalise(x);
  const auto d = static_cast<std::size_t>(channels);
  std::vector<double> features(last.begin(), last.begin() + channels);
  if (!class_token) {
    features.assign(d, 0.0);
    for (std::size_t i = 0; i < last.size(); ++i)
      features[i % d] += last[i] / static_cast<double>(tokens());
  }
  return dense(features, channels, classes, 5, 6);
}

inline std::vector<double> SmallTransformer::embedded(const std::vector<float>& picture) const {
  const auto d = static_cast<std::size_t>(channels);
  const std::vector<float> w = weights(channels * 3 * patch * patch, 1), b = weights(channels, 2),
                           cls = weights(channels, 3), places = weights(tokens() * channels, 4);
  std::vector<double> x;
  if (class_token)
    x.assign(cls.begin(), cls.end());
  for (std::int64_t row = 0; row < rows; ++row)
    for (std::int64_t column = 0; column < columns; ++column)
      for (std::size_t c = 0; c < d; ++c) {
        double sum = b[c];
        for (std::int64_t k = 0; k < 3; ++k)
          for (std::int64_t i = 0; i < patch; ++i)
            for (std::int64_t j = 0; j < patch; ++j)
              sum += static_cast<double>(w[static_cast<std::size_t>(
                         ((static_cast<std::int64_t>(c) * 3 + k) * patch + i) * patch + j)]) *
                     static_cast<double>(picture[static_cast<std::size_t>(
                         (k * height() + row * patch + i) * width() + column * patch + j)]);
        x.push_back(sum);
      }
  for (std::size_t i = 0; i < x.size(); ++i)
    x[i] += places[i];
  return x;
}

inline std::vector<double> SmallTransformer::attention_of(const std::vector<double>& qkv) const {
  const auto d = static_cast<std::size_t>(channels), T = static_cast<std::size_t>(tokens());
  const auto h = static_cast<std::size_t>(heads), size = static_cast<std::size_t>(head_size());
  const auto of = [&](std::size_t token, std::size_t part, std::size_t head, std::size_t i) {
    return qkv[token * 3 * d + part * d + head * size + i];
  };
  std::vector<double> attention(h * T * T);
  for (std::size_t head = 0; head < h; ++head)
    for (std::size_t q = 0; q < T; ++q) {
      double* line = attention.data() + (head * T + q) * T;
      double total = 0;
      for (std::size_t k = 0; k < T; ++k) {
        double dot = 0;
        for (std::size_t i = 0; i < size; ++i)
          dot += of(q, 0, head, i) * of(k, 1, head, i);
        line[k] = std::exp(dot / std::sqrt(static_cast<double>(size)));
        total += line[k];
      }
      for (std::size_t k = 0; k < T; ++k)
        line[k] /= total;
    }
  return attention;
}

inline SmallTransformer::Run SmallTransformer::run(const std::vector<float>& picture,
                                                   const std::optional<Nudge>& nudge) const {
  const auto d = static_cast<std::size_t>(channels), T = static_cast<std::size_t>(tokens());
  const auto size = static_cast<std::size_t>(head_size());
  const auto nudged = [&](Nudge::Of of, std::int64_t block, std::vector<double>& values) {
    if (nudge && nudge->of == of && nudge->block == block)
      values[static_cast<std::size_t>(nudge->at)] += nudge->by;
  };
  std::vector<double> x = embedded(picture);
  Run result;
  for (std::int64_t block = 0; block < blocks; ++block) {
    std::vector<double> norm = normalise(x);
    nudged(Nudge::Of::Tokens, block, norm);
    if (nudge && nudge->of == Nudge::Of::Channel && nudge->block == block)
      for (std::size_t token = 0; token < T; ++token)
        norm[token * d + static_cast<std::size_t>(nudge->at)] = 0;
    result.normalised.push_back(norm);
    const std::vector<double> qkv = dense(norm, channels, 3 * channels, seed_of(block, 0), seed_of(block, 1));
    const auto of = [&](std::size_t token, std::size_t part, std::size_t head, std::size_t i) {
      return qkv[token * 3 * d + part * d + head * size + i];
    };
    std::vector<double> attention = attention_of(qkv);
    nudged(Nudge::Of::Attention, block, attention);
    result.attention.push_back(attention);
    std::vector<double> mixed(T * d, 0.0);
    for (std::size_t q = 0; q < T; ++q)
      for (std::size_t c = 0; c < d; ++c)
        for (std::size_t k = 0; k < T; ++k)
          mixed[q * d + c] += attention[(c / size * T + q) * T + k] * of(k, 2, c / size, c % size);
    const std::vector<double> out = dense(mixed, channels, channels, seed_of(block, 2), seed_of(block, 3));
    for (std::size_t i = 0; i < x.size(); ++i)
      x[i] += out[i];
    std::vector<double> inner =
        dense(normalise(x), channels, 2 * channels, seed_of(block, 4), seed_of(block, 5));
    for (double& value : inner)
      value = std::tanh(value);
    const std::vector<double> mlp =
        dense(inner, 2 * channels, channels, seed_of(block, 6), seed_of(block, 7));
    for (std::size_t i = 0; i < x.size(); ++i)
      x[i] += mlp[i];
    result.block_scores.push_back(end(x));
  }
  result.scores = result.block_scores.back();
  return result;
}

inline std::vector<double>
SmallTransformer::derivative(const std::vector<float>& picture, Nudge::Of of, std::int64_t block,
                             const std::function<double(const Run&)>& value) const {
  const std::int64_t count = of == Nudge::Of::Tokens ? tokens() * channels : heads * tokens() * tokens();
  constexpr double step = 1e-4;
  std::vector<double> slopes;
  for (std::int64_t at = 0; at < count; ++at)
    slopes.push_back(
        (value(run(picture, Nudge{of, block, at, step})) - value(run(picture, Nudge{of, block, at, -step}))) /
        (2 * step));
  return slopes;
}

/// The network that a test explains by a method: a transformer with the same pictures and classes where the
/// method reads attention.
inline Model network_for(std::string_view method, const Model& otherwise) {
  if (!needs_attention(find_method(method)))
    return otherwise;
  const ImageInput input = otherwise.image_input();
  SmallTransformer network;
  network.patch = 2;
  network.rows = input.height / network.patch;
  network.columns = input.width / network.patch;
  return network.model();
}

}  // namespace fovea::test
