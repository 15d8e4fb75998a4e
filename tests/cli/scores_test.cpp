/// Scores in the program's output: which output of the network, which activation, which probability.
#include "fovea/tensor.hpp"
#include "support/onnx_builder.hpp"
#include "support/program.hpp"

#include <cmath>
#include <nlohmann/json.hpp>

namespace fovea::test {
namespace {

using Json = nlohmann::json;

/// The means of the channels times a matrix: `scores` numbers z.
ModelBuilder linear(std::int64_t scores) {
  ModelBuilder builder;
  std::vector<float> weights;
  for (std::int64_t i = 0; i < 3 * scores; ++i)
    weights.push_back(static_cast<float>((i * 7) % 5) - 1.5F);
  builder.input("image", {1, 3, 8, 8}).weight("W", {3, scores}, weights);
  builder.node("GlobalAveragePool", {"image"}, {"mean"}).node("Flatten", {"mean"}, {"flat"});
  builder.node("MatMul", {"flat", "W"}, {"z"});
  return builder;
}

class Scores : public testing::Test {
protected:
  std::string save(const ModelBuilder& builder) const { return builder.save(folder_.file("model.onnx")); }
  Outcome classify(const std::string& model, std::vector<std::string> more = {}) const {
    std::vector<std::string> all = {"classify", sample("church.jpg"), "-m", model, "--preprocess", "none"};
    all.insert(all.end(), more.begin(), more.end());
    return fovea(all);
  }
  Json guesses(const Outcome& outcome) const { return Json::parse(outcome.out)[0]["predictions"]; }
  TemporaryFolder folder_;
};

TEST_F(Scores, ATargetIsExplainedInPlaceOfAClass) {
  ModelBuilder builder = linear(4);
  builder.node("Softmax", {"z"}, {"prob"}).output("prob").output("z");
  const std::string model = save(builder), church = sample("church.jpg");
  const Json all = guesses(classify(model, {"--json", "--top", "4"}));
  std::vector<double> scores(4);
  for (const Json& guess : all)
    scores[guess["index"].get<std::size_t>()] = guess["score"];
  const std::string sum = "z[0, 1] - 2 * max(z[0, 2:])";
  const Outcome outcome = classify(model, {"--target", sum, "--json"});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  ASSERT_EQ(guesses(outcome).size(), 1U);
  EXPECT_NEAR(guesses(outcome)[0]["score"], scores[1] - 2 * std::max(scores[2], scores[3]), 1e-5);
  EXPECT_TRUE(guesses(outcome)[0]["probability"].is_null());
  EXPECT_EQ(guesses(outcome)[0]["name"], sum);
  for (const std::string method : {"gradient", "occlusion", "lrp"}) {
    const Outcome map = fovea({"saliency", church, "-m", model, "--preprocess", "none", "--target", "z[0, 2]",
                               "--method", method, "-o", folder_.file(method), "--json"});
    ASSERT_EQ(map.code, 0) << map.err;
    const Outcome by_class =
        fovea({"saliency", church, "-m", model, "--preprocess", "none", "--class", "2", "--method", method,
               "--activation", "none", "-o", folder_.file(method + "-class"), "--json"});
    EXPECT_NEAR(Json::parse(map.out)[0]["score"], scores[2], 1e-5);
    ASSERT_EQ(by_class.code, 0) << by_class.err;
    const Tensor a = read_npy(folder_.file(method + "/church-gradient.npy")),
                 b = read_npy(folder_.file(method + "-class/church-gradient.npy"));
    ASSERT_EQ(a.shape(), b.shape());
    for (std::size_t i = 0; i < a.data<float>().size(); ++i)
      ASSERT_NEAR(a.data<float>()[i], b.data<float>()[i], 1e-5) << method;
  }
  const Outcome ascent = fovea({"class-model", "-m", model, "--preprocess", "none", "--target", "z[0, 2]",
                                "--steps", "2", "-o", folder_.file("ascent.png")});
  EXPECT_EQ(ascent.code, 0) << ascent.err;
  const Outcome figure = fovea({"explain", church, "-m", model, "--preprocess", "none", "--target", "z[0, 2]",
                                "-o", folder_.file("figure.png")});
  EXPECT_EQ(figure.code, 0) << figure.err;
  EXPECT_TRUE(contains(figure.out, "z[0, 2]")) << figure.out;
  const Outcome box = fovea({"localize", church, "-m", model, "--preprocess", "none", "--target", "mean(z)",
                             "--crops", "whole", "-o", folder_.file("boxes")});
  EXPECT_TRUE(box.code == 0 || contains(box.err, "choose a method that reads no layer, such as gradient"))
      << box.err;
  const Outcome exported =
      fovea({"export", "explanation", model, "--target", "z[0, 2]", "-o", folder_.file("out.onnx")});
  ASSERT_EQ(exported.code, 0) << exported.err;
}

TEST_F(Scores, ATargetThatCannotBeIsRefused) {
  ModelBuilder builder = linear(4);
  const std::string model = save(builder.output("z"));
  const std::vector<std::string> saliency = {"saliency", sample("church.jpg"), "-m", model,
                                             "-o",       folder_.file("maps")};
  const auto with = [&](const std::vector<std::string>& more) {
    std::vector<std::string> arguments = saliency;
    arguments.insert(arguments.end(), more.begin(), more.end());
    return fovea(arguments);
  };
  expect_error(with({"--target", "z[0, 4]"}), 1, {"index 4 of axis 1 is out of range", "0 to 3"});
  expect_error(with({"--target", "y[0, 4]"}), 1, {"no value or node named 'y'", "the outputs are 'z'"});
  expect_error(with({"--target", "z[0"}), 2, {"--target: ", "expected ',' or ']' at character 4"});
  expect_error(with({"--target", ""}), 2, {"--target: "});
  for (const char* other : {"--class", "--against", "--scores", "--labels"})
    expect_error(with({"--target", "z[0, 1]", other, "x"}), 2, {"--target"});
  expect_error(fovea({"export", "explanation", model, "--class", "input", "--target", "z[0, 1]", "-o",
                      folder_.file("out.onnx")}),
               2, {"--class", "--target", "do not go together"});
}

TEST_F(Scores, ASoftmaxThatAnArgMaxReadsIsSeenAndTold) {
  ModelBuilder builder = linear(4);
  builder.node("Softmax", {"z"}, {"prob"}, {}, "end").node("ArgMax", {"prob"}, {"best"}, {{"axis", 1}});
  builder.output("prob").output("best");
  const Outcome outcome = classify(save(builder), {"--json"});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_TRUE(contains(outcome.err, "fovea: note: the scores are the values before the Softmax 'end'"))
      << outcome.err;
  double sum = 0;
  for (const Json& guess : guesses(outcome))
    sum += std::exp(guess["score"].get<double>());
  EXPECT_NEAR(guesses(outcome)[0]["probability"], std::exp(guesses(outcome)[0]["score"].get<double>()) / sum,
              1e-6);
}

TEST_F(Scores, OneOutputIsTwoClasses) {
  ModelBuilder builder = linear(1);
  builder.output("z");
  store(folder_.file("labels.txt"), "church\n");
  const std::string model = save(builder);
  const Outcome outcome = classify(model, {"--labels", folder_.file("labels.txt"), "--json"});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_TRUE(contains(outcome.err, "assumed")) << outcome.err;
  const Json both = guesses(outcome);
  ASSERT_EQ(both.size(), 2U);
  EXPECT_NEAR(both[0]["score"], -both[1]["score"].get<double>(), 1e-9);
  EXPECT_NEAR(both[0]["probability"], 1 / (1 + std::exp(-both[0]["score"].get<double>())), 1e-6);
  const bool positive_first = both[0]["index"] == 1;
  EXPECT_EQ(both[positive_first ? 0 : 1]["name"], "church");
  EXPECT_EQ(both[positive_first ? 1 : 0]["name"], "not church");
  const Outcome map = fovea({"saliency", sample("church.jpg"), "-m", model, "--preprocess", "none", "--class",
                             "0", "-o", folder_.file("maps"), "--json"});
  ASSERT_EQ(map.code, 0) << map.err;
  EXPECT_EQ(Json::parse(map.out)[0]["class"]["index"], 0);
}

TEST_F(Scores, NoActivationMeansNoProbability) {
  ModelBuilder builder = linear(3);
  builder.output("z");
  const std::string model = save(builder);
  const Outcome json = classify(model, {"--activation", "none", "--json"});
  ASSERT_EQ(json.code, 0) << json.err;
  EXPECT_TRUE(guesses(json)[0]["probability"].is_null());
  const Outcome text = classify(model, {"--activation", "none"});
  EXPECT_FALSE(contains(text.out, "%")) << text.out;
  const std::vector<std::string> rest = {sample("church.jpg"), "-m",  model, "--preprocess", "none",
                                         "--activation",       "none"};
  for (std::vector<std::string> verb :
       {std::vector<std::string>{"saliency", "-o", folder_.file("s"), "--figure"},
        {"localize", "-o", folder_.file("l"), "--stages"},
        {"report", "-o", folder_.file("page.html"), "--no-localize", "--class-models", "0"}}) {
    verb.insert(verb.end(), rest.begin(), rest.end());
    const Outcome outcome = fovea(verb);
    EXPECT_EQ(outcome.signal, 0) << verb[0];
    EXPECT_NE(outcome.code, 70) << verb[0] << outcome.err;
    EXPECT_FALSE(contains(outcome.out, "probability")) << outcome.out;
  }
}

TEST_F(Scores, AFirstOutputThatIsNoScoreIsToldAndAnotherChosen) {
  ModelBuilder builder = linear(4);
  builder.node("ArgMax", {"z"}, {"best"}, {{"axis", 1}}).output("best").output("z");
  const std::string model = save(builder);
  expect_error(classify(model), 1,
               {"model.onnx", "the output 'best'", "cannot be class scores", "'z'", "--scores"});
  const Outcome outcome = classify(model, {"--scores", "z", "--json"});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_EQ(guesses(outcome).size(), 4U);
  const Outcome info = fovea({"info", model, "--scores", "z"});
  EXPECT_EQ(info.code, 0) << info.err;
  EXPECT_TRUE(contains(info.out, "probabilities  softmax of the scores (assumed")) << info.out;
}

TEST_F(Scores, ScoresThatLookLikeProbabilitiesAreWarnedOf) {
  ModelBuilder builder = linear(4);
  // Powers of two divided by a sum that a matrix product takes are no softmax that is recognised.
  builder.weight("two", {1}, {2}).node("Pow", {"two", "z"}, {"powers"});
  builder.weight("ones", {4, 4}, std::vector<float>(16, 1.0F))
      .node("MatMul", {"powers", "ones"}, {"sum"})
      .node("Div", {"powers", "sum"}, {"y"});
  builder.output("y");
  const std::string model = save(builder);
  const Outcome outcome = classify(model);
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_TRUE(contains(outcome.err, "look like probabilities")) << outcome.err;
  EXPECT_FALSE(contains(classify(model, {"--activation", "none"}).err, "look like")) << "the user knows";
}

}  // namespace
}  // namespace fovea::test
