#include "evaluate/sanity_data.hpp"

#include "support/temporary_folder.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace fovea::test {
namespace {

using Json = nlohmann::ordered_json;

SanityPlan two_comparisons() {
  return {{"gradient", "lrp"},
          9,
          {{"other_class", {"another class", {}}, 0}, {"cascading", {"fc", {"fc", "conv"}}, 2}},
          3};
}

SanityPhoto photo_of(const std::string& name, double rank) {
  return {name,
          {{MapLikeness{rank, std::nullopt, 1.0 / 3}, std::nullopt},
           {MapLikeness{rank / 7, -0.1, 0.25, 2.0 / 3}, MapLikeness{std::nullopt, 0.5, -1}}},
          {}};
}

PhotoData parsed(const SanityPhoto& photo) {
  return {photo.image, photo.error, Json::parse(to_data(photo))};
}

TEST(SanityData, is_read_back_exactly) {
  SanityPhoto photo = photo_of("a.jpg", 0.1);
  photo.found[1][1]->similarity = std::numeric_limits<double>::quiet_NaN();
  const SanityPhoto back = sanity_photo(parsed(photo), two_comparisons());
  EXPECT_TRUE(back.is_used());
  ASSERT_EQ(back.found.size(), 2U);
  EXPECT_EQ(back.found[0][0]->rank, 0.1);
  EXPECT_EQ(back.found[0][0]->signed_rank, std::nullopt);
  EXPECT_EQ(back.found[0][0]->similarity, 1.0 / 3);
  EXPECT_FALSE(back.found[0][1].has_value());
  EXPECT_EQ(back.found[1][0]->rank, 0.1 / 7);
  EXPECT_EQ(back.found[1][0]->signed_rank, -0.1);
  EXPECT_EQ(back.found[1][0]->complexity_rise, 2.0 / 3);
  EXPECT_EQ(back.found[1][1]->rank, std::nullopt);
  EXPECT_TRUE(std::isnan(back.found[1][1]->similarity));
}

TEST(SanityData, of_a_photo_that_is_not_used_is_its_reason) {
  EXPECT_EQ(to_data({"a.jpg", {}, "a.jpg: is no picture"}), "");
  const SanityPhoto photo = sanity_photo({"a.jpg", "a.jpg: is no picture", nullptr}, two_comparisons());
  EXPECT_FALSE(photo.is_used());
  EXPECT_EQ(photo.error, "a.jpg: is no picture");
}

TEST(SanityData, is_refused_if_it_is_of_another_plan) {
  SanityPlan other = two_comparisons();
  other.methods.pop_back();
  EXPECT_EQ(message_of<InputError>([&] { sanity_photo(parsed(photo_of("a.jpg", 1)), other); }),
            "tells of 2 methods of 'a.jpg', expected 1");
  other.comparisons.pop_back();
  EXPECT_EQ(message_of<InputError>([&] { sanity_photo(parsed(photo_of("a.jpg", 1)), other); }),
            "tells of 2 comparisons of 'a.jpg', expected 1");
  EXPECT_EQ(message_of<InputError>([&] {
              sanity_photo({"a.jpg", "", Json{{{1, 2}}}}, two_comparisons());
            }),
            "what it tells of 'a.jpg' cannot be read");
}

TEST(SanityData, of_a_run_gives_the_results_of_all_its_photos) {
  const TemporaryFolder folder;
  const Json shown = {{"stages", 1}};
  const RunDescription run{
      folder.path(), {}, TableFormat::None, sanity_settings(shown, two_comparisons()), {}, true};
  ResultStore store(run, EarlierResults::Refuse);
  const auto add = [&](std::int64_t input, const SanityPhoto& photo) {
    store.add({input, 0}, {.data = photo_data_line(photo.image, photo.error, to_data(photo))});
  };
  add(0, photo_of("a.jpg", 0.5));
  add(1, {"b.jpg", {}, "b.jpg: is no picture"});
  add(2, photo_of("c.jpg", 0.25));
  store.finish();
  const SanityResults results = read_sanity(store);
  EXPECT_EQ(results.images, 2);
  EXPECT_EQ(results.layers, 9);
  EXPECT_EQ(results.settings, shown);
  EXPECT_FALSE(results.comparison_failed);
  ASSERT_EQ(results.failed.size(), 1U);
  EXPECT_EQ(results.failed[0].error, "b.jpg: is no picture");
  ASSERT_EQ(results.points.size(), 4U);
  EXPECT_EQ(results.points[0].method, "gradient");
  EXPECT_EQ(results.points[0].kind, "other_class");
  EXPECT_DOUBLE_EQ(results.points[0].mean.rank.mean, 0.375);
  EXPECT_EQ(results.points[1].undefined, 2);
  EXPECT_EQ(results.points[2].stage.name, "fc");
  EXPECT_EQ(results.points[2].position, 2U);
  ASSERT_EQ(results.cascades.size(), 2U);
  EXPECT_DOUBLE_EQ(results.cascades[0].mean, 0.375 / 7);
  EXPECT_EQ(results.cascades[1].count, 0);
}

TEST(SanitySums, tell_of_comparisons_that_failed) {
  SanitySums sums(two_comparisons());
  SanityPhoto photo = photo_of("a.jpg", 0.5);
  photo.error = "a.jpg: there is not enough memory for it";
  sums.add(photo);
  EXPECT_TRUE(sums.results().comparison_failed);
  EXPECT_EQ(sums.results().images, 1);
}

TEST(SanityGroups, are_as_large_as_the_time_to_compile_asks_for) {
  SanityGroups groups(2);
  EXPECT_EQ(groups.size(), 4U);
  groups.learn({.compiling = 1, .all = 2}, 4);  // each photo takes 0.25 s
  EXPECT_EQ(groups.size(), 36U);
  groups.learn({.compiling = 0, .all = 2}, 36);
  EXPECT_EQ(groups.size(), 4U);
  groups.learn({.compiling = 100, .all = 101}, 4);
  EXPECT_EQ(groups.size(), 256U);
}

}  // namespace
}  // namespace fovea::test
