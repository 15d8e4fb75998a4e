#include "base/configuration.hpp"

#include "fovea/error.hpp"
#include "support/temporary_folder.hpp"

#include <gtest/gtest.h>

namespace fovea::test {
namespace {

constexpr std::string_view kKeys[] = {"model", "preprocess", "threads"};

std::string complaint(std::string_view text) {
  return message_of<InputError>([&] { parse_configuration(text, "config", kKeys); });
}

TEST(Configuration, HasKeysAndValues) {
  const std::vector<ConfigurationEntry> entries = parse_configuration(
      "# of this machine\n\n model=~/net = 2.onnx\r\n\tthreads =  4\t\n  # end", "config", kKeys);
  ASSERT_EQ(entries.size(), 2U);
  EXPECT_EQ(entries[0].key, "model");
  EXPECT_EQ(entries[0].value, "~/net = 2.onnx");
  EXPECT_EQ(entries[0].line, 3U);
  EXPECT_EQ(entries[1].key, "threads");
  EXPECT_EQ(entries[1].value, "4");
  EXPECT_EQ(entries[1].line, 4U);
  EXPECT_TRUE(parse_configuration("", "config", kKeys).empty());
}

TEST(Configuration, ErrorsNameFileAndLine) {
  EXPECT_EQ(complaint("\nmodel"), "config:2: expected 'key = value', found 'model'");
  EXPECT_EQ(complaint("modl = x"),
            "config:1: unknown key 'modl': expected one of model, preprocess, threads");
  EXPECT_EQ(complaint("= x"), "config:1: unknown key '': expected one of model, preprocess, threads");
  EXPECT_EQ(complaint("model ="), "config:1: 'model' has no value");
  EXPECT_EQ(complaint("model = a\n#\nmodel = a"), "config:3: 'model' is given in line 1 already");
}

}  // namespace
}  // namespace fovea::test
