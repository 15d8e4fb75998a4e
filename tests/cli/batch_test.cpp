#include "support/program.hpp"

#include <nlohmann/json.hpp>

namespace fovea::test {
namespace {

const std::vector<std::string> kPhotos = {"church.jpg", "golf-ball.jpg"};

/// A folder with many pictures, one of them damaged, and things that are no pictures.
class Batch : public testing::Test {
protected:
  void SetUp() override {
    std::filesystem::create_directory(photos);
    for (int i = 0; i < 9; ++i)
      std::filesystem::copy_file(sample(kPhotos[static_cast<std::size_t>(i) % 2]),
                                 photos + "/p" + std::to_string(i) + (i == 4 ? ".JPG" : ".jpg"));
    store(photos + "/p3.jpg", "no picture");
    store(photos + "/notes.txt", "no picture either");
    std::filesystem::create_directory(photos + "/inner.png");
  }
  TemporaryFolder folder;
  std::string photos = folder.file("photos");
};

TEST_F(Batch, AFolderStandsForItsPicturesInOrder) {
  const Outcome outcome = fovea({"classify", photos, sample("church.jpg"), "--top", "1", "--json"});
  EXPECT_EQ(outcome.code, 1) << outcome.err;
  EXPECT_EQ(lines_of(without_notes(outcome.err)), 1) << outcome.err;
  EXPECT_TRUE(contains(outcome.err, "p3.jpg")) << outcome.err;
  std::vector<std::string> seen;
  for (const auto& entry : nlohmann::json::parse(outcome.out))
    seen.push_back(std::filesystem::path(entry["image"].get<std::string>()).filename().string());
  EXPECT_EQ(seen, (std::vector<std::string>{"p0.jpg", "p1.jpg", "p2.jpg", "p4.JPG", "p5.jpg", "p6.jpg",
                                            "p7.jpg", "p8.jpg", "church.jpg"}));
}

TEST_F(Batch, AFolderWithoutPicturesFailsAloneAndTheRestGoesOn) {
  const std::string empty = folder.file("empty");
  std::filesystem::create_directory(empty);
  const Outcome outcome = fovea({"classify", empty, sample("church.jpg"), "--top", "1"});
  EXPECT_EQ(outcome.code, 1);
  EXPECT_TRUE(contains(outcome.err, empty + ": is an empty folder")) << outcome.err;
  EXPECT_TRUE(contains(outcome.out, "church.jpg")) << outcome.out;
}

TEST_F(Batch, TheNumberOfWorkersChangesNothing) {
  std::vector<Outcome> outcomes;
  for (const char* workers : {"1", "2", "5"}) {
    const std::string out = folder.file("out");
    outcomes.push_back(
        fovea({"saliency", photos, "-o", out, "--json", "--threads", "1", "--workers", workers}));
    std::filesystem::rename(out, folder.file(std::string("out") + workers));
  }
  for (const Outcome& outcome : outcomes) {
    EXPECT_EQ(outcome.code, 1);
    EXPECT_EQ(outcome.out, outcomes[0].out);
    EXPECT_EQ(outcome.err, outcomes[0].err);
  }
  const std::vector<std::string> files = files_in(folder.file("out1"));
  EXPECT_EQ(files.size(), 8U * 5U);
  for (const char* other : {"out2", "out5"}) {
    ASSERT_EQ(files_in(folder.file(other)), files);
    for (const std::string& name : files)
      EXPECT_EQ(load(folder.file(other) + "/" + name), load(folder.file("out1") + "/" + name)) << name;
  }
}

TEST_F(Batch, WorkersAndThreadsMustBePositive) {
  expect_error(fovea({"classify", photos, "--workers", "0"}), 2, {"--workers"});
  expect_error(fovea({"saliency", photos, "-o", "x", "--workers", "many"}), 2, {"--workers", "many"});
}

}  // namespace
}  // namespace fovea::test
