#include "base/room_in_memory.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <new>

namespace fovea {
namespace {

TEST(RoomInMemory, IsThereOrABadAlloc) {
  EXPECT_NO_THROW(check_room_in_memory(std::size_t{1} << 20U));
  EXPECT_THROW(check_room_in_memory(std::numeric_limits<std::size_t>::max() / 2), std::bad_alloc);
}

}  // namespace
}  // namespace fovea
