#include "batch/results_and_inputs.hpp"

#include "fovea/error.hpp"
#include "support/temporary_folder.hpp"

#include <gtest/gtest.h>

#include <filesystem>

namespace fovea::test {
namespace {

namespace fs = std::filesystem;

class ResultsAndInputs : public testing::Test {
protected:
  std::string file(const std::string& name) const {
    const std::string path = folder.file(name);
    fs::create_directories(fs::path(path).parent_path());
    store(path, "content");
    return path;
  }
  /// What is wrong; empty: nothing.
  std::string refusal(const std::string& output, const std::vector<std::string>& inputs,
                      std::uint64_t archive_bytes = 0, const Shard& shard = {},
                      bool writes_no_pictures = false, const std::vector<std::string>& also_read = {}) const {
    RunDescription run{output, shard, TableFormat::Csv, {}, {}};
    run.archive_bytes = archive_bytes;
    try {
      check_results_are_no_inputs(run, PictureInputs(inputs), also_read, writes_no_pictures);
    } catch (const OutputError& error) {
      return error.what();
    }
    return {};
  }
  TemporaryFolder folder;
};

constexpr const char* kIsRead = "is read by the run";

TEST_F(ResultsAndInputs, are_apart_where_no_file_is_both) {
  const std::string in = file("in.tar"), photo = file("photos/x.jpg");
  EXPECT_EQ(refusal(folder.file("out.tar"), {in, photo}), "");
  EXPECT_EQ(refusal(folder.file("maps"), {in, photo}), "");
  EXPECT_EQ(refusal(folder.file("photos/maps"), {in, photo}), "");
  EXPECT_EQ(refusal(folder.path(), {in, photo}), "");
  EXPECT_EQ(refusal(folder.file("page.html"), {in, photo}), "");
}

TEST_F(ResultsAndInputs, are_the_same_archive_under_any_name) {
  const std::string in = file("in.tar"), link = folder.file("link.tar"), hard = folder.file("hard.tar");
  fs::create_symlink(in, link);
  fs::create_hard_link(in, hard);
  for (const std::string& input : {in, link, hard, folder.file("./in.tar")}) {
    EXPECT_NE(refusal(in, {input}).find(kIsRead), std::string::npos) << input;
    EXPECT_NE(refusal(input, {in}).find(kIsRead), std::string::npos) << input;
  }
  EXPECT_EQ(fs::file_size(in), 7U);
}

TEST_F(ResultsAndInputs, are_the_same_where_an_archive_has_the_number_of_one_that_is_written) {
  const std::string output = folder.file("x.tar");
  const std::string first = file("x-000000.tar"), later = file("x-000007.tar"), other = file("x-a.tar");
  const std::string link = folder.file("link.tar");
  fs::create_symlink(later, link);
  for (const std::string& input : {first, later, link})
    EXPECT_NE(refusal(output, {input}, 1 << 20).find(kIsRead), std::string::npos) << input;
  // Which discarding earlier results would remove.
  EXPECT_NE(refusal(output, {first}).find(kIsRead), std::string::npos);
  EXPECT_EQ(refusal(output, {later, other}), "");
  EXPECT_EQ(refusal(output, {other, file("y/x-000003.tar")}, 1 << 20), "");
  const std::string of_shard = file("x-2-of-3-000005.tar");
  EXPECT_NE(refusal(output, {of_shard}, 1 << 20, {2, 3}).find(kIsRead), std::string::npos);
  EXPECT_EQ(refusal(output, {of_shard}, 1 << 20, {1, 3}), "");
}

TEST_F(ResultsAndInputs, are_the_same_where_a_list_is_the_table) {
  const std::string table = file("maps/results.csv"), photo = file("x.jpg");
  EXPECT_NE(refusal(folder.file("maps"), {photo}, 0, {}, false, {table}).find(kIsRead), std::string::npos);
  EXPECT_EQ(refusal(folder.file("maps"), {photo}, 0, {}, false, {photo, "5"}), "");
  const std::string page = file("photos.html");
  EXPECT_NE(refusal(page, {photo}, 0, {}, false, {page}).find(kIsRead), std::string::npos);
}

TEST_F(ResultsAndInputs, share_no_folder_unless_a_table_alone_is_written) {
  const std::string photo = file("photos/x.jpg"), photos = folder.file("photos");
  fs::create_directory_symlink(photos, folder.file("link"));
  for (const std::string& output : {photos, photos + "/", folder.file("link")}) {
    EXPECT_NE(refusal(output, {photo}).find("holds photos of the run, such as 'x.jpg'"), std::string::npos);
    EXPECT_EQ(refusal(output, {photo}, 0, {}, true), "");
  }
  EXPECT_NE(refusal(folder.file("page.html"), {file("page_files/x.jpg")}).find("holds photos"),
            std::string::npos);
}

TEST_F(ResultsAndInputs, are_told_apart_where_folders_are_searched) {
  const std::string photos = folder.file("photos");
  fs::create_directory_symlink(photos, folder.file("link"));
  const std::vector<std::string> all = {file("photos/a.jpg"), file("photos/maps/a-map.png"),
                                        file("photos/maps/sub/b-map.png"), file("photos/maps-2/c.jpg"),
                                        file("photos/page_files/d.png")};
  const auto left = [&](const std::string& output) {
    std::vector<std::string> pictures = all;
    const std::size_t count = take_out_results(pictures, photos, output);
    EXPECT_EQ(pictures.size() + count, all.size());
    return pictures;
  };
  const std::vector<std::string> without_maps = {all[0], all[3], all[4]};
  EXPECT_EQ(left(photos + "/maps"), without_maps);
  EXPECT_EQ(left(photos + "/maps/"), without_maps);
  EXPECT_EQ(left(folder.file("link/maps")), without_maps);
  EXPECT_EQ(left(photos + "/page.html"), (std::vector<std::string>{all[0], all[1], all[2], all[3]}));
  for (const std::string& output :
       {photos, photos + "/new", photos + "/maps.tar", folder.path(), std::string()})
    EXPECT_EQ(left(output), all) << output;
}

}  // namespace
}  // namespace fovea::test
