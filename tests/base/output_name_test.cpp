#include "base/output_name.hpp"

#include "support/temporary_folder.hpp"

#include <gtest/gtest.h>

namespace fovea::test {
namespace {

TEST(OutputName, EndingsTellFilesFromFolders) {
  for (const char* path :
       {"a.png", "b/a.PNG", "a.jpeg", "a.svg", "a.pdf", "maps", "maps.v2", "a.gif/", "png"})
    EXPECT_EQ(output_name_fault(path, kFigureOrFolder), "") << path;
  EXPECT_EQ(
      output_name_fault("a.gif", kFigureOrFolder),
      "expected the name of a folder, or of a figure, which ends in .png, .jpg, .jpeg, .svg or .pdf, found "
      "'a.gif'");
  for (const char* path : {"a.webp", "a.html", "a.onnx", "a.npy", "b/a.CSV"})
    EXPECT_NE(output_name_fault(path, kFigureOrFolder), "") << path;
}

TEST(OutputName, OfAFileEndsAsItsKindDoes) {
  EXPECT_EQ(output_name_fault("p.html", kPageFile), "");
  EXPECT_EQ(output_name_fault("p.HTM", kPageFile), "");
  EXPECT_EQ(output_name_fault("n.onnx", kNetworkFile), "");
  EXPECT_EQ(output_name_fault("y.npy", kArrayFile), "");
  EXPECT_EQ(output_name_fault("p.pdf", kPageFile),
            "expected the name of a page, which ends in .html or .htm, found 'p.pdf'");
  EXPECT_EQ(output_name_fault("y", kArrayFile),
            "expected the name of an array, which ends in .npy, found 'y'");
  EXPECT_NE(output_name_fault("e.png", kNetworkFile), "");
  EXPECT_NE(output_name_fault(".html", kPageFile), "") << "an ending alone";
}

TEST(OutputName, OfAFolderDoesNotEndAsFilesDo) {
  EXPECT_EQ(output_name_fault("results", kFolderOnly), "");
  EXPECT_EQ(output_name_fault("results.old", kFolderOnly), "");
  EXPECT_EQ(output_name_fault("results.csv", kFolderOnly),
            "expected the name of a folder, found 'results.csv'");
}

TEST(OutputName, WhatIsThereCounts) {
  const TemporaryFolder folder;
  for (const char* name : {"odd.gif", "odd.png"})
    std::filesystem::create_directory(folder.file(name));
  EXPECT_EQ(output_name_fault(folder.file("odd.gif"), kFigureOrFolder), "");
  EXPECT_EQ(output_name_fault(folder.file("odd.gif"), kFolderOnly), "");
  EXPECT_NE(output_name_fault(folder.file("odd.png"), kFigureOrFolder), "") << "a figure cannot be there";
  EXPECT_EQ(output_name_fault(folder.path(), kPageFile),
            "expected the name of a page, which ends in .html or .htm, found the folder '" + folder.path() +
                "': name a file in it, such as '" + folder.path() + "/page.html'");
  for (const char* path : {"/dev/null", "/dev/stdout"}) {
    EXPECT_EQ(output_name_fault(path, kPageFile), "") << "a device takes anything";
    EXPECT_EQ(output_name_fault(path, kFigureOrFolder), "");
    EXPECT_NE(output_name_fault(path, kFolderOnly), "");
  }
  EXPECT_EQ(output_name_fault("/dev/shm/results", kFolderOnly), "");
  EXPECT_EQ(output_name_fault("-", kFolderOnly), "expected the name of a folder, found '-'");
  EXPECT_NE(output_name_fault("new/", kPageFile), "");
}

TEST(OutputName, MayStandBehindThatOfAPort) {
  EXPECT_EQ(split_named_file("y=a.npy").name, "y");
  EXPECT_EQ(split_named_file("y=a.npy").path, "a.npy");
  EXPECT_EQ(split_named_file("a.npy").path, "a.npy");
  EXPECT_EQ(split_named_file("b/y=a.npy").path, "b/y=a.npy");
  EXPECT_EQ(split_named_file("b/y=a.npy").name, "");
}

}  // namespace
}  // namespace fovea::test
