#include "fovea/classes.hpp"
#include "fovea/error.hpp"
#include "support/temporary_folder.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace fovea::test {
namespace {

std::string parse_failure(std::string_view text) {
  return message_of<InputError>([&] { Labels::parse(text, "labels.txt"); });
}

std::string find_failure(const Labels& labels, std::string_view text, std::int64_t classes) {
  return message_of<InputError>([&] { labels.find(text, classes); });
}

TEST(Labels, BytesThatAreNotUtf8AreReplacedAndToldOf) {
  const Labels labels = Labels::parse("chat\ncaf\xE9\nm\xFCsli\n", "latin1.txt");
  EXPECT_EQ(labels[1].name, "caf\xEF\xBF\xBD");
  EXPECT_EQ(
      labels.warnings(),
      (std::vector<std::string>{"latin1.txt: line 2 and 1 others: bytes that are not UTF-8 were replaced"}));
  EXPECT_TRUE(Labels::parse("caf\xC3\xA9\n", "x").warnings().empty());
}

TEST(Labels, ImageNetIsBuiltIn) {
  const Labels& labels = Labels::imagenet();
  ASSERT_EQ(labels.size(), 1000);
  EXPECT_EQ(labels[130].name, "flamingo");
  EXPECT_EQ(labels[130].wordnet_id, "n02007558");
  EXPECT_EQ(labels[0].name, "tench, Tinca tinca");
  EXPECT_EQ(labels[999].wordnet_id, "n15075141");
  for (std::int64_t i = 1; i < labels.size(); ++i)
    EXPECT_LT(labels[i - 1].wordnet_id, labels[i].wordnet_id);
  EXPECT_EQ(load(FOVEA_SOURCE_DIR "/models/imagenet_classes.csv").substr(0, 15), "index,wnid,name");
}

TEST(Labels, EveryImageNetIdFindsItsClass) {
  const Labels& labels = Labels::imagenet();
  for (std::int64_t i = 0; i < labels.size(); ++i)
    EXPECT_EQ(labels.find(labels[i].wordnet_id, 1000), i);
}

TEST(Labels, ParsesNamesIdsAndCsv) {
  const Labels plain = Labels::parse("cat\r\nguinea pig\n", "x");
  ASSERT_EQ(plain.size(), 2);
  EXPECT_EQ(plain[1].name, "guinea pig");
  EXPECT_EQ(plain[1].wordnet_id, "");

  const Labels ids = Labels::parse("\xEF\xBB\xBFn01440764 tench, Tinca tinca\nn01443537\n\n", "x");
  ASSERT_EQ(ids.size(), 2);
  EXPECT_EQ(ids[0].wordnet_id, "n01440764");
  EXPECT_EQ(ids[0].name, "tench, Tinca tinca");
  EXPECT_EQ(ids[1].name, "n01443537");

  const Labels csv = Labels::parse("index,wnid,name\n0,n1,\"a \"\"b\"\", c\"\n1,,d", "x");
  ASSERT_EQ(csv.size(), 2);
  EXPECT_EQ(csv[0].name, "a \"b\", c");
  EXPECT_EQ(csv[1].name, "d");

  const Labels without_ids = Labels::parse("index,name\n0,airplane\n1,automobile\n", "x");
  ASSERT_EQ(without_ids.size(), 2);
  EXPECT_EQ(without_ids[1].name, "automobile");
  const Labels more_columns = Labels::parse("index,wnid,other,name\n0,n1,7,a\n", "x");
  EXPECT_EQ(more_columns[0].wordnet_id, "n1");
  EXPECT_EQ(more_columns[0].name, "a");
}

TEST(Labels, ParseErrorsNameFileAndLine) {
  EXPECT_EQ(parse_failure(""), "labels.txt: no labels in it");
  EXPECT_EQ(parse_failure("index,wnid,name\n"), "labels.txt: no labels in it");
  EXPECT_EQ(parse_failure("a\n\nb\n"), "labels.txt: line 2: the label is empty");
  EXPECT_EQ(parse_failure("a\nb\x01"), "labels.txt: line 2: not text");
  EXPECT_EQ(parse_failure(std::string_view("a\0b", 3)), "labels.txt: line 1: not text");
  EXPECT_EQ(parse_failure("index,wnid,name\n0,n1,a\n2,n2,b\n"),
            "labels.txt: line 3: expected index 1, found '2'");
  EXPECT_EQ(parse_failure("index,wnid,name\n0,n1\n"),
            "labels.txt: line 2: expected 3 fields as in the header, found 2");
  EXPECT_EQ(parse_failure("index,wnid,name\n0,n1,\"a\n"), "labels.txt: line 2: a quote is not closed");
  EXPECT_EQ(parse_failure("index,wnid,name\n0,n1,\n"), "labels.txt: line 2: the name is empty");
}

TEST(Labels, ReadNamesTheFile) {
  const TemporaryFolder folder;
  store(folder.file("l.txt"), "cat\ndog\n");
  EXPECT_EQ(Labels::read(folder.file("l.txt")).size(), 2);
  EXPECT_EQ(message_of<InputError>([&] { Labels::read(folder.file("none")); }),
            folder.file("none") + ": cannot read: No such file or directory");
}

TEST(Labels, NamesClassesWithoutOne) {
  EXPECT_EQ(Labels().name(17), "class 17");
  EXPECT_EQ(Labels::imagenet().name(130), "flamingo");
  EXPECT_EQ(Labels::imagenet().name(1000), "class 1000");
  EXPECT_EQ(Labels::imagenet().name(-1), "class -1");
}

TEST(Labels, FindsByIndexIdNameSynonymAndPrefix) {
  const Labels& labels = Labels::imagenet();
  EXPECT_EQ(labels.find("130", 1000), 130);
  EXPECT_EQ(labels.find(" 0 ", 1000), 0);
  EXPECT_EQ(labels.find("n02007558", 1000), 130);
  EXPECT_EQ(labels.find("N02007558", 1000), 130);
  EXPECT_EQ(labels.find("Flamingo", 1000), 130);
  EXPECT_EQ(labels.find("flam", 1000), 130);
  EXPECT_EQ(labels.find("border_collie", 1000), 232);
  EXPECT_EQ(labels.find("Border-Col", 1000), 232);
  EXPECT_EQ(labels.find("Tinca tinca", 1000), 0);
  EXPECT_EQ(labels.find("tench, Tinca tinca", 1000), 0);
  // "cock" is a name; "cocker spaniel" and others only begin with it.
  EXPECT_EQ(labels.find("cock", 1000), 7);
}

TEST(Labels, AmbiguousNamesListTheirCandidates) {
  const Labels& labels = Labels::imagenet();
  EXPECT_EQ(find_failure(labels, "crane", 1000),
            "class 'crane' is ambiguous: 2 classes fit: 134 n02012849 crane; 517 n03126707 crane");
  EXPECT_EQ(
      find_failure(labels, "maillot", 1000),
      "class 'maillot' is ambiguous: 2 classes fit: 638 n03710637 maillot; 639 n03710721 maillot, tank suit");
  const std::string many = find_failure(labels, "b", 1000);
  EXPECT_EQ(std::count(many.begin(), many.end(), ';'), 10);
  EXPECT_NE(many.find(" more"), std::string::npos);
  EXPECT_EQ(Labels::parse("a b\na_c\n", "x").find("a-c", 2), 1);
}

TEST(Labels, FindsClassesByTheirWordsWhereverTheyStand) {
  const Labels& labels = Labels::imagenet();
  EXPECT_EQ(labels.find("egyptian", 1000), 285);
  EXPECT_EQ(labels.find("catta", 1000), 383);
  const std::string cats = find_failure(labels, "cat", 1000);
  EXPECT_LT(cats.find("281 n02123045 tabby"), cats.find("285 n02124075 Egyptian cat"));
  EXPECT_LT(cats.find("285 n02124075 Egyptian cat"), cats.find("688 n03857828 oscilloscope"));
  const std::string terriers = find_failure(labels, "terrier", 1000);
  EXPECT_NE(terriers.find("is ambiguous"), std::string::npos) << terriers;
  EXPECT_NE(terriers.find("Bedlington terrier"), std::string::npos) << terriers;
}

TEST(Labels, UnknownNamesListNearMisses) {
  const Labels& labels = Labels::imagenet();
  EXPECT_EQ(find_failure(labels, "flamigo", 1000),
            "no class is called 'flamigo'; did you mean 130 n02007558 flamingo?");
  EXPECT_EQ(find_failure(labels, "xyzzyplugh", 1000), "no class is called 'xyzzyplugh'");
  EXPECT_EQ(find_failure(labels, "-", 1000), "no class is called '-'");
  EXPECT_EQ(find_failure(labels, "egiptian cat", 1000).substr(0, 68),
            "no class is called 'egiptian cat'; did you mean 285 n02124075 Egypti");
  EXPECT_LT(find_failure(labels, std::string(100000, 'q'), 1000).size(), 200U);
}

TEST(Labels, BadIndicesNameTheRange) {
  const Labels& labels = Labels::imagenet();
  for (const char* text : {"1000", "-1", "99999999999999999999999"})
    EXPECT_EQ(find_failure(labels, text, 1000),
              std::string("class ") + text + " is out of range: the network has the classes 0 to 999");
  EXPECT_EQ(find_failure(labels, "", 1000), "the class is empty: expected an index, a WordNet id or a name");
  EXPECT_EQ(find_failure(labels, "130", 10), "class 130 is out of range: the network has the classes 0 to 9");
}

TEST(Labels, ClassesWithoutNamesAreFoundByIndexOnly) {
  EXPECT_EQ(Labels().find("5", 6), 5);
  EXPECT_EQ(find_failure(Labels(), "cat", 6),
            "class 'cat': the network's classes have no names here; give an index from 0 to 5");
  // Names beyond the network's outputs stand for nothing.
  EXPECT_EQ(find_failure(Labels::parse("cat\ndog\n", "x"), "dog", 1), "no class is called 'dog'");
}

}  // namespace
}  // namespace fovea::test
