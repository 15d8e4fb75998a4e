/// `fovea export check` and `--check`: which nodes of a network a GPU runs.
#include "support/onnx_builder.hpp"
#include "support/program.hpp"

#include <nlohmann/json.hpp>

namespace fovea::test {
namespace {

using Json = nlohmann::json;

/// A network with a ConvTranspose of other pads on each side and, where asked for, an Atan, which the
/// provider lacks.
std::string unfriendly(const TemporaryFolder& folder, bool with_atan) {
  ModelBuilder builder;
  builder.input("image", {1, 3, 8, 8}).weight("W", {3, 4, 3, 3}, std::vector<float>(108, 0.25F));
  builder.node("ConvTranspose", {"image", "W"}, {"wide"},
               {{"strides", Dims{2, 2}}, {"pads", Dims{0, 0, 1, 1}}}, "upsample");
  builder.node(with_atan ? "Atan" : "Tanh", {"wide"}, {"bent"}, {}, "bend");
  builder.node("GlobalAveragePool", {"bent"}, {"mean"})
      .node("Flatten", {"mean"}, {"scores"})
      .output("scores");
  return builder.save(folder.file("unfriendly.onnx"));
}

TEST(ExportCheck, is_content_with_what_fovea_writes) {
  const TemporaryFolder folder;
  const Outcome written = fovea({"export", "explanation", bundled(), "-o", folder.file("e.onnx"), "--check"});
  EXPECT_EQ(written.code, 0) << written.err;
  EXPECT_TRUE(contains(written.out, "scores and saliency out"));
  EXPECT_TRUE(contains(written.out, "runs all"));
  const Outcome checked = fovea({"export", "check", folder.file("e.onnx")});
  EXPECT_EQ(checked.code, 0) << checked.err;
  EXPECT_TRUE(contains(written.out, checked.out.substr(checked.out.find("nodes"))));
  EXPECT_FALSE(contains(checked.out, "canonical"));
}

TEST(ExportCheck, writes_nothing_without_a_file) {
  const Outcome outcome = fovea({"export", "canonical", bundled(), "--check"});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_TRUE(contains(outcome.out, "the network to be written"));
  expect_error(fovea({"export", "canonical", bundled()}), 2, {"-o NAME.onnx is missing", "--check"});
  expect_error(fovea({"export", "canonical", bundled(), "-o", "never.onnx", "--json"}), 2,
               {"--json", "--check"});
}

TEST(ExportCheck, says_why_nodes_do_not_run_on_a_gpu) {
  const TemporaryFolder folder;
  const std::string model = unfriendly(folder, false);
  const Outcome outcome = fovea({"export", "check", model});
  EXPECT_EQ(outcome.code, 1);
  EXPECT_TRUE(contains(outcome.err, "fovea: error: " + model + ": 1 of 4 nodes do not run on an NVIDIA GPU"))
      << outcome.err;
  for (const char* part :
       {"runs 3 of 4", "upsample", "pads 0,0,1,1", "equal pads and a Slice", "with no such node"})
    EXPECT_TRUE(contains(outcome.out, part)) << part << "\n" << outcome.out;
  EXPECT_TRUE(contains(fovea({"export", "check", unfriendly(folder, true)}).out, "with 1 such node"));
}

TEST(ExportCheck, prints_json_and_tsv) {
  const TemporaryFolder folder;
  const std::string model = unfriendly(folder, true);
  const Outcome outcome = fovea({"export", "check", model, "--json"});
  EXPECT_EQ(outcome.code, 1);
  const Json json = Json::parse(outcome.out);
  EXPECT_EQ(json["file"], model);
  EXPECT_EQ(json["opset"], 13);
  EXPECT_EQ(json["provider"], "CUDAExecutionProvider");
  EXPECT_EQ(json["gaps"], 2);
  EXPECT_EQ(json["gaps_in_canonical_form"], 1);
  ASSERT_EQ(json["nodes"].size(), json["node_count"]);
  EXPECT_EQ(json["nodes"][0]["node"], "upsample");
  EXPECT_EQ(json["nodes"][0]["on_gpu"], false);
  EXPECT_EQ(json["nodes"][2]["on_gpu"], true);
  EXPECT_EQ(json["nodes"][1]["reason"], "it has no such operator");
  EXPECT_EQ(json["operators"][0], (Json{{"operator", "Atan"}, {"nodes", 1}, {"on_gpu", 0}}));
  const Outcome rows = fovea({"export", "check", model, "--tsv"});
  EXPECT_EQ(lines_of(rows.out), 5);
  EXPECT_EQ(rows.out.substr(0, rows.out.find('\n')), "node\toperator\ton_gpu\treason\tinstead");
}

TEST(ExportCheck, refuses_what_is_no_network) {
  const TemporaryFolder folder;
  store(folder.file("text.onnx"), "no network\n");
  expect_error(fovea({"export", "check", folder.file("text.onnx")}), 1, {"text.onnx", "text file"});
}

}  // namespace
}  // namespace fovea::test
