#include "fovea/error.hpp"
#include "fovea/evaluate_localization.hpp"
#include "support/temporary_folder.hpp"

#include <gtest/gtest.h>

namespace fovea::test {
namespace {

std::string repeated(const std::string& text, int times) {
  std::string all;
  for (int i = 0; i < times; ++i)
    all += text;
  return all;
}

TEST(TruthLimits, XmlThatNestsDeeplyIsAnErrorAndNoMore) {
  const TemporaryFolder folder;
  constexpr int depth = 200'000;
  store(folder.file("open.xml"), repeated("<a>", depth));
  store(folder.file("closed.xml"),
        "<annotation>" + repeated("<a>", depth) + repeated("</a>", depth) + "</annotation>");
  const auto truth = read_devkit_truth({folder.path(), {}, {}, {}});
  ASSERT_EQ(truth.size(), 2U);
  for (const AnnotatedImage& image : truth)
    EXPECT_FALSE(image.usable()) << image.name;
}

TEST(TruthLimits, LinesOfACsvHaveAnEnd) {
  const TemporaryFolder folder;
  store(folder.file("a.csv"), "file,class_index,x0,y0,x1,y1\n" + repeated(",", 2 << 20) + "\n");
  EXPECT_NE(message_of<InputError>([&] { read_truth_csv(folder.file("a.csv")); }).find("a.csv: line 2: has "),
            std::string::npos);
}

}  // namespace
}  // namespace fovea::test
