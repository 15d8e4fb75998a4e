#include "fovea/tensor.hpp"
#include "support/program.hpp"

#include <sys/stat.h>
#include <unistd.h>

namespace fovea::test {
namespace {

class InputErrors : public testing::Test {
protected:
  void expect_refused(const std::string& picture, const std::vector<std::string>& parts) {
    std::vector<std::string> all = parts;
    all.push_back(picture);
    expect_error(fovea({"classify", picture}), 1, all);
  }
  TemporaryFolder folder;
};

TEST_F(InputErrors, PicturesThatCannotBeRead) {
  expect_refused(folder.file("missing.jpg"), {"No such file"});
  expect_refused(folder.path(), {"is an empty folder"});
  store(folder.file("empty.png"), "");
  expect_refused(folder.file("empty.png"), {"empty"});
  store(folder.file("text.jpg"), "not a picture");
  expect_refused(folder.file("text.jpg"), {});
  for (const char* name : {"rgb.png", "rgb.jpg", "lossy.webp", "rgb.bmp", "rgb.ppm"}) {
    const std::string whole = load(data("image/") + name);
    store(folder.file(name), whole.substr(0, whole.size() / 2));
    expect_refused(folder.file(name), {});
  }
}

TEST_F(InputErrors, PicturesThatAreRefused) {
  expect_refused(data("image/animated.png"), {"animated"});
  expect_refused(data("image/animated.webp"), {"animated"});
  expect_refused(data("image/huge_100000.png"), {"100000 x 100000"});
  expect_refused(data("image/plain.gif"), {});
}

TEST_F(InputErrors, AHeaderOfZeroPixels) {
  std::string png = load(data("image/rgb.png"));
  png.replace(16, 4, 4, '\0');
  store(folder.file("zero.png"), png);
  expect_refused(folder.file("zero.png"), {});
  store(folder.file("zero.ppm"), "P6\n0 4\n255\n");
  expect_refused(folder.file("zero.ppm"), {});
}

TEST_F(InputErrors, AnUnreadableFile) {
  if (::geteuid() == 0)
    GTEST_SKIP() << "root may read everything";
  store(folder.file("x.jpg"), load(sample("church.jpg")));
  ::chmod(folder.file("x.jpg").c_str(), 0);
  expect_refused(folder.file("x.jpg"), {"ermission"});
}

TEST_F(InputErrors, ACropThatDoesNotFitNamesThePicture) {
  expect_error(fovea({"classify", sample("church.jpg"), "--crop", "200"}), 1,
               {"church.jpg: a crop of 200x200 does not fit"});
}

TEST_F(InputErrors, ClassesThatAreNotThere) {
  const std::string out = folder.file("out");
  auto message = [&](const std::string& target, const std::vector<std::string>& parts) {
    expect_error(fovea({"saliency", sample("church.jpg"), "--class", target, "-o", out}), 1, parts);
    expect_error(fovea({"class-model", "--class", target, "-o", out}), 1, parts);
  };
  message("10", {"class 10 is out of range", "0 to 9"});
  message("-1", {"class -1 is out of range"});
  message("99999999999999999999", {"out of range"});
  message("g", {"'g' is ambiguous", "garbage truck", "gas pump", "golf ball"});
  message("parashute", {"no class is called 'parashute'", "parachute"});
  message("", {"the class is empty"});
  EXPECT_EQ(folder.count(), 0U) << "nothing is made before the class is known";
}

TEST_F(InputErrors, OutputFoldersThatCannotBe) {
  store(folder.file("file"), "old");
  for (const std::string& out :
       {folder.file("file"), folder.file("file/below"), std::string("/proc/nothing/here")}) {
    const std::string why =
        out == folder.file("file") ? "is not a result of fovea" : "cannot make the folder";
    expect_error(fovea({"saliency", sample("church.jpg"), "-o", out}), 1, {out + ": ", why});
    expect_error(fovea({"class-model", "--class", "1", "-o", out}), 1, {out + ": ", why});
  }
  expect_error(fovea({"saliency", sample("church.jpg"), "-o", folder.file("file/x.png")}), 1,
               {"file: cannot make the folder"});
  const std::string base = data("networks/plain");
  expect_error(fovea({"forward", base + ".onnx", "--input", base + ".input.npy", "-o", folder.path()}), 2,
               {folder.path(), "name a file in it"});
  EXPECT_EQ(load(folder.file("file")), "old");
  EXPECT_EQ(folder.count(), 1U);
}

TEST_F(InputErrors, AFolderWithoutWritePermission) {
  if (::geteuid() == 0)
    GTEST_SKIP() << "root may write everywhere";
  std::filesystem::create_directories(folder.file("locked"));
  ::chmod(folder.file("locked").c_str(), 0500);
  expect_error(fovea({"saliency", sample("church.jpg"), "-o", folder.file("locked")}), 1,
               {"locked: cannot write into the folder"});
  ::chmod(folder.file("locked").c_str(), 0700);
}

TEST_F(InputErrors, AFullDiskLeavesNoPartAndTheOldFileAsItWas) {
  CommandOptions small;
  small.file_size_limit = 2000;  // a limit on the size of files stands for the full disk
  const std::string array = folder.file("g.npy"), picture = folder.file("x.png");
  store(array, "old array");
  store(picture, "old picture");
  const std::string base = data("networks/plain");
  expect_error(fovea({"gradient", base + ".onnx", "--input", base + ".input.npy", "--class", "1", "-o", array,
                      "--force"},
                     small),
               1, {array + ": cannot write: File too large"});
  expect_error(fovea({"saliency", sample("church.jpg"), "-o", picture, "--force"}, small), 1,
               {picture + ": cannot write: File too large"});
  EXPECT_EQ(load(array), "old array");
  EXPECT_EQ(load(picture), "old picture");
  EXPECT_EQ(folder.count(), 2U) << "a part was left behind";
}

TEST_F(InputErrors, AFullStandardOutput) {
  CommandOptions full;
  full.stdout_path = "/dev/full";
  const Outcome outcome = fovea({"info", bundled()}, full);
  EXPECT_EQ(outcome.code, 1);
  EXPECT_EQ(outcome.err, "fovea: error: cannot write to standard output: No space left on device\n");
}

TEST_F(InputErrors, ArraysThatDoNotFit) {
  const std::string base = data("networks/plain"), out = folder.file("y.npy");
  const std::string model = base + ".onnx", good = load(base + ".input.npy");
  auto refused = [&](const std::string& path, const std::vector<std::string>& parts) {
    expect_error(fovea({"forward", model, "--input", path, "-o", out}), 1, parts);
    expect_error(fovea({"gradient", model, "--input", path, "--class", "1", "-o", out}), 1, parts);
  };
  refused(folder.file("missing.npy"), {"missing.npy", "No such file"});
  store(folder.file("cut.npy"), good.substr(0, good.size() - 8));
  refused(folder.file("cut.npy"), {"cut.npy"});
  store(folder.file("long.npy"), good + "more");
  refused(folder.file("long.npy"), {"long.npy"});
  store(folder.file("text.npy"), "1 2 3");
  refused(folder.file("text.npy"), {"text.npy", "not a .npy file"});
  refused(data("image/array_object.npy"), {"array_object.npy"});
  refused(data("image/array_complex.npy"), {"array_complex.npy"});
  refused(data("networks/lrn.input.npy"), {"lrn.input.npy: has shape 2x3x23x24", "21"});
  refused(base + ".scores.npy", {"2x5"});
  write_npy(folder.file("none.npy"), Tensor(DType::F32, {0, 3, 21, 17}));
  refused(folder.file("none.npy"), {"0x3x21x17"});
  EXPECT_FALSE(std::filesystem::exists(out));
}

TEST_F(InputErrors, NamesOfPortsAndTheirNumber) {
  const std::string base = data("networks/plain"), in = base + ".input.npy", out = folder.file("y.npy");
  const std::string model = base + ".onnx";
  expect_error(fovea({"forward", model, "--input", "wrong=" + in, "-o", out}), 1,
               {"plain.onnx", "no input named 'wrong'"});
  expect_error(fovea({"forward", model, "--input", in, "-o", "wrong=" + out}), 1,
               {"plain.onnx", "no output named 'wrong'"});
  expect_error(fovea({"forward", model, "--input", in, "--input", in, "-o", out}), 1, {"plain.onnx", "2"});
  expect_error(fovea({"forward", model, "--input", in, "-o", out, "-o", folder.file("z.npy")}), 1,
               {"plain.onnx", "2"});
  expect_error(fovea({"gradient", model, "--input", in, "--class", "5", "-o", out}), 1,
               {"class 5", "0 to 4"});
  expect_error(fovea({"gradient", model, "--input", in, "--class", "-1", "-o", out}), 1,
               {"class -1", "0 to 4"});
  expect_error(fovea({"gradient", model, "--input", in, "--class", "1", "--layer", "nope", "-o", out}), 1,
               {"plain.onnx", "'nope'"});
  expect_error(fovea({"gradient", model, "--input", in, "--class", "1", "--precision", "f64", "--backend",
                      "onednn", "-o", out}),
               1, {"float64"});
  EXPECT_EQ(folder.count(), 0U);
}

TEST_F(InputErrors, LabelFiles) {
  expect_error(fovea({"classify", sample("church.jpg"), "--labels", folder.file("none.txt")}), 1,
               {"none.txt", "No such file"});
  store(folder.file("hole.txt"), "a\n\nb\n");
  expect_error(fovea({"classify", sample("church.jpg"), "--labels", folder.file("hole.txt")}), 1,
               {"hole.txt", "line 2"});
}

TEST_F(InputErrors, AStartThatIsNoPicture) {
  expect_error(
      fovea({"class-model", "--class", "1", "--start", folder.file("none.png"), "-o", folder.file("x.png")}),
      1, {"none.png", "No such file"});
  EXPECT_EQ(folder.count(), 0U);
}

}  // namespace
}  // namespace fovea::test
