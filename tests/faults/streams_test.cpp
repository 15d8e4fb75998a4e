#include "faults/support.hpp"

namespace fovea::test {
namespace {

/// A good picture, a bad one, another good one.
struct Streams : testing::Test {
  Streams() { store(bad, "RIFFx"); }
  TemporaryFolder folder;
  std::string bad = folder.file("bad.png");
  Names pictures = {sample("church.jpg"), bad, sample("golf-ball.jpg")};

  Names command(Names begin, const Names& end = {}) const {
    begin.insert(begin.end(), pictures.begin(), pictures.end());
    begin.insert(begin.end(), end.begin(), end.end());
    return begin;
  }
  /// Of both good pictures all files are there, and none holds a message.
  void expect_maps(const std::string& out) const {
    ASSERT_TRUE(fs::exists(out));
    EXPECT_EQ(files_in(out).size(), 10U);
    expect_whole_files(out);
    for (const std::string& name : files_in(out))
      EXPECT_FALSE(contains(load(out + "/" + name), "fovea: error")) << name;
  }
};

TEST_F(Streams, AFullOrClosedStandardErrorLosesMessagesOnly) {
  CommandOptions full, closed;
  full.stderr_path = "/dev/full";
  closed.closed = {2};
  for (const CommandOptions& options : {full, closed}) {
    const Outcome outcome = fovea(command({"classify", "--json"}), options);
    EXPECT_EQ(outcome.signal, 0);
    EXPECT_EQ(outcome.code, 1) << "one picture is bad";
    EXPECT_EQ(nlohmann::json::parse(outcome.out).size(), 2U);
    const Outcome usage = fovea({"classify", "--no-such-option"}, options);
    EXPECT_EQ(usage.code, 2);
  }
}

TEST_F(Streams, AFullOrClosedStandardOutputDoesNotKeepFilesFromBeingWritten) {
  CommandOptions full, closed;
  full.stdout_path = "/dev/full";
  closed.closed = {1};
  for (const CommandOptions& options : {full, closed}) {
    const std::string out = folder.file(options.closed.empty() ? "full" : "closed");
    const Outcome outcome = fovea(command({"saliency"}, {"-o", out}), options);
    EXPECT_EQ(outcome.signal, 0);
    EXPECT_EQ(outcome.code, 1);
    EXPECT_TRUE(contains(outcome.err, "cannot write to standard output")) << outcome.err;
    expect_maps(out);
  }
}

TEST_F(Streams, NoFileTakesThePlaceOfAClosedDescriptor) {
  for (const std::vector<int>& descriptors :
       std::vector<std::vector<int>>{{0}, {0, 1}, {0, 2}, {1, 2}, {0, 1, 2}}) {
    CommandOptions options;
    options.closed = descriptors;
    const std::string out = folder.file(fmt::format("out{}{}", descriptors.size(), descriptors.back()));
    const Outcome outcome = fovea(command({"saliency"}, {"-o", out}), options);
    EXPECT_EQ(outcome.signal, 0);
    EXPECT_EQ(outcome.code, 1);
    expect_maps(out);
  }
}

}  // namespace
}  // namespace fovea::test
