#include "model_builder.hpp"

#include "onnx/file/contents.hpp"

#include <cstring>
#include <limits>

namespace fovea::onnx_import {
namespace {

constexpr std::int64_t kCount = 3000;  // enough to be left in the file

std::vector<float> many_values() {
  std::vector<float> values(kCount);
  for (std::size_t i = 0; i < values.size(); ++i)
    values[i] = static_cast<float>(i) - 0.25F;
  return values;
}

std::string bytes_of(const std::vector<float>& values) {
  return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(float)};
}

/// y = x + w, with `padding` bytes of text before the weight, which shift its place in the file.
std::string model_of(const std::vector<float>& values, std::size_t padding = 0) {
  ImportBuilder m;
  m.model.set_producer_name(std::string(padding, 'p'));
  m.input("x", {kCount}).output("y").node("Add", {"x", "w"}, {"y"});
  onnx::TensorProto& w = *m.graph().add_initializer();
  w.set_name("w");
  w.set_data_type(onnx::TensorProto::FLOAT);
  w.add_dims(kCount);
  w.set_raw_data(bytes_of(values));
  return m.model.SerializeAsString();
}

TEST(MappedWeights, AreTheSameAtEveryPlaceInTheFile) {
  const TempFolder folder;
  int views = 0;
  for (std::size_t padding = 1; padding <= 8; ++padding) {
    const auto file = OnnxFile::read(folder.write("m.onnx", model_of(many_values(), padding)));
    const Tensor tensor = file->contents().weights.at("w").tensor();
    EXPECT_EQ(to_vector<float>(tensor), many_values());
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(tensor.raw()) % alignof(float), 0U);
    views += file->holds(tensor.raw()) ? 1 : 0;
  }
  EXPECT_EQ(views, 2) << "of eight places two are aligned, and need no copy";
}

TEST(MappedWeights, ANaNIsFoundWhereverItStands) {
  const TempFolder folder;
  for (const std::size_t at : {std::size_t{0}, std::size_t{1234}, std::size_t{kCount - 1}}) {
    std::vector<float> values = many_values();
    values[at] = std::numeric_limits<float>::quiet_NaN();
    const std::string path = folder.write("m.onnx", model_of(values));
    expect_model_error([&] { OnnxFile::read(path); }, {"tensor 'w'", fmt::format("element {} is NaN", at)});
  }
}

TEST(MappedWeights, ATruncatedFileIsOneError) {
  const TempFolder folder;
  const std::string model = model_of(many_values());
  for (std::size_t size = 0; size < model.size(); size += size < 100 ? 1 : 97)
    EXPECT_THROW(OnnxFile::read(folder.write("m.onnx", model.substr(0, size))), ModelError) << size;
}

TEST(MappedWeights, WrongSizesAreNamed) {
  const TempFolder folder;
  std::vector<float> values = many_values();
  values.pop_back();
  const std::string path = folder.write("m.onnx", model_of(values));
  expect_model_error([&] { OnnxFile::read(path); },
                     {"tensor 'w'", fmt::format("needs {} bytes, found {}", 4 * kCount, 4 * kCount - 4)});
}

TEST(MappedWeights, AFileThatWasWrittenToIsRefused) {
  const TempFolder folder;
  const std::string path = folder.write("m.onnx", model_of(many_values()));
  const auto file = OnnxFile::read(path);
  EXPECT_NO_THROW(import_graph(*file, {}));
  std::filesystem::resize_file(path, 100);
  expect_model_error([&] { import_graph(*file, {}); }, {path, "was changed"});
}

TEST(MappedWeights, AReplacedFileIsStillTheOldOne) {
  const TempFolder folder;
  const std::string path = folder.write("m.onnx", model_of(many_values()));
  const auto file = OnnxFile::read(path);
  std::filesystem::rename(folder.write("other.onnx", "another"), path);
  import_graph(*file, {});
  EXPECT_EQ(to_vector<float>(file->contents().weights.at("w").tensor()), many_values());
}

TEST(MappedWeights, ExternalFilesAreMappedAndWatched) {
  const TempFolder folder;
  folder.write("w.bin", std::string(64, 'x') + bytes_of(many_values()));
  ImportBuilder m;
  m.input("x", {kCount}).output("y").node("Add", {"x", "w"}, {"y"});
  onnx::TensorProto& w = *m.graph().add_initializer();
  w.set_name("w");
  w.set_data_type(onnx::TensorProto::FLOAT);
  w.add_dims(kCount);
  w.set_data_location(onnx::TensorProto::EXTERNAL);
  for (const auto& [key, value] : {std::pair{"location", "w.bin"}, std::pair{"offset", "64"}}) {
    auto& entry = *w.add_external_data();
    entry.set_key(key);
    entry.set_value(value);
  }
  const auto file = OnnxFile::read(folder.write("m.onnx", m.model.SerializeAsString()));
  const Tensor tensor = file->contents().weights.at("w").tensor();
  EXPECT_EQ(to_vector<float>(tensor), many_values());
  EXPECT_TRUE(file->holds(tensor.raw()));
  std::filesystem::resize_file(folder.path() / "w.bin", 10);
  expect_model_error([&] { import_graph(*file, {}); }, {"was changed"});
}

}  // namespace
}  // namespace fovea::onnx_import
