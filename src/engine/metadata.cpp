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

std::vector<double> numbers(const std::string& text, std::string_view key, const std::string& path) {
  std::vector<double> values;
  std::string spaced = text;
  std::replace(spaced.begin(), spaced.end(), ',', ' ');
  std::istringstream stream(spaced);
  for (std::string word; stream >> word;) {
    char* end = nullptr;
    const double value = std::strtod(word.c_str(), &end);
    if (*end != '\0' || !std::isfinite(value))
      throw ModelError(fmt::format("metadata '{}': '{}' is not a number", key, word), {path, {}, {}});
    values.push_back(value);
  }
  return values;
}

/// One number for every channel, or one for all.
void read_channels(const Metadata& metadata, std::string_view key, const std::string& path,
                   std::array<double, 4>& out) {
  const std::string* text = find(metadata, key);
  if (!text)
    return;
  const std::vector<double> values = numbers(*text, key, path);
  if (values.empty() || values.size() > out.size())
    throw ModelError(fmt::format("metadata '{}': expected 1 to 4 numbers, found '{}'", key, *text),
                     {path, {}, {}});
  for (std::size_t c = 0; c < out.size(); ++c)
    if (values.size() == 1 || c < values.size())
      out[c] = values[values.size() == 1 ? 0 : c];
}

}  // namespace

Labels labels_from_metadata(const Metadata& metadata, const std::string& path) {
  const std::string* text = find(metadata, "labels");
  if (!text)
    return {};
  const Labels parsed = Labels::parse(*text, path + ": metadata 'labels'");
  const Labels& imagenet = Labels::imagenet();
  std::vector<Label> labels;
  for (std::int64_t i = 0; i < parsed.size(); ++i) {
    Label label = parsed[i];
    std::int64_t same = 0;
    std::string id;
    for (std::int64_t k = 0; k < imagenet.size() && label.wordnet_id.empty(); ++k)
      if (imagenet[k].name == label.name) {
        ++same;
        id = imagenet[k].wordnet_id;
      }
    if (same == 1)
      label.wordnet_id = id;
    labels.push_back(std::move(label));
  }
  return Labels(std::move(labels), parsed.warnings());
}

std::optional<Preprocessing> preprocessing_from_metadata(const Metadata& metadata, const std::string& path) {
  constexpr std::array<std::string_view, 4> keys = {"mean", "std", "resize_short_side", "channel_order"};
  if (std::none_of(keys.begin(), keys.end(),
                   [&](std::string_view key) { return find(metadata, key) != nullptr; }))
    return std::nullopt;
  Preprocessing preprocessing;
  read_channels(metadata, "mean", path, preprocessing.mean);
  read_channels(metadata, "std", path, preprocessing.std);
  for (double deviation : preprocessing.std)
    if (deviation <= 0)
      throw ModelError(fmt::format("metadata 'std': {} is not positive", deviation), {path, {}, {}});
  if (const std::string* text = find(metadata, "resize_short_side")) {
    const std::vector<double> values = numbers(*text, "resize_short_side", path);
    if (values.size() != 1 || values[0] < 1 || values[0] > 65536)
      throw ModelError(fmt::format("metadata 'resize_short_side': '{}' is no size in pixels", *text),
                       {path, {}, {}});
    preprocessing.resize_short_side = static_cast<std::int64_t>(values[0]);
  }
  if (const std::string* text = find(metadata, "channel_order")) {
    if (*text != "RGB" && *text != "BGR")
      throw ModelError(fmt::format("metadata 'channel_order': expected RGB or BGR, found '{}'", *text),
                       {path, {}, {}});
    preprocessing.channel_order = *text == "RGB" ? ChannelOrder::RGB : ChannelOrder::BGR;
  }
  return preprocessing;
}

}  // namespace fovea
