#include "report/object_report.hpp"

#include "support/temporary_folder.hpp"

#include <gtest/gtest.h>

namespace fovea::test {
namespace {

/// Two rectangles, the second of a quarter of the first one's area, in a photo of 40 x 20.
FoundObject two_rectangles() {
  FoundObject found{"evil\x1b[31m.png", Prediction{1, 2.5, 0.75}, 0, {}};
  Localization& object = found.object;
  object.seen = Image::blank(40, 20, 3, 90);
  object.map = Tensor(DType::F32, {20, 40});
  object.seeds = Trimap::blank(40, 20);
  object.mask = Mask::blank(40, 20);
  for (const Box& box : {Box{2, 2, 12, 12}, Box{20, 5, 25, 10}})
    for (std::int64_t y = box.y0; y < box.y1; ++y)
      for (std::int64_t x = box.x0; x < box.x1; ++x) {
        object.mask.at(x, y) = 1;
        object.map.data<float>()[static_cast<std::size_t>(40 * y + x)] = 1;
      }
  object.box = {2, 2, 12, 12};
  object.energies = {3, 2};
  return found;
}

class ObjectReports : public testing::Test {
protected:
  ObjectReport report() const { return {options, labels}; }
  std::vector<std::string> kinds(const FoundObject& found) const {
    std::vector<std::string> names;
    for (const auto& [kind, file] : report().files(found, "base"))
      names.emplace_back(name_of(kind));
    return names;
  }

  Labels labels = Labels::parse("n00000001 first\nn00000002 second\n", "labels.txt");
  TemporaryFolder folder;
  ObjectReportOptions options{
      .method = "product", .crops = Crops::Whole, .preset = "default", .output = folder.path()};
};

TEST_F(ObjectReports, name_files_by_what_they_show) {
  FoundObject found = two_rectangles();
  EXPECT_EQ(kinds(found), (std::vector<std::string>{"mask", "object"}));
  options.components = options.stages = true;
  EXPECT_EQ(kinds(found),
            (std::vector<std::string>{"mask", "object", "components", "map", "seeds", "stages"}));
  found.rank = 3;
  EXPECT_EQ(report().files(found, "base").front().second, "base-top3-mask.png");
  found.object.map = Tensor();
  EXPECT_EQ(kinds(found), (std::vector<std::string>{"mask", "object", "components", "seeds", "stages"}));
  options.output = "one.png";
  EXPECT_EQ(report().files(found, "base"), (ObjectFiles{{ObjectFile::Stages, "one.png"}}));
}

TEST_F(ObjectReports, write_all_their_files) {
  options.components = options.stages = true;
  const FoundObject found = two_rectangles();
  report().write(found, folder.file("a"), found.object.seen);
  for (const auto& [kind, file] : report().files(found, folder.file("a")))
    EXPECT_GT(read_image(file).width, 0) << name_of(kind);
  const Image mask = read_image(folder.file("a-mask.png"));
  EXPECT_EQ(mask.at(3, 3)[0], 255);
  EXPECT_EQ(mask.at(15, 15)[0], 0);
}

TEST_F(ObjectReports, have_figures_of_the_photos_own_pixels) {
  FoundObject found = two_rectangles();
  found.object.seeds.at(4, 3) = Seed::Foreground;
  Image photo = Image::blank(80, 40, 3, 100);
  found.object.mask = Mask::blank(80, 40);
  const Figure figure = report().figure(found, photo);
  ASSERT_EQ(figure.panels.size(), 4U);
  EXPECT_EQ(figure.panels[0].image.pixels, photo.pixels);
  const Image& seeds = figure.panels[2].image;
  EXPECT_EQ(seeds.width, 80);
  EXPECT_GT(seeds.at(9, 7)[0], seeds.at(9, 7)[2] + 30);  // red, twice as large
  EXPECT_EQ(seeds.at(10, 7)[0], 100);
  EXPECT_EQ(figure.panels[1].image.width, 40);
}

TEST_F(ObjectReports, give_one_box_or_one_for_each_sizeable_component) {
  const FoundObject found = two_rectangles();
  EXPECT_EQ(report().boxes(found.object), (std::vector<Box>{{2, 2, 12, 12}}));
  options.components = true;
  EXPECT_EQ(report().boxes(found.object), (std::vector<Box>{{2, 2, 12, 12}, {20, 5, 25, 10}}));
  options.localize.min_fraction = 0.5;
  EXPECT_EQ(report().boxes(found.object), (std::vector<Box>{{2, 2, 12, 12}}));
}

TEST_F(ObjectReports, are_json) {
  options.components = true;
  FoundObject found = two_rectangles();
  nlohmann::ordered_json json = report().json(found, "base");
  EXPECT_EQ(json["class"]["name"], "second");
  EXPECT_EQ(json["probability"], 0.75);
  EXPECT_EQ(json["crops"], "whole");
  EXPECT_EQ(json["boxes"].size(), 2U);
  EXPECT_EQ(json["area"], 125);
  EXPECT_EQ(json["files"]["components"], "base-components.png");
  found.target.reset();
  found.object.box = {};
  json = report().json(found, "base");
  EXPECT_FALSE(json.contains("class"));
  EXPECT_FALSE(json.contains("method"));
  EXPECT_TRUE(json["box"].is_null());
}

TEST_F(ObjectReports, are_lines_of_csv_with_as_many_fields_as_the_header) {
  const auto fields = [](const std::string& line) { return std::count(line.begin(), line.end(), ','); };
  FoundObject found = two_rectangles();
  found.image = "a.png";
  found.target->probability.reset();
  options.components = true;
  EXPECT_EQ(report().csv(found),
            "a.png,1,n00000002,second,2.5,,2,2,12,12\na.png,1,n00000002,second,2.5,,20,5,25,10\n");
  found.target.reset();
  found.object.mask = Mask::blank(40, 20);
  EXPECT_EQ(report().csv(found), "a.png,,,,,,,,,\n");
  EXPECT_EQ(fields(ObjectReport::csv_header()), fields(report().csv(found)));
}

TEST_F(ObjectReports, are_text_that_a_terminal_can_show) {
  const std::string text = report().text(two_rectangles(), "base");
  EXPECT_EQ(text.find('\x1b'), std::string::npos);
  EXPECT_NE(
      text.find("second (class 1), probability 0.750 (the whole photo): 2,2 to 12,12, 15.6 % of the photo\n"),
      std::string::npos)
      << text;
  EXPECT_NE(text.find("\n  base-mask.png\n  base-object.png\n"), std::string::npos) << text;
}

}  // namespace
}  // namespace fovea::test
