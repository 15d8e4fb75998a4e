#include "batch/shard.hpp"

#include "fovea/error.hpp"
#include "support/temporary_folder.hpp"

#include <gtest/gtest.h>

namespace fovea::test {
namespace {

using Places = std::vector<std::int64_t>;

TEST(Shard, is_the_only_one_of_an_empty_text) {
  const Shard shard = parse_shard("");
  EXPECT_EQ(shard.number, 1);
  EXPECT_EQ(shard.of, 1);
  EXPECT_EQ(shard.suffix(), "");
  EXPECT_EQ(shard.places(3), (Places{0, 1, 2}));
}

TEST(Shard, takes_every_nth_image_from_its_number) {
  const Shard shard = parse_shard("2/3");
  EXPECT_EQ(shard.suffix(), "-2-of-3");
  EXPECT_EQ(shard.places(8), (Places{1, 4, 7}));
  EXPECT_EQ(shard.places(1), Places());
}

TEST(Shard, texts_of_another_form_are_errors) {
  for (const char* text : {"1", "1/", "/2", "0/3", "4/3", "-1/3", "1/3x", "a/b", "1/1000001", " 1/3", "1:3"})
    EXPECT_EQ(message_of<InputError>([&] { parse_shard(text); }),
              "expected I/N with I from 1 to N, and N at most 1000000, found '" + std::string(text) + "'");
}

}  // namespace
}  // namespace fovea::test
