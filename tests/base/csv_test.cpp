#include "base/csv.hpp"

#include "base/fingerprint.hpp"
#include "fovea/error.hpp"

#include <gtest/gtest.h>

namespace fovea {
namespace {

using Fields = std::vector<std::string>;

TEST(Csv, QuotedFieldsHoldCommasAndQuotes) {
  EXPECT_EQ(split_csv("a,,\"b, \"\"c\"\"\",d", 1, "x"), (Fields{"a", "", "b, \"c\"", "d"}));
  EXPECT_EQ(split_csv("", 1, "x"), Fields{""});
  EXPECT_THROW(split_csv("a,\"b", 3, "x"), InputError);
}

TEST(Csv, AFieldComesBackAsItWas) {
  for (const std::string text : {"plain", "", "a,b", "say \"no\"", "\"", "two\nlines"})
    EXPECT_EQ(split_csv(csv_field(text) + ",x", 1, "x"), (Fields{text, "x"}));
  EXPECT_EQ(csv_field("plain"), "plain");
}

TEST(Csv, FieldsAreUtf8AndLinesHaveAnEnd) {
  EXPECT_EQ(csv_field("caf\xE9"), "caf\xEF\xBF\xBD");
  EXPECT_THROW(split_csv(std::string(kMaxCsvLine + 1, ','), 1, "x"), InputError);
}

/// Published values of FNV-1a.
TEST(Fingerprint, IsFnv1a) {
  EXPECT_EQ(Fingerprint().text(), "cbf29ce484222325");
  EXPECT_EQ(Fingerprint().add("a").text(), "af63dc4c8601ec8c");
  EXPECT_EQ(Fingerprint().add("foo").add("bar").text(), "85944171f73967e8");
}

}  // namespace
}  // namespace fovea
