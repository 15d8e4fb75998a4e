#include "evaluate/match_classes.hpp"

#include "fovea/error.hpp"
#include "support/temporary_folder.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace fovea::test {
namespace {

using By = ClassMatching::By;
using Found = std::vector<std::optional<std::int64_t>>;

const Labels kThree(std::vector<Label>{
    {"n01", "tench, Tinca tinca"}, {"n02", "Border collie"}, {"n03", "church"}});

TEST(MatchClasses, of_equal_lists_is_by_place_even_where_names_repeat) {
  const Labels cranes(std::vector<Label>{{"", "crane"}, {"", "heron"}, {"", "crane"}});
  const ClassMatching matching = match_classes(cranes, 3, cranes, 3);
  EXPECT_EQ(matching.by, By::Lists);
  EXPECT_EQ(matching.second_of, (Found{0, 1, 2}));
  EXPECT_EQ(matching.matched(), 3);
}

TEST(MatchClasses, by_wordnet_ids_in_any_order) {
  const Labels other(std::vector<Label>{{"n03", "kirk"}, {"n99", "tench"}, {"n01", "a fish"}});
  const ClassMatching matching = match_classes(kThree, 3, other, 3);
  EXPECT_EQ(matching.by, By::IdsOrNames);
  EXPECT_EQ(matching.second_of, (Found{2, std::nullopt, 0}));
  EXPECT_EQ(matching.text(), "2 of 3 by WordNet id or name; the second network has 3");
}

TEST(MatchClasses, by_names_where_one_has_no_ids) {
  const Labels other(std::vector<Label>{{"", "church"}, {"", "border_collie"}, {"", "Tench"}, {"", "crane"}});
  const ClassMatching matching = match_classes(kThree, 3, other, 4);
  EXPECT_EQ(matching.by, By::IdsOrNames);
  EXPECT_EQ(matching.second_of, (Found{2, 1, 0})) << "a class of several names is known by the first, too";
}

TEST(MatchClasses, by_names_of_classes_without_ids_beside_others_with_them) {
  const Labels some(std::vector<Label>{{"", "church"}, {"n01", "a fish"}, {"n77", "border collie"}});
  EXPECT_EQ(match_classes(kThree, 3, some, 3).second_of, (Found{1, std::nullopt, 0}))
      << "classes of one name and two ids are two classes";
}

TEST(MatchClasses, leaves_out_names_that_repeat) {
  const Labels first(std::vector<Label>{{"", "crane"}, {"", "heron"}}),
      second(std::vector<Label>{{"", "crane"}, {"", "crane"}, {"", "heron"}});
  EXPECT_EQ(match_classes(first, 2, second, 3).second_of, (Found{std::nullopt, 2}));
}

TEST(MatchClasses, without_names_is_by_index_for_as_many_classes) {
  EXPECT_EQ(match_classes({}, 2, {}, 2).by, By::Indices);
  EXPECT_EQ(match_classes(kThree, 3, {}, 3).second_of, (Found{0, 1, 2}));
  const std::string message = message_of<InputError>([] { (void)match_classes(kThree, 3, {}, 5); });
  EXPECT_NE(message.find("5 without names"), std::string::npos) << message;
  EXPECT_NE(message.find("--labels-b"), std::string::npos) << message;
}

TEST(MatchClasses, refuses_networks_without_a_common_class) {
  const std::string message = message_of<InputError>([] {
    (void)match_classes(kThree, 3, Labels(std::vector<Label>{{"", "apple"}, {"", "pear"}}), 2);
  });
  for (const char* part : {"no class in common", "tench", "apple, pear"})
    EXPECT_NE(message.find(part), std::string::npos) << message;
}

TEST(MatchClasses, ignores_names_beyond_the_classes) {
  EXPECT_EQ(match_classes(kThree, 2, kThree, 3).second_of, (Found{0, 1}));
}

}  // namespace
}  // namespace fovea::test
