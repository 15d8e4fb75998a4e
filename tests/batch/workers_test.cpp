#include "fovea/batch.hpp"
#include "fovea/error.hpp"
#include "support/temporary_folder.hpp"

#include <gtest/gtest.h>

#include <atomic>

namespace fovea::test {
namespace {

TEST(ThreadPartition, many_pictures_have_one_thread_each) {
  const ThreadPartition partition = partition_threads(100, 0, 8);
  EXPECT_EQ(partition.workers, 8U);
  EXPECT_EQ(partition.threads, 1);
}

TEST(ThreadPartition, one_picture_has_all_threads) {
  const ThreadPartition given = partition_threads(1, 0, 8), free = partition_threads(1, 0, 0);
  EXPECT_EQ(given.workers, 1U);
  EXPECT_EQ(given.threads, 8);
  EXPECT_EQ(free.threads, 0);
}

TEST(ThreadPartition, few_pictures_and_few_workers_share_the_threads) {
  EXPECT_EQ(partition_threads(2, 0, 8).workers, 2U);
  EXPECT_EQ(partition_threads(2, 0, 8).threads, 4);
  EXPECT_EQ(partition_threads(100, 3, 8).workers, 3U);
  EXPECT_EQ(partition_threads(100, 3, 8).threads, 2);
}

TEST(ThreadPartition, no_more_than_sixteen_workers_unless_more_are_asked_for) {
  EXPECT_EQ(partition_threads(1000, 0, 64).workers, 16U);
  EXPECT_EQ(partition_threads(1000, 32, 64).workers, 32U);
  EXPECT_EQ(partition_threads(1000, 32, 4).threads, 1);
}

/// Four files, of which the third fails.
class Batch : public ::testing::TestWithParam<std::size_t> {
protected:
  std::function<FileWorker()> workers() {
    return [this]() -> FileWorker {
      return [this](std::size_t i) -> DeliverResult {
        ++begun_;
        if (i == 2)
          throw InputError("is broken");
        return [this, i] { events_.push_back("result " + paths_[i]); };
      };
    };
  }
  FileBatchOptions options() {
    FileBatchOptions options;
    options.workers = GetParam();
    options.before = [this](std::size_t i) { events_.push_back("next " + paths_[i]); };
    options.failed = [this](std::size_t, const std::string& message) { events_.push_back(message); };
    return options;
  }

  std::vector<std::string> paths_ = {"a", "b", "c", "d"};
  std::vector<std::string> events_;
  std::atomic<int> begun_ = 0;
};

TEST_P(Batch, delivers_results_and_failures_in_the_order_of_the_files) {
  EXPECT_EQ(for_each_file(paths_, workers(), options()), 1U);
  const std::vector<std::string> expected = {"next a", "result a",     "next b", "result b",
                                             "next c", "c: is broken", "next d", "result d"};
  EXPECT_EQ(events_, expected);
}

TEST_P(Batch, counts_failures_without_callbacks) {
  FileBatchOptions options;
  options.workers = GetParam();
  EXPECT_EQ(for_each_file(paths_, workers(), options), 1U);
  EXPECT_EQ(events_.size(), 3U);
}

TEST_P(Batch, ends_with_cancelled_when_a_stop_is_requested) {
  std::stop_source stop;
  FileBatchOptions stopped = options();
  stopped.stop = stop.get_token();
  stopped.before = [&](std::size_t i) {
    events_.push_back("next " + paths_[i]);
    if (i == 1)
      stop.request_stop();
  };
  EXPECT_THROW(for_each_file(paths_, workers(), stopped), Cancelled);
  EXPECT_EQ(events_, (std::vector<std::string>{"next a", "result a", "next b", "result b"}));
}

TEST_P(Batch, ends_with_what_a_delivery_throws) {
  FileBatchOptions plain = options();
  EXPECT_THROW(for_each_file(
                   paths_,
                   []() -> FileWorker {
                     return [](std::size_t) -> DeliverResult {
                       return [] { throw OutputError("is full", "x"); };
                     };
                   },
                   plain),
               OutputError);
  EXPECT_EQ(events_, std::vector<std::string>{"next a"});
}

INSTANTIATE_TEST_SUITE_P(Workers, Batch, ::testing::Values(1, 3));

}  // namespace
}  // namespace fovea::test
