/// Names of classes as Ultralytics' detectors carry them.
#include "engine/metadata.hpp"

#include <gtest/gtest.h>

namespace fovea {
namespace {

TEST(Metadata, reads_the_names_of_ultralytics_detectors) {
  std::vector<std::string> warnings;
  const Labels labels =
      labels_from_metadata({{"names", "{0: 'person', 1: \"man's bike\", 2: 'car'}"}}, warnings);
  ASSERT_EQ(labels.size(), 3);
  EXPECT_EQ(labels[1].name, "man's bike");
  for (const char* other : {"{1: 'person'}", "{0: 'a', 2: 'b'}", "['a']", "{0 'a'}", "yes", ""})
    EXPECT_TRUE(labels_from_metadata({{"names", other}}, warnings).empty()) << other;
  EXPECT_TRUE(warnings.empty());
  EXPECT_EQ(labels_from_metadata({{"names", "{0: 'a'}"}, {"labels", "b\nc"}}, warnings).size(), 2);
}

}  // namespace
}  // namespace fovea
