#include "explain/pass_session.hpp"

#include "base/check.hpp"
#include "explain/attention_view.hpp"
#include "explain/layer_view.hpp"
#include "explain/session_batches.hpp"

#include <algorithm>
#include <cstring>
#include <limits>
#include <vector>

namespace fovea {

std::vector<std::size_t> add_passes(std::vector<MethodPass>& all, const std::vector<MethodPass>& passes) {
  std::vector<std::size_t> places;
  for (const MethodPass& pass : passes) {
    const auto known = std::find(all.begin(), all.end(), pass);
    places.push_back(static_cast<std::size_t>(known - all.begin()));
    if (known == all.end())
      all.push_back(pass);
  }
  return places;
}

std::string layer_of(const MethodOptions& options) {
  return options.layer.empty() ? std::string(kLastSpatialLayer) : options.layer;
}

namespace {

bool is_backward(const MethodPass& pass) {
  return pass.to != MethodPass::To::AttentionValues;
}

bool is_of_attention(const MethodPass& pass) {
  return pass.to != MethodPass::To::Picture && pass.to != MethodPass::To::Layer;
}

/// What the pass is with respect to: ProgramOptions::wrt.
std::string wrt_of(const MethodPass& pass, const MethodOptions& options) {
  switch (pass.to) {
  case MethodPass::To::Layer:
    return pass.stride > 0 ? last_layer_of_stride(pass.stride) : layer_of(options);
  case MethodPass::To::Attention:
    return std::string(kAttention);
  case MethodPass::To::AttentionOfBlocks:
    return std::string(kAttentionOfBlocks);
  case MethodPass::To::Picture:
  case MethodPass::To::AttentionValues:
    break;
  }
  return {};
}

ProgramOptions program_options(const MethodContext& context, const std::vector<MethodPass>& passes) {
  ProgramOptions options = context.program;
  options.attention = std::any_of(passes.begin(), passes.end(), is_of_attention);
  std::vector<BackwardPass> backward;
  for (const MethodPass& pass : passes)
    if (is_backward(pass))
      backward.push_back({pass.rule, wrt_of(pass, context.options)});
  options.direction = backward.empty() ? Direction::Forward : Direction::ForwardAndBackward;
  if (backward.empty())
    return options;
  options.rule = backward.front().rule;
  options.wrt = backward.front().wrt;
  options.further_passes.assign(backward.begin() + 1, backward.end());
  return options;
}

/// The class with the highest score besides one.
std::size_t best_but(std::int64_t class_index, std::vector<double> scores) {
  scores[static_cast<std::size_t>(class_index)] = -std::numeric_limits<double>::infinity();
  return static_cast<std::size_t>(std::max_element(scores.begin(), scores.end()) - scores.begin());
}

}  // namespace

PassProgram compile_passes(const MethodContext& context, const std::vector<MethodPass>& passes) {
  if (passes.empty())
    return {compile_scores(context), {}};
  auto program = compile_for_pictures(context.model, program_options(context, passes));
  for (std::size_t k = 0; k < program->backward_passes(); ++k)
    if (const std::optional<std::size_t> output = program->wrt_output(k))
      check_grid(*program, program->outputs()[*output]);
  if (!program->attention().layers.empty())
    check_blocks(program->attention(), context.options);
  return {std::move(program), passes};
}

PassSession::PassSession(const PassProgram& program, std::shared_ptr<Session> session)
    : passes_(program.passes), session_(std::move(session)), layers_(program.passes.size()) {
  picture_size_ = session_->input().data<float>().size() / static_cast<std::size_t>(batch());
  std::size_t backward = 0;
  for (std::size_t k = 0; k < passes_.size(); ++k) {
    if (!is_backward(passes_[k]))
      continue;
    layers_[k].backward_pass = backward++;
    if (const std::optional<std::size_t> output = session_->program().wrt_output(*layers_[k].backward_pass)) {
      LayerValues& layer = layers_[k];
      layer.grid = grid_of(session_->program().outputs()[*output]);
      layer.values.resize(static_cast<std::size_t>(layer.grid.channels() * layer.grid.positions()));
      layer.gradient.resize(layer.values.size());
    }
  }
}

/// Whether the session's inputs are these pictures already; makes them so.
bool PassSession::holds(std::span<const std::span<const float>> pictures) {
  bool same = true;
  float* place = session_->input().data<float>().data();
  for (std::int64_t n = 0; n < batch(); ++n, place += picture_size_) {
    const std::span<const float> picture =
        pictures[std::min(static_cast<std::size_t>(n), pictures.size() - 1)];
    if (std::memcmp(place, picture.data(), picture.size_bytes()) == 0)
      continue;
    same = false;
    std::memcpy(place, picture.data(), picture.size_bytes());
  }
  return same;
}

void PassSession::set_regions(const std::vector<std::vector<float>>& regions) {
  for (std::int64_t n = 0; n < batch() && !regions.empty(); ++n)
    if (set_region(*session_, n, regions[std::min(static_cast<std::size_t>(n), regions.size() - 1)]))
      forward_run_ = backward_run_ = 0;
}

void PassSession::forward(std::span<const std::span<const float>> pictures) {
  FOVEA_ASSERT(!pictures.empty() && static_cast<std::int64_t>(pictures.size()) <= batch());
  const bool done =
      forward_run_ > 0 && (session_->runs() == forward_run_ || session_->runs() == backward_run_);
  if (holds(pictures) && done)
    return;
  forward_run_ = backward_run_ = 0;
  session_->forward();
  forward_run_ = session_->runs();
}

const ExplainedScore& PassSession::target_at(std::span<const ExplainedScore> targets, std::int64_t n) const {
  return targets[std::min(static_cast<std::size_t>(n), targets.size() - 1)];
}

void PassSession::seed(std::span<const ExplainedScore> targets) {
  const std::int64_t classes = session_->program().classes();
  const bool compete = classes > 1 && session_->program().options().targets.empty();
  for (std::size_t k = 0; k < passes_.size(); ++k) {
    if (!layers_[k].backward_pass)
      continue;
    auto seed = session_->seed(*layers_[k].backward_pass).data<float>();
    std::fill(seed.begin(), seed.end(), 0.0F);
    for (std::int64_t n = 0; n < batch(); ++n) {
      const ExplainedScore& target = target_at(targets, n);
      const auto row = seed.subspan(static_cast<std::size_t>(n * classes), static_cast<std::size_t>(classes));
      row[static_cast<std::size_t>(target.class_index)] = 1;
      if (target.against)
        row[static_cast<std::size_t>(*target.against)] -= 1;
      else if (passes_[k].seed == MethodPass::Seed::AgainstNext && compete)
        row[best_but(target.class_index, scores_of(*session_, n))] -= 1;
      if (passes_[k].seed == MethodPass::Seed::Score) {
        const std::vector<double> scores = scores_of(*session_, n);
        for (std::size_t c = 0; c < scores.size(); ++c)
          row[c] *= static_cast<float>(scores[c]);
      }
    }
  }
}

void PassSession::backward(std::span<const std::span<const float>> pictures,
                           std::span<const ExplainedScore> targets) {
  forward(pictures);
  if (session_->program().backward_passes() == 0)
    return;
  const bool done = backward_run_ > 0 && session_->runs() == backward_run_;
  if (done && std::equal(targets.begin(), targets.end(), targets_.begin(), targets_.end()))
    return;
  if (done) {  // the last backward passes used up what forward left
    forward_run_ = backward_run_ = 0;
    session_->forward();
    forward_run_ = session_->runs();
  }
  seed(targets);
  backward_run_ = 0;
  session_->backward();
  backward_run_ = session_->runs();
  targets_.assign(targets.begin(), targets.end());
}

std::vector<PassView> PassSession::views(const std::vector<std::size_t>& passes, std::int64_t n) {
  std::vector<PassView> views;
  for (const std::size_t k : passes) {
    LayerValues& layer = layers_[k];
    const std::size_t pass = layer.backward_pass.value();
    if (const std::optional<std::size_t> output = session_->program().wrt_output(pass)) {
      take_layer(layer.grid, session_->output(*output).data<float>(), n, layer.values);
      take_layer(layer.grid, session_->gradient(pass).data<float>(), n, layer.gradient);
      views.push_back({layer.values, layer.gradient, layer.grid.height(), layer.grid.width()});
      continue;
    }
    const Shape& shape = session_->input().shape();
    const auto part = [&](std::span<const float> all) {
      return all.subspan(static_cast<std::size_t>(n) * picture_size_, picture_size_);
    };
    views.push_back({part(session_->input().data<float>()), part(session_->gradient(pass).data<float>()),
                     shape[2], shape[3]});
  }
  return views;
}

AttentionView PassSession::attention(std::size_t pass, std::int64_t n) const {
  const Attention& attention = session_->program().attention();
  AttentionView view{&attention, {}};
  for (std::size_t l = 0; l < attention.layers.size(); ++l) {
    const AttentionLayer& layer = attention.layers[l];
    std::span<const float> gradients;
    if (const auto backward = layers_[pass].backward_pass)
      gradients = session_->attention_gradient(*backward, l).data<float>();
    view.layers.emplace_back(layer.layout, n, session_->output(layer.output).data<float>(), gradients);
  }
  return view;
}

Tensor PassSession::relevance(const Method& method, const std::vector<std::size_t>& passes, std::int64_t n,
                              const Shape& picture, const MethodOptions& options) {
  return method.read_attention ? method.read_attention(attention(passes.front(), n), options, picture)
                               : method.read(views(passes, n), picture);
}

}  // namespace fovea
