#include "evaluate/faithfulness_data.hpp"

#include "evaluate/faithfulness_results.hpp"
#include "support/temporary_folder.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace fovea::test {
namespace {

using Json = nlohmann::ordered_json;

/// Numbers without a short decimal form.
FaithfulnessImage third_image() {
  FaithfulnessImage image{"a/\xC3\xA9, \"1\".jpg", {7, 1.0 / 3, 5e-324, 1e300, {}}, {}};
  for (const double shift : {0.0, 0.1}) {
    MapScores map;
    for (std::size_t k = 0; k < kCurveKinds.size(); ++k)
      map.*kCurveKinds[k].curve = {{0, 1.0 / 7, 1}, {shift + static_cast<double>(k) / 3, -0.0, 2.0 / 3}};
    map.values[0] = std::sqrt(2.0) + shift;
    map.values[2] = std::numeric_limits<double>::quiet_NaN();
    map.values[3] = -std::numeric_limits<double>::infinity();
    image.judged.maps.push_back(map);
  }
  image.judged.maps[1].same_as = 0;
  image.picture = "data:image/webp;base64,AAAA";
  return image;
}

PhotoData parsed(const FaithfulnessImage& image) {
  return {image.image, image.error, Json::parse(to_data(image))};
}

TEST(FaithfulnessData, is_read_back_exactly) {
  const FaithfulnessImage image = third_image(), back = faithfulness_image(parsed(image), 2);
  EXPECT_EQ(back.image, image.image);
  EXPECT_EQ(back.picture, image.picture);
  EXPECT_FALSE(back.failed());
  EXPECT_EQ(back.judged.class_index, 7);
  EXPECT_EQ(back.judged.probability, 1.0 / 3);
  EXPECT_EQ(back.judged.mean_colour_probability, 5e-324);
  EXPECT_EQ(back.judged.blurred_probability, 1e300);
  ASSERT_EQ(back.judged.maps.size(), 2U);
  for (std::size_t m = 0; m < 2; ++m) {
    for (const CurveKind& kind : kCurveKinds) {
      EXPECT_EQ((back.judged.maps[m].*kind.curve).shares, (image.judged.maps[m].*kind.curve).shares);
      EXPECT_EQ((back.judged.maps[m].*kind.curve).scores, (image.judged.maps[m].*kind.curve).scores);
      EXPECT_TRUE(std::signbit((back.judged.maps[m].*kind.curve).scores[1]));
    }
    const auto& values = back.judged.maps[m].values;
    EXPECT_EQ(values[0], image.judged.maps[m].values[0]);
    EXPECT_EQ(values[1], std::nullopt);
    EXPECT_EQ(back.judged.maps[m].same_as, image.judged.maps[m].same_as);
    EXPECT_TRUE(values[2] && std::isnan(*values[2]));
    EXPECT_EQ(values[3], -std::numeric_limits<double>::infinity());
  }
}

TEST(FaithfulnessData, of_a_failed_photo_is_its_reason) {
  const FaithfulnessImage image = faithfulness_image({"a.jpg", "a.jpg: is no picture", nullptr}, 2);
  EXPECT_TRUE(image.failed());
  EXPECT_TRUE(image.judged.maps.empty());
}

TEST(FaithfulnessData, is_refused_if_it_is_of_something_else) {
  EXPECT_EQ(message_of<InputError>([] { faithfulness_image(parsed(third_image()), 3); }),
            "tells of 2 maps of 'a/\xC3\xA9, \"1\".jpg', expected 3");
  for (const char* field : {"class", "blurred", "shares", "maps"}) {
    PhotoData photo = parsed(third_image());
    photo.data.erase(field);
    EXPECT_NE(message_of<InputError>([&] { faithfulness_image(photo, 2); }).find("cannot be read"),
              std::string::npos)
        << field;
  }
}

TEST(FaithfulnessData, is_refused_if_a_map_is_said_to_be_one_that_follows) {
  PhotoData photo = parsed(third_image());
  photo.data["maps"][1]["same_as"] = 2;
  EXPECT_THROW(faithfulness_image(photo, 2), InputError);
}

TEST(FaithfulnessData, of_a_run_gives_the_results_of_all_its_photos) {
  const TemporaryFolder folder;
  const Json shown = {{"steps", 4}};
  RunDescription run{folder.path(), {}, TableFormat::None, faithfulness_settings(shown, {"grad-cam"}, 5), {},
                     true};
  ResultStore store(run, EarlierResults::Refuse);
  FaithfulnessImage image = third_image();
  image.judged.maps.resize(3, image.judged.maps.front());
  store.add({0, 0}, {.data = photo_data_line("a.jpg", "", to_data(image))});
  store.add({1, 0}, {.data = photo_data_line("b.jpg", "b.jpg: is no picture", ""), .error = "is no picture"});
  store.finish();
  const FaithfulnessResults results = read_faithfulness(store);
  EXPECT_EQ(results.methods, (std::vector<std::string>{"grad-cam", "random", "centre"}));
  EXPECT_EQ(results.settings, shown);
  EXPECT_EQ(results.seed, 5U);
  ASSERT_EQ(results.images.size(), 2U);
  EXPECT_EQ(results.images[0].judged.maps.size(), 3U);
  EXPECT_EQ(results.images[1].error, "b.jpg: is no picture");
  EXPECT_EQ(results.failures(), 1U);
}

TEST(LowestValues, may_be_among_the_lowest_in_whatever_order_they_come) {
  LowestValues lowest(2);
  EXPECT_TRUE(lowest.may_be_among(5));
  EXPECT_TRUE(lowest.may_be_among(3));
  EXPECT_FALSE(lowest.may_be_among(6));
  EXPECT_TRUE(lowest.may_be_among(5)) << "an equal one may come earlier";
  EXPECT_TRUE(lowest.may_be_among(1));
  EXPECT_FALSE(lowest.may_be_among(4));
}

}  // namespace
}  // namespace fovea::test
