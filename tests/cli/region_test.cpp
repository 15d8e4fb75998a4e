/// Networks that segment pictures, on the command line.
#include "fovea/image.hpp"
#include "fovea/segment.hpp"
#include "fovea/tensor.hpp"
#include "support/program.hpp"
#include "support/small_segmenter.hpp"

#include <nlohmann/json.hpp>

namespace fovea::test {
namespace {

using Json = nlohmann::json;

class RegionOption : public testing::Test {
protected:
  RegionOption()
      : model_(small_segmenter().save(folder_.file("segmenter.onnx"))), photo_(folder_.file("red.png")) {
    Image photo = Image::blank(64, 48, 3, 0);
    for (std::int64_t y = 8; y < 24; ++y)
      for (std::int64_t x = 8; x < 20; ++x)
        photo.at(x, y)[0] = 255;
    write_png(photo_, photo);
    store(folder_.file("names.txt"), "ground\nred\nblue\n");
  }
  Outcome run(const std::string& verb, const std::vector<std::string>& more) const {
    std::vector<std::string> all = {verb,           photo_,
                                    "-m",           model_,
                                    "--labels",     folder_.file("names.txt"),
                                    "--preprocess", "none",
                                    "--scale",      "0.00392156862745098",
                                    "--crops",      "whole"};
    all.insert(all.end(), more.begin(), more.end());
    return fovea(all);
  }
  TemporaryFolder folder_;
  std::string model_, photo_;
};

TEST_F(RegionOption, ClassesHaveSharesOfThePhoto) {
  const Outcome text = run("classify", {"--region", "own"});
  ASSERT_EQ(text.code, 0) << text.err;
  EXPECT_TRUE(contains(text.out, "0  ground, 93.8 % of the area\n")) << text.out;
  EXPECT_TRUE(contains(text.out, "1  red, 6.2 % of the area\n")) << text.out;
  EXPECT_FALSE(contains(text.out, "blue")) << "it has no mask";
  const Json json = Json::parse(run("classify", {"--region", "8,8,20,24", "--json"}).out);
  EXPECT_EQ(json[0]["predictions"][0]["name"], "red");
  EXPECT_NEAR(json[0]["predictions"][0]["share"], 1, 1e-9);
  EXPECT_TRUE(json[0]["predictions"][0]["probability"].is_null());
}

TEST_F(RegionOption, MapsAreOfTheSumOverIt) {
  Mask mask = Mask::blank(64, 48);
  for (std::int64_t y = 8; y < 24; ++y)
    for (std::int64_t x = 8; x < 20; ++x)
      mask.at(x, y) = 1;
  write_png(folder_.file("mask.png"), to_image(mask));
  std::vector<Tensor> maps;
  for (const std::string& region : {std::string("own"), std::string("8,8,20,24"), folder_.file("mask.png")}) {
    const std::string out = folder_.file("maps" + std::to_string(maps.size()));
    const Outcome map = run("saliency", {"--region", region, "--class", "red", "-o", out});
    ASSERT_EQ(map.code, 0) << map.err;
    EXPECT_TRUE(contains(map.out, "red (class 1), score ")) << map.out;
    maps.push_back(read_npy(out + "/red-gradient.npy"));
  }
  for (const Tensor& map : maps)
    for (std::size_t i = 0; i < map.data<float>().size(); ++i)
      ASSERT_NEAR(map.data<float>()[i], maps[0].data<float>()[i], 1e-5);
  const Outcome figure =
      run("explain", {"--region", "own", "--class", "red", "-o", folder_.file("figure.png")});
  EXPECT_EQ(figure.code, 0) << figure.err;
  const Outcome box = run("localize", {"--region", "own", "--class", "red", "-o", folder_.file("boxes")});
  EXPECT_EQ(box.code, 0) << box.err;
}

TEST_F(RegionOption, PagesHaveMapsAndObjectsButNoClassModels) {
  const std::string file = folder_.file("page.html");
  for (const std::string activation : {"", "Softmax"})
    for (const std::string region : {"own", "8,8,20,24"}) {
      small_segmenter(activation).save(model_);
      const Outcome page = run("report", {"--region", region, "--class", "1", "-o", file, "--force"});
      ASSERT_EQ(page.code, 0) << page.err;
      EXPECT_TRUE(contains(page.out, "1 photo, 0 files left out")) << page.out;
      EXPECT_TRUE(contains(page.err, "the page has no class models")) << page.err;
      const std::string text = load(file);
      EXPECT_TRUE(contains(text, "none: a class of a network that segments pictures"));
      EXPECT_FALSE(contains(text, "computed by gradient ascent"));
    }
  const Outcome without = run("report", {"--region", "own", "--class-models", "0", "-o", file});
  EXPECT_EQ(without.code, 0) << without.err;
  EXPECT_FALSE(contains(without.err, "class models")) << without.err;
  const Outcome resumed = run("report", {"--region", "own", "--resume", "-o", folder_.file("many.html")});
  EXPECT_EQ(resumed.code, 0) << resumed.err;
}

TEST_F(RegionOption, WhatCannotBeIsRefused) {
  const std::string out = folder_.file("out");
  expect_error(run("classify", {}), 1,
               {"as of a network that segments pictures", "--region own sums the scores"});
  expect_error(run("saliency", {"--region", "own", "--class", "blue", "-o", out}), 1,
               {"the class 'blue' has an empty mask", "ground (93.8 %), red (6.2 %)"});
  expect_error(run("saliency", {"--region", "0,0,65,10", "-o", out}), 1, {"is no part of the photo"});
  expect_error(run("saliency", {"--region", "0,0,65", "-o", out}), 1, {"is not 'own', X0,Y0,X1,Y1"});
  expect_error(run("saliency", {"--region", "own", "--target", "scores[0]", "-o", out}), 2, {"--target"});
  expect_error(fovea({"classify", photo_, "--region", "own"}), 1, {"no scores at several positions"});
}

}  // namespace
}  // namespace fovea::test
