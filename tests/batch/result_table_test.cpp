#include "batch/result_table.hpp"

#include "fovea/error.hpp"
#include "support/temporary_folder.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace fovea::test {
namespace {

const TableRow kRow = {.image = "a, \"b\".jpg",
                       .class_index = 4,
                       .wordnet_id = "n03028079",
                       .name = "church, church building",
                       .score = 1.0 / 3,
                       .probability = 0.25,
                       .box = RealBox{1, 2.25, 30, 40},
                       .rank = 1,
                       .truth = 4};

TEST(ResultTable, has_a_field_for_each_column) {
  EXPECT_EQ(table_header(TableFormat::Csv),
            "image,class,wordnet_id,name,score,probability,x0,y0,x1,y1,rank,truth,error\n");
  EXPECT_EQ(
      table_line(kRow, TableFormat::Csv),
      "\"a, \"\"b\"\".jpg\",4,n03028079,\"church, church building\",0.333333333,0.25,1,2.25,30,40,1,4,\n");
  EXPECT_EQ(table_line({.image = "b.jpg", .error = "b.jpg: is\nno picture"}, TableFormat::Csv),
            "b.jpg,,,,,,,,,,,,\"b.jpg: is\\nno picture\"\n");
}

TEST(ResultTable, has_an_object_on_each_line_of_json) {
  EXPECT_EQ(table_header(TableFormat::JsonLines), "");
  EXPECT_EQ(table_line(kRow, TableFormat::JsonLines),
            R"({"image":"a, \"b\".jpg","class":4,"wordnet_id":"n03028079","name":"church, church building",)"
            R"("score":0.333333333,"probability":0.25,"box":[1,2.25,30,40],"rank":1,"truth":4})"
            "\n");
  EXPECT_EQ(table_line({.image = "\xE9", .score = std::numeric_limits<double>::quiet_NaN()},
                       TableFormat::JsonLines),
            "{\"image\":\"\xEF\xBF\xBD\",\"score\":null}\n");
}

TEST(ResultTable, has_forms_with_names) {
  EXPECT_EQ(parse_table_format("jsonl"), TableFormat::JsonLines);
  EXPECT_THROW(parse_table_format("xml"), InputError);
}

}  // namespace
}  // namespace fovea::test
