#include "base/failure.hpp"
#include "fovea/error.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <new>
#include <system_error>

namespace fovea::test {
namespace {

template <class E>
std::string text_of(const E& error) {
  return failure_text(std::make_exception_ptr(error), "cat.png");
}

TEST(Failure, NamesTheFileWhateverWasThrown) {
  EXPECT_EQ(text_of(InputError("is empty")), "cat.png: is empty");
  EXPECT_EQ(text_of(InputError("is empty", "cat.png")), "cat.png: is empty");
  EXPECT_EQ(text_of(InputError("is empty", "mask.png")), "mask.png: is empty");
  EXPECT_EQ(text_of(OutputError("cannot write", "out/cat-map.png")), "out/cat-map.png: cannot write");
  EXPECT_EQ(text_of(ModelError("has no class 7", {"net.onnx", {}, {}})), "cat.png: net.onnx: has no class 7");
  EXPECT_EQ(text_of(std::bad_alloc()), "cat.png: there is not enough memory for it");
  EXPECT_EQ(text_of(std::length_error("vector")), "cat.png: there is not enough memory for it");
  EXPECT_EQ(text_of(std::out_of_range("substr")), "cat.png: substr");
  EXPECT_EQ(text_of(std::system_error(EAGAIN, std::generic_category())),
            "cat.png: Resource temporarily unavailable");
  const std::filesystem::filesystem_error gone("cannot open", "cat.png",
                                               std::error_code(ENOENT, std::generic_category()));
  EXPECT_EQ(text_of(gone), gone.what());
}

TEST(Failure, CancellingIsNone) {
  EXPECT_THROW(text_of(Cancelled()), Cancelled);
  EXPECT_THROW(failure_text(std::make_exception_ptr(7), "cat.png"), int);
}

}  // namespace
}  // namespace fovea::test
