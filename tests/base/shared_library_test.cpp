#include "base/shared_library.hpp"

#include "fovea/error.hpp"
#include "support/temporary_folder.hpp"

#include <gtest/gtest.h>

namespace fovea::test {
namespace {

TEST(SharedLibrary, FindsFunctions) {
  const SharedLibrary library("libm.so.6", "libc6");
  double (*cosine)(double) = nullptr;
  library.find(cosine, "cos");
  EXPECT_EQ(cosine(0), 1);
}

TEST(SharedLibrary, NamesWhatIsMissing) {
  const std::string message = message_of<InputError>([] { SharedLibrary("libfovea-none.so.1", "libnone1"); });
  EXPECT_EQ(message.find("the library libfovea-none.so.1 cannot be loaded (Debian: libnone1): "), 0U)
      << message;
  const SharedLibrary library("libm.so.6", "libc6");
  double (*function)(double) = nullptr;
  EXPECT_EQ(message_of<InternalError>([&] { library.find(function, "no_such_function"); }),
            "internal error: libm.so.6 has no function no_such_function");
}

}  // namespace
}  // namespace fovea::test
