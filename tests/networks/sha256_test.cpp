#include "networks/sha256.hpp"
#include "onnx/model_builder.hpp"
#include "support/temporary_folder.hpp"

#include <filesystem>

namespace fovea::test {
namespace {

constexpr std::size_t kWeights = 6;

/// A network whose weights lie in the file w.bin beside it.
class ModelDigest : public testing::Test {
protected:
  ModelDigest() {
    onnx_import::ImportBuilder builder;
    builder.input("image", {1, 3, 8, 8});
    onnx::TensorProto& weights = *builder.graph().add_initializer();
    weights.set_name("W");
    weights.set_data_type(onnx::TensorProto::FLOAT);
    for (const std::int64_t extent : {2, 3, 1, 1})
      weights.add_dims(extent);
    weights.set_data_location(onnx::TensorProto::EXTERNAL);
    auto& location = *weights.add_external_data();
    location.set_key("location");
    location.set_value("w.bin");
    builder.node("Conv", {"image", "W"}, {"maps"}).node("GlobalAveragePool", {"maps"}, {"means"});
    builder.node("Flatten", {"means"}, {"scores"}).output("scores");
    message = builder.model.SerializeAsString();
    store(folder.file("net.onnx"), message);
    write_weights(1);
  }
  void write_weights(float value) const { store(folder.file("w.bin"), bytes_of_weights(value)); }
  static std::string bytes_of_weights(float value) {
    const std::vector<float> values(kWeights, value);
    return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(float)};
  }
  Model load() const { return Model::load(folder.file("net.onnx")); }

  TemporaryFolder folder;
  std::string message;
};

TEST_F(ModelDigest, is_of_the_file_and_behind_it_of_external_weights) {
  networks::Sha256 sha256;
  sha256.add(message);
  sha256.add(bytes_of_weights(1));
  EXPECT_EQ(networks::sha256_of(load()), sha256.finish());
}

TEST_F(ModelDigest, is_of_what_was_loaded) {
  const Model model = load();
  const std::string before = networks::sha256_of(model);
  store(folder.file("other.bin"), bytes_of_weights(2));
  std::filesystem::rename(folder.file("other.bin"), folder.file("w.bin"));
  EXPECT_EQ(networks::sha256_of(model), before);
  EXPECT_NE(networks::sha256_of(load()), before);
}

TEST_F(ModelDigest, is_refused_for_a_file_that_was_changed_in_place) {
  const Model model = load();
  std::filesystem::resize_file(folder.file("w.bin"), 1);
  EXPECT_THROW(networks::sha256_of(model), ModelError);
}

}  // namespace
}  // namespace fovea::test
