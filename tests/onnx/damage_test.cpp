#include "model_builder.hpp"

#include <random>

namespace fovea::onnx_import {
namespace {

/// A small model with weights, lists, attributes and folding in it.
std::string valid_model() {
  ImportBuilder m;
  m.input("image", {1, 1, 4, 4}).output("y").weight("w", {2, 1, 3, 3}, std::vector<float>(18, 0.5F));
  m.node("Conv", {"image", "w"}, {"c"}, {{"pads", Dims{1, 1, 1, 1}}, {"strides", Dims{2, 2}}}, "conv1");
  m.node("Clip", {"c", "lo"}, {"r"}).weight("lo", {}, {0}).node("Shape", {"r"}, {"s"});
  m.list("start", {0}).list("end", {1}).node("Slice", {"s", "start", "end"}, {"n"}).list("rest", {-1});
  m.node("Concat", {"n", "rest"}, {"t"}, {{"axis", 0}}).node("Reshape", {"r", "t"}, {"f"});
  m.node("Softmax", {"f"}, {"y"}, {{"axis", 1}});
  return m.model.SerializeAsString();
}

/// Whether the bytes import; anything but success or a fovea::Error fails the test.
bool imports(const TempFolder& folder, const std::string& bytes, const std::string& what) {
  const std::string path = folder.write("damaged.onnx", bytes);
  try {
    import_graph(*OnnxFile::read(path), {});
    return true;
  } catch (const Error&) {
    return false;
  } catch (const std::exception& error) {
    ADD_FAILURE() << what << ": " << error.what();
    return false;
  }
}

TEST(Damage, TruncatedModels) {
  const TempFolder folder;
  const std::string model = valid_model();
  ASSERT_TRUE(imports(folder, model, "whole"));
  for (std::size_t size = 0; size < model.size(); ++size)
    EXPECT_FALSE(imports(folder, model.substr(0, size), fmt::format("{} bytes", size)));
}

TEST(Damage, ChangedBytes) {
  const TempFolder folder;
  const std::string model = valid_model();
  std::mt19937 random(1);
  for (int i = 0; i < 1500; ++i) {
    std::string changed = model;
    const std::size_t at = random() % changed.size();
    changed[at] = static_cast<char>(random());
    imports(folder, changed, fmt::format("round {}, byte {}", i, at));
  }
}

}  // namespace
}  // namespace fovea::onnx_import
