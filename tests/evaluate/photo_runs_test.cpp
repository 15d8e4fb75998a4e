#include "evaluate/photo_runs.hpp"

#include "fovea/error.hpp"
#include "networks/sha256.hpp"
#include "support/temporary_folder.hpp"

#include <gtest/gtest.h>

namespace fovea::test {
namespace {

const std::string kNetwork = FOVEA_TEST_DATA "/networks/plain.onnx";

Network plain_network() {
  NetworkRequest request;
  request.found.path = kNetwork;
  return Network::load(request);
}

TEST(PhotoRows, have_the_class_the_numbers_and_the_truth) {
  const Labels labels(std::vector<Label>{{"n01", "fish"}, {"", "dog"}});
  const Picture picture{.name = "a.tar/1.jpg", .truth = 1};
  const TableRow row = row_of(picture, labels, {0, 2.5, 0.75});
  EXPECT_EQ(row.image, "a.tar/1.jpg");
  EXPECT_EQ(row.class_index, 0);
  EXPECT_EQ(row.wordnet_id, "n01");
  EXPECT_EQ(row.name, "fish");
  EXPECT_EQ(row.score, 2.5);
  EXPECT_EQ(row.probability, 0.75);
  EXPECT_EQ(row.truth, 1);
  const TableRow unnamed = row_of(picture, labels, {7, 1, {}});
  EXPECT_EQ(unnamed.wordnet_id, "");
  EXPECT_EQ(unnamed.probability, std::nullopt);
}

TEST(PhotoRows, are_of_pictures_that_are_bytes_or_files) {
  const std::string path = std::string(FOVEA_TEST_DATA) + "/image/orientation1.jpg";
  const Image file = read_picture({.name = path}), bytes = read_picture({.name = "x", .bytes = load(path)});
  EXPECT_EQ(file.width, bytes.width);
  EXPECT_EQ(file.pixels, bytes.pixels);
  EXPECT_NE(message_of<InputError>([] {
              read_picture({.name = "a.tar/x.jpg", .bytes = "none"});
            }).find("a.tar/x.jpg"),
            std::string::npos);
}

TEST(RunSettings, differ_where_results_can) {
  const Network network = plain_network();
  const PictureInputs inputs({"a.jpg", "b.jpg"}), others({"b.jpg", "a.jpg"});
  PhotoRun run{"saliency", network, inputs, {{"methods", {"gradient"}}}, {{"--crops", {"10"}}}};
  const nlohmann::ordered_json settings = run_settings(run);
  EXPECT_EQ(settings["command"], "saliency");
  EXPECT_EQ(settings["model"]["sha256"], networks::sha256_of(network.model));
  EXPECT_EQ(settings["methods"][0], "gradient");
  EXPECT_EQ(settings["options"]["--crops"][0], "10");
  EXPECT_EQ(settings["inputs"]["count"], 2);
  EXPECT_EQ(run_settings(run), settings);
  EXPECT_NE(run_settings({"saliency", network, others, run.settings, run.options}), settings);
  EXPECT_NE(run_settings({"saliency", network, inputs, run.settings, {}}), settings);
  Network renamed = network;
  renamed.labels = Labels(std::vector<Label>{{"", "fish"}});
  EXPECT_NE(run_settings({"saliency", renamed, inputs, run.settings, run.options})["labels"],
            settings["labels"]);
}

TEST(RunSettings, are_told_beside_the_machine) {
  const nlohmann::ordered_json about = about_run("fovea saliency x.jpg");
  EXPECT_EQ(about["command"], "fovea saliency x.jpg");
  EXPECT_GE(about["machine"]["processors"].get<int>(), 1);
  EXPECT_FALSE(about["fovea"].get<std::string>().empty());
}

}  // namespace
}  // namespace fovea::test
