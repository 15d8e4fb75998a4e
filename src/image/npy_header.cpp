#include "image/npy_header.hpp"

#include "image/bytes.hpp"

#include <algorithm>
#include <optional>

namespace fovea {
namespace {

/// Reads the one Python literal a header is: {'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }
class Parser {
public:
  explicit Parser(std::string_view text) : text_(text) {}

  bool accept(char c) {
    skip_blanks();
    if (position_ >= text_.size() || text_[position_] != c)
      return false;
    ++position_;
    return true;
  }
  void expect(char c) {
    FOVEA_CHECK(accept(c), "the .npy header is damaged: expected '{}' at {}", c, here());
  }
  bool at_end() {
    skip_blanks();
    return position_ == text_.size();
  }

  std::string_view string() {
    const char quote = accept('"') ? '"' : '\'';
    if (quote == '\'')
      expect('\'');
    const auto end = text_.find(quote, position_);
    FOVEA_CHECK(end != std::string_view::npos, "the .npy header is damaged: a text is not closed");
    const std::string_view value = text_.substr(position_, end - position_);
    position_ = end + 1;
    return value;
  }

  bool boolean() {
    skip_blanks();
    for (const std::string_view word : {"True", "False"})
      if (text_.substr(position_, word.size()) == word) {
        position_ += word.size();
        return word == "True";
      }
    throw InputError(fmt::format("the .npy header is damaged: expected True or False at {}", here()));
  }

  Shape shape() {
    std::vector<std::int64_t> extents;
    expect('(');
    while (!accept(')')) {
      extents.push_back(extent());
      FOVEA_CHECK(extents.size() <= 32, "the .npy file has more than 32 dimensions");
      if (!accept(',')) {
        expect(')');
        break;
      }
    }
    return Shape(std::move(extents));
  }

  bool next_is(char c) {
    skip_blanks();
    return position_ < text_.size() && text_[position_] == c;
  }

private:
  std::int64_t extent() {
    skip_blanks();
    FOVEA_CHECK(!next_is('-'), "the .npy header is damaged: a negative dimension");
    const std::size_t first = position_;
    std::int64_t value = 0;
    for (; position_ < text_.size() && text_[position_] >= '0' && text_[position_] <= '9'; ++position_)
      FOVEA_CHECK(!__builtin_mul_overflow(value, 10, &value) &&
                      !__builtin_add_overflow(value, text_[position_] - '0', &value),
                  "the .npy header is damaged: a dimension too large");
    FOVEA_CHECK(position_ > first, "the .npy header is damaged: expected a dimension at {}", here());
    accept('L');  // written by Python 2
    return value;
  }
  void skip_blanks() {
    while (position_ < text_.size() &&
           (text_[position_] == ' ' || (text_[position_] >= '\t' && text_[position_] <= '\r')))
      ++position_;
  }
  std::string here() const {
    return position_ < text_.size() ? fmt::format("'{}'", text_.substr(position_, 12)) : "its end";
  }

  std::string_view text_;
  std::size_t position_ = 0;
};

void set_type(std::string_view descr, NpyHeader& header) {
  constexpr const char* expected = "expected floats of 2, 4 or 8 bytes, integers or bool";
  FOVEA_CHECK(descr.find('O') == std::string_view::npos,
              "the .npy file holds Python objects (dtype '{}'), which is not supported: {}", descr, expected);
  std::string_view rest = descr;
  if (!rest.empty() && std::string_view("<>=|").find(rest[0]) != std::string_view::npos) {
    header.big_endian = rest[0] == '>';
    rest.remove_prefix(1);
  }
  const bool known = rest == "f2" || rest == "f4" || rest == "f8" || rest == "b1" || rest == "i1" ||
                     rest == "i2" || rest == "i4" || rest == "i8" || rest == "u1" || rest == "u2" ||
                     rest == "u4" || rest == "u8";
  FOVEA_CHECK(known, "the .npy file's dtype '{}' is not supported: {}", descr, expected);
  header.kind = rest[0];
  header.width = static_cast<std::size_t>(rest[1] - '0');
}

void parse_dictionary(std::string_view text, NpyHeader& header) {
  Parser parser(text);
  std::optional<std::string_view> descr;
  std::optional<bool> fortran_order;
  std::optional<Shape> shape;
  parser.expect('{');
  while (!parser.accept('}')) {
    const std::string_view key = parser.string();
    parser.expect(':');
    if (key == "descr") {
      FOVEA_CHECK(!parser.next_is('['), "the .npy file is a structured array, which is not supported");
      descr = parser.string();
    } else if (key == "fortran_order") {
      fortran_order = parser.boolean();
    } else {
      FOVEA_CHECK(key == "shape", "the .npy header is damaged: unknown key '{}'", key);
      shape = parser.shape();
    }
    if (!parser.accept(',')) {
      parser.expect('}');
      break;
    }
  }
  FOVEA_CHECK(parser.at_end(), "the .npy header is damaged: text after the dictionary");
  FOVEA_CHECK(descr && fortran_order && shape,
              "the .npy header is damaged: expected the keys descr, fortran_order and shape");
  set_type(*descr, header);
  header.fortran_order = *fortran_order;
  header.shape = *std::move(shape);
}

/// InputError when the bytes of the widest element type do not fit into 63 bits: nothing could hold the
/// array, and every product of dimensions after this one is safe. A zero among them does not hide the others.
void check_countable(const Shape& shape) {
  std::int64_t bytes = 8;
  for (const std::int64_t extent : shape)
    FOVEA_CHECK(!__builtin_mul_overflow(bytes, std::max<std::int64_t>(extent, 1), &bytes),
                "the .npy file claims a shape of {}, more than can be held", to_string(shape));
}

}  // namespace

void check_npy_magic(std::string_view file) {
  constexpr std::string_view magic = "\x93NUMPY";
  FOVEA_CHECK(file.substr(0, magic.size()) == magic, "not a .npy file");
}

std::uint64_t npy_header_end(std::string_view file) {
  const Bytes bytes(file, false);
  return bytes.u8(6) == 1 ? 10 + std::uint64_t{bytes.u16(8)} : 12 + std::uint64_t{bytes.u32(8)};
}

NpyHeader parse_npy_header(std::string_view file) {
  check_npy_magic(file);
  const Bytes bytes(file, false);
  const std::uint32_t version = bytes.u8(6);
  FOVEA_CHECK(version >= 1 && version <= 3,
              "version {}.{} of the .npy format is not supported: expected 1 to 3", version, bytes.u8(7));
  const std::uint64_t text_begin = version == 1 ? 10 : 12;
  const std::uint64_t length = npy_header_end(file) - text_begin;
  NpyHeader header;
  parse_dictionary(bytes.slice(text_begin, length), header);
  check_countable(header.shape);
  header.data_begin = static_cast<std::size_t>(text_begin + length);
  return header;
}

}  // namespace fovea
