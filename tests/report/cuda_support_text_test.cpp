#include "report/cuda_support_text.hpp"

#include "base/display_width.hpp"

#include <gtest/gtest.h>

#include <sstream>

namespace fovea::test {
namespace {

CudaSupport example() {
  CudaSupport support;
  support.version = "1.2.3";
  support.date = "2025-03-06";
  support.opset = 17;
  support.last_opset = 22;
  support.nodes = {{"first", "Conv", "", ""}, {"bent", "Atan", "it has no such operator", ""}};
  for (const char* name : {"up1", "up2", "up3", "up4"})
    support.nodes.push_back({name, "ConvTranspose", "pads 0,0,1,1: it takes equal ones at both sides only",
                             "equal pads and a Slice behind it"});
  return support;
}

TEST(CudaSupportText, has_a_table_of_operators_and_one_of_gaps) {
  EXPECT_EQ(cuda_support_text(example(), "net.onnx", 0, 1),
            "net.onnx: 6 nodes, operator set 17; the CUDA provider of ONNX Runtime 1.2.3 runs 1 of 6\n"
            "\n"
            "operator       nodes  on the GPU\n"
            "Atan               1           0\n"
            "Conv               1           1\n"
            "ConvTranspose      4           0\n"
            "\n"
            "operator       nodes                     why not on the GPU                                    "
            "what runs there instead\n"
            "Atan           bent                      it has no such operator\n"
            "ConvTranspose  up1, up2, up3 and 1 more  pads 0,0,1,1: it takes equal ones at both sides only  "
            "equal pads and a Slice behind it\n"
            "\n"
            "By the list of operators that ONNX Runtime 1.2.3 published (2025-03-06), and limits from its "
            "sources.\n"
            "'fovea export canonical' would write the network with 1 such node.\n");
}

TEST(CudaSupportText, fits_eighty_columns) {
  std::istringstream lines(
      cuda_support_text(example(), "a/folder/with/a/long/name/of/a/network.onnx", 80, 0));
  for (std::string line; std::getline(lines, line);)
    EXPECT_LE(display_width(line), 80U) << line;
}

TEST(CudaSupportText, is_content_with_what_has_no_gaps) {
  CudaSupport support = example();
  support.nodes.resize(1);
  support.opset = 30;
  const std::string text = cuda_support_text(support, "net\x1b.onnx");
  EXPECT_NE(
      text.find("net\\x1b.onnx: 1 node, operator set 30; the CUDA provider of ONNX Runtime 1.2.3 runs all"),
      std::string::npos)
      << text;
  EXPECT_EQ(text.find("why not"), std::string::npos);
  EXPECT_NE(text.find("ends with operator set 22"), std::string::npos);
  EXPECT_EQ(cuda_support_error(support), "");
  EXPECT_EQ(cuda_support_error(example()), "5 of 6 nodes do not run on an NVIDIA GPU");
}

TEST(CudaSupportJson, has_records_of_operators_and_nodes) {
  const nlohmann::ordered_json json = cuda_support_json(example(), "net.onnx", 0);
  EXPECT_EQ(json["node_count"], 6);
  EXPECT_EQ(json["gaps"], 5);
  EXPECT_EQ(json["gaps_in_canonical_form"], 0);
  EXPECT_EQ(json["operators"][2],
            (nlohmann::ordered_json{{"operator", "ConvTranspose"}, {"nodes", 4}, {"on_gpu", 0}}));
  EXPECT_EQ(json["nodes"][0]["on_gpu"], true);
  EXPECT_EQ(json["nodes"][1]["reason"], "it has no such operator");
  EXPECT_FALSE(cuda_support_json(example(), "net.onnx").contains("gaps_in_canonical_form"));
}

}  // namespace
}  // namespace fovea::test
