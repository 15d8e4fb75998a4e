#include "report/class_model_gallery.hpp"

#include "support/temporary_folder.hpp"

#include <gtest/gtest.h>

#include <filesystem>

namespace fovea::test {
namespace {

ClassModel model_of(double score) {
  ClassModel model;
  model.input = Tensor(DType::F32, {3, 4, 5});
  model.score = score;
  model.steps = 7;
  model.probability = 0.5;
  return model;
}

TEST(ClassModelTargets, have_names_for_titles_lines_and_files) {
  const Labels labels = Labels::parse("n00000001 first\nn00000002 lady's slipper\n", "labels.txt");
  const ClassModelTarget of_class = class_target(labels, 1);
  EXPECT_EQ(of_class.short_name, "lady's slipper");
  EXPECT_EQ(of_class.file, "1-lady-s-slipper");
  EXPECT_EQ(of_class.json["class"]["index"], 1);
  const ClassModelTarget unit = layer_target("/a/b", {LayerTarget::Part::Unit, 3, 4, 5});
  EXPECT_EQ(unit.long_name, "layer /a/b, unit 3,4,5");
  EXPECT_EQ(unit.file, "a-b-unit-3-4-5");
  EXPECT_EQ(unit.json["position"], (std::vector<int>{4, 5}));
  EXPECT_EQ(layer_target("/a/b", {LayerTarget::Part::Unit, 3, {}, {}}).json["position"], "middle");
  EXPECT_EQ(layer_target("//", {LayerTarget::Part::Channel, 3, {}, {}}).file, "layer-channel-3");
  EXPECT_EQ(layer_target("/a/b", {}).short_name, "whole layer");
}

TEST(ClassModelSettings, are_a_line_of_what_the_method_uses) {
  using Method = ClassModelOptions::Method;
  const DiversityOptions alone = {.pictures = 1};
  EXPECT_EQ(settings_text({}, alone), "151 steps of 0.08, jitter 0.1, blur 0.005, coarse 0.012, seed 0");
  EXPECT_EQ(settings_text({.steps = 9, .method = Method::Paper, .l2 = 2}, alone),
            "9 steps of 0.1, lambda 2 (paper)");
  EXPECT_EQ(settings_text({.method = Method::Fourier, .step = 0.5, .seed = 3, .zoom = 1.5, .rotate = 5},
                          {.pictures = 2, .strength = 4}),
            "151 steps of 0.5, jitter 0.1, zoom 1.5, rotate 5, Fourier, diversity 4, seed 3");
}

TEST(ClassModelNotes, tell_of_a_zero_gradient_and_of_an_early_end) {
  ClassModelTarget target;
  target.short_name = "flamingo";
  ClassModel model = model_of(1);
  EXPECT_TRUE(class_model_notes(model, target, 7).empty());
  EXPECT_EQ(class_model_notes(model, target, 9),
            std::vector<std::string>{"flamingo: stopped after 7 of 9 steps"});
  model.start = ClassModel::Start::NoiseBecauseGradientWasZero;
  EXPECT_EQ(class_model_notes(model, target, 7).size(), 1U);
  model.start = ClassModel::Start::GradientStayedZero;
  EXPECT_EQ(class_model_notes(model, target, 9).size(), 2U);
}

class ClassModelGalleries : public testing::Test {
protected:
  TemporaryFolder folder;
  ClassModelTarget target = class_target(Labels::parse("n00000001 first\n", "labels.txt"), 0);
};

TEST_F(ClassModelGalleries, fill_a_folder) {
  ClassModelGallery gallery(
      {.output = folder.path(), .sheet = true, .pictures_of_each = 2, .heading = "all"});
  const std::string text = gallery.add(target, 1, model_of(2.5));
  EXPECT_NE(text.find("score 2.500"), std::string::npos);
  EXPECT_NE(text.find("0-first-2.npy"), std::string::npos);
  for (const char* file : {"0-first-2.png", "0-first-2.npy"})
    EXPECT_TRUE(std::filesystem::exists(folder.file(file))) << file;
  EXPECT_EQ(gallery.json()[0]["score"], 2.5);
  EXPECT_EQ(gallery.json()[0]["files"].size(), 2U);
  EXPECT_EQ(gallery.finish(), folder.file("sheet.png"));
  EXPECT_TRUE(std::filesystem::exists(folder.file("sheet.png")));
}

TEST_F(ClassModelGalleries, are_one_file_where_one_is_named) {
  ClassModelGallery picture({.output = folder.file("one.png")});
  EXPECT_EQ(picture.add(target, 0, model_of(1)).find(".npy"), std::string::npos);
  EXPECT_EQ(picture.finish(), "");
  EXPECT_EQ(folder.count(), 1U);
  ClassModelGallery sheet({.output = folder.file("sheet.png"), .sheet = true});
  EXPECT_EQ(sheet.finish(), "") << "of nothing";
  sheet.add(target, 0, model_of(1));
  EXPECT_EQ(folder.count(), 1U);
  EXPECT_EQ(sheet.finish(), folder.file("sheet.png"));
  EXPECT_EQ(sheet.json()[0]["files"].size(), 0U);
}

}  // namespace
}  // namespace fovea::test
