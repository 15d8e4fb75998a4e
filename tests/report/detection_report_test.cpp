#include "report/detection_report.hpp"

#include <gtest/gtest.h>

namespace fovea::test {
namespace {

const std::vector<Detection> kFound = {{{10.25, 20.5, 30.125, 40}, 1, "blue", 0.875, 7},
                                       {{0, 0, 5, 6.75}, 0, "red", 0.25, 3, 2}};
const Labels kLabels(std::vector<Label>{{"", "red"}, {"", "blue"}});

TEST(DetectionReport, TablesHaveTheNumbersOfTheCsv) {
  const std::vector<TableRow> rows = detection_rows({.name = "a.png"}, kFound, kLabels);
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(table_line(rows[0], TableFormat::Csv), "a.png,1,,blue,0.875,,10.25,20.5,30.125,40,1,,\n");
  EXPECT_EQ(rows[1].class_index, 0);
  EXPECT_EQ(rows[1].rank, 2);
  EXPECT_EQ(detections_csv("a.png", kFound), "a.png,1,1,blue,0.875,10.25,20.5,30.125,40\n"
                                             "a.png,2,0,red,0.25,0,0,5,6.75\n");
}

TEST(DetectionReport, PhotosWithoutObjectsHaveARowWithoutAClass) {
  const std::vector<TableRow> rows = detection_rows({.name = "a.png"}, {}, kLabels);
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(rows[0].class_index, std::nullopt);
}

}  // namespace
}  // namespace fovea::test
