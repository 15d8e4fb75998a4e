#include "base/closest_names.hpp"
#include "base/edit_distance.hpp"

#include <gtest/gtest.h>
#include <vector>

namespace fovea::test {
namespace {

const std::vector<std::string> kNames = {"conv1", "conv10", "relu1", "pool", "Fire/squeeze", "conv1"};

TEST(ClosestNames, CountsLettersThatDiffer) {
  EXPECT_EQ(closest_names("cnv1", kNames, 2), "'conv1', 'conv10'");
  EXPECT_EQ(closest_names("pol", kNames, 1), "'pool'");
}

TEST(ClosestNames, TakesCaseAndPartsLightly) {
  EXPECT_EQ(closest_names("RELU1", kNames, 1), "'relu1'");
  EXPECT_EQ(closest_names("squeeze", kNames, 1), "'Fire/squeeze'");
}

TEST(EditDistance, CountsEditsAndExchangedNeighbours) {
  EXPECT_EQ(edit_distance("", ""), 0U);
  EXPECT_EQ(edit_distance("abc", ""), 3U);
  EXPECT_EQ(edit_distance("", "abc"), 3U);
  EXPECT_EQ(edit_distance("kitten", "sitting"), 3U);
  EXPECT_EQ(edit_distance("gardient", "gradient"), 1U);
  EXPECT_EQ(edit_distance("ca", "abc"), 3U);  // no part is edited twice
}

TEST(NameMatch, RanksWordsBeforeBeginningsBeforeLetters) {
  using Kind = NameMatch::Kind;
  const auto kind = [](const char* wanted, const char* name) { return match_name(wanted, name).kind; };
  EXPECT_EQ(kind("cat", "cat"), Kind::Same);
  EXPECT_EQ(kind("cat", "egyptian cat"), Kind::Words);
  EXPECT_EQ(kind("tiger cat", "the tiger cat, felis"), Kind::Words);
  EXPECT_EQ(kind("cat", "catamaran"), Kind::Beginning);
  EXPECT_EQ(kind("cat", "a catamaran, cathode"), Kind::WordBegins);
  EXPECT_EQ(kind("cat", "concatenation"), Kind::Far);
  EXPECT_EQ(kind("flamigo", "a flamingo"), Kind::Near);
  EXPECT_EQ(kind("flamigo", "tench"), Kind::Far);
  EXPECT_EQ(kind("", "cat"), Kind::Far);
  EXPECT_LT(match_name("salency", "saliency"), match_name("salency", "saline"));
  // Letters of other scripts are parts of words.
  EXPECT_EQ(kind("tiger", "tiger\xC3\xA4hnlich"), Kind::Beginning);
}

TEST(DidYouMean, OffersWhatIsNear) {
  const std::vector<std::string> verbs = {"info",     "forward",  "gradient",    "classify", "saliency",
                                          "localize", "evaluate", "class-model", "man"};
  EXPECT_EQ(did_you_mean("salency", verbs), "; did you mean 'saliency'?");
  EXPECT_EQ(did_you_mean("gardient", verbs), "; did you mean 'gradient'?");
  EXPECT_EQ(did_you_mean("classmodel", verbs), "; did you mean 'class-model'?");
  EXPECT_EQ(did_you_mean("class", verbs), "; did you mean 'class-model' or 'classify'?");
  EXPECT_EQ(did_you_mean("xyzzy", verbs), "");
  EXPECT_EQ(did_you_mean("", verbs), "");
  EXPECT_EQ(near_names("a", std::vector<std::string>{"a1", "a2", "a3", "a4"}, 2),
            (std::vector<std::string>{"a1", "a2"}));
}

TEST(UnknownName, ListsAllOnlyIfNoneIsNearOrFewAreThere) {
  const std::vector<std::string> few = {"rgb", "bgr"};
  EXPECT_EQ(unknown_name("order", "grb", few),
            "unknown order 'grb': expected one of rgb, bgr; did you mean 'rgb'?");
  EXPECT_EQ(unknown_name("order", "xyz", few), "unknown order 'xyz': expected one of rgb, bgr");
  const std::vector<std::string> many = {"gradient",  "grad-cam",  "lrp", "rise",
                                         "occlusion", "deconvnet", "x"};
  EXPECT_EQ(unknown_name("method", "gradcam", many), "unknown method 'gradcam'; did you mean 'grad-cam'?");
  EXPECT_EQ(unknown_name("method", "magic", many),
            "unknown method 'magic': expected one of gradient, grad-cam, lrp, rise, occlusion, deconvnet, x");
}

TEST(ClosestNames, ListsEachOnceAndNoMoreThanThereAre) {
  EXPECT_EQ(closest_names("conv1", kNames, 100), "'conv1', 'conv10', 'relu1', 'pool', 'Fire/squeeze'");
  EXPECT_EQ(closest_names("x", {}), "");
}

}  // namespace
}  // namespace fovea::test
