#include "base/shell_word.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <string>

namespace fovea::test {
namespace {

TEST(ShellWord, is_as_it_is_where_that_is_safe) {
  EXPECT_EQ(shell_word("photos/a-1_b.tar"), "photos/a-1_b.tar");
  EXPECT_EQ(shell_word("--time=4:00:00"), "--time=4:00:00");
  EXPECT_EQ(shell_word(""), "''");
  EXPECT_EQ(shell_word("a b"), "'a b'");
  EXPECT_EQ(shell_word("it's"), R"('it'\''s')");
}

TEST(ShellWord, is_read_by_a_shell_as_what_it_was) {
  for (const char* text :
       {"p-{000..127}.tar", "$HOME `id` $(id)", "a\nb\n", "\\", "\"", "'", "''", "~/x", "#no", "*?[a]",
        "a;b&c|d<e>f", "!!", "caf\xc3\xa9 \xc2\xa0", "\xff", " ", "\t", "-n"}) {
    FILE* const shell = ::popen(("printf %s " + shell_word(text)).c_str(), "r");
    ASSERT_TRUE(shell);
    std::array<char, 100> bytes = {};
    const std::size_t length = std::fread(bytes.data(), 1, bytes.size(), shell);
    EXPECT_EQ(::pclose(shell), 0);
    EXPECT_EQ(std::string(bytes.data(), length), text);
  }
}

}  // namespace
}  // namespace fovea::test
