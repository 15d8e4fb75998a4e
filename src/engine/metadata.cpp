#include "engine/metadata.hpp"

#include "base/check.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <sstream>

namespace fovea {
namespace {

const std::string* find(const Metadata& metadata, std::string_view key) {
  const auto at =
      std::find_if(metadata.begin(), metadata.end(), [&](const auto& entry) { return entry.first == key; });
  return at == metadata.end() ? nullptr : &at->second;
}

std::vector<double> numbers(const std::string& text, std::string_view key) {
  std::vector<double> values;
  std::string spaced = text;
  std::replace(spaced.begin(), spaced.end(), ',', ' ');
  if (const auto first = spaced.find_first_not_of(" \t\r\n"), last = spaced.find_last_not_of(" \t\r\n");
      first != std::string::npos && spaced[first] == '[' && spaced[last] == ']')
    spaced[first] = spaced[last] = ' ';
  std::istringstream stream(spaced);
  for (std::string word; stream >> word;) {
    char* end = nullptr;
    const double value = std::strtod(word.c_str(), &end);
    FOVEA_CHECK(*end == '\0' && std::isfinite(value), "metadata '{}': '{}' is not a number", key, word);
    values.push_back(value);
  }
  return values;
}

/// One number for every channel, or one for all.
void read_channels(const Metadata& metadata, std::string_view key, std::array<double, 4>& out) {
  const std::string* text = find(metadata, key);
  if (!text)
    return;
  const std::vector<double> values = numbers(*text, key);
  FOVEA_CHECK(values.size() == 1 || values.size() == 3 || values.size() == 4,
              "metadata '{}': expected 1, 3 or 4 numbers, found '{}'", key, *text);
  for (std::size_t c = 0; c < out.size(); ++c)
    if (values.size() == 1 || c < values.size())
      out[c] = values[values.size() == 1 ? 0 : c];
}

/// The factor on pixels 0..255 for which a mean and a deviation are meant: none (1) if they are those of such
/// pixels, 1/255 if they are those of pixels 0..1. A deviation of 1 fits both.
double read_scale(const Preprocessing& preprocessing) {
  const auto any = [](const std::array<double, 4>& values, auto holds) {
    return std::any_of(values.begin(), values.end(), holds);
  };
  const auto above_one = [](double value) { return value > 1; };
  const auto fraction = [](double value) { return value > 0 && value < 1; };
  const bool is_wide = any(preprocessing.mean, above_one) || any(preprocessing.std, above_one);
  FOVEA_CHECK(!is_wide || (!any(preprocessing.mean, fraction) && !any(preprocessing.std, fraction)),
              "metadata 'mean' and 'std': one is of pixels 0..1, the other of pixels 0..255");
  return is_wide ? 1.0 : Preprocessing().scale;
}

Preprocessing read_preprocessing(const Metadata& metadata) {
  Preprocessing preprocessing;
  read_channels(metadata, "mean", preprocessing.mean);
  read_channels(metadata, "std", preprocessing.std);
  for (double deviation : preprocessing.std)
    FOVEA_CHECK(deviation > 0, "metadata 'std': {} is not positive", deviation);
  preprocessing.scale = read_scale(preprocessing);
  if (const std::string* text = find(metadata, "resize_short_side")) {
    const std::vector<double> values = numbers(*text, "resize_short_side");
    FOVEA_CHECK(values.size() == 1 && values[0] >= 1 && values[0] <= 65536,
                "metadata 'resize_short_side': '{}' is not a size in pixels", *text);
    preprocessing.resize_short_side = static_cast<std::int64_t>(values[0]);
  }
  if (const std::string* text = find(metadata, "channel_order")) {
    FOVEA_CHECK(*text == "RGB" || *text == "BGR", "metadata 'channel_order': expected RGB or BGR, found '{}'",
                *text);
    preprocessing.channel_order = *text == "RGB" ? ChannelOrder::RGB : ChannelOrder::BGR;
  }
  return preprocessing;
}

bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/// The strings of a list as JSON and Python write it: ["tench", "great white shark"]. None where the text is
/// no such list; nothing but a backslash before a quote or a backslash is an escape. `is_numbered`: in the
/// form {0: 'person', 1: 'bicycle'}, with all numbers from 0 in order.
std::optional<std::vector<std::string>> read_list(std::string_view text, bool is_numbered = false) {
  std::vector<std::string> words;
  std::size_t at = 0;
  const auto skip_spaces = [&] {
    while (at < text.size() && is_space(text[at]))
      ++at;
  };
  const auto take = [&](char wanted) {
    skip_spaces();
    const bool there = at < text.size() && text[at] == wanted;
    at += there ? 1 : 0;
    return there;
  };
  const auto take_number = [&](std::size_t wanted) {
    const std::string digits = std::to_string(wanted);
    skip_spaces();
    const bool there = text.substr(at, digits.size()) == digits;
    at += there ? digits.size() : 0;
    return there && take(':');
  };
  if (!take(is_numbered ? '{' : '['))
    return std::nullopt;
  do {
    if (is_numbered && !take_number(words.size()))
      return std::nullopt;
    skip_spaces();
    if (at >= text.size() || (text[at] != '"' && text[at] != '\''))
      return std::nullopt;
    const char quote = text[at++];
    std::string word;
    for (; at < text.size() && text[at] != quote; ++at) {
      if (text[at] == '\\' && at + 1 < text.size() && (text[at + 1] == quote || text[at + 1] == '\\'))
        ++at;
      word += text[at];
    }
    if (at++ >= text.size())
      return std::nullopt;
    words.push_back(std::move(word));
  } while (take(','));
  const bool closed = take(is_numbered ? '}' : ']');
  skip_spaces();
  return closed && at == text.size() ? std::optional(words) : std::nullopt;
}

Labels read_labels(const std::string& text) {
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  const bool structured = first != std::string::npos && (text[first] == '[' || text[first] == '{');
  if (!structured)
    return Labels::parse(text, "metadata 'labels'");
  const std::optional<std::vector<std::string>> words = read_list(text);
  FOVEA_CHECK(words, "metadata 'labels': expected one label a line, or a list of strings");
  std::vector<Label> labels;
  for (const std::string& word : *words)
    labels.push_back({{}, word});
  return Labels(std::move(labels));
}

/// The label with ImageNet's WordNet id, where one class there has the same name.
Label with_wordnet_id(Label label) {
  if (!label.wordnet_id.empty())
    return label;
  const Labels& imagenet = Labels::imagenet();
  std::int64_t same = 0;
  std::string id;
  for (std::int64_t k = 0; k < imagenet.size(); ++k)
    if (imagenet[k].name == label.name) {
      ++same;
      id = imagenet[k].wordnet_id;
    }
  if (same == 1)
    label.wordnet_id = id;
  return label;
}

}  // namespace

Labels labels_from_metadata(const Metadata& metadata, std::vector<std::string>& warnings) {
  const std::string* text = find(metadata, "labels");
  if (const std::string* names = find(metadata, "names"); names && !text) {
    std::vector<Label> labels;
    for (std::string& name : read_list(*names, true).value_or(std::vector<std::string>()))
      labels.push_back({{}, std::move(name)});
    return Labels(std::move(labels));
  }
  if (!text)
    return {};
  try {
    const Labels parsed = read_labels(*text);
    std::vector<Label> labels;
    for (std::int64_t i = 0; i < parsed.size(); ++i)
      labels.push_back(with_wordnet_id(parsed[i]));
    return Labels(std::move(labels), parsed.warnings());
  } catch (const InputError& error) {
    warnings.emplace_back(error.what());
    return {};
  }
}

std::optional<Preprocessing> preprocessing_from_metadata(const Metadata& metadata,
                                                         std::vector<std::string>& warnings) {
  constexpr std::array<std::string_view, 4> keys = {"mean", "std", "resize_short_side", "channel_order"};
  if (std::none_of(keys.begin(), keys.end(),
                   [&](std::string_view key) { return find(metadata, key) != nullptr; }))
    return std::nullopt;
  try {
    return read_preprocessing(metadata);
  } catch (const InputError& error) {
    warnings.emplace_back(error.what());
    return std::nullopt;
  }
}

}  // namespace fovea
