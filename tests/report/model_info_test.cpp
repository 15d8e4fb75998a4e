#include "report/model_info.hpp"

#include "fovea/error.hpp"
#include "support/onnx_builder.hpp"
#include "support/squares_detector.hpp"
#include "support/temporary_folder.hpp"

#include <gtest/gtest.h>

namespace fovea::test {
namespace {

class ModelInfos : public testing::Test {
protected:
  ModelInfo info(const ModelBuilder& builder) {
    FoundNetwork found;
    found.path = builder.save(folder.file("net.onnx"));
    return inspect_model(found, options);
  }
  static ModelBuilder classifier() {
    ModelBuilder builder;
    builder.input("image", {1, 3, 8, 8}).output("y");
    builder.weight("w", {2, 3, 1, 1}, {1, 2, 3, 4, 5, 6});
    builder.node("Conv", {"image", "w"}, {"maps"}).node("GlobalAveragePool", {"maps"}, {"means"});
    builder.node("Flatten", {"means"}, {"scores"}).node("Softmax", {"scores"}, {"y"}, {}, "end");
    return builder;
  }

  TemporaryFolder folder;
  ModelInfoOptions options{{}, {}, false, [](const Model& model) { return picture_size(model, "", 224); }};
};

TEST_F(ModelInfos, say_how_a_classifier_is_run) {
  options.layers = true;
  const ModelInfo found = info(classifier());
  ASSERT_TRUE(found.program);
  EXPECT_EQ(found.notes, (std::vector<Note>{{NoteKind::ScoresBeforeActivation, {0}, {"Softmax 'end'"}}}));
  const nlohmann::ordered_json json = model_info_json(found);
  EXPECT_EQ(json["activation"], "softmax");
  EXPECT_EQ(json["parameters"], 6);
  EXPECT_EQ(json["notes"][0],
            "the scores are the values before the Softmax 'end', the probabilities its result");
  EXPECT_EQ(json["note_details"][0]["kind"], "scores-before-activation");
  EXPECT_EQ(json["layers"][0]["name"], "maps");
  EXPECT_FALSE(json.contains("error"));
  const std::string text = model_info_text(found);
  for (const char* part : {"\nparameters     6 (6)\n", "\noperators      4 nodes\n",
                           "\nnote           the scores are", "\nmaps "})
    EXPECT_NE(text.find(part), std::string::npos) << part << text;
}

TEST_F(ModelInfos, say_that_preprocessing_is_assumed) {
  const ModelInfo found = info(classifier());
  EXPECT_TRUE(found.preprocessing.is_assumed);
  EXPECT_EQ(model_info_json(found)["preprocessing_assumed"], true);
  const std::string text = model_info_text(found);
  EXPECT_NE(text.find("\npreprocessing  short side size * 256/224, scale"), std::string::npos) << text;
  EXPECT_NE(text.find("(assumed, as torchvision's networks take it"), std::string::npos) << text;
}

TEST_F(ModelInfos, run_a_network_without_class_scores_all_the_same) {
  ModelBuilder builder;
  builder.input("image", {1, 3, 8, 8}).output("y");
  builder.node("Relu", {"image"}, {"y"});
  const ModelInfo found = info(builder);
  ASSERT_TRUE(found.program);
  ASSERT_FALSE(found.notes.empty());
  EXPECT_EQ(found.notes.front().kind, NoteKind::NoClassScores);
  EXPECT_FALSE(found.layers);
}

TEST_F(ModelInfos, tell_a_detector) {
  const ModelInfo found = info(squares_detector());
  ASSERT_TRUE(found.program);
  EXPECT_EQ(found.detector.find("decoder yolox, found by the shapes of the outputs; preprocessing "), 0U)
      << found.detector;
  EXPECT_EQ(model_info_json(found)["detector"], found.detector);
  EXPECT_NE(model_info_text(found).find("objects        decoder yolox"), std::string::npos);
  EXPECT_TRUE(info(classifier()).detector.empty());
  EXPECT_TRUE(model_info_json(info(classifier()))["detector"].is_null());
}

TEST_F(ModelInfos, say_why_a_network_cannot_be_run) {
  ModelBuilder builder;
  builder.input("image", {1, 3, 8, 8}).output("y");
  builder.node("Unheard", {"image"}, {"y"}, {}, "odd");
  options.layers = true;
  const ModelInfo found = info(builder);
  EXPECT_FALSE(found.program);
  EXPECT_NE(found.why_not.find("Unheard"), std::string::npos);
  EXPECT_TRUE(found.notes.empty());
  EXPECT_TRUE(found.layers && found.layers->empty());
  const nlohmann::ordered_json json = model_info_json(found);
  EXPECT_EQ(json["error"], found.why_not);
  EXPECT_FALSE(json.contains("notes"));
  EXPECT_NE(model_info_text(found).find("unsupported    node 'odd' (Unheard)"), std::string::npos);
}

}  // namespace
}  // namespace fovea::test
