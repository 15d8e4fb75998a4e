#include "base/check.hpp"
#include "explain/explainer_impl.hpp"

#include <algorithm>
#include <iterator>
#include <set>

namespace fovea {
namespace {

/// The best guess where no class is named.
ExplainedScore score_target(const ClassScores& scores, const ExplainTarget& target) {
  return {target.target ? *target.target : top_k(scores, 1).front().index, target.against};
}

}  // namespace

Explainer::Explainer(const Model& model, const ExplainOptions& options)
    : compiled_(std::make_shared<Compiled>(model, options)) {}
Explainer::~Explainer() = default;
Explainer::Explainer(const Explainer& other) : compiled_(other.compiled_) {}
Explainer& Explainer::operator=(const Explainer& other) {
  return *this = Explainer(other);
}
Explainer::Explainer(Explainer&&) noexcept = default;
Explainer& Explainer::operator=(Explainer&&) noexcept = default;

Explainer::Worker& Explainer::worker() {
  if (!worker_) {
    worker_ = std::make_unique<Worker>(compiled_);
    worker_->cancel_with(stop_);
  }
  return *worker_;
}

std::vector<FramedPhoto> Explainer::frame(std::vector<Image> photos) {
  const std::size_t group = worker().group();
  std::vector<FramedPhoto> framed;
  for (std::size_t first = 0; first < photos.size(); first += group) {
    std::vector<std::shared_ptr<FramedPhoto::State>> states;
    for (std::size_t i = first; i < std::min(photos.size(), first + group); ++i)
      states.push_back(frame_only(std::move(photos[i])));
    worker().score(states);
    for (auto& state : states)
      framed.push_back(FramedPhoto(std::move(state)));
  }
  return framed;
}

FramedPhoto Explainer::frame(Image photo) {
  std::shared_ptr<FramedPhoto::State> state = frame_only(std::move(photo));
  worker().score({&state, 1});
  return FramedPhoto(std::move(state));
}

std::shared_ptr<FramedPhoto::State> Explainer::frame_only(Image photo) const {
  auto state = std::make_shared<FramedPhoto::State>();
  const InputSize& size = compiled_->size;
  state->crops = compiled_->crops;
  state->preprocessing = compiled_->preprocessing;
  state->framing = fovea::frame(photo, state->preprocessing, size, state->crops);
  state->photo = std::move(photo);
  state->inputs = Tensor(
      DType::F32, {static_cast<std::int64_t>(state->crop_count()), size.channels, size.height, size.width});
  float* input = state->inputs.data<float>().data();
  for (std::size_t c = 0; c < state->crop_count(); ++c, input += size.channels * size.height * size.width)
    write_crop(state->framing, c, state->preprocessing, input);
  return state;
}

Explanation Explainer::operator()(Image photo, const ExplainTarget& target) {
  return (*this)(frame(std::move(photo)), target);
}

void Explainer::check_method(std::size_t method) const {
  FOVEA_CHECK(method < compiled_->methods.size(), "the explainer has {} methods, and no number {}",
              compiled_->methods.size(), method);
}

Explanation Explainer::operator()(const FramedPhoto& photo, const ExplainTarget& target, std::size_t method) {
  check_method(method);
  const FramedPhoto::State* state = photo.state_.get();
  const ExplainedScore wanted = score_target(state->scores, target);
  return std::move(worker().explain({&state, 1}, {&wanted, 1}, {method}, progress_).front().front());
}

std::vector<Explanation> Explainer::all(const FramedPhoto& photo, const ExplainTarget& target) {
  check_method(0);
  const FramedPhoto::State* state = photo.state_.get();
  const ExplainedScore wanted = score_target(state->scores, target);
  std::vector<std::size_t> methods;
  for (std::size_t m = 0; m < compiled_->methods.size(); ++m)
    methods.push_back(m);
  std::vector<Explanation> result;
  for (auto& of_method : worker().explain({&state, 1}, {&wanted, 1}, methods, progress_))
    result.push_back(std::move(of_method.front()));
  return result;
}

std::vector<Explanation> Explainer::operator()(std::vector<Image> photos, const ExplainTarget& target) {
  check_method(0);
  const std::size_t group = worker().group();
  std::vector<Explanation> result;
  for (std::size_t first = 0; first < photos.size(); first += group) {
    const auto begin = photos.begin() + static_cast<std::ptrdiff_t>(first);
    const auto count = static_cast<std::ptrdiff_t>(std::min(group, photos.size() - first));
    const std::vector<FramedPhoto> framed =
        frame(std::vector<Image>(std::make_move_iterator(begin), std::make_move_iterator(begin + count)));
    std::vector<const FramedPhoto::State*> states;
    std::vector<ExplainedScore> targets;
    for (const FramedPhoto& photo : framed) {
      states.push_back(photo.state_.get());
      targets.push_back(score_target(photo.scores(), target));
    }
    auto by_method = worker().explain(states, targets, {0}, progress_);
    std::move(by_method.front().begin(), by_method.front().end(), std::back_inserter(result));
  }
  return result;
}

Attribution Explainer::attribute(const Tensor& input, const ExplainedScore& target, std::size_t method) {
  check_method(method);
  return worker().attribute(input, target, method, progress_);
}

Session& Explainer::session() {
  return worker().session();
}

bool Explainer::is_plain_gradient(std::size_t method) const {
  check_method(method);
  const ReadyMethod& ready = compiled_->methods[method];
  return ready.passes == std::vector<std::size_t>{0} && ready.method->read == take_gradient &&
         ready.method->passes.front().seed == MethodPass::Seed::One;
}

const std::vector<MethodInfo>& Explainer::method_infos() const {
  return compiled_->infos;
}
const MethodOptions& Explainer::method_options() const {
  return compiled_->options;
}
const Program& Explainer::program() const {
  return *compiled_->passes.program;
}
const Labels& Explainer::labels() const {
  return compiled_->labels;
}
const Preprocessing& Explainer::preprocessing() const {
  return compiled_->preprocessing;
}
Crops Explainer::crops() const {
  return compiled_->crops;
}

std::vector<Note> Explainer::notes() const {
  std::vector<Note> notes;
  const auto take = [&](const Program& program) {
    for (const Note& note : program.report().notes)
      if (std::find(notes.begin(), notes.end(), note) == notes.end())
        notes.push_back(note);
  };
  take(program());
  for (const ReadyMethod& method : compiled_->methods)
    for (const auto& one : method.sampling.programs)
      take(*one);
  return notes;
}

void Explainer::report_progress(SampleProgress progress) {
  progress_ = std::move(progress);
}

void Explainer::cancel_with(std::stop_token stop) {
  stop_ = std::move(stop);
  if (worker_)
    worker_->cancel_with(stop_);
}

}  // namespace fovea
