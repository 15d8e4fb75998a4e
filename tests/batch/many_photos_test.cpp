#include "batch/many_photos.hpp"

#include "run_fixture.hpp"

#include <atomic>

namespace fovea::test {
namespace {

using ManyPhotos = Runs;

TEST_F(ManyPhotos, are_told_of_in_their_order) {
  ResultStore store(description(folder.file("out")), EarlierResults::Refuse);
  std::vector<std::string> names, failures;
  ManyPhotosRun work{inputs, {}, 4, [] { return result_of; }};
  work.before = [&](std::int64_t done, const Picture& picture) {
    EXPECT_EQ(done, static_cast<std::int64_t>(names.size()));
    names.push_back(picture.name);
  };
  work.failed = [&](const std::string& message) { failures.push_back(message); };
  EXPECT_TRUE(run_many_photos(work, store));
  ASSERT_EQ(names.size(), 12U);
  EXPECT_EQ(names[0], folder.file("a.tar/0.jpg"));
  EXPECT_EQ(names[11], folder.file("b.tar/5.jpg"));
  EXPECT_EQ(failures, std::vector{folder.file("b.tar/4.jpg") + ": is no picture"});
}

TEST_F(ManyPhotos, whose_classes_cannot_be_read_get_one_warning) {
  const std::string path = folder.file("labels.tar");
  store(path, tar_beginning() + tar_member("0.jpg", "x") + tar_member("0.cls", "1") +
                  tar_member("1.jpg", "x") + tar_member("1.cls", "dog") + tar_member("2.jpg", "x") +
                  tar_member("2.json", "?") + tar_end());
  const PictureInputs labelled({path});
  ResultStore store(description(folder.file("out")), EarlierResults::Refuse);
  std::vector<std::string> warnings;
  ManyPhotosRun work{labelled, {}, 1, [] { return result_of; }};
  work.warned = [&](const std::string& message) { warnings.push_back(message); };
  EXPECT_TRUE(run_many_photos(work, store));
  EXPECT_EQ(warnings, std::vector{"the class of 2 photos cannot be read, the first of " + path +
                                  "/1.jpg: expected the index of a class in the file .cls, or in the field "
                                  "label of .json"});
}

TEST_F(ManyPhotos, are_at_most_four_in_work_for_each_worker) {
  ResultStore store(description(folder.file("out")), EarlierResults::Refuse);
  std::atomic<int> begun = 0;
  int ended = 0, most = 0;
  ManyPhotosRun work{inputs, {}, 2, [&] {
                       return [&](const Picture& picture) {
                         ++begun;
                         return result_of(picture);
                       };
                     }};
  work.before = [&](std::int64_t, const Picture&) {
    most = std::max(most, begun - ended);
    ++ended;
  };
  EXPECT_TRUE(run_many_photos(work, store));
  EXPECT_LE(most, 8);
}

TEST_F(ManyPhotos, end_at_an_output_that_cannot_be_written_and_keep_what_is_whole) {
  {
    ResultStore store(description(folder.file("out")), EarlierResults::Refuse);
    ManyPhotosRun work{inputs, {}, 3, [] {
                         return [](const Picture& picture) {
                           if (picture.place == PicturePlace{1, 1})
                             throw OutputError("cannot write: No space left on device", "x");
                           return result_of(picture);
                         };
                       }};
    EXPECT_EQ(message_of<OutputError>([&] { run_many_photos(work, store); }),
              "x: cannot write: No space left on device");
    EXPECT_EQ(store.counts().photos, 7);
  }
  ResultStore store(description(folder.file("out")), EarlierResults::Resume);
  EXPECT_TRUE(run(store));
  run_whole(folder.file("whole"));
  EXPECT_EQ(results_below(folder.file("out")), results_below(folder.file("whole")));
}

TEST_F(ManyPhotos, end_where_no_worker_can_be_made) {
  ResultStore store(description(folder.file("out")), EarlierResults::Refuse);
  const ManyPhotosRun work{inputs, {}, 3, []() -> PhotoWorker { throw InputError("no memory"); }};
  EXPECT_EQ(message_of<InputError>([&] { run_many_photos(work, store); }), "no memory");
}

/// Groups of pictures of growing sizes.
PhotoGroups growing_groups(std::vector<std::size_t>& sizes) {
  return {[&sizes] { return sizes.size() + 2; },
          [&sizes](const std::vector<const Picture*>& photos, const GroupEvents& events) {
            sizes.push_back(photos.size());
            std::vector<PhotoResult> results;
            for (const Picture* picture : photos) {
              if (events.is_stopped && events.is_stopped())
                throw Cancelled();
              PhotoResult result;
              try {
                result = result_of(*picture);
              } catch (const InputError& error) {
                result = {.rows = {{.image = picture->name, .error = error.what()}}, .error = error.what()};
              }
              results.push_back(std::move(result));
            }
            if (events.progress)
              events.progress(1, 2, "half");
            return results;
          }};
}

TEST_F(ManyPhotos, in_groups_give_what_they_give_one_by_one) {
  run_whole(folder.file("whole"));
  ResultStore store(description(folder.file("out")), EarlierResults::Refuse);
  std::vector<std::size_t> sizes;
  std::vector<std::int64_t> before;
  ManyPhotosRun work{inputs, {}};
  work.groups = growing_groups(sizes);
  work.group_progress = [&](std::int64_t done, std::size_t photos, std::int64_t, std::int64_t total,
                            const std::string& what) {
    before.push_back(done);
    EXPECT_EQ(photos, sizes.back());
    EXPECT_EQ(total, 2);
    EXPECT_EQ(what, "half");
  };
  EXPECT_TRUE(run_many_photos(work, store));
  EXPECT_EQ(sizes, (std::vector<std::size_t>{2, 3, 4, 3}));
  EXPECT_EQ(before, (std::vector<std::int64_t>{0, 2, 5, 9}));
  EXPECT_EQ(results_below(folder.file("out")), results_below(folder.file("whole")));
}

TEST_F(ManyPhotos, in_a_group_that_was_stopped_are_done_again) {
  run_whole(folder.file("whole"));
  std::vector<std::size_t> sizes;
  ManyPhotosRun work{inputs, {}};
  work.groups = growing_groups(sizes);
  {
    ResultStore store(description(folder.file("out")), EarlierResults::Refuse);
    int asked = 0;
    work.is_stopped = [&] { return ++asked > 10; };
    EXPECT_FALSE(run_many_photos(work, store));
    EXPECT_EQ(store.counts().photos, 5);
  }
  work.is_stopped = {};
  ResultStore store(description(folder.file("out")), EarlierResults::Resume);
  EXPECT_TRUE(run_many_photos(work, store));
  EXPECT_EQ(results_below(folder.file("out")), results_below(folder.file("whole")));
}

}  // namespace
}  // namespace fovea::test
