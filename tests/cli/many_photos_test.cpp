#include "support/photo_archive.hpp"

#include <nlohmann/json.hpp>

#include <filesystem>

namespace fovea::test {
namespace {

using Names = std::vector<std::string>;

class ManyPhotos : public testing::Test {
protected:
  Outcome run(const Names& arguments, const CommandOptions& options = {}) const {
    return fovea_in(folder.path(), arguments, options);
  }
  TemporaryFolder folder;
};

TEST_F(ManyPhotos, of_a_list_are_those_of_the_arguments) {
  const Outcome named = run({"classify", sample("church.jpg"), sample("golf-ball.jpg")});
  store(folder.file("list"), sample("church.jpg") + "\n" + sample("golf-ball.jpg") + "\n");
  EXPECT_EQ(run({"classify", "--files", "list"}).out, named.out);
  CommandOptions input;
  input.input = sample("church.jpg") + '\0' + sample("golf-ball.jpg") + '\0';
  EXPECT_EQ(run({"classify", "--files", "-"}, input).out, named.out);
  expect_error(run({"classify", "--files", "none"}), 1, {"none: cannot read: No such file"});
}

TEST_F(ManyPhotos, of_a_compressed_archive_give_the_rows_that_their_files_give) {
  photo_archive(folder, "photos.tar.gz", 4);
  EXPECT_EQ(run({"classify", "photos.tar.gz", "-o", "rows", "--top", "1"}).code, 0);
  const std::string table = load(folder.file("rows/results.csv"));
  EXPECT_EQ(lines_of(table), 5);
  const nlohmann::json church = nlohmann::json::parse(run({"classify", sample("church.jpg"), "--json"}).out);
  const nlohmann::json best = church[0]["predictions"][0];
  const std::string row =
      fmt::format("photos.tar.gz/00-church.jpg,{},{},{},{:.9g},{:.9g},,,,,1,0,\n", best["index"].get<int>(),
                  best.value("wordnet_id", ""), best["name"].get<std::string>(), best["score"].get<double>(),
                  best["probability"].get<double>());
  EXPECT_TRUE(contains(table, row)) << table << row;
  const nlohmann::json manifest = nlohmann::json::parse(load(folder.file("rows/manifest.json")));
  EXPECT_EQ(manifest["counts"]["photos"], 4);
  EXPECT_EQ(manifest["settings"]["options"], (nlohmann::json{{"--top", {"1"}}}));
  EXPECT_FALSE(contains(manifest.dump(), folder.path())) << "the manifest tells of the machine's folders";
}

TEST_F(ManyPhotos, of_an_archive_from_standard_input_are_those_of_its_file) {
  photo_archive(folder, "photos.tar", 4);
  photo_archive(folder, "packed.tar.gz", 4);
  EXPECT_EQ(run({"saliency", "photos.tar", "-o", "named.tar"}).code, 0);
  const std::string program = fmt::format("'{}'", FOVEA_PROGRAM);
  for (const std::string archive : {"photos.tar", "packed.tar.gz"}) {
    const std::string piped = "cat " + archive + " | " + program + " saliency - -o piped.tar --force";
    const std::string redirected = program + " saliency - -o piped.tar --force < " + archive;
    for (const std::string& line : {piped, redirected}) {
      const Outcome outcome = run_command("/bin/sh", {"-c", "cd '" + folder.path() + "' && " + line});
      EXPECT_EQ(outcome.code, 0) << outcome.err;
      EXPECT_TRUE(load(folder.file("piped.tar")) == load(folder.file("named.tar"))) << line;
      EXPECT_TRUE(contains(load(folder.file("piped.results.csv")), "\nstandard input/00-church.jpg,"));
    }
  }
}

TEST_F(ManyPhotos, of_an_archive_from_standard_input_are_divided_resumed_and_told_apart) {
  photo_archive(folder, "photos.tar", 4);
  photo_archive(folder, "other.tar", 4, 0);
  EXPECT_EQ(run({"saliency", "photos.tar", "-o", "named.tar"}).code, 0);
  CommandOptions input, other;
  input.input = load(folder.file("photos.tar"));
  other.input = load(folder.file("other.tar"));
  for (const char* shard : {"1/2", "2/2"})
    EXPECT_EQ(run({"saliency", "-", "--shard", shard, "-o", "maps.tar"}, input).code, 0);
  EXPECT_EQ(run({"merge", ".", "-o", "maps.tar"}).code, 0);
  EXPECT_TRUE(load(folder.file("maps.tar")) == load(folder.file("named.tar")));
  EXPECT_EQ(run({"saliency", "-", "--shard", "1/2", "-o", "maps.tar", "--resume"}, input).code, 0);
  expect_error(run({"saliency", "-", "--shard", "1/2", "-o", "maps.tar", "--resume"}, other), 1,
               {"the earlier run had other settings: inputs.fingerprint"});
  expect_error(run({"saliency", "--files", "-", "-o", "maps.tar"}, input), 1,
               {"standard input: is an archive, and no list of paths"});
  expect_error(run({"report", "-", "--shard", "1/2", "-o", "page.html"}, input), 2,
               {"--shard does not go with an archive from standard input"});
  input.input.resize(300);
  EXPECT_EQ(run({"saliency", "-", "-o", "cut.tar"}, input).code, 1);
}

TEST_F(ManyPhotos, have_archives_of_at_most_so_many_bytes) {
  photo_archive(folder, "photos.tar", 5);
  EXPECT_EQ(run({"saliency", "photos.tar", "-o", "whole.tar"}).code, 0);
  const auto bytes = static_cast<std::int64_t>(load(folder.file("whole.tar")).size());
  const std::string size = std::to_string(bytes / 2);
  const Outcome outcome = run({"saliency", "photos.tar", "-o", "maps.tar", "--archive-size", size});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_TRUE(contains(outcome.out, "maps-{000000..00000")) << outcome.out;
  const nlohmann::json manifest = nlohmann::json::parse(load(folder.file("maps.manifest.json")));
  std::string all;
  for (const nlohmann::json& archive : manifest["archives"]) {
    const std::string part = load(folder.file(archive["name"].get<std::string>()));
    EXPECT_EQ(part.size(), archive["bytes"]);
    EXPECT_LE(part.size(), bytes / 2);
    all += part;
  }
  EXPECT_GE(manifest["archives"].size(), 2U);
  EXPECT_EQ(manifest["settings"]["archive_bytes"], bytes / 2);
  for (const char* shard : {"1/2", "2/2"})
    EXPECT_EQ(
        run({"saliency", "photos.tar", "-o", "parts/maps.tar", "--archive-size", size, "--shard", shard})
            .code,
        0);
  EXPECT_EQ(run({"merge", "parts", "-o", "parts/maps.tar"}).code, 0);
  std::string merged;
  for (const nlohmann::json& archive : manifest["archives"])
    merged += load(folder.file("parts/" + archive["name"].get<std::string>()));
  EXPECT_TRUE(merged == all);
  expect_error(run({"saliency", "photos.tar", "-o", "maps.tar", "--archive-size", "1G", "--resume"}), 1,
               {"archive_bytes is"});
  expect_error(run({"saliency", "photos.tar", "-o", "maps", "--archive-size", "1G"}), 2,
               {"--archive-size is of archives"});
  expect_error(run({"saliency", "photos.tar", "-o", "maps.tar", "--archive-size", "much"}), 2,
               {"--archive-size: 'much'"});
}

TEST_F(ManyPhotos, of_ranges_of_archives_have_folders_of_their_own) {
  photo_archive(folder, "p-0.tar", 2);
  photo_archive(folder, "p-1.tar", 1);
  const Outcome outcome = run({"saliency", "p-{0..1}.tar", "-o", "maps", "--json"});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_EQ(nlohmann::json::parse(outcome.out)["photos"], 3);
  EXPECT_EQ(files_in(folder.file("maps")), (Names{"manifest.json", "p-0", "p-1", "results.csv"}));
  EXPECT_EQ(files_in(folder.file("maps/p-1")).size(), 5U);
  EXPECT_EQ(run({"saliency", sample("church.jpg"), "--threads", "1", "-o", "one"}).code, 0);
  EXPECT_TRUE(load(folder.file("maps/p-1/00-church-map.npy")) == load(folder.file("one/church-map.npy")));
}

TEST_F(ManyPhotos, are_refused_where_results_are_and_continued_or_replaced_on_request) {
  photo_archive(folder, "photos.tar", 2);
  const Names command = {"saliency", "photos.tar", "-o", "maps.tar"};
  const auto with = [&](const std::string& more) {
    Names all = command;
    all.push_back(more);
    return run(all);
  };
  EXPECT_EQ(run(command).code, 0);
  const std::string archive = load(folder.file("maps.tar"));
  expect_error(
      run(command), 1,
      {"maps.manifest.json: results of an earlier run are there: continue with --resume, begin anew with "
       "--force"});
  EXPECT_EQ(with("--resume").code, 0);
  EXPECT_EQ(with("--force").code, 0);
  EXPECT_TRUE(load(folder.file("maps.tar")) == archive);
  expect_error(with("--method=grad-cam"), 1, {"results of an earlier run are there"});
  Names other = command;
  other.insert(other.end(), {"--method", "grad-cam", "--resume"});
  expect_error(run(other), 1, {"the earlier run had other settings: "});
}

TEST_F(ManyPhotos, have_errors_of_usage) {
  photo_archive(folder, "photos.tar", 1);
  expect_error(run({"classify"}), 2,
               {"the argument 'images' is missing: ", "or a list of them with --files"});
  expect_error(run({"classify", "photos.tar"}), 2, {"the option --output is missing, which archives"});
  expect_error(run({"classify", "photos.tar", "-o", "x.tar"}), 2,
               {"expected the name of a folder, found 'x.tar'"});
  expect_error(run({"saliency", "photos.tar", "-o", "x.png"}), 2, {"-o names one picture"});
  expect_error(run({"saliency", "photos.tar", "-o", "x", "--resume", "--force"}), 2, {"--resume continues"});
  expect_error(run({"saliency", "photos.tar", "-o", "x", "--shard", "3/2"}), 2, {"--shard", "'3/2'"});
  for (const std::string option : {"--shard", "--archive-size", "--table", "--files"})
    expect_error(run({"saliency", "photos.tar", "-o", "x.tar", option, ""}), 2, {option, "empty"});
  expect_error(run({"saliency", "photos.tar", "-o", "x", "--shard", "1/1000001"}), 2, {"N at most 1000000"});
  expect_error(run({"saliency", "photos.tar", "-o", "x.tar", "--archive-size", "0"}), 2, {"at least 1 byte"});
  expect_error(run({"saliency", "p-{003..000}.tar", "-o", "x"}), 2, {"falls"});
  expect_error(run({"saliency", "p-{0..9999999}.tar", "-o", "x"}), 2, {"more than"});
  expect_error(run({"saliency", "photos.tar", "-o", "x", "--shard", "auto"}), 2,
               {"--shard auto: the environment is neither that of a job array"});
  expect_error(run({"localize", "photos.tar", "-o", "x", "--foreground", "1,1", "--background", "2,2"}), 2,
               {"do not go with archives"});
}

TEST_F(ManyPhotos, of_an_evaluation_are_merged_by_the_same_command) {
  store(folder.file("truth.csv"), "file,class_index,x0,y0,x1,y1\nchurch.jpg,4,10,10,90,90\n"
                                  "golf-ball.jpg,7,10,10,90,90\n");
  const std::string samples = std::string(FOVEA_SOURCE_DIR) + "/samples";
  for (const char* shard : {"1/2", "2/2"})
    EXPECT_EQ(run({"evaluate", "localization", samples, "--truth", "truth.csv", "--crops", "whole", "--shard",
                   shard, "-o", "boxes"})
                  .code,
              0);
  const Outcome outcome = run({"merge", "boxes", "-o", "boxes"});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_EQ(lines_of(load(folder.file("boxes/images.csv"))), 3);
}

TEST_F(ManyPhotos, are_merged_again_by_the_name_of_their_archive) {
  photo_archive(folder, "photos.tar", 3);
  const Names merge = {"merge", "maps.tar", "-o", "maps.tar"};
  for (const char* shard : {"1/2", "2/2"})
    EXPECT_EQ(run({"saliency", "photos.tar", "-o", "maps.tar", "--table", "jsonl", "--shard", shard}).code,
              0);
  const Outcome first = run(merge);
  EXPECT_EQ(first.code, 0) << first.err;
  EXPECT_TRUE(contains(first.out, "  maps.manifest.json\n")) << first.out;
  const std::string archive = load(folder.file("maps.tar")), table = load(folder.file("maps.results.jsonl"));
  for (const char* missing : {"", "maps.manifest.json"}) {  // as after an end between the files
    if (*missing != 0)
      std::filesystem::remove(folder.file(missing));
    const Outcome again = run(merge);
    EXPECT_EQ(again.code, 0) << again.err;
    EXPECT_EQ(again.out, first.out);
    EXPECT_TRUE(load(folder.file("maps.tar")) == archive);
    EXPECT_EQ(load(folder.file("maps.results.jsonl")), table);
  }
  EXPECT_EQ(run({"saliency", "photos.tar", "-o", "one.tar", "--shard", "1/1"}).code, 0);
  const Outcome whole = run({"merge", "one.tar", "-o", "one.tar"});
  EXPECT_EQ(whole.code, 0) << whole.err;
  EXPECT_TRUE(contains(whole.out, "3 photos of 1 shard, ")) << whole.out;
  EXPECT_TRUE(load(folder.file("one.tar")) == archive);
}

TEST_F(ManyPhotos, of_a_page_are_merged_again_by_its_name) {
  photo_archive(folder, "photos.tar", 2);
  const Names report = {"report", "photos.tar", "--no-localize", "--class-models", "0", "-o", "page.html"};
  const auto run_shard = [&](const std::string& shard) {
    Names all = report;
    all.insert(all.end(), {"--shard", shard, "--resume"});
    EXPECT_EQ(run(all).code, 0);
  };
  run_shard("1/2");
  run_shard("2/2");
  const Names merge = {"merge", "page.html", "-o", "page.html"};
  EXPECT_EQ(run(merge).code, 0);
  const std::string page = load(folder.file("page.html"));
  // As after an end before the final step: the working files are there and tell of nothing.
  store(folder.file("page.data"), "{\n");
  store(folder.file("page.journal"), "{\n");
  for (int again = 0; again < 2; ++again) {
    const Outcome outcome = run(merge);
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    EXPECT_TRUE(load(folder.file("page.html")) == page);
  }
}

TEST_F(ManyPhotos, are_not_merged_without_shards) {
  std::filesystem::create_directory(folder.file("empty"));
  expect_error(run({"merge", "empty", "-o", "merged"}), 1,
               {"empty: holds no results of shards: neither manifests", "nor rows of an evaluation"});
  expect_error(run({"merge", "nowhere", "-o", "merged"}), 1, {"nowhere: does not exist"});
  expect_error(run({"status", "nowhere"}), 1, {"nowhere: does not exist"});
  photo_archive(folder, "photos.tar", 1);
  EXPECT_EQ(run({"classify", "photos.tar", "--shard", "1/2", "-o", "rows"}).code, 0);
  expect_error(run({"merge", "rows", "empty", "-o", "merged"}), 1,
               {"empty: holds no manifests of shards, which rows does"});
  expect_error(run({"merge", "rows", "rows", "-o", "merged"}), 1, {"was named twice"});
}

}  // namespace
}  // namespace fovea::test
