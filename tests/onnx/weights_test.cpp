#include "model_builder.hpp"

#include "onnx/file/contents.hpp"
#include "onnx/import/needs.hpp"

#include <cstring>
#include <limits>

namespace fovea::onnx_import {
namespace {

using onnx::TensorProto;

/// A model whose output is the weight.
ImportBuilder with_weight(const TensorProto& tensor) {
  ImportBuilder m;
  m.input("x", {1}).output("y").node("Identity", {"w"}, {"y"});
  *m.graph().add_initializer() = tensor;
  return m;
}

Tensor read(const TensorProto& tensor) {
  return with_weight(tensor).file()->contents().weights.at("w").tensor();
}

TensorProto typed(int type, const Dims& dims) {
  TensorProto tensor;
  tensor.set_name("w");
  tensor.set_data_type(type);
  tensor.mutable_dims()->Add(dims.begin(), dims.end());
  return tensor;
}

template <class T>
TensorProto raw(int type, const std::vector<T>& values) {
  TensorProto tensor = typed(type, {static_cast<std::int64_t>(values.size())});
  tensor.set_raw_data(std::string(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T)));
  return tensor;
}

TEST(Weights, RawFloats) {
  EXPECT_EQ(to_vector<float>(read(raw<float>(TensorProto::FLOAT, {1.5F, -2}))),
            std::vector<float>({1.5F, -2}));
  EXPECT_EQ(to_vector<double>(read(raw<double>(TensorProto::DOUBLE, {0.1, -2}))),
            std::vector<double>({0.1, -2}));
  // 1, -2, the smallest subnormal, the largest half, minus infinity
  const std::vector<std::uint16_t> halves = {0x3c00, 0xc000, 0x0001, 0x7bff, 0xfc00};
  EXPECT_EQ(to_vector<float>(read(raw(TensorProto::FLOAT16, halves))),
            std::vector<float>({1, -2, 0x1p-24F, 65504, -std::numeric_limits<float>::infinity()}));
  EXPECT_EQ(to_vector<float>(read(raw<std::uint16_t>(TensorProto::BFLOAT16, {0x3fc0, 0xc000}))),
            std::vector<float>({1.5F, -2}));
}

TEST(Weights, RawIntegers) {
  const Dims expected = {1, -2};
  EXPECT_EQ(to_vector<std::int64_t>(read(raw<std::int8_t>(TensorProto::INT8, {1, -2}))), expected);
  EXPECT_EQ(to_vector<std::int64_t>(read(raw<std::int16_t>(TensorProto::INT16, {1, -2}))), expected);
  EXPECT_EQ(to_vector<std::int64_t>(read(raw<std::int32_t>(TensorProto::INT32, {1, -2}))), expected);
  EXPECT_EQ(to_vector<std::int64_t>(read(raw<std::int64_t>(TensorProto::INT64, {1, -2}))), expected);
  EXPECT_EQ(to_vector<std::int64_t>(read(raw<std::uint8_t>(TensorProto::UINT8, {200}))), Dims({200}));
  EXPECT_EQ(to_vector<std::int64_t>(read(raw<std::uint16_t>(TensorProto::UINT16, {60000}))), Dims({60000}));
  EXPECT_EQ(to_vector<std::int64_t>(read(raw<std::uint32_t>(TensorProto::UINT32, {4000000000U}))),
            Dims({4000000000}));
  EXPECT_EQ(to_vector<std::int64_t>(read(raw<std::uint64_t>(TensorProto::UINT64, {7}))), Dims({7}));
  EXPECT_EQ(to_vector<bool>(read(raw<std::uint8_t>(TensorProto::BOOL, {1, 0}))),
            std::vector<bool>({true, false}));
  expect_model_error([] { read(raw<std::uint64_t>(TensorProto::UINT64, {~std::uint64_t{0}})); },
                     {"tensor 'w'", "18446744073709551615"});
}

TEST(Weights, TypedFields) {
  TensorProto half = typed(TensorProto::FLOAT16, {2});
  half.add_int32_data(0x3c00);
  half.add_int32_data(0xc000);
  EXPECT_EQ(to_vector<float>(read(half)), std::vector<float>({1, -2}));
  TensorProto bfloat = typed(TensorProto::BFLOAT16, {1});
  bfloat.add_int32_data(0x3fc0);
  EXPECT_EQ(to_vector<float>(read(bfloat)), std::vector<float>({1.5F}));
  TensorProto wide = typed(TensorProto::UINT64, {1});
  wide.add_uint64_data(9);
  EXPECT_EQ(to_vector<std::int64_t>(read(wide)), Dims({9}));
  TensorProto small = typed(TensorProto::INT8, {1});
  small.add_int32_data(-3);
  EXPECT_EQ(to_vector<std::int64_t>(read(small)), Dims({-3}));
  TensorProto truth = typed(TensorProto::BOOL, {1});
  truth.add_int32_data(1);
  EXPECT_EQ(to_vector<bool>(read(truth)), std::vector<bool>({true}));
  TensorProto fine = typed(TensorProto::DOUBLE, {});
  fine.add_double_data(0.1);
  EXPECT_EQ(read(fine).shape(), Shape());
}

TEST(Weights, SizesMustAgree) {
  TensorProto short_raw = raw<float>(TensorProto::FLOAT, {1, 2});
  short_raw.set_dims(0, 3);
  expect_model_error([&] { read(short_raw); }, {"model.onnx", "tensor 'w'", "needs 12 bytes", "found 8"});
  expect_model_error(
      [] {
        read(float_tensor("w", {2, 2}, {1, 2, 3}));
      },
      {"tensor 'w'", "2x2", "needs 4", "found 3"});
  expect_model_error([] { read(float_tensor("w", {-1, 2}, {1, 2})); }, {"tensor 'w'", "negative extent -1"});
  const Dims absurd(8, 1 << 30);
  expect_model_error([&] { read(float_tensor("w", absurd, {1})); }, {"tensor 'w'", "too large"});
  TensorProto wrong_field = typed(TensorProto::FLOAT, {1});
  wrong_field.add_int64_data(1);
  expect_model_error([&] { read(wrong_field); }, {"tensor 'w'", "found 0"});
}

TEST(Weights, ThatHoldNaNAreRefused) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  expect_model_error([=] { read(float_tensor("w", {2}, {1, nan})); }, {"tensor 'w'", "element 1 is NaN"});
  expect_model_error([] { read(raw<std::uint16_t>(TensorProto::FLOAT16, {0x7e00})); }, {"tensor 'w'", "NaN"});
}

/// A model of a weight "w" that its first output does not need, and its second does.
ImportBuilder with_spare_weight(const TensorProto& tensor) {
  ImportBuilder m;
  m.input("x", {1}).output("y").node("Relu", {"x"}, {"y"}).output("z").node("Identity", {"w"}, {"z"});
  *m.graph().add_initializer() = tensor;
  return m;
}

TEST(Weights, ThatNobodyNeedsMayBeAnything) {
  TensorProto missing = typed(TensorProto::FLOAT, {2});
  missing.set_data_location(TensorProto::EXTERNAL);
  auto& entry = *missing.add_external_data();
  entry.set_key("location");
  entry.set_value("gone.bin");
  TensorProto complex = typed(14, {1});
  complex.set_raw_data(std::string(8, '\0'));
  const float nan = std::numeric_limits<float>::quiet_NaN();
  for (const TensorProto& tensor : {float_tensor("w", {1}, {nan}), typed(TensorProto::STRING, {0}), complex,
                                    missing, float_tensor("w", {3}, {1, 2})}) {
    const auto file = with_spare_weight(tensor).file();
    EXPECT_EQ(operators(import_graph(*file, {.wanted = {"y"}})), "Relu");
    expect_model_error([&] { import_graph(*file, {.wanted = {"z"}}); }, {"tensor 'w'"});
    EXPECT_EQ(computable_outputs(*file), std::vector<std::string>({"y"}));
  }
}

TEST(Weights, UnsupportedTypesAreNamed) {
  expect_model_error([] { read(typed(TensorProto::STRING, {0})); }, {"tensor 'w'", "string"});
  expect_model_error([] { read(typed(17, {0})); }, {"tensor 'w'", "float8e4m3fn"});
  ImportBuilder twice = with_weight(float_tensor("w", {1}, {1}));
  twice.weight("w", {1}, {2});
  expect_model_error([&] { twice.file(); }, {"two weights are called 'w'"});
}

class ExternalData : public ::testing::Test {
protected:
  using Entries = std::vector<std::pair<std::string, std::string>>;
  /// A weight of two floats in an external file.
  static TensorProto external(const Entries& entries) {
    TensorProto tensor = typed(TensorProto::FLOAT, {2});
    tensor.set_data_location(TensorProto::EXTERNAL);
    for (const auto& [key, value] : entries) {
      auto& entry = *tensor.add_external_data();
      entry.set_key(key);
      entry.set_value(value);
    }
    return tensor;
  }
  std::shared_ptr<const OnnxFile> read_model(const Entries& entries) {
    const TensorProto tensor = external(entries);
    return OnnxFile::read(folder.write("in/model.onnx", with_weight(tensor).model.SerializeAsString()));
  }
  static std::string bytes_of(const std::vector<float>& values) {
    return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(float)};
  }
  TempFolder folder;
};

TEST_F(ExternalData, IsReadFromOffset) {
  folder.write("in/weights/w.bin", bytes_of({9, 1, 2, 9}));
  const auto file = read_model({{"location", "weights/w.bin"}, {"offset", "4"}, {"length", "8"}});
  EXPECT_EQ(to_vector<float>(file->contents().weights.at("w").tensor()), std::vector<float>({1, 2}));
  const auto rest = read_model({{"location", "weights/w.bin"}, {"offset", "8"}});
  EXPECT_EQ(to_vector<float>(rest->contents().weights.at("w").tensor()), std::vector<float>({2, 9}));
  const auto no_length = read_model({{"location", "weights/w.bin"}, {"offset", "4"}});
  EXPECT_EQ(to_vector<float>(no_length->contents().weights.at("w").tensor()), std::vector<float>({1, 2}));
  const auto only_location = read_model({{"location", "weights/w.bin"}});
  EXPECT_EQ(to_vector<float>(only_location->contents().weights.at("w").tensor()), std::vector<float>({9, 1}));
}

TEST_F(ExternalData, MissingOrShortFilesAreNamed) {
  expect_model_error(
      [&] {
        read_model({{"location", "gone.bin"}});
      },
      {"tensor 'w'", "'gone.bin'", "cannot be found"});
  folder.write("in/w.bin", bytes_of({1}));
  expect_model_error(
      [&] {
        read_model({{"location", "w.bin"}});
      },
      {"tensor 'w'", "'w.bin' is too short", "4 bytes", "expected 8"});
  expect_model_error(
      [&] {
        read_model({{"location", "w.bin"}, {"length", "4"}});
      },
      {"tensor 'w'", "needs 8 bytes", "'w.bin' gives 4"});
  expect_model_error(
      [&] {
        read_model({{"location", "w.bin"}, {"length", "8"}});
      },
      {"tensor 'w'", "'w.bin' is too short", "4 bytes", "expected 8"});
  expect_model_error(
      [&] {
        read_model({{"location", "w.bin"}, {"offset", "99999999999999"}, {"length", "8"}});
      },
      {"tensor 'w'", "too short"});
  expect_model_error(
      [&] {
        read_model({{"location", "w.bin"}, {"offset", "-4"}});
      },
      {"tensor 'w'", "offset '-4'"});
  expect_model_error([&] { read_model({}); }, {"tensor 'w'", "no location"});
}

/// Model and data are links in one folder to files in another, as Hugging Face's cache has them.
TEST_F(ExternalData, IsFoundThroughLinksOfTheModel) {
  const std::filesystem::path root = folder.path();
  TensorProto tensor = external({{"location", "model.onnx_data"}});
  folder.write("blobs/0a1b", with_weight(tensor).model.SerializeAsString());
  folder.write("blobs/2c3d", bytes_of({1, 2}));
  std::filesystem::create_directories(root / "snapshots/rev");
  std::filesystem::create_symlink("../../blobs/0a1b", root / "snapshots/rev/model.onnx");
  std::filesystem::create_symlink("../../blobs/2c3d", root / "snapshots/rev/model.onnx_data");
  const auto values = [&](const std::filesystem::path& path) {
    return to_vector<float>(OnnxFile::read(path.string())->contents().weights.at("w").tensor());
  };
  EXPECT_EQ(values(root / "snapshots/rev/model.onnx"), std::vector<float>({1, 2}));
  // A link to the model from anywhere: the data lies beside what it leads to.
  folder.write("blobs/model.onnx_data", bytes_of({3, 4}));
  std::filesystem::create_directories(root / "elsewhere");
  std::filesystem::create_symlink("../blobs/0a1b", root / "elsewhere/model.onnx");
  EXPECT_EQ(values(root / "elsewhere/model.onnx"), std::vector<float>({3, 4}));
  // Link by link: the data lies beside the second of three.
  std::filesystem::create_symlink("snapshots/rev/model.onnx", root / "shortcut.onnx");
  EXPECT_EQ(values(root / "shortcut.onnx"), std::vector<float>({1, 2}));
  // Links that leave both folders.
  folder.write("secret.bin", bytes_of({5, 6}));
  std::filesystem::create_symlink("../secret.bin", root / "elsewhere/model.onnx_data");
  expect_model_error([&] { values(root / "elsewhere/model.onnx"); }, {"tensor 'w'", "outside"});
}

TEST_F(ExternalData, MayGoUpWithinTheModelsFolder) {
  folder.write("in/weights/w.bin", bytes_of({1, 2}));
  const auto file = read_model({{"location", "./weights/../weights/w.bin"}});
  EXPECT_EQ(to_vector<float>(file->contents().weights.at("w").tensor()), std::vector<float>({1, 2}));
}

TEST_F(ExternalData, StaysInsideTheModelsFolder) {
  const std::string outside = folder.write("secret.bin", bytes_of({1, 2}));
  folder.write("in/model.onnx", "");
  std::filesystem::create_symlink("../secret.bin", folder.path() / "in/link.bin");
  for (const std::string& location : {outside, std::string("../secret.bin"), std::string("link.bin"),
                                      std::string("weights/../../secret.bin")})
    expect_model_error([&] { read_model({{"location", location}}); }, {"tensor 'w'", location, "outside"});
  std::filesystem::create_directory(folder.path() / "in/sub");
  expect_model_error([&] { read_model({{"location", "sub"}}); }, {"tensor 'w'", "not a regular file"});
}

}  // namespace
}  // namespace fovea::onnx_import
