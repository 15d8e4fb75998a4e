#include "fovea/error.hpp"
#include "image/support.hpp"

#include <cmath>

namespace fovea::test {
namespace {

/// numpy's arange(24).reshape(2, 3, 4) - offset.
void expect_range(const Tensor& tensor, double offset) {
  ASSERT_EQ(tensor.shape(), (Shape{2, 3, 4}));
  const Tensor values = tensor.cast(DType::F64);
  for (std::size_t i = 0; i < 24; ++i)
    ASSERT_EQ(values.data<double>()[i], static_cast<double>(i) - offset) << "at element " << i;
}

std::string file_of(const std::string& header, const std::string& elements = "", int version = 1) {
  std::string file = "\x93NUMPY";
  file += static_cast<char>(version);
  file += '\0';
  for (std::size_t shift = 0; shift < (version == 1 ? 2U : 4U); ++shift)
    file += static_cast<char>(header.size() >> (8 * shift) & 255);
  return file + header + elements;
}

std::string failure_of(std::string_view bytes) {
  const TemporaryFolder folder;
  const std::string path = folder.file("a.npy");
  store(path, bytes);
  const std::string message = message_of<InputError>([&] { read_npy(path); });
  EXPECT_EQ(message.substr(0, path.size() + 2), path + ": ");
  return message.substr(std::min(message.size(), path.size() + 2));
}

TEST(Npy, ReadsEveryNumberOfNumpy) {
  for (const char* kind : {"f2", "f4", "f8", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8"})
    for (const char* order : {"little", "big"}) {
      SCOPED_TRACE(std::string(kind) + " " + order);
      const Tensor tensor = read_npy(data(std::string("array_") + kind + "_" + order + ".npy"));
      const std::string_view name = kind;
      EXPECT_EQ(tensor.dtype(), name == "f8" ? DType::F64 : name[0] == 'f' ? DType::F32 : DType::I64);
      expect_range(tensor, name[0] == 'u' ? 0 : 5);
    }
}

TEST(Npy, ReadsEveryVersionAndOrder) {
  for (const char* name :
       {"array_version1.npy", "array_version2.npy", "array_version3.npy", "array_fortran.npy"}) {
    SCOPED_TRACE(name);
    expect_range(read_npy(data(name)), 0);
  }
  const Tensor flags = read_npy(data("array_bool.npy"));
  ASSERT_EQ(flags.dtype(), DType::Bool);
  for (std::size_t i = 0; i < 24; ++i)
    EXPECT_EQ(flags.data<bool>()[i], i % 3 == 0);
  const Tensor scalar = read_npy(data("array_scalar.npy"));
  EXPECT_EQ(scalar.shape(), Shape());
  EXPECT_EQ(scalar.data<double>()[0], 2.5);
  EXPECT_EQ(read_npy(data("array_none.npy")).shape(), (Shape{0, 3}));
}

TEST(Npy, WidensHalves) {
  const Tensor found = read_npy(data("array_half.npy"));
  const Tensor expected = read_npy(data("array_half_as_float.npy"));
  ASSERT_EQ(found.shape(), expected.shape());
  for (std::size_t i = 0; i < found.data<float>().size(); ++i) {
    const float a = found.data<float>()[i];
    const float b = expected.data<float>()[i];
    EXPECT_TRUE((std::isnan(a) && std::isnan(b)) || (a == b && std::signbit(a) == std::signbit(b)))
        << a << " " << b;
  }
}

TEST(Npy, ReadsHeadersByOtherHands) {
  const TemporaryFolder folder;
  store(folder.file("a"), file_of("{\"shape\":(2L,),\"fortran_order\":False,\"descr\":\"|u1\"}", "\x07\xFF"));
  const Tensor tensor = read_npy(folder.file("a"));
  EXPECT_EQ(tensor.shape(), (Shape{2}));
  EXPECT_EQ(tensor.data<std::int64_t>()[1], 255);
}

template <class T>
void expect_round_trip(const Shape& shape) {
  Tensor tensor(dtype_of<T>(), shape);
  for (std::size_t i = 0; i < tensor.data<T>().size(); ++i)
    tensor.data<T>()[i] = static_cast<T>(i % 7);
  const TemporaryFolder folder;
  write_npy(folder.file("a.npy"), tensor);
  const Tensor back = read_npy(folder.file("a.npy"));
  EXPECT_EQ(back.dtype(), tensor.dtype() == DType::I32 ? DType::I64 : tensor.dtype());
  EXPECT_EQ(back.shape(), shape);
  const Tensor same = back.cast(tensor.dtype());
  EXPECT_TRUE(std::equal(same.data<T>().begin(), same.data<T>().end(), tensor.data<T>().begin()));
  // The elements begin at a multiple of 64, as numpy has it.
  EXPECT_EQ((load(folder.file("a.npy")).size() - tensor.bytes()) % 64, 0U);
}

TEST(Npy, RoundTrips) {
  for (const Shape& shape : {Shape{}, Shape{5}, Shape{2, 3}, Shape{1, 3, 7, 5}, Shape{0, 4},
                             Shape{1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 2}}) {
    SCOPED_TRACE(to_string(shape));
    expect_round_trip<float>(shape);
    expect_round_trip<double>(shape);
    expect_round_trip<std::int32_t>(shape);
    expect_round_trip<std::int64_t>(shape);
    expect_round_trip<bool>(shape);
  }
}

TEST(Npy, WritesWhatNumpyWrites) {
  const TemporaryFolder folder;
  for (const char* name : {"array_version1.npy", "array_scalar.npy", "array_bool.npy",
                           "array_half_as_float.npy", "array_i8_little.npy", "array_none.npy"}) {
    SCOPED_TRACE(name);
    write_npy(folder.file("a.npy"), read_npy(data(name)));
    EXPECT_EQ(load(folder.file("a.npy")), load(data(name)));
  }
}

TEST(Npy, WriteErrors) {
  const TemporaryFolder folder;
  EXPECT_EQ(message_of<OutputError>([&] { write_npy(folder.file("none/a.npy"), Tensor(DType::F32, {2})); }),
            folder.file("none/a.npy") + ": cannot write: No such file or directory");
  EXPECT_THROW(write_npy(folder.file("a.npy"), Tensor()), InputError);
}

TEST(Npy, RefusesWhatIsNoPlainArray) {
  EXPECT_EQ(failure_of(""), "not a .npy file");
  EXPECT_EQ(failure_of("PK\x03\x04 an archive"), "not a .npy file");
  EXPECT_NE(failure_of(load(data("array_object.npy"))).find("Python objects (dtype '|O')"),
            std::string::npos);
  EXPECT_NE(failure_of(load(data("array_complex.npy"))).find("dtype '<c8' is not supported"),
            std::string::npos);
  EXPECT_NE(failure_of(load(data("array_structured.npy"))).find("structured array"), std::string::npos);
  EXPECT_NE(failure_of(load(data("array_text.npy"))).find("dtype '<U2' is not supported"), std::string::npos);
  EXPECT_EQ(failure_of(file_of("{}", "", 4)),
            "version 4.0 of the .npy format is not supported: expected 1 to 3");
}

TEST(Npy, RefusesCutAndPaddedFiles) {
  const std::string whole = load(data("array_version1.npy"));
  for (std::size_t length = 0; length < whole.size(); ++length)
    ASSERT_NE(failure_of(whole.substr(0, length)), "");
  EXPECT_EQ(failure_of(whole.substr(0, whole.size() - 1)),
            "the .npy file is cut short: a shape of 2x3x4 needs 96 bytes, found 95");
  EXPECT_EQ(failure_of(whole + "abc"), "the .npy file has 3 bytes after its array");
  EXPECT_EQ(failure_of(whole.substr(0, 60)), "the file is cut short");
}

TEST(Npy, RefusesDamagedHeaders) {
  const auto header = [](const std::string& descr, const std::string& order, const std::string& shape) {
    return file_of("{'descr': " + descr + ", 'fortran_order': " + order + ", 'shape': " + shape + ", }");
  };
  const std::string damaged = "the .npy header is damaged: ";
  EXPECT_EQ(failure_of(file_of("")), damaged + "expected '{' at its end");
  EXPECT_EQ(failure_of(file_of("{'descr': '<f4")), damaged + "a text is not closed");
  EXPECT_EQ(failure_of(file_of("{'descr': '<f4'}")),
            damaged + "expected the keys descr, fortran_order and shape");
  EXPECT_EQ(failure_of(file_of("{'colour': 1}")), damaged + "unknown key 'colour'");
  EXPECT_EQ(failure_of(header("'<f4'", "Maybe", "(1,)")),
            damaged + "expected True or False at 'Maybe, 'shap'");
  EXPECT_EQ(failure_of(header("'<f4'", "False", "(-1,)")), damaged + "a negative dimension");
  EXPECT_EQ(failure_of(header("'<f4'", "False", "(x,)")), damaged + "expected a dimension at 'x,), }'");
  EXPECT_EQ(failure_of(header("'<f4'", "False", "(1 2)")), damaged + "expected ')' at '2), }'");
}

TEST(Npy, RefusesShapesThatNothingHolds) {
  const auto shaped = [](const std::string& shape) {
    return failure_of(file_of("{'descr': '<f4', 'fortran_order': False, 'shape': " + shape + ", }"));
  };
  EXPECT_EQ(shaped("(99999999999999999999,)"), "the .npy header is damaged: a dimension too large");
  EXPECT_EQ(shaped("(4294967296, 4294967296)"),
            "the .npy file claims a shape of 4294967296x4294967296, more than can be held");
  EXPECT_EQ(shaped("(0, 4294967296, 4294967296)"),
            "the .npy file claims a shape of 0x4294967296x4294967296, more than can be held");
  // Countable, but the file does not have it: nothing may be allocated for it.
  EXPECT_EQ(shaped("(1000000000000,)"),
            "the .npy file is cut short: a shape of 1000000000000 needs 4000000000000 bytes, found 0");
  std::string many = "(";
  for (int i = 0; i < 40; ++i)
    many += "1, ";
  EXPECT_EQ(shaped(many + ")"), "the .npy file has more than 32 dimensions");
}

TEST(Npy, RefusesIntegersBeyondI64) {
  EXPECT_EQ(failure_of(
                file_of("{'descr': '<u8', 'fortran_order': False, 'shape': (1,), }", std::string(8, '\xFF'))),
            "the .npy file's integer 18446744073709551615 needs more than 63 bits");
}

}  // namespace
}  // namespace fovea::test
