#include "explain/attention_view.hpp"

#include "fovea/error.hpp"
#include "fovea/localize.hpp"
#include "small_transformer.hpp"

#include <gtest/gtest.h>

#include <numeric>

/// Methods that read a transformer's attention, against plain loops: attention itself, products of matrices
/// and derivatives by differences.
namespace fovea {
namespace {

using test::built;
using test::ModelBuilder;
using test::random_values;
using test::SmallTransformer;
using Form = SmallTransformer::Form;
using Nudge = SmallTransformer::Nudge;

constexpr std::int64_t kTarget = 2;

Tensor picture_of(const SmallTransformer& network, unsigned seed = 21) {
  Tensor picture(DType::F32, {3, network.height(), network.width()});
  const std::vector<float> values = random_values(picture.data<float>().size(), seed);
  std::copy(values.begin(), values.end(), picture.data<float>().begin());
  return picture;
}

std::vector<float> values_of(const Tensor& tensor) {
  const auto all = tensor.data<float>();
  return {all.begin(), all.end()};
}

Tensor map_by(const Model& model, const Tensor& picture, const std::string& method,
              const MethodOptions& options = {}, const ExplainedScore& target = {kTarget, {}}) {
  return test::explainer_of(model, {.method = method, .method_options = options})
      .attribute(picture, target)
      .relevance;
}

using Matrix = std::vector<std::vector<double>>;

Matrix identity(std::size_t size) {
  Matrix one(size, std::vector<double>(size, 0.0));
  for (std::size_t i = 0; i < size; ++i)
    one[i][i] = 1;
  return one;
}

Matrix product(const Matrix& a, const Matrix& b) {
  Matrix c(a.size(), std::vector<double>(b.front().size(), 0.0));
  for (std::size_t i = 0; i < a.size(); ++i)
    for (std::size_t j = 0; j < b.front().size(); ++j)
      for (std::size_t k = 0; k < b.size(); ++k)
        c[i][j] += a[i][k] * b[k][j];
  return c;
}

/// What the scores read of the rows of a matrix of tokens: the class token's row, or the mean of all.
std::vector<double> read_row(const SmallTransformer& network, const Matrix& matrix) {
  if (network.class_token)
    return matrix.front();
  std::vector<double> mean(matrix.size(), 0.0);
  for (const std::vector<double>& row : matrix)
    for (std::size_t k = 0; k < row.size(); ++k)
      mean[k] += row[k] / static_cast<double>(matrix.size());
  return mean;
}

/// The patches of a row of tokens, at the picture's size.
Tensor patches_map(const SmallTransformer& network, const std::vector<double>& tokens) {
  Tensor map(DType::F32, {network.rows, network.columns});
  for (std::size_t i = 0; i < map.data<float>().size(); ++i)
    map.data<float>()[i] = static_cast<float>(tokens[i + (network.class_token ? 1 : 0)]);
  return resize_map(map, network.width(), network.height());
}

void expect_near(const Tensor& found, const Tensor& expected, double tolerance, const std::string& what) {
  const auto a = found.data<float>(), b = expected.data<float>();
  ASSERT_EQ(a.size(), b.size()) << what;
  double largest = 0, apart = 0;
  for (std::size_t i = 0; i < b.size(); ++i) {
    largest = std::max(largest, std::abs(static_cast<double>(b[i])));
    apart = std::max(apart, std::abs(static_cast<double>(a[i]) - static_cast<double>(b[i])));
  }
  EXPECT_GT(largest, 0) << what;
  EXPECT_LE(apart, tolerance * largest) << what;
}

std::vector<SmallTransformer> all_networks() {
  std::vector<SmallTransformer> all;
  for (const Form form : {Form::OneProduct, Form::ThreeProducts, Form::HeadsBesidePictures})
    for (const bool class_token : {true, false}) {
      all.emplace_back();
      all.back().form = form;
      all.back().class_token = class_token;
    }
  return all;
}

std::string name_of(const SmallTransformer& network) {
  return fmt::format("form {}, {}", static_cast<int>(network.form),
                     network.class_token ? "class token" : "mean");
}

/// One matrix of a block's heads, with the smallest entries discarded and the residual added, as the paper
/// and its users write it.
Matrix rollout_factor(const SmallTransformer& network, const std::vector<double>& attention,
                      const MethodOptions& options) {
  const auto T = static_cast<std::size_t>(network.tokens()), h = static_cast<std::size_t>(network.heads);
  Matrix factor(T, std::vector<double>(T));
  std::vector<double> all;
  for (std::size_t q = 0; q < T; ++q)
    for (std::size_t k = 0; k < T; ++k) {
      std::vector<double> of_heads;
      for (std::size_t head = 0; head < h; ++head)
        of_heads.push_back(attention[(head * T + q) * T + k]);
      double& value = factor[q][k];
      if (options.heads == HeadFusion::Mean)
        value = std::accumulate(of_heads.begin(), of_heads.end(), 0.0) / static_cast<double>(h);
      else if (options.heads == HeadFusion::Maximum)
        value = *std::max_element(of_heads.begin(), of_heads.end());
      else
        value = *std::min_element(of_heads.begin(), of_heads.end());
      all.push_back(value);
    }
  std::sort(all.begin(), all.end());
  const auto dropped = static_cast<std::size_t>(options.discard * static_cast<double>(all.size()));
  for (std::size_t q = 0; q < T; ++q) {
    double sum = 0;
    for (std::size_t k = 0; k < T; ++k) {
      if (dropped > 0 && factor[q][k] <= all[dropped - 1])
        factor[q][k] = 0;
      factor[q][k] = (1 - options.residual) * factor[q][k] + (q == k ? options.residual : 0);
      sum += factor[q][k];
    }
    for (std::size_t k = 0; k < T; ++k)
      factor[q][k] /= sum;
  }
  return factor;
}

Tensor slow_rollout(const SmallTransformer& network, const Tensor& picture, const MethodOptions& options) {
  const SmallTransformer::Run run = network.run(values_of(picture));
  Matrix joint = identity(static_cast<std::size_t>(network.tokens()));
  const std::int64_t first = options.blocks > 0 ? network.blocks - options.blocks : 0;
  for (std::int64_t block = first; block < network.blocks; ++block)
    joint = product(rollout_factor(network, run.attention[static_cast<std::size_t>(block)], options), joint);
  return patches_map(network, read_row(network, joint));
}

TEST(AttentionRollout, IsTheProductOfTheBlocksMatrices) {
  const std::vector<MethodOptions> all = {{},
                                          {.heads = HeadFusion::Maximum},
                                          {.heads = HeadFusion::Minimum, .discard = 0.6},
                                          {.discard = 0.3, .residual = 0.2},
                                          {.residual = 0.9, .blocks = 2}};
  for (const SmallTransformer& network : all_networks()) {
    const Tensor picture = picture_of(network);
    for (const MethodOptions& options : all)
      expect_near(map_by(network.model(), picture, "attention-rollout", options),
                  slow_rollout(network, picture, options), 1e-5,
                  name_of(network) + fmt::format(", {:g} {:g}", options.discard, options.residual));
  }
}

/// With patches of one pixel, the map is the row itself.
TEST(AttentionRollout, OfOneBlockWithOneHeadIsItsAttention) {
  SmallTransformer network;
  network.patch = network.blocks = network.heads = 1;
  const Tensor picture = picture_of(network);
  const std::vector<double> attention = network.run(values_of(picture)).attention.front();
  const Tensor map = map_by(network.model(), picture, "attention-rollout", {.residual = 0});
  for (std::size_t i = 0; i < map.data<float>().size(); ++i)
    EXPECT_NEAR(map.data<float>()[i], attention[i + 1], 1e-6);
}

TEST(AttentionRollout, RowsSumToOneWhateverTheOptions) {
  SmallTransformer network;
  network.patch = 1;
  network.class_token = false;
  const Tensor picture = picture_of(network);
  for (const HeadFusion heads : {HeadFusion::Mean, HeadFusion::Maximum, HeadFusion::Minimum})
    for (const double discard : {0.0, 0.5, 0.97})
      for (const double residual : {0.0, 0.5}) {
        const std::vector<float> map =
            values_of(map_by(network.model(), picture, "attention-rollout",
                             {.heads = heads, .discard = discard, .residual = residual}));
        EXPECT_NEAR(std::accumulate(map.begin(), map.end(), 0.0), 1, 1e-5) << discard << " " << residual;
      }
}

TEST(AttentionRollout, DoesNotDependOnTheClass) {
  const SmallTransformer network;
  const Tensor picture = picture_of(network);
  EXPECT_EQ(values_of(map_by(network.model(), picture, "attention-rollout")),
            values_of(map_by(network.model(), picture, "attention-rollout", {}, {0, 3})));
}

/// R = I, then R += mean over heads of max(dS/dA A, 0) times R, block by block.
Tensor slow_generic_attention(const SmallTransformer& network, const Tensor& picture, std::int64_t first,
                              const std::function<double(const SmallTransformer::Run&)>& score) {
  const std::vector<float> values = values_of(picture);
  const SmallTransformer::Run run = network.run(values);
  const auto T = static_cast<std::size_t>(network.tokens()), h = static_cast<std::size_t>(network.heads);
  Matrix relevance = identity(T);
  for (std::int64_t block = first; block < network.blocks; ++block) {
    const std::vector<double>& attention = run.attention[static_cast<std::size_t>(block)];
    const std::vector<double> slopes = network.derivative(values, Nudge::Of::Attention, block, score);
    Matrix weighted(T, std::vector<double>(T, 0.0));
    for (std::size_t i = 0; i < attention.size(); ++i)
      weighted[i / T % T][i % T] += std::max(slopes[i] * attention[i], 0.0) / static_cast<double>(h);
    const Matrix more = product(weighted, relevance);
    for (std::size_t q = 0; q < T; ++q)
      for (std::size_t k = 0; k < T; ++k)
        relevance[q][k] += more[q][k];
  }
  return patches_map(network, read_row(network, relevance));
}

TEST(GenericAttention, IsThatOfThePaper) {
  for (const SmallTransformer& network : all_networks()) {
    const Tensor picture = picture_of(network);
    const Model model = network.model();
    expect_near(
        map_by(model, picture, "generic-attention"),
        slow_generic_attention(network, picture, 0, [](const auto& run) { return run.scores[kTarget]; }),
        2e-4, name_of(network));
    expect_near(map_by(model, picture, "generic-attention", {.blocks = 2}, {kTarget, 0}),
                slow_generic_attention(network, picture, 1,
                                       [](const auto& run) { return run.scores[kTarget] - run.scores[0]; }),
                2e-4, name_of(network) + ", contrastive");
  }
}

/// For each block the score of its own tokens, by the end of the network.
Tensor slow_legrad(const SmallTransformer& network, const Tensor& picture, std::int64_t first) {
  const auto T = static_cast<std::size_t>(network.tokens());
  std::vector<double> mean(T, 0.0);
  for (std::int64_t block = first; block < network.blocks; ++block) {
    const std::vector<double> slopes =
        network.derivative(values_of(picture), Nudge::Of::Attention, block, [&](const auto& run) {
          return run.block_scores[static_cast<std::size_t>(block)][kTarget];
        });
    for (std::size_t i = 0; i < slopes.size(); ++i)
      mean[i % T] += std::max(slopes[i], 0.0) /
                     static_cast<double>(network.heads * network.tokens() * (network.blocks - first));
  }
  return patches_map(network, mean);
}

TEST(LeGrad, IsThatOfThePaper) {
  for (const SmallTransformer& network : all_networks()) {
    const Tensor picture = picture_of(network);
    const Model model = network.model();
    expect_near(map_by(model, picture, "legrad"), slow_legrad(network, picture, 0), 2e-4, name_of(network));
    expect_near(map_by(model, picture, "legrad", {.blocks = 1}),
                slow_legrad(network, picture, network.blocks - 1), 2e-4, name_of(network) + ", last block");
  }
}

TEST(LeGrad, OfOneBlockIsTheGradientOfTheScores) {
  SmallTransformer network;
  network.blocks = 1;
  const Tensor picture = picture_of(network);
  expect_near(map_by(network.model(), picture, "legrad"), slow_legrad(network, picture, 0), 2e-4,
              "one block");
}

/// All methods in one program, in any order, with others beside them, and in batches.
TEST(AttentionMethods, ShareAProgramAndABatch) {
  SmallTransformer network;
  const Model model = network.model();
  const std::vector<std::string> names = {"attention-rollout", "gradient", "legrad", "grad-cam",
                                          "generic-attention"};
  Explainer all = test::explainer_of(
      model, {.method = names[0], .further_methods = {names.begin() + 1, names.end()}, .crops = Crops::Ten});
  const Image photo = test::photo(20, 16);
  const std::vector<Explanation> together = all.all(all.frame(photo), {.target = 1});
  for (std::size_t m = 0; m < names.size(); ++m) {
    const Explanation alone =
        test::explained(model, photo, {.target = 1}, {.method = names[m], .crops = Crops::Ten, .batch = 1});
    expect_near(together[m].relevance, alone.relevance, 1e-5, names[m]);
  }
}

TEST(AttentionMethods, AreAveragedOverNoisyCopies) {
  const SmallTransformer network;
  const Tensor picture = picture_of(network);
  for (const std::string method : {"attention-rollout", "generic-attention", "legrad"}) {
    const Tensor plain = map_by(network.model(), picture, method),
                 noiseless = map_by(network.model(), picture, method, {.smooth = 3, .noise = 0}),
                 noisy = map_by(network.model(), picture, method, {.smooth = 3});
    expect_near(noiseless, plain, 1e-5, method);
    EXPECT_NE(values_of(noisy), values_of(plain)) << method;
  }
}

std::string error_of(const Model& model, const std::string& method, const MethodOptions& options = {}) {
  try {
    test::explainer_of(model, {.method = method, .method_options = options});
  } catch (const Error& error) {
    return error.what();
  }
  return {};
}

TEST(AttentionMethods, SayWhatANetworkLacks) {
  for (const std::string method : {"attention-rollout", "generic-attention", "legrad"}) {
    const std::string none = error_of(built(test::small_network(14, 22)), method);
    EXPECT_NE(none.find("there is no attention between the picture and the scores"), std::string::npos)
        << none;
    EXPECT_NE(none.find("grad-cam"), std::string::npos) << none;
    const std::string many = error_of(SmallTransformer().model(), method, {.blocks = 4});
    EXPECT_NE(many.find("the last 4 blocks are asked for, and the network has 3"), std::string::npos) << many;
  }
}

/// Tokens in windows of 2 x 2, each of which attends to its own window; or keys from every second token; or
/// attention among channels.
ModelBuilder other_attention(const std::string& kind) {
  ModelBuilder b;
  b.input("image", {1, 4, 4, 4}).output("scores");
  b.list("cut", {1, 4, 2, 2, 2, 2}).list("windows", {4, 4, 4}).list("tokens", {1, 16, 4});
  b.node("Reshape", {"image", "cut"}, {"parts"});
  b.node("Transpose", {"parts"}, {"sorted"}, {{"perm", test::Dims{0, 2, 4, 3, 5, 1}}});
  b.node("Reshape", {"sorted", kind == "windows" ? "windows" : "tokens"}, {"x"});
  b.weight("wq", {4, 4}, random_values(16, 1)).weight("wk", {4, 4}, random_values(16, 2));
  b.node("MatMul", {"x", "wq"}, {"q"}).node("MatMul", {"x", "wk"}, {"k0"}).node("Identity", {"x"}, {"v0"});
  std::string k = "k0", v = "v0";
  if (kind == "fewer keys") {
    b.list("from", {0}).list("to", {16}).list("axis", {1}).list("step", {2});
    b.node("Slice", {"k0", "from", "to", "axis", "step"}, {"k1"});
    b.node("Slice", {"v0", "from", "to", "axis", "step"}, {"v1"});
    k = "k1";
    v = "v1";
  }
  if (kind == "channels") {
    b.node("Transpose", {"q"}, {"qt"}, {{"perm", test::Dims{0, 2, 1}}});
    b.node("MatMul", {"qt", k}, {"s"}).node("Softmax", {"s"}, {"a"}, {{"axis", -1}});
    b.node("Transpose", {v}, {"vt"}, {{"perm", test::Dims{0, 2, 1}}}).node("MatMul", {"a", "vt"}, {"y"});
  } else {
    b.node("Transpose", {k}, {"kt"}, {{"perm", test::Dims{0, 2, 1}}});
    b.node("MatMul", {"q", "kt"}, {"s"}).node("Softmax", {"s"}, {"a"}, {{"axis", -1}});
    b.node("MatMul", {"a", v}, {"y"});
  }
  b.list("flat", {1, -1}).node("Reshape", {"y", "flat"}, {"z"});
  b.weight("w", {64, 3}, random_values(192, 3)).node("MatMul", {"z", "w"}, {"scores"});
  return b;
}

TEST(AttentionMethods, RefuseAttentionThatIsNotOfAllTokensToAll) {
  for (const auto& [kind, words] : {std::pair{"windows", "is within 4 windows of 4 tokens each"},
                                    std::pair{"fewer keys", "is that of 16 queries to 8 tokens"},
                                    std::pair{"channels", "is among channels, not among tokens"}}) {
    const std::string message = error_of(built(other_attention(kind)), "attention-rollout");
    EXPECT_NE(message.find(words), std::string::npos) << kind << ": " << message;
    EXPECT_NE(message.find("grad-cam"), std::string::npos) << message;
    EXPECT_NE(message.find("'a'"), std::string::npos) << message;
  }
}

/// LeGrad needs blocks of one form.
TEST(LeGrad, RefusesScoresThatReadMoreThanTheLastBlock) {
  ModelBuilder b = SmallTransformer().builder();
  for (auto& output : *b.graph().mutable_output())
    output.set_name("sum");
  b.node("ReduceMean", {"x1"}, {"early"}, {{"axes", test::Dims{1}}, {"keepdims", 0}});
  b.node("MatMul", {"early", "hw"}, {"more"}).node("Add", {"scores", "more"}, {"sum"});
  const std::string message = error_of(built(b), "legrad");
  EXPECT_NE(message.find("besides the tokens of the last block"), std::string::npos) << message;
  EXPECT_EQ(error_of(built(b), "generic-attention"), "");
}

}  // namespace
}  // namespace fovea
