#include "ir/attributes.hpp"

#include <algorithm>
#include <charconv>

namespace fovea::ir {
namespace detail {
namespace {

template <class T>
T parse_number(const std::string& text) {
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  FOVEA_CHECK(error == std::errc() && end == text.data() + text.size(), "'{}' is not a number", text);
  return value;
}

}  // namespace

std::string print_field(std::int64_t value) {
  return std::to_string(value);
}
std::string print_field(double value) {
  return fmt::format("{}", value);
}
std::string print_field(const std::string& value) {
  return value;
}
std::string print_field(DType value) {
  return std::string(name_of(value));
}
std::string print_field(const Shape& value) {
  return print_field(value.dims());
}
std::string print_field(const std::vector<std::int64_t>& value) {
  return fmt::format("[{}]", fmt::join(value, ","));
}

void parse_field(const std::string& text, std::int64_t& value) {
  value = parse_number<std::int64_t>(text);
}
void parse_field(const std::string& text, double& value) {
  value = parse_number<double>(text);
}
void parse_field(const std::string& text, std::string& value) {
  value = text;
}
void parse_field(const std::string& text, DType& value) {
  for (DType dtype : {DType::F32, DType::F64, DType::I32, DType::I64, DType::Bool})
    if (name_of(dtype) == text) {
      value = dtype;
      return;
    }
  FOVEA_CHECK(false, "'{}' is not an element type", text);
}
void parse_field(const std::string& text, std::vector<std::int64_t>& value) {
  const bool bracketed = text.size() >= 2 && text.front() == '[' && text.back() == ']';
  const std::string list = bracketed ? text.substr(1, text.size() - 2) : text;
  value.clear();
  for (std::size_t begin = 0; begin < list.size();) {
    const std::size_t comma = std::min(list.find(',', begin), list.size());
    value.push_back(parse_number<std::int64_t>(list.substr(begin, comma - begin)));
    begin = comma + 1;
  }
}
void parse_field(const std::string& text, Shape& value) {
  std::vector<std::int64_t> dims;
  parse_field(text, dims);
  value = Shape(std::move(dims));
}

}  // namespace detail

Attributes Attributes::with(const AttributeText& fields) const {
  if (fields.empty())
    return *this;
  FOVEA_CHECK(holder_ != nullptr, "unknown attribute '{}'", fields.front().first);
  return holder_->with(fields);
}

}  // namespace fovea::ir
