#include "fovea/evaluate_localization.hpp"

#include "fovea/error.hpp"
#include "support/temporary_folder.hpp"

#include <gtest/gtest.h>

#include <filesystem>

namespace fovea {
namespace {

using test::message_of;
using test::store;
using test::TemporaryFolder;

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

std::string object_xml(const std::string& name, const std::string& corners) {
  return "<object><name>" + name + "</name><pose>Unspecified</pose><bndbox>" + corners + "</bndbox></object>";
}
std::string corners(int x0, int y0, int x1, int y1) {
  return "<xmin>" + std::to_string(x0) + "</xmin><ymin>" + std::to_string(y0) + "</ymin><xmax>" +
         std::to_string(x1) + "</xmax><ymax>" + std::to_string(y1) + "</ymax>";
}
std::string annotation(const std::string& objects, const std::string& size = "") {
  return "<annotation>\n<folder>val</folder><filename>other</filename>" + size + objects + "</annotation>\n";
}
const std::string kSize = "<size><width>500</width><height>375</height><depth>3</depth></size>";

/// A folder with a CSV and what reading it says.
class TruthCsv : public testing::Test {
protected:
  std::vector<AnnotatedImage> read(const std::string& text) {
    store(path, text);
    return read_truth_csv(path);
  }
  void expect_error(const std::string& text, const std::vector<std::string>& parts) {
    store(path, text);
    const std::string message = message_of<InputError>([&] { read_truth_csv(path); });
    for (const std::string& part : parts)
      EXPECT_TRUE(contains(message, part)) << message << "\nmissing: " << part;
    EXPECT_TRUE(contains(message, "truth.csv")) << message;
  }
  TemporaryFolder folder;
  std::string path = folder.file("truth.csv");
};

TEST_F(TruthCsv, GathersTheBoxesOfEachImageInTheOrderOfFirstRows) {
  const auto images = read("\xEF\xBB\xBF"
                           "file,wnid,class_index,width,height,other,box,x0,y0,x1,y1\r\n"
                           "b.jpg,n00000001,0,224,100,?,0,1.5,2,3,4\r\n"
                           "\"a, b.jpg\",n00000002,1,,,?,0,5,6,7,8\n"
                           "\n"
                           "b.jpg,n00000001,0,224,100,?,1,10,20,30,40");
  ASSERT_EQ(images.size(), 2U);
  EXPECT_EQ(images[0].name, "b.jpg");
  EXPECT_EQ(images[0].wordnet_id, "n00000001");
  EXPECT_EQ(images[0].class_index, 0);
  EXPECT_EQ(images[0].width, 224);
  EXPECT_EQ(images[0].height, 100);
  EXPECT_EQ(images[0].boxes, (std::vector<RealBox>{{1.5, 2, 3, 4}, {10, 20, 30, 40}}));
  EXPECT_EQ(images[1].name, "a, b.jpg");
  EXPECT_EQ(images[1].width, 0);
  EXPECT_TRUE(images[1].usable());
}

TEST_F(TruthCsv, WhatCannotBeReadIsAnErrorWithItsLine) {
  const std::string head = "file,class_index,width,height,box,x0,y0,x1,y1\n";
  const std::string row = "a.jpg,3,10,10,0,1,2,3,4\n";
  expect_error("", {"is empty"});
  expect_error(head, {"holds no boxes"});
  expect_error("file,class_index,x0,y0,x1\n", {"line 1", "'y1' is missing"});
  expect_error("file,x0,y0,x1,y1\n", {"line 1", "'wnid' or 'class_index'"});
  expect_error("file,file,wnid,x0,y0,x1,y1\n", {"line 1", "'file' comes twice"});
  expect_error(head + "a.jpg,3,10,10,0,1,2,3\n", {"line 2", "expected 9 fields", "found 8"});
  expect_error(head + row + "b.jpg,3,10,10,0,1,2,nan,4\n", {"line 3", "x1", "'nan'"});
  expect_error(head + "b.jpg,3,10,10,0,1,2,inf,4\n", {"line 2", "'inf'"});
  expect_error(head + "b.jpg,3,10,10,0,1,2,3px,4\n", {"line 2", "'3px'"});
  expect_error(head + "b.jpg,3,10,10,0,3,2,3,4\n", {"line 2", "3,2 to 3,4 is empty"});
  expect_error(head + "b.jpg,-3,10,10,0,1,2,3,4\n", {"line 2", "class_index", "'-3'"});
  expect_error(head + "b.jpg,,10,10,0,1,2,3,4\n", {"line 2", "no class"});
  expect_error(head + ",3,10,10,0,1,2,3,4\n", {"line 2", "name is empty"});
  expect_error(head + row + "a.jpg,4,10,10,1,1,2,3,4\n", {"line 3", "a.jpg has another class"});
  expect_error(head + row + "a.jpg,3,10,11,1,1,2,3,4\n", {"line 3", "a.jpg has another size"});
  expect_error(head + row + row, {"line 3", "box 0 of a.jpg comes twice"});
  expect_error(head + "\"a.jpg,3,10,10,0,1,2,3,4\n", {"line 2", "quote"});
  EXPECT_TRUE(contains(message_of<InputError>([&] { read_truth_csv(folder.file("none.csv")); }), "none.csv"));
}

/// A devkit's files.
class Devkit : public testing::Test {
protected:
  void SetUp() override { std::filesystem::create_directory(files.annotations); }
  void annotate(const std::string& name, const std::string& text) {
    store(files.annotations + "/" + name + ".xml", text);
  }
  std::string write(const std::string& name, const std::string& text) {
    store(folder.file(name), text);
    return folder.file(name);
  }
  TemporaryFolder folder;
  DevkitFiles files{folder.file("xml"), "", "", ""};
};

TEST_F(Devkit, ReadsBoxesOfPixelsCountedFromZero) {
  annotate("val_2", annotation(object_xml("n00000007", corners(0, 10, 499, 374)), kSize));
  annotate("val_1", annotation(object_xml("n00000003", corners(5, 6, 5, 8)) +
                               object_xml("n00000003", corners(20, 30, 40, 50))));
  const auto images = read_devkit_truth(files);
  ASSERT_EQ(images.size(), 2U);
  EXPECT_EQ(images[0].name, "val_1");
  EXPECT_EQ(images[0].wordnet_id, "n00000003");
  EXPECT_EQ(images[0].boxes, (std::vector<RealBox>{{5, 6, 6, 9}, {20, 30, 41, 51}}));
  EXPECT_EQ(images[0].width, 0);
  EXPECT_EQ(images[1].boxes, (std::vector<RealBox>{{0, 10, 500, 375}}));
  EXPECT_EQ(images[1].width, 500);
  EXPECT_EQ(images[1].height, 375);
}

TEST_F(Devkit, AListChoosesAndOrders) {
  for (const char* name : {"a", "b", "c"})
    annotate(name, annotation(object_xml("n00000007", corners(0, 0, 9, 9))));
  files.list = write("list.txt", "c 1\n\na.JPEG 2\n");
  const auto images = read_devkit_truth(files);
  ASSERT_EQ(images.size(), 2U);
  EXPECT_EQ(images[0].name, "c");
  EXPECT_EQ(images[1].name, "a");
  files.list = write("list.txt", "c 1\na 2\nc 3\n");
  EXPECT_TRUE(contains(message_of<InputError>([&] { read_devkit_truth(files); }), "line 3: c comes twice"));
  files.list = write("list.txt", "\n");
  EXPECT_TRUE(contains(message_of<InputError>([&] { read_devkit_truth(files); }), "names no image"));
}

TEST_F(Devkit, ClassNumbersSayWhichObjectsCount) {
  annotate("val_00000002", annotation(object_xml("n00000007", corners(0, 0, 9, 9)) +
                                      object_xml("n00000003", corners(1, 1, 2, 2))));
  annotate("val_00000001", annotation(object_xml("n00000007", corners(0, 0, 9, 9))));
  const auto plain = read_devkit_truth(files);
  EXPECT_TRUE(plain[0].usable());
  EXPECT_TRUE(contains(plain[1].error, "objects of several classes")) << plain[1].error;
  EXPECT_TRUE(contains(plain[1].error, "val_00000002.xml")) << plain[1].error;
  files.class_numbers = write("numbers.txt", "20\n20\n");
  EXPECT_TRUE(contains(message_of<InputError>([&] { read_devkit_truth(files); }), "together"));
  files.synsets = write("synsets.txt", "n00000007 10 seven\nn00000003 20 three things\n");
  const auto images = read_devkit_truth(files);
  EXPECT_TRUE(contains(images[0].error, "no object of the image's class n00000003")) << images[0].error;
  EXPECT_EQ(images[1].wordnet_id, "n00000003");
  EXPECT_EQ(images[1].boxes, (std::vector<RealBox>{{1, 1, 3, 3}}));
  store(files.class_numbers, "10\n11");
  EXPECT_TRUE(read_devkit_truth(files)[0].usable());
  EXPECT_TRUE(contains(read_devkit_truth(files)[1].error, "knows no class 11"));
  store(files.class_numbers, "10\n");
  EXPECT_TRUE(contains(read_devkit_truth(files)[1].error, "holds no class for val_00000002: it has 1 lines"));
}

TEST_F(Devkit, ListsOfNumbersThatMakeNoSenseAreErrors) {
  annotate("val_1", annotation(object_xml("n00000007", corners(0, 0, 9, 9))));
  files.class_numbers = write("numbers.txt", "1\n2 3\n");
  files.synsets = write("synsets.txt", "n00000007 1 seven\n");
  EXPECT_TRUE(
      contains(message_of<InputError>([&] { read_devkit_truth(files); }), "line 2: expected one number"));
  store(files.class_numbers, "1\n");
  for (const auto& [text, part] :
       {std::pair{"n00000007 seven\n", "line 1: expected a WordNet id and its number"},
        std::pair{"n0007 1 seven\n", "line 1: expected a WordNet id"},
        std::pair{"n00000007 1 a\nn00000008 1 b\n", "line 2: n00000008 or its number 1 comes twice"},
        std::pair{"n00000007 1 a\nn00000007 2 b\n", "line 2"}}) {
    store(files.synsets, text);
    const std::string message = message_of<InputError>([&] { read_devkit_truth(files); });
    EXPECT_TRUE(contains(message, part)) << message;
  }
}

TEST_F(Devkit, AnXmlCutShortAnywhereIsThatImagesError) {
  const std::string whole =
      annotation(object_xml("n00000007", corners(0, 0, 99, 99)), "<size><width>100</width></size>");
  annotate("good", whole);
  const std::size_t last = whole.find("</annotation>") + 12;  // all but the last character of the element
  for (std::size_t length = 0; length <= last; ++length) {
    annotate("torn", whole.substr(0, length));
    const auto images = read_devkit_truth(files);
    ASSERT_EQ(images.size(), 2U);
    EXPECT_TRUE(images[0].usable());
    EXPECT_FALSE(images[1].usable()) << length;
    EXPECT_TRUE(contains(images[1].error, "torn.xml")) << images[1].error;
    EXPECT_TRUE(images[1].boxes.empty());
  }
}

TEST_F(Devkit, OddAnnotationsAreThatImagesError) {
  const std::string fine = corners(0, 0, 9, 9);
  const std::vector<std::pair<std::string, std::string>> cases = {
      {annotation(""), "holds no object"},
      {"<other/>", "no element 'annotation'"},
      {"no xml", "XML"},
      {annotation(object_xml("dog", fine)), "object 1: expected a WordNet id as its name, found 'dog'"},
      {annotation("<object><name>n00000007</name></object>"), "object 1 has no bndbox"},
      {annotation(object_xml("n00000007", "<xmin>1</xmin>")), "ymin: expected a number, found ''"},
      {annotation(object_xml("n00000007", fine) + object_xml("n00000007", corners(5, 5, 3, 9))),
       "object 2: the box 5,5 to 3,9 is empty"},
      {annotation(object_xml("n00000007", "<xmin>nan</xmin><ymin>0</ymin><xmax>9</xmax><ymax>9</ymax>")),
       "'nan'"},
      {annotation(object_xml("n00000007", fine), "<size><width>wide</width></size>"), "'wide'"}};
  for (const auto& [text, part] : cases) {
    annotate("odd", text);
    const auto images = read_devkit_truth(files);
    EXPECT_TRUE(contains(images[0].error, part)) << images[0].error << "\nmissing: " << part;
  }
}

TEST_F(Devkit, MissingFilesAreErrors) {
  EXPECT_TRUE(contains(message_of<InputError>([&] { read_devkit_truth(files); }), "holds no XML file"));
  files.list = write("list.txt", "a\n");
  const auto images = read_devkit_truth(files);
  EXPECT_TRUE(contains(images[0].error, "a.xml")) << images[0].error;
  files = {folder.file("nowhere"), "", "", ""};
  EXPECT_TRUE(contains(message_of<InputError>([&] { read_devkit_truth(files); }), "nowhere"));
}

AnnotatedImage of_class(const std::string& wordnet_id, std::int64_t index) {
  AnnotatedImage image;
  image.name = "a";
  image.wordnet_id = wordnet_id;
  image.class_index = index;
  image.boxes = {{0, 0, 1, 1}};
  return image;
}

TEST(ResolveClasses, ByWordNetIdElseByIndex) {
  const Labels labels(std::vector<Label>{{"n00000001", "one"}, {"n00000002", "two"}});
  std::vector<AnnotatedImage> images = {of_class("n00000002", -1), of_class("", 0),
                                        of_class("n00000001", 0),  of_class("n00000009", -1),
                                        of_class("n00000002", 0),  of_class("", 2)};
  resolve_classes(images, labels, 2);
  EXPECT_EQ(images[0].class_index, 1);
  EXPECT_EQ(images[1].class_index, 0);
  EXPECT_EQ(images[2].class_index, 0);
  for (std::size_t i = 0; i < 3; ++i)
    EXPECT_TRUE(images[i].usable()) << images[i].error;
  EXPECT_TRUE(contains(images[3].error, "no class n00000009")) << images[3].error;
  EXPECT_TRUE(contains(images[4].error, "class 0 and n00000002, which is the network's class 1"));
  EXPECT_TRUE(contains(images[5].error, "class 2 is out of range")) << images[5].error;
  std::vector<AnnotatedImage> unnamed = {of_class("n00000002", 1), of_class("n00000002", -1)};
  resolve_classes(unnamed, {}, 2);
  EXPECT_EQ(unnamed[0].class_index, 1);
  EXPECT_TRUE(contains(unnamed[1].error, "labels are needed")) << unnamed[1].error;
}

TEST(ResolveClasses, NoUsableImageOrAmbiguousLabelsAreErrors) {
  std::vector<AnnotatedImage> images = {of_class("n00000009", -1)};
  EXPECT_TRUE(contains(message_of<InputError>([&] {
                         resolve_classes(images, Labels(std::vector<Label>{{"n00000001", "one"}}), 1);
                       }),
                       "n00000009"));
  std::vector<AnnotatedImage> fine = {of_class("", 0)};
  const Labels twice(std::vector<Label>{{"n00000001", "one"}, {"n00000001", "uno"}});
  EXPECT_TRUE(contains(message_of<InputError>([&] { resolve_classes(fine, twice, 2); }), "n00000001 twice"));
}

TEST(TruthFingerprint, ChangesWithWhateverCounts) {
  const std::vector<AnnotatedImage> images = {of_class("n00000001", 0), of_class("n00000002", 1)};
  const std::string print = fingerprint(images);
  EXPECT_EQ(print.size(), 16U);
  EXPECT_EQ(fingerprint(images), print);
  auto other = images;
  other[1].boxes[0].x1 = 1.25;
  EXPECT_NE(fingerprint(other), print);
  other = images;
  std::swap(other[0], other[1]);
  EXPECT_NE(fingerprint(other), print);
  other = images;
  other[0].error = "broken";
  EXPECT_NE(fingerprint(other), print);
}

}  // namespace
}  // namespace fovea
