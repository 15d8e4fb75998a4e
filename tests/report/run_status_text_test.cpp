#include "report/run_status_text.hpp"

#include "base/display_width.hpp"
#include "support/lines.hpp"

#include <gtest/gtest.h>

namespace fovea::test {
namespace {

RunStatus seven_shards() {
  RunStatus run{"maps.tar", "saliency", "{}", 7};
  run.shards = {{.shard = {1, 7},
                 .file = "a",
                 .is_finished = true,
                 .photos = 43,
                 .failed = 1,
                 .seconds = 4.3,
                 .expected_photos = 43,
                 .share_done = 1.0,
                 .silence = 7300},
                {.shard = {2, 7},
                 .file = "b",
                 .photos = 20,
                 .seconds = 10.0,
                 .expected_photos = 43,
                 .share_done = 20.0 / 43},
                {.shard = {4, 7},
                 .file = "c",
                 .photos = 3,
                 .seconds = 0.5,
                 .expected_photos = 43,
                 .share_done = 3.0 / 43,
                 .silence = 600}};
  return run;
}

TEST(StatusText, tells_of_shards_rate_and_time) {
  EXPECT_EQ(status_text(seven_shards()),
            "maps.tar: saliency, 7 shards: 1 done, 1 running, 1 silent, 4 not begun\n"
            "  photos     66 done, 1 without a result\n"
            "  rate       2 photos/s\n"
            "  time left  0:12 for the running shards; unknown for the others\n"
            "  not begun  3, 5-7\n"
            "  silent     4: stopped, dead or waiting to go on\n"
            "shard  state      photos  failed  photos/s  last change\n"
            "    1  done     43 of 43       1        10      2 h ago\n"
            "    2  running  20 of 43       0         2      0 s ago\n"
            "    4  silent    3 of 43       0         6   10 min ago\n");
}

TEST(StatusText, says_what_is_unknown) {
  RunStatus run{"maps", "saliency", "{}", 1};
  run.shards = {{.shard = {}}};
  const std::string text = status_text(run);
  EXPECT_NE(text.find("rate       unknown\n"), std::string::npos) << text;
  EXPECT_NE(text.find("time left  unknown: of a running shard nothing tells"), std::string::npos) << text;
  run.shards[0].silence = 1000;
  EXPECT_NE(status_text(run).find("time left  unknown: no shard is running\n"), std::string::npos);
}

TEST(StatusText, says_whether_the_shards_are_merged) {
  RunStatus run = seven_shards();
  run.of = 1;
  run.shards.resize(1);
  EXPECT_EQ(status_text(run).find("result"), status_text(run).rfind("result"));  // only "without a result"
  run.of = 2;
  run.shards.push_back(run.shards[0]);
  EXPECT_NE(status_text(run).find("merge them by 'fovea merge'"), std::string::npos);
  run.is_merged = true;
  EXPECT_NE(status_text(run).find("result  merged\n"), std::string::npos) << status_text(run);
}

TEST(StatusText, of_thousands_of_shards_is_short_and_narrow) {
  RunStatus run{"/a/folder/of/a/long/name/that/somebody/has/made/for/this/run/maps.tar",
                "evaluate localization", "{}", 5000};
  for (std::int64_t number = 1; number <= 4000; number += 2)
    run.shards.push_back({.shard = {number, 5000},
                          .is_finished = number % 3 == 0,
                          .photos = 123456789,
                          .seconds = 5.0,
                          .expected_photos = 1234567890,
                          .silence = static_cast<double>(number)});
  const std::vector<std::string> lines = lines_in(status_text(run));
  EXPECT_LT(lines.size(), 32U);
  for (const std::string& line : lines)
    EXPECT_LE(display_width(line), 80U) << line;
}

TEST(StatusText, of_a_run_in_json_has_null_for_what_is_unknown) {
  RunStatus run = seven_shards();
  nlohmann::ordered_json json = status_json(run);
  EXPECT_EQ(json["shards"]["missing"], (std::vector<int>{3, 5, 6, 7}));
  EXPECT_EQ(json["photos"]["expected"], nullptr);
  EXPECT_EQ(json["photos_per_second"], 2.0);
  EXPECT_EQ(json["begun"][1]["state"], "running");
  EXPECT_EQ(json["begun"][2]["file"], "c");
  run.shards[1].share_done.reset();
  EXPECT_EQ(status_json(run)["seconds_left"], nullptr);
}

TEST(RangesText, joins_neighbours_and_ends_where_there_are_too_many) {
  EXPECT_EQ(ranges_text({}, 3), "");
  EXPECT_EQ(ranges_text({1, 2, 3, 7}, 3), "1-3, 7");
  EXPECT_EQ(ranges_text({1, 3, 5, 7}, 3), "1, 3, 5, ...");
  EXPECT_EQ(ranges_text({1, 3, 5, 6}, 3), "1, 3, 5-6");
}

}  // namespace
}  // namespace fovea::test
