#include "base/byte_size.hpp"
#include "base/physical_memory.hpp"
#include "fovea/error.hpp"

#include <gtest/gtest.h>

namespace fovea {
namespace {

TEST(ByteSize, is_read_with_units_of_1024_and_1000) {
  EXPECT_EQ(parse_bytes("1"), 1);
  EXPECT_EQ(parse_bytes("2000000000"), 2000000000);
  EXPECT_EQ(parse_bytes("4GiB"), std::int64_t{4} << 30);
  EXPECT_EQ(parse_bytes("4g"), std::int64_t{4} << 30);
  EXPECT_EQ(parse_bytes("1.5 GB"), 1500000000);
  EXPECT_EQ(parse_bytes("512M"), 512 << 20);
  EXPECT_EQ(parse_bytes("3 kib"), 3072);
  EXPECT_EQ(parse_bytes("1T"), std::int64_t{1} << 40);
}

TEST(ByteSize, refuses_what_is_no_amount) {
  for (const char* text : {"", "GiB", "-1", "0", "0.5", "1.2.3", "4 Gi", "nan", "inf", "1e9", "4GiB ", "0x10",
                           "9999999999T", "4 "})
    EXPECT_THROW(parse_bytes(text), InputError) << text;
}

TEST(ByteSize, is_written_in_the_largest_unit) {
  EXPECT_EQ(bytes_text(0), "0 B");
  EXPECT_EQ(bytes_text(1023), "1023 B");
  EXPECT_EQ(bytes_text(1536), "1.5 KiB");
  EXPECT_EQ(bytes_text(std::int64_t{2} << 30), "2.0 GiB");
  EXPECT_EQ(bytes_text(std::numeric_limits<std::int64_t>::max()), "8.0 EiB");
}

TEST(PhysicalMemory, is_known) {
  EXPECT_GT(physical_memory(), 1 << 20);
}

}  // namespace
}  // namespace fovea
