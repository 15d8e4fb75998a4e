#include "report/table.hpp"

#include <gtest/gtest.h>

namespace fovea::test {
namespace {

using Json = nlohmann::ordered_json;

Table example() {
  Table table({{"name", "name"}, {"top1", "top-1", true}, {"note", ""}});
  table.add_row({{"resnet50", "resnet50"}, {0.761, "76.1"}, {"a\tb", "a\tb"}});
  table.add_row({{"홍학", "홍학"}, {nullptr, ""}, {"c\\d\ne", "c\\d\ne"}});
  return table;
}

TEST(Table, AlignsColumnsAsATerminalShowsThem) {
  EXPECT_EQ(example().text(), "name      top-1\n"
                              "resnet50   76.1  a\\tb\n"
                              "홍학             c\\d\\ne\n");
}

TEST(Table, NarrowsColumnsOfTextToAWidth) {
  Table table({{"name", "name"}, {"size", "size", true}, {"note", "what it is"}});
  table.add_row({{"net", "net"}, {1, "1"}, {"", "the mean gradient of noisy copies"}});
  const std::string whole = table.text();
  EXPECT_EQ(table.text(200), whole);
  EXPECT_EQ(table.text(30), "name  size  what it is\n"
                            "net      1  the mean gradient\n"
                            "            of noisy copies\n");
  EXPECT_EQ(table.text(1), "name  size  what it is\n"
                           "net      1  the mean\n"
                           "            gradient of\n"
                           "            noisy copies\n")
      << "no column becomes narrower than is readable";
}

TEST(Table, CutsWordsOnlyIfBlanksAreNotEnough) {
  Table whole({{"layer", "layer", false, true}, {"node", "node"}});
  Table table({{"layer", "layer"}, {"node", "node"}});
  for (Table* each : {&whole, &table})
    each->add_row({{"", "/stages/stages.0/conv"}, {"", "a b"}});
  EXPECT_EQ(whole.text(3), whole.text()) << "a name that is copied stays whole";
  EXPECT_EQ(table.text(27), "layer                  node\n"
                            "/stages/stages.0/conv  a b\n");
  EXPECT_EQ(table.text(24), "layer               node\n"
                            "/stages/stages.0/   a b\n"
                            "conv\n");
  EXPECT_EQ(table.text(3), "layer         node\n"
                           "/stages/      a b\n"
                           "stages.0/\n"
                           "conv\n");
}

TEST(Table, WritesTabSeparatedValues) {
  EXPECT_EQ(example().tsv(), "name\ttop1\tnote\n"
                             "resnet50\t0.761\ta\\tb\n"
                             "홍학\t\tc\\\\d\\ne\n");
  EXPECT_EQ(Table(std::vector<TableColumn>{{"a", "a"}}).tsv(), "a\n") << "a table without rows has its keys";
}

TEST(Table, TsvIsValidUtf8) {
  Table table(std::vector<TableColumn>{{"name", "name"}});
  table.add_row({{"caf\xE9", "caf\xE9"}});
  EXPECT_EQ(table.tsv(), "name\ncaf\xEF\xBF\xBD\n");
  EXPECT_EQ(table.text(), "name\ncaf\\xe9\n");
}

TEST(Table, WritesJson) {
  EXPECT_EQ(example().json(), Json::parse(R"([{"name": "resnet50", "top1": 0.761, "note": "a\tb"},
                            {"name": "홍학", "top1": null, "note": "c\\d\ne"}])"));
  EXPECT_EQ(Table(std::vector<TableColumn>{{"a", "a"}}).json(), Json::array());
}

TEST(Table, OfRecordsHasAColumnForEachPlainField) {
  const Json records = Json::parse(R"([
    {"image": "a.jpg", "class": {"index": 4, "name": "church"}, "box": [1, 2, 30, 40]},
    {"image": "b.jpg", "probability": 0.5, "class": {"index": 12}, "stages": [{"x": 1}]}])");
  const Table table = Table::of_records(records);
  EXPECT_EQ(table.tsv(), "image\tclass.index\tclass.name\tbox\tprobability\n"
                         "a.jpg\t4\tchurch\t1,2,30,40\t\n"
                         "b.jpg\t12\t\t\t0.5\n");
  EXPECT_EQ(table.text(), "image  class.index  class.name  box        probability\n"
                          "a.jpg            4  church      1,2,30,40\n"
                          "b.jpg           12                                 0.5\n");
  EXPECT_EQ(Table::of_records(Json::array()).tsv(), "\n");
}

TEST(Table, OfMethodsHasARowForEach) {
  const Json summary = Json::parse(R"({"images": 3, "methods": {
    "gradient": {"insertion": {"mean": 0.5, "images": 3}, "stages": [{"layer": "x"}]},
    "random": {"insertion": {"mean": 0.25, "images": 3}}}})");
  EXPECT_EQ(Table::of_records(method_records(summary)).tsv(), "method\tinsertion.mean\tinsertion.images\n"
                                                              "gradient\t0.5\t3\n"
                                                              "random\t0.25\t3\n");
}

TEST(Table, OfNestedRecordsHasARowForEach) {
  const Json results = Json::parse(R"([{"image": "a.jpg", "predictions": [
    {"index": 4, "name": "church", "score": 9.5}, {"index": 1, "name": "cat", "score": 2}]}])");
  EXPECT_EQ(Table::of_records(nested_records(results, "predictions")).tsv(),
            "image\trank\tindex\tname\tscore\n"
            "a.jpg\t1\t4\tchurch\t9.5\n"
            "a.jpg\t2\t1\tcat\t2\n");
}

TEST(Table, OfBoxesHasARowForEachKind) {
  const Json summary = Json::parse(R"({"images": 2, "failed": 0, "classification_top1_error": 0.5,
    "classification_top5_error": null, "found": {"top1_error": 0.5}, "whole_image": {"top1_error": 1},
    "centred_box": {"top1_error": 1, "width": 0.5}})");
  EXPECT_EQ(Table::of_records(box_records(summary)).tsv(),
            "boxes\timages\tfailed\tclassification_top1_error\tclassification_top5_error\ttop1_error\twidth\n"
            "found\t2\t0\t0.5\t\t0.5\t\n"
            "whole_image\t2\t0\t0.5\t\t1\t\n"
            "centred_box\t2\t0\t0.5\t\t1\t0.5\n");
}

}  // namespace
}  // namespace fovea::test
