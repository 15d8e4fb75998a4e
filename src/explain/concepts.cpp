#include "fovea/concepts.hpp"

#include "base/check.hpp"
#include "explain/layer_view.hpp"
#include "explain/session_batches.hpp"
#include "fovea/classify.hpp"

#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <cstring>

namespace fovea {

struct ConceptExplainer::Compiled {
  Compiled(const Model& model, const ConceptOptions& options);

  Preprocessing preprocessing;
  std::shared_ptr<const Program> scores;  ///< relevance of the layer
  std::shared_ptr<const Program> below;   ///< relevance of the picture, of a relevance of the layer
  LayerInfo layer;
  std::vector<Note> notes;
};

struct ConceptExplainer::State {
  explicit State(std::shared_ptr<const Compiled> all)
      : compiled(std::move(all)), scores(compiled->scores), below(compiled->below) {}

  std::shared_ptr<const Compiled> compiled;
  Session scores, below;
};

namespace {

bool is_lrp(Rule rule) {
  const std::vector<std::string> names = concept_rule_names();
  return std::find(names.begin(), names.end(), name_of(rule)) != names.end();
}

/// The relevance [C,h,w] in the k-th backward pass's gradient.
Tensor taken(const LayerLayout& layout, const Tensor& layer) {
  Tensor values(DType::F32, {layout.channels(), layout.height(), layout.width()});
  take_layer(layout, layer.data<float>(), 0, values.data<float>());
  return values;
}

std::vector<ChannelRelevance> ranked(const Tensor& relevance) {
  const Shape& shape = relevance.shape();
  const auto plane = static_cast<std::size_t>(shape[1] * shape[2]);
  std::vector<ChannelRelevance> channels;
  for (std::int64_t c = 0; c < shape[0]; ++c) {
    const auto values = relevance.data<float>().subspan(static_cast<std::size_t>(c) * plane, plane);
    double sum = 0;
    for (const float value : values)
      sum += static_cast<double>(value);
    FOVEA_CHECK(std::isfinite(sum), "the relevance of channel {} is {}", c, sum);
    const std::int64_t place = std::max_element(values.begin(), values.end()) - values.begin();
    channels.push_back({c,
                        sum,
                        {{c, place / shape[2], place % shape[2]},
                         static_cast<double>(values[static_cast<std::size_t>(place)])}});
  }
  std::stable_sort(
      channels.begin(), channels.end(),
      [](const ChannelRelevance& a, const ChannelRelevance& b) { return a.relevance > b.relevance; });
  return channels;
}

}  // namespace

std::vector<std::string> concept_rule_names() {
  std::vector<std::string> names = rule_names();
  std::erase_if(names, [](const std::string& name) { return !name.starts_with("lrp"); });
  return names;
}

std::string concept_layer(const Model& model, const ProgramOptions& options) {
  ProgramOptions of_features = options;
  of_features.sum_over_region = true;
  return last_spatial_layer(model, of_features);
}

ConceptExplainer::Compiled::Compiled(const Model& model, const ConceptOptions& options)
    : preprocessing(options.preprocessing
                        ? *options.preprocessing
                        : model.preprocessing().value_or(preprocessing_preset("torchvision"))) {
  FOVEA_CHECK(is_lrp(options.rule),
              "the rule {} gives no relevance that sums to the score: expected one of {}",
              name_of(options.rule), fmt::join(concept_rule_names(), ", "));
  ProgramOptions program = options.program;
  program.batch = 1;
  program.direction = Direction::ForwardAndBackward;
  program.rule = options.rule;
  const ImageInput picture = model.image_input();
  if (picture.channels == 1 || picture.channels == 3 || picture.channels == 4)
    program.input_range = input_range(preprocessing, picture.channels);
  if ((picture.height == 0 && program.height == 0) || (picture.width == 0 && program.width == 0)) {
    const std::int64_t side = side_of_network(model);
    program.height = program.height > 0 ? program.height : side;
    program.width = program.width > 0 ? program.width : side;
  }
  ProgramOptions to_layer = program;
  to_layer.wrt = options.layer.empty() ? concept_layer(model, program) : options.layer;
  scores = compile_for_pictures(model, to_layer);
  FOVEA_CHECK(scores->options().batch == 1, "the network takes {} pictures at a time: concepts need one",
              scores->options().batch);
  const TensorInfo& value = scores->outputs()[scores->wrt_output().value()];
  layout_of(value);
  const InputSize size = input_size(*scores);
  layer = find_layer(layers(model, size.height, size.width), value.name);
  layer.layout = value.layout;
  program.layer = layer.name;
  program.outputs.clear();
  below = Program::compile(model, program);
  for (const Program* one : {scores.get(), below.get()})
    for (const Note& note : one->report().notes)
      if (std::find(notes.begin(), notes.end(), note) == notes.end())
        notes.push_back(note);
}

ConceptExplainer::ConceptExplainer(const Model& model, const ConceptOptions& options)
    : state_(std::make_unique<State>(std::make_shared<const Compiled>(model, options))) {}
ConceptExplainer::~ConceptExplainer() = default;
ConceptExplainer::ConceptExplainer(const ConceptExplainer& other)
    : state_(std::make_unique<State>(other.state_->compiled)) {}
ConceptExplainer::ConceptExplainer(ConceptExplainer&&) noexcept = default;
ConceptExplainer& ConceptExplainer::operator=(ConceptExplainer&&) noexcept = default;

const LayerInfo& ConceptExplainer::layer() const {
  return state_->compiled->layer;
}

std::int64_t ConceptExplainer::classes() const {
  return state_->compiled->scores->classes();
}

const std::vector<Note>& ConceptExplainer::notes() const {
  return state_->compiled->notes;
}

ChannelRelevances ConceptExplainer::relevances(const Image& photo, std::optional<std::int64_t> target_class) {
  FOVEA_CHECK(!target_class || (*target_class >= 0 && *target_class < classes()),
              "class {} is out of range: the network has {} classes", *target_class, classes());
  Session& session = state_->scores;
  const Preprocessing& preprocessing = state_->compiled->preprocessing;
  const InputSize size = input_size(session);
  const Framing framing = frame(photo, preprocessing, size, Crops::One);
  const Rect& rect = framing.crops.front().rect;
  const ClassScores scores = class_scores(session, framing, preprocessing);

  ChannelRelevances result;
  result.target = target_class ? scores.prediction(*target_class) : top_k(scores, 1).front();
  result.seen = resize(crop(framing.resized, rect), size.width, size.height);
  result.region = framing.in_photo(rect);
  result.input = session.input().clone().reshaped({size.channels, size.height, size.width});
  auto seed = session.seed().data<float>();
  std::fill(seed.begin(), seed.end(), 0.0F);
  seed[static_cast<std::size_t>(result.target.index)] = static_cast<float>(result.target.score);
  session.backward();
  result.relevance = taken(*layer().layout, session.gradient());
  result.channels = ranked(result.relevance);
  for (const ChannelRelevance& channel : result.channels)
    result.total += channel.relevance;
  return result;
}

std::vector<ChannelRelevance> ConceptExplainer::choose(const ChannelRelevances& of,
                                                       std::optional<std::int64_t> channel,
                                                       std::int64_t count) const {
  const auto channels = static_cast<std::int64_t>(of.channels.size());
  FOVEA_CHECK(!channel || (*channel >= 0 && *channel < channels),
              "channel {} is out of range: the layer '{}' has {} channels, 0 to {}", *channel, layer().name,
              channels, channels - 1);
  std::vector<ChannelRelevance> chosen;
  for (const ChannelRelevance& one : of.channels)
    if (channel ? one.channel == *channel
                : one.relevance > 0 && static_cast<std::int64_t>(chosen.size()) < count)
      chosen.push_back(one);
  FOVEA_CHECK(!chosen.empty(),
              "no channel of the layer '{}' speaks for class {}: the relevance of all is 0 or below; choose "
              "another layer or class",
              layer().name, of.target.index);
  return chosen;
}

Tensor ConceptExplainer::map(const ChannelRelevances& of, std::optional<std::int64_t> channel) {
  const LayerLayout& layout = *layer().layout;
  FOVEA_CHECK(!channel || (*channel >= 0 && *channel < layout.channels()),
              "channel {} is out of range: the layer '{}' has {} channels, 0 to {}", *channel, layer().name,
              layout.channels(), layout.channels() - 1);
  Session& session = state_->below;
  std::memcpy(session.input().raw(), of.input.raw(), of.input.bytes());
  session.forward();
  auto seed = session.seed().data<float>();
  std::fill(seed.begin(), seed.end(), 0.0F);
  const auto relevance = of.relevance.data<float>();
  const std::int64_t first = channel.value_or(0), last = channel ? *channel + 1 : layout.channels();
  for (std::int64_t c = first; c < last; ++c)
    for (std::int64_t p = 0; p < layout.positions(); ++p)
      seed[layout.at(0, c, p)] = relevance[static_cast<std::size_t>(c * layout.positions() + p)];
  session.backward();
  Tensor map = session.gradient().clone().reshaped(of.input.shape());
  for (const float value : map.data<float>())
    FOVEA_CHECK(std::isfinite(value), "the map holds a value that is not finite");
  return map;
}

}  // namespace fovea
