#include "report/network_list.hpp"

#include "support/temporary_folder.hpp"

#include <gtest/gtest.h>

namespace fovea::test {
namespace {

class NetworkLists : public testing::Test {
protected:
  NetworkLists() {
    store(
        folder.file("list.json"),
        R"({"url": "https://example.invalid", "source": "zoo", "licence": "MIT", "networks": [{"name": "abc-7",)"
        R"("aliases": ["abc"], "title": "A B C", "path": "abc.onnx", "bytes": 3000000, "sha256":)"
        R"("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", "top1": 71.5, "note": "small",)"
        R"("preprocessing": {"preset": "caffe", "crop": 28}}]})");
    std::filesystem::create_directory(folder.file("own"));
    store(folder.file("mine.onnx"), "abc");
    RegisteredNetwork mine;
    mine.name = "mine";
    mine.path = folder.file("mine.onnx");
    catalog.add(mine);
  }

  TemporaryFolder folder;
  NetworkCatalog catalog{{folder.file("list.json"), "", folder.file("pulled"), folder.file("own")}};
};

TEST_F(NetworkLists, hold_known_and_registered_networks_and_the_broken_ones_as_errors) {
  store(folder.file("own/broken.json"), "no JSON");
  const NetworkList list = list_networks(catalog);
  ASSERT_EQ(list.errors.size(), 1U);
  EXPECT_NE(list.errors.front().find("broken.json"), std::string::npos);
  const nlohmann::ordered_json json = network_list_json(list);
  ASSERT_EQ(json.size(), 2U);
  EXPECT_EQ(json[0]["name"], "abc-7");
  EXPECT_EQ(json[0]["top1"], 71.5);
  EXPECT_TRUE(json[0]["top5"].is_null());
  EXPECT_EQ(json[0]["state"], "not pulled");
  EXPECT_TRUE(json[0]["path"].is_null());
  EXPECT_EQ(json[1]["source"], "registered");
  EXPECT_EQ(json[1]["path"], folder.file("mine.onnx"));
}

TEST_F(NetworkLists, are_a_table_with_a_line_for_each) {
  const std::string text = network_list_text(list_networks(catalog));
  EXPECT_NE(text.find("abc-7  A B C, abc"), std::string::npos) << text;
  EXPECT_NE(text.find("3.00  71.50"), std::string::npos) << text;
  EXPECT_NE(text.find("caffe, crop 28 (small)\n"), std::string::npos) << text;
  EXPECT_NE(text.find("\nmine "), std::string::npos) << text;
  EXPECT_NE(text.find("All networks that are not registered are from the zoo (MIT)"), std::string::npos)
      << text;
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 4);
}

TEST(PreprocessingText, says_what_is_said) {
  EXPECT_EQ(preprocessing_text({}), "");
  PreprocessingSpec spec;
  spec.preset = "caffe";
  spec.scale = 0.25;
  spec.mean = {1, 2, 3};
  spec.channel_order = "BGR";
  EXPECT_EQ(preprocessing_text(spec), "caffe, scale 0.25, mean 1,2,3, BGR");
}

}  // namespace
}  // namespace fovea::test
