#include "report/photo_explanation.hpp"

#include "base/display_width.hpp"
#include "support/lines.hpp"
#include "support/onnx_builder.hpp"
#include "support/temporary_folder.hpp"

#include <gtest/gtest.h>

namespace fovea::test {
namespace {

/// Two maps of 4 x 3 of one class of three, which no network made.
class PhotoExplanations : public testing::Test {
protected:
  PhotoExplanations() {
    Explanation map;
    map.target = {1, 2.5, 0.75};
    map.best = {{1, 2.5, 0.75}, {0, 1, 0.25}, {2, -3, 0.0}};
    map.seen = Image::blank(4, 3, 3, 90);
    map.region = {0, 0, 40, 30};
    map.map = Tensor(DType::F32, {3, 4});
    map.map.data<float>()[5] = 2;
    map.relevance = Tensor(DType::F32, {1, 3, 4});
    map.values = MethodInfo::Values::PerPixel;
    map.method = "grad-cam";
    explanation.maps.push_back(map);
    map.method = "gradient";
    map.values = MethodInfo::Values::PerChannel;
    map.map = map.map.clone();
    explanation.maps.push_back(map);
    explanation.photo = "photos/bird.jpg";
    explanation.figure = "bird-explained.png";
  }

  TemporaryFolder folder;
  Labels labels =
      Labels::parse("tench, Tinca tinca\nflamingo\na very long name of a class indeed\n", "labels.txt");
  PhotoExplanationOptions options;
  PhotoExplanation explanation;
};

TEST_F(PhotoExplanations, guesses_have_bars_as_long_as_their_probability) {
  options.has_blocks = false;
  const std::vector<std::string> lines = lines_in(guesses_text(explanation.maps[0].best, labels, options));
  ASSERT_EQ(lines.size(), 3U);
  EXPECT_EQ(lines[0].substr(0, 11), "  flamingo ");
  EXPECT_NE(lines[0].find(" 75.00 %  #"), std::string::npos) << lines[0];
  EXPECT_EQ(std::count(lines[0].begin(), lines[0].end(), '#'), 23);  // of 30
  EXPECT_EQ(std::count(lines[1].begin(), lines[1].end(), '#'), 8);
  EXPECT_EQ(std::count(lines[2].begin(), lines[2].end(), '#'), 0);
  EXPECT_EQ(lines[1].substr(0, 8), "  tench ");  // the first of its names
}

TEST_F(PhotoExplanations, guesses_fit_the_terminal) {
  for (const std::size_t columns : {40U, 60U, 80U, 200U})
    for (const bool blocks : {false, true}) {
      options.columns = columns;
      options.has_blocks = blocks;
      for (const std::string& line : lines_in(guesses_text(explanation.maps[0].best, labels, options)))
        EXPECT_LE(display_width(line), columns) << line;
    }
  options.columns = 40;
  options.has_blocks = false;
  EXPECT_NE(guesses_text(explanation.maps[0].best, labels, options).find("..."), std::string::npos);
}

TEST_F(PhotoExplanations, guesses_without_probabilities_have_scores) {
  const std::vector<Prediction> best = {{1, 2.5, {}}};
  EXPECT_NE(guesses_text(best, labels, options).find("flamingo    score 2.500\n"), std::string::npos)
      << guesses_text(best, labels, options);
}

TEST_F(PhotoExplanations, the_text_says_what_lies_where) {
  const std::string text = explanation_text(explanation, labels, options);
  EXPECT_EQ(text.find("photos/bird.jpg\n  flamingo"), 0U) << text;
  for (const char* part : {"figure         bird-explained.png\n", "the photo; Grad-CAM, bright where",
                           "'flamingo'", "Gradient, bright where"})
    EXPECT_NE(text.find(part), std::string::npos) << part << "\n" << text;
  for (const std::string& line : lines_in(text))
    EXPECT_LE(display_width(line), 80U) << line;
}

TEST_F(PhotoExplanations, the_text_says_that_a_map_is_black) {
  explanation.maps[0].map.data<float>()[5] = 0;
  const std::string text = explanation_text(explanation, labels, options);
  EXPECT_NE(text.find("here"), std::string::npos) << text;
  EXPECT_NE(text.find("nowhere"), std::string::npos) << text;
}

TEST_F(PhotoExplanations, a_class_that_is_no_best_guess_stands_below_them) {
  explanation.maps[0].best = {{0, 1, 0.25}};
  EXPECT_EQ(lines_in(explanation_text(explanation, labels, options))[2].substr(0, 10), "  flamingo");
}

TEST_F(PhotoExplanations, names_cannot_reach_the_terminal) {
  explanation.photo = "evil\x1b[31m.png";
  labels = Labels::parse("a\x7f\nb\x7f\nc\n", "labels.txt");
  const std::string text = explanation_text(explanation, labels, options);
  EXPECT_EQ(text.find('\x1b'), std::string::npos);
  EXPECT_EQ(text.find('\x7f'), std::string::npos);
}

TEST_F(PhotoExplanations, json_has_guesses_class_and_figure) {
  const nlohmann::ordered_json json = explanation_json(explanation, labels);
  EXPECT_EQ(json["image"], "photos/bird.jpg");
  EXPECT_EQ(json["class"]["name"], "flamingo");
  EXPECT_EQ(json["predictions"].size(), 3U);
  EXPECT_EQ(json["methods"], (nlohmann::ordered_json{"grad-cam", "gradient"}));
  EXPECT_EQ(json["figure"], "bird-explained.png");
}

class Assumptions : public testing::Test {
protected:
  static ModelBuilder classifier(bool has_positions) {
    ModelBuilder builder;
    builder.input("image", {1, 3, 8, 8}).output("y");
    if (has_positions) {
      builder.weight("w", {2, 3, 1, 1}, {1, 2, 3, 4, 5, 6});
      builder.node("Conv", {"image", "w"}, {"maps"}).node("GlobalAveragePool", {"maps"}, {"means"});
      builder.node("Flatten", {"means"}, {"y"});
    } else {
      builder.weight("w", {192, 2}, std::vector<float>(384, 0.5F));
      builder.node("Flatten", {"image"}, {"flat"}).node("MatMul", {"flat", "w"}, {"y"});
    }
    return builder;
  }
  Network load(FoundNetwork::Origin origin, const std::string& preset = {}) {
    request.found.path = classifier(true).save(folder.file("net.onnx"));
    request.found.origin = origin;
    request.preprocessing.preset = preset;
    return Network::load(request);
  }
  TemporaryFolder folder;
  NetworkRequest request;
};

TEST_F(Assumptions, are_told_with_their_reasons) {
  const Network network = load(FoundNetwork::Origin::Bundled);
  const std::string text = assumptions_text(request.found, network, 80);
  EXPECT_EQ(text.find("  network        the bundled one (net.onnx"), 0U) << text;
  EXPECT_NE(text.find("since none was named"), std::string::npos) << text;
  EXPECT_NE(text.find("  preprocessing  short side"), std::string::npos) << text;
  EXPECT_NE(text.find("convention, assumed because nothing says"), std::string::npos) << text;
  for (const std::string& line : lines_in(text))
    EXPECT_LE(display_width(line), 80U) << line;
  EXPECT_EQ(assumptions_json(request.found, network)["preprocessing_assumed"], true);
  EXPECT_EQ(assumptions_json(request.found, network)["network"]["bundled"], true);
}

TEST_F(Assumptions, are_none_where_all_was_said) {
  const Network network = load(FoundNetwork::Origin::File, "caffe");
  const std::string text = assumptions_text(request.found, network, 200);
  EXPECT_EQ(text.find("assumed"), std::string::npos) << text;
  EXPECT_NE(text.find("BGR: from preset caffe\n"), std::string::npos) << text;
  EXPECT_EQ(assumptions_json(request.found, network)["preprocessing_assumed"], false);
}

class ExplanationFigures : public PhotoExplanations {
protected:
  ExplanationFigures() { found.path = "nets/squeezenet1.1.onnx"; }
  Figure figure() const { return explanation_figure(explanation, photo, found, network, options); }
  static Network any_network(const Labels& labels) {
    TemporaryFolder folder;
    ModelBuilder builder;
    builder.input("image", {1, 3, 8, 8}).output("y").node("Flatten", {"image"}, {"y"});
    NetworkRequest request;
    request.found.path = builder.save(folder.file("net.onnx"));
    Network network = Network::load(request);
    network.labels = labels;
    return network;
  }

  Image photo = Image::blank(40, 30, 3, 200);
  FoundNetwork found;
  Network network = any_network(labels);
};

TEST_F(ExplanationFigures, have_a_panel_for_the_photo_and_each_map_in_the_photos_pixels) {
  Figure three = figure();
  ASSERT_EQ(three.panels.size(), 3U);
  EXPECT_EQ(three.panels[0].image.width, 40);
  EXPECT_EQ(three.panels[0].image.at(5, 5)[1], 200);
  EXPECT_EQ(three.panels[1].image.width, 40);  // over the photo
  EXPECT_EQ(three.panels[2].image.width, 4);   // the gradient's own pixels
  EXPECT_GT(draw(three).width, 600);
  explanation.maps.pop_back();
  EXPECT_EQ(figure().panels.size(), 2U);
}

TEST_F(ExplanationFigures, say_which_network_answered_and_how_pictures_were_prepared) {
  network.preprocessing_source = "preset caffe";
  network.notes.clear();
  EXPECT_EQ(figure().heading, "flamingo");
  EXPECT_EQ(figure().details.find("Class 1 of squeezenet1.1, score 2.5, probability 75 %\nPreprocessing: "),
            0U)
      << figure().details;
  EXPECT_NE(figure().details.find("; from preset caffe"), std::string::npos) << figure().details;
  network.notes.push_back(Note{.kind = NoteKind::PreprocessingAssumed});
  EXPECT_NE(figure().details.find("; assumed, since nothing says"), std::string::npos) << figure().details;
  found.origin = FoundNetwork::Origin::Bundled;
  EXPECT_NE(figure().details.find("of the bundled network"), std::string::npos) << figure().details;
}

TEST_F(Assumptions, a_network_without_positions_is_explained_by_the_gradient_alone) {
  const Explainer both = photo_explainer(Model::load(classifier(true).save(folder.file("a.onnx"))), {});
  ASSERT_EQ(both.method_infos().size(), 2U);
  EXPECT_EQ(both.method_infos()[0].name, "grad-cam");
  const Explainer one = photo_explainer(Model::load(classifier(false).save(folder.file("b.onnx"))), {});
  ASSERT_EQ(one.method_infos().size(), 1U);
  EXPECT_EQ(one.method_infos()[0].name, "gradient");
}

}  // namespace
}  // namespace fovea::test
