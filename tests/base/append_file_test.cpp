#include "base/append_file.hpp"

#include "fovea/error.hpp"
#include "support/temporary_folder.hpp"

#include <gtest/gtest.h>

namespace fovea {
namespace {

using test::load;
using test::store;

TEST(AppendFile, GrowsBehindWhatIsKept) {
  const test::TemporaryFolder folder;
  const std::string path = folder.file("rows");
  {
    AppendFile file(path);
    file.append("one\n");
    file.append("two\n");
    EXPECT_EQ(load(path), "one\ntwo\n");  // without closing or syncing
  }
  AppendFile file(path);
  EXPECT_EQ(load(path), "one\ntwo\n");
  file.cut(5);
  file.append("hree\n");
  file.sync();
  EXPECT_EQ(load(path), "one\nthree\n");
}

TEST(AppendFile, BelongsToOneWriterAtATime) {
  const test::TemporaryFolder folder;
  const std::string path = folder.file("rows");
  {
    const AppendFile first(path);
    const std::string message = test::message_of<OutputError>([&] { AppendFile second(path); });
    EXPECT_EQ(message, path + ": another process is writing to it");
  }
  EXPECT_NO_THROW(AppendFile third(path));
}

TEST(AppendFile, WhatCannotBeWrittenIsAnError) {
  const test::TemporaryFolder folder;
  EXPECT_THROW(AppendFile(folder.file("no/rows")), OutputError);
  EXPECT_THROW(AppendFile(folder.path()), OutputError);
  AppendFile full("/dev/full");
  EXPECT_THROW(full.append("x"), OutputError);
}

}  // namespace
}  // namespace fovea
