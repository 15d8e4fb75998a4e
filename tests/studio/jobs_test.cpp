#include "studio/jobs.hpp"

#include "fovea/error.hpp"

#include <gtest/gtest.h>
#include <semaphore>
#include <thread>

namespace fovea::studio {
namespace {

using namespace std::chrono_literals;

JobState end_of(Job& job) {
  while (!job.has_ended())
    std::this_thread::sleep_for(1ms);
  return job.state();
}

/// Work that runs until it is cancelled.
JobWork endless(std::binary_semaphore& begun) {
  return [&begun](JobControl& control) -> nlohmann::ordered_json {
    begun.release();
    while (!control.stop().stop_requested())
      std::this_thread::sleep_for(1ms);
    throw Cancelled();
  };
}

JobFrame frame(const std::string& bytes, std::size_t size = 1) {
  return {[bytes](const std::string& display) { return bytes + display; }, size, {{"step", 5}}};
}

TEST(Jobs, GiveResultsFramesAndFiles) {
  JobQueue jobs(1, 10);
  const auto job = jobs.add("test", false, [](JobControl& control) -> nlohmann::ordered_json {
    control.progress(1, 2, "half");
    control.add_frame(frame("a"));
    control.add_frame(frame("b"));
    control.add_file("x.html", {"text/html", "page"});
    return {{"answer", 42}};
  });
  EXPECT_EQ(end_of(*job), JobState::Done);
  const auto json = jobs.json(*job);
  EXPECT_EQ(json.at("id"), "j1");
  EXPECT_EQ(json.at("state"), "done");
  EXPECT_EQ(json.at("result").at("answer"), 42);
  EXPECT_EQ(json.at("progress").at("text"), "half");
  EXPECT_EQ(job->frame(0).png("pixels"), "apixels");
  EXPECT_EQ(job->frame({}).png("fitted"), "bfitted");
  EXPECT_THROW(job->frame(2), RequestError);
  EXPECT_EQ(job->file("x.html").bytes, "page");
  EXPECT_THROW(job->file("y.html"), RequestError);
  const auto events = job->wait_for_events(0, 0ms, {});
  ASSERT_EQ(events.size(), 4U);
  EXPECT_EQ(events[0].name, "progress");
  EXPECT_EQ(events[1].data.dump(), R"({"frame":0,"step":5})");
  EXPECT_EQ(events[3].name, "done");
  EXPECT_EQ(job->wait_for_events(events[2].id, 0ms, {}).size(), 1U);
}

TEST(Jobs, WaitInLineAndTellTheirPlace) {
  JobQueue jobs(1, 2);
  std::binary_semaphore begun(0);
  const auto first = jobs.add("test", false, endless(begun));
  begun.acquire();
  const auto quick = [](JobControl&) -> nlohmann::ordered_json { return {}; };
  const auto second = jobs.add("test", false, quick), third = jobs.add("test", false, quick);
  EXPECT_EQ(jobs.json(*first).at("place"), 0);
  EXPECT_EQ(jobs.json(*second).at("place"), 1);
  EXPECT_EQ(jobs.json(*third).at("place"), 2);
  EXPECT_THROW(jobs.add("test", false, quick), RequestError);
  jobs.remove(second->id());
  EXPECT_EQ(second->state(), JobState::Cancelled);
  jobs.remove(first->id());
  EXPECT_EQ(end_of(*first), JobState::Cancelled);
  EXPECT_EQ(end_of(*third), JobState::Done);
  jobs.remove(third->id());
  EXPECT_THROW(jobs.get(third->id()), RequestError);
}

TEST(Jobs, FailuresAreTold) {
  JobQueue jobs(1, 2, [](std::string text) { return text + "!"; });
  const auto job =
      jobs.add("test", false, [](JobControl&) -> nlohmann::ordered_json { throw InputError("bad"); });
  EXPECT_EQ(end_of(*job), JobState::Failed);
  EXPECT_EQ(jobs.json(*job).at("error").at("message"), "bad!");
}

TEST(Jobs, CancelledOnesFreeWhatTheyHad) {
  JobQueue jobs(1, 2);
  std::binary_semaphore begun(0);
  auto memory = std::make_shared<int>(1);
  const std::weak_ptr<int> watched = memory;
  const auto job = jobs.add("test", false, [memory, &begun](JobControl& control) -> nlohmann::ordered_json {
    control.add_frame({[memory](const std::string&) { return std::string(); }, 1, {}});
    return endless(begun)(control);
  });
  memory.reset();
  begun.acquire();
  EXPECT_FALSE(watched.expired());
  jobs.remove(job->id());
  EXPECT_EQ(end_of(*job), JobState::Cancelled);
  EXPECT_TRUE(watched.expired());
  EXPECT_THROW(job->frame(0), RequestError);
}

TEST(Jobs, EndWhenNobodyListensAnyMore) {
  JobQueue jobs(2, 2);
  std::binary_semaphore begun(0), also_begun(0);
  const auto job = jobs.add("test", false, endless(begun));
  const auto kept = jobs.add("test", true, endless(also_begun));
  begun.acquire();
  also_begun.acquire();
  { const JobQueue::Listener one(job), other(kept); }
  {
    const JobQueue::Listener again(job);  // back in time
    std::this_thread::sleep_for(50ms);
  }
  EXPECT_EQ(end_of(*job), JobState::Cancelled);
  EXPECT_FALSE(kept->has_ended());
}

TEST(Jobs, DropFramesThatWouldTakeTooMuch) {
  JobQueue jobs(1, 2);
  const auto job = jobs.add("test", false, [](JobControl& control) -> nlohmann::ordered_json {
    for (int i = 0; i < 40; ++i)
      control.add_frame(frame(std::to_string(i), kMostFrameBytes / 10));
    return {};
  });
  EXPECT_EQ(end_of(*job), JobState::Done);
  std::size_t left = 0;
  for (std::size_t i = 0; i < 40; ++i)
    try {
      job->frame(i);
      ++left;
    } catch (const RequestError&) {
    }
  EXPECT_LE(left, 10U);
  EXPECT_GE(left, 4U);
  EXPECT_EQ(job->frame(0).png(""), "0");
  EXPECT_EQ(job->frame({}).png(""), "39");
}

/// A job with frames of that size, which has ended.
std::string with_frames(JobQueue& jobs, int count, std::size_t bytes) {
  const auto job = jobs.add("test", false, [=](JobControl& control) -> nlohmann::ordered_json {
    for (int i = 0; i < count; ++i)
      control.add_frame(frame(std::to_string(i), bytes));
    return {};
  });
  end_of(*job);
  return job->id();
}

bool has_frame(Job& job, std::size_t number) {
  try {
    job.frame(number);
    return true;
  } catch (const RequestError&) {
    return false;
  }
}

TEST(Jobs, ShareTheMemoryOfTheirFrames) {
  JobQueue jobs(1, 2, {}, 2500);
  const std::string first = with_frames(jobs, 10, 100), second = with_frames(jobs, 10, 100);
  EXPECT_EQ(jobs.bytes(), 2000U);
  const auto used = jobs.get(first);
  const std::string third = with_frames(jobs, 10, 100);
  EXPECT_LE(jobs.bytes(), 2500U);
  EXPECT_TRUE(has_frame(*used, 0)) << "it was used after the second";
  EXPECT_TRUE(has_frame(*jobs.get(third), 0));
  const auto dropped = jobs.get(second);
  EXPECT_FALSE(has_frame(*dropped, 0));
  EXPECT_EQ(dropped->frame({}).png(""), "9");
  EXPECT_EQ(dropped->nearest_frame(0).png(""), "9");

  // One that takes more than all may have is thinned out while it runs.
  const std::string fourth = with_frames(jobs, 40, 100);
  EXPECT_LE(jobs.bytes(), 2500U);
  EXPECT_EQ(jobs.get(fourth)->frame(0).png(""), "0");
  EXPECT_EQ(jobs.get(fourth)->frame({}).png(""), "39");
}

TEST(Jobs, ForgetTheFilesThatTakeTooMuch) {
  JobQueue jobs(1, 2, {}, 2500);
  for (int i = 0; i < 4; ++i)
    end_of(*jobs.add("test", false, [](JobControl& control) -> nlohmann::ordered_json {
      control.add_file("x.html", {"text/html", std::string(1000, 'x')});
      return {};
    }));
  EXPECT_LE(jobs.bytes(), 2500U);
  EXPECT_THROW(jobs.get("j1"), RequestError);
  EXPECT_EQ(jobs.get("j4")->file("x.html").bytes.size(), 1000U);
}

TEST(Jobs, OldOnesAreForgotten) {
  JobQueue jobs(1, 100);
  std::shared_ptr<Job> last;
  for (int i = 0; i < 40; ++i) {
    last = jobs.add("test", false, [](JobControl&) -> nlohmann::ordered_json { return {}; });
    end_of(*last);
  }
  EXPECT_LE(jobs.list().size(), 20U);
  EXPECT_THROW(jobs.get("j1"), RequestError);
  EXPECT_EQ(jobs.get("j40"), last);
}

}  // namespace
}  // namespace fovea::studio
