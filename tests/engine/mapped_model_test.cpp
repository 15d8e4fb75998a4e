#include "fovea/error.hpp"
#include "fovea/program.hpp"
#include "support/temporary_folder.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>

namespace fovea::test {
namespace {

std::vector<float> gradient_of(const std::shared_ptr<const Program>& program) {
  Session session(program);
  std::fill(session.input().data<float>().begin(), session.input().data<float>().end(), 0.5F);
  session.seed_classes(std::array<std::int64_t, 1>{0});
  session.forward();
  session.backward();
  const auto values = session.gradient().data<float>();
  return {values.begin(), values.end()};
}

/// A copy of the bundled network, whose weights are large enough to stay in the file.
class MappedModel : public testing::TestWithParam<BackendKind> {
protected:
  MappedModel() { std::filesystem::copy_file(FOVEA_SOURCE_DIR "/models/imagenette-resnet.onnx", path); }
  static std::shared_ptr<const Program> compile(const Model& model) {
    return Program::compile(model, {.backend = GetParam(), .threads = 1});
  }
  TemporaryFolder folder;
  std::string path = folder.file("m.onnx");
};
INSTANTIATE_TEST_SUITE_P(backends, MappedModel, testing::Values(BackendKind::Reference, BackendKind::OneDnn),
                         [](const auto& row) {
                           return row.param == BackendKind::Reference ? "reference" : "onednn";
                         });

TEST_P(MappedModel, AProgramOutlivesItsFilesContents) {
  const Model model = Model::load(path);
  const auto program = compile(model);
  const std::vector<float> before = gradient_of(program);
  std::filesystem::resize_file(path, 10);
  EXPECT_EQ(gradient_of(program), before);
  EXPECT_NE(message_of<ModelError>([&] { compile(model); }).find("was changed"), std::string::npos);
}

TEST_P(MappedModel, CompilesAgainAfterItsPagesWereGivenBack) {
  const Model model = Model::load(path);
  const std::vector<float> first = gradient_of(compile(model));
  std::filesystem::remove(path);
  EXPECT_EQ(gradient_of(compile(model)), first);
}

TEST(ProgramMemory, HoldsNoWeightTwiceInOneLayout) {
  const Model model = Model::load(FOVEA_SOURCE_DIR "/models/imagenette-resnet.onnx");
  const auto parameters = static_cast<std::size_t>(model.parameters()) * sizeof(float);
  const auto forward = Program::compile(model, {.direction = Direction::Forward, .threads = 1});
  EXPECT_LT(forward->report().weight_bytes, parameters * 2)
      << "padding of channels and Winograd's filters are all that is added";
  const auto both = Program::compile(model, {.threads = 1});
  EXPECT_LT(both->report().weight_bytes, parameters * 4);
}

}  // namespace
}  // namespace fovea::test
