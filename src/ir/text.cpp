#include "ir/text.hpp"

#include "base/dispatch.hpp"

#include <algorithm>
#include <random>
#include <sstream>

namespace fovea::ir {
namespace {

constexpr std::int64_t kPrintedElements = 16;
constexpr std::size_t kSummedElements =
    1 << 16;  ///< of a large constant, so that printing does not read a whole file

std::string type_text(const TensorType& type) {
  return fmt::format("{}[{}]", name_of(type.dtype), fmt::join(type.shape.dims(), ","));
}

std::string constant_text(const Tensor& tensor) {
  std::string text;
  dispatch(tensor.dtype(), [&]<class T>(T) {
    if (tensor.elements() <= kPrintedElements) {
      for (T value : tensor.data<T>())
        text += fmt::format("{}{}", text.empty() ? "" : " ", value);
    } else {
      const auto values = tensor.data<T>();
      const std::size_t step = values.size() / kSummedElements + 1;
      double sum = 0;
      for (std::size_t i = 0; i < values.size(); i += step)
        sum += static_cast<double>(values[i]);
      text = step == 1 ? fmt::format("sum {:.9g}", sum) : fmt::format("sum of every {}th {:.9g}", step, sum);
    }
  });
  return "{" + text + "}";
}

std::string trim(std::string_view text) {
  const auto begin = text.find_first_not_of(" \t\r");
  if (begin == std::string_view::npos)
    return {};
  return std::string(text.substr(begin, text.find_last_not_of(" \t\r") - begin + 1));
}

std::vector<std::string> split(const std::string& text, char separator) {
  std::vector<std::string> parts;
  std::istringstream stream(text);
  for (std::string part; std::getline(stream, part, separator);)
    if (part = trim(part); !part.empty())
      parts.push_back(part);
  return parts;
}

TensorType parse_type(const std::string& text) {
  const auto bracket = text.find('[');
  FOVEA_CHECK(bracket != std::string::npos && text.back() == ']', "'{}' is not a tensor type", text);
  TensorType type;
  detail::parse_field(text.substr(0, bracket), type.dtype);
  detail::parse_field(text.substr(bracket), type.shape);
  return type;
}

Tensor parse_constant(const TensorType& type, const std::string& text) {
  Tensor wide(DType::F64, type.shape);
  auto out = wide.data<double>();
  const std::vector<std::string> words = split(text, ' ');
  FOVEA_CHECK(!words.empty() || out.empty(), "a constant without values");
  if (!words.empty() && words[0] == "random") {
    std::int64_t seed = 0;
    if (words.size() > 1)
      detail::parse_field(words[1], seed);
    std::mt19937 generator(static_cast<unsigned>(seed));
    std::normal_distribution<double> normal;
    for (double& value : out)
      value = normal(generator);
  } else {
    FOVEA_CHECK(words.size() == out.size() || words.size() == 1, "expected {} values, found {}", out.size(),
                words.size());
    for (std::size_t i = 0; i < out.size(); ++i) {
      const std::string& word = words[words.size() == 1 ? 0 : i];
      if (word == "true" || word == "false")
        out[i] = word == "true" ? 1 : 0;
      else
        detail::parse_field(word, out[i]);
    }
  }
  return wide.cast(type.dtype);
}

class Parser {
public:
  explicit Parser(const std::function<const Operator*(std::string_view)>& lookup) : lookup_(lookup) {}

  void line(const std::string& text) {
    if (text.rfind("input ", 0) == 0)
      return input(split(text, ' '));
    if (text.rfind("const ", 0) == 0)
      return constant(text);
    if (text.rfind("output ", 0) == 0)
      return output(text.substr(7));
    node(text);
  }

  Graph take() { return std::move(graph_); }

private:
  ValueId value(const std::string& name) const {
    const ValueId id = graph_.find(name);
    FOVEA_CHECK(id != kNoValue, "unknown value '{}'", name);
    return id;
  }
  void input(const std::vector<std::string>& words) {
    FOVEA_CHECK(words.size() == 3, "expected 'input NAME TYPE'");
    graph_.add_input(words[1], parse_type(words[2]));
  }
  void constant(const std::string& text) {
    const auto open = text.find('{'), close = text.rfind('}');
    FOVEA_CHECK(open != std::string::npos && close != std::string::npos,
                "expected 'const NAME TYPE {{VALUES}}'");
    const std::vector<std::string> words = split(text.substr(0, open), ' ');
    FOVEA_CHECK(words.size() == 3, "expected 'const NAME TYPE {{VALUES}}'");
    graph_.add_constant(words[1],
                        parse_constant(parse_type(words[2]), text.substr(open + 1, close - open - 1)));
  }
  void output(const std::string& text) {
    const auto parts = split(text, '=');
    FOVEA_CHECK(!parts.empty(), "expected 'output NAME = VALUE'");
    graph_.add_output(value(parts.back()), parts.front());
  }
  void node(const std::string& text) {
    const auto equals = text.find('='), open = text.find('('), close = text.find(')');
    FOVEA_CHECK(equals < open && open < close && close != std::string::npos,
                "expected 'NAME = Operator(INPUTS)'");
    const std::string op_name = trim(text.substr(equals + 1, open - equals - 1));
    const Operator* op = lookup_(op_name);
    FOVEA_CHECK(op, "unknown operator '{}'", op_name);
    std::vector<ValueId> inputs;
    for (const std::string& name : split(text.substr(open + 1, close - open - 1), ','))
      inputs.push_back(name == "_" ? kNoValue : value(name));
    AttributeText fields;
    for (const std::string& word : split(text.substr(close + 1), ' ')) {
      const auto at = word.find('=');
      FOVEA_CHECK(at != std::string::npos, "expected attribute=value, found '{}'", word);
      fields.emplace_back(word.substr(0, at), word.substr(at + 1));
    }
    const std::vector<std::string> names = split(text.substr(0, equals), ',');
    FOVEA_CHECK(!names.empty(), "a node without a name");
    const std::vector<ValueId> outputs =
        graph_.add_node(*op, op->attributes.with(fields), std::move(inputs), names[0]).outputs;
    for (std::size_t i = 1; i < names.size() && i < outputs.size(); ++i)
      graph_.rename(outputs[i], names[i]);
  }

  const std::function<const Operator*(std::string_view)>& lookup_;
  Graph graph_;
};

}  // namespace

std::string print(const Graph& graph) {
  std::string text;
  auto name = [&](ValueId id) { return id == kNoValue ? std::string("_") : graph.value(id).name; };
  for (ValueId id : graph.inputs())
    text += fmt::format("input {} {}\n", name(id), type_text(graph.type(id)));
  const std::vector<int> uses = graph.use_counts();
  for (std::size_t i = 0; i < graph.values().size(); ++i)
    if (const Value& value = graph.values()[i]; value.constant && uses[i] > 0)
      text +=
          fmt::format("const {} {} {}\n", value.name, type_text(value.type), constant_text(*value.constant));
  for (const Node& node : graph.nodes()) {
    std::vector<std::string> inputs, outputs, types;
    std::transform(node.inputs.begin(), node.inputs.end(), std::back_inserter(inputs), name);
    std::transform(node.outputs.begin(), node.outputs.end(), std::back_inserter(outputs), name);
    for (ValueId id : node.outputs)
      types.push_back(type_text(graph.type(id)));
    text += fmt::format("{} = {}({})", fmt::join(outputs, ", "), node.op->name, fmt::join(inputs, ", "));
    for (const auto& [field, value] : node.attributes.text())
      text += fmt::format(" {}={}", field, value);
    text += fmt::format("  # {}\n", fmt::join(types, ", "));
  }
  for (std::size_t i = 0; i < graph.outputs().size(); ++i)
    text += fmt::format("output {} = {}\n", graph.output_names()[i], name(graph.outputs()[i]));
  return text;
}

Graph parse(std::string_view text, const std::function<const Operator*(std::string_view)>& lookup) {
  Parser parser(lookup);
  std::istringstream stream{std::string(text)};
  int number = 0;
  for (std::string line; std::getline(stream, line);) {
    ++number;
    line = trim(line.substr(0, line.find('#')));
    if (line.empty())
      continue;
    try {
      parser.line(line);
    } catch (const Error& error) {
      throw InputError(fmt::format("line {}: {}", number, error.what()));
    }
  }
  return parser.take();
}

}  // namespace fovea::ir
