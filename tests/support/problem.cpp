#include "support/problem.hpp"

#include "ops/table.hpp"

#include <algorithm>
#include <cmath>
#include <random>
#include <sstream>

namespace fovea::test {
namespace {

using Random = std::mt19937_64;

std::vector<std::string> split(const std::string& text, char separator) {
  std::vector<std::string> parts;
  std::istringstream stream(text);
  for (std::string part; std::getline(stream, part, separator);)
    if (!part.empty())
      parts.push_back(part);
  return parts;
}

/// FNV-1a: the same on every machine, unlike std::hash.
std::uint64_t hash(std::string_view text) {
  std::uint64_t h = 0xcbf29ce484222325U;
  for (char c : text)
    h = (h ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
  return h;
}

std::int64_t parse_number(const std::string& text) {
  std::int64_t value = 0;
  ir::detail::parse_field(text, value);
  return value;
}

Shape parse_shape(const std::string& text) {
  std::vector<std::int64_t> dims;
  if (text != "scalar")
    for (const std::string& extent : split(text, 'x'))
      dims.push_back(parse_number(extent));
  return Shape(std::move(dims));
}

Tensor draw(const Shape& shape, const std::string& distribution, Random& random) {
  Tensor wide(DType::F64, shape);
  auto fill = [&](auto&& next) {
    for (double& value : wide.data<double>())
      value = next(random);
  };
  if (distribution == "away") {
    std::normal_distribution<double> normal;
    fill([&](Random& r) {
      const double value = normal(r);
      return value + std::copysign(0.1, value);
    });
  } else if (distribution == "positive") {
    fill(std::uniform_real_distribution<double>(0.5, 2));
  } else if (distribution == "unit") {
    fill(std::uniform_real_distribution<double>(0.05, 0.95));
  } else if (distribution == "ties") {
    fill(std::uniform_int_distribution<int>(-2, 2));
  } else if (distribution == "bool") {
    fill(std::uniform_int_distribution<int>(0, 1));
    return wide.cast(DType::Bool);
  } else {
    FOVEA_CHECK(distribution.rfind("index", 0) == 0, "unknown distribution '{}'", distribution);
    fill(std::uniform_int_distribution<std::int64_t>(0, parse_number(distribution.substr(5)) - 1));
    return wide.cast(DType::I64);
  }
  return wide;
}

/// The position of an operand among the operator's inputs, or -1.
int position_of(const ir::Operator& op, const std::string& name) {
  for (std::size_t i = 0; i < op.inputs.size(); ++i) {
    std::string_view input = op.inputs[i];
    if (input.size() > 3 && input.substr(input.size() - 3) == "...") {
      input.remove_suffix(3);
      const bool numbered = name.size() > input.size() && name.rfind(input, 0) == 0 &&
                            std::all_of(name.begin() + static_cast<std::ptrdiff_t>(input.size()), name.end(),
                                        [](char c) { return c >= '0' && c <= '9'; });
      if (numbered)
        return static_cast<int>(i + static_cast<std::size_t>(parse_number(name.substr(input.size()))));
      continue;
    }
    if (input.back() == '?')
      input.remove_suffix(1);
    if (input == name)
      return static_cast<int>(i);
  }
  return -1;
}

}  // namespace

Problem parse_problem(std::string_view text) {
  Problem problem;
  problem.text = text;
  const std::vector<std::string> words = split(problem.text, ' ');
  FOVEA_CHECK(!words.empty(), "an empty problem");
  problem.op = ops::find(words[0]);
  FOVEA_CHECK(problem.op, "unknown operator '{}'", words[0]);
  Random random(hash(text));
  ir::AttributeText fields;
  for (std::size_t w = 1; w < words.size(); ++w) {
    const auto equals = words[w].find('=');
    FOVEA_CHECK(equals != std::string::npos, "expected NAME=VALUE, found '{}'", words[w]);
    const std::string name = words[w].substr(0, equals), value = words[w].substr(equals + 1);
    const int position = position_of(*problem.op, name);
    if (position < 0) {
      fields.emplace_back(name, value);
      continue;
    }
    const std::vector<std::string> parts = split(value, ':');
    FOVEA_CHECK(!parts.empty(), "operand '{}' has no shape", name);
    std::string distribution = "away";
    bool constant = false;
    for (std::size_t i = 1; i < parts.size(); ++i)
      parts[i] == "const" ? static_cast<void>(constant = true) : static_cast<void>(distribution = parts[i]);
    const auto at = static_cast<std::size_t>(position);
    problem.operands.resize(std::max(problem.operands.size(), at + 1));
    problem.operands[at] = {name, draw(parse_shape(parts[0]), distribution, random), constant};
  }
  problem.attributes = problem.op->attributes.with(fields);
  return problem;
}

std::vector<Tensor> Problem::values(DType floating) const {
  std::vector<Tensor> tensors;
  for (const Operand& operand : operands) {
    const bool convert = !operand.value.empty() && is_floating(operand.value.dtype());
    tensors.push_back(convert ? operand.value.cast(floating) : operand.value);
  }
  return tensors;
}

void PrintTo(const Problem& problem, std::ostream* out) {
  *out << problem.text;
}

}  // namespace fovea::test
