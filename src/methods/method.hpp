#pragma once

#include "fovea/methods.hpp"

#include <span>

/// What the files of the methods share. Each method is one file that ends in a `Method`; methods.cpp lists
/// them.
namespace fovea {

/// What a method is compiled from.
struct MethodContext {
  const Model& model;
  const Preprocessing& preprocessing;
  ProgramOptions program;  ///< precision, threads, size, backend; batch: of the scores
  const MethodOptions& options;
};

/// One thread's way to explain a network input [C,H,W].
using Attribute = std::function<Attribution(const Tensor& input, const ScoreTarget& target,
                                            const SampleProgress& progress)>;

/// The sessions that one MapSession works with.
class Sessions {
public:
  std::shared_ptr<Session> add(std::shared_ptr<const Program> program) {
    return all_.emplace_back(std::make_shared<Session>(std::move(program)));
  }
  void cancel_with(const std::stop_token& stop) {
    for (const auto& session : all_)
      session->cancel_with(stop);
  }

private:
  std::vector<std::shared_ptr<Session>> all_;
};

/// A compiled method: what all threads share.
struct CompiledMethod {
  /// Gives the scores. Its way back is the method's map where `start` is empty.
  std::shared_ptr<const Program> scores;
  std::vector<std::shared_ptr<const Program>> others;
  /// Makes what one thread needs, its sessions among the given ones.
  std::function<Attribute(Sessions&)> start;
  bool smooths = false;  ///< does what MethodOptions::smooth asks for by itself
};

struct Method {
  MethodInfo info;
  CompiledMethod (*compile)(const MethodContext& context);
};

// One function for each file of methods.
std::vector<Method> rule_methods();
std::vector<Method> smooth_grad_methods();
std::vector<Method> path_methods();
std::vector<Method> cam_methods();
std::vector<Method> relevance_methods();
std::vector<Method> occlusion_methods();
std::vector<Method> rise_methods();

/// The program that gives the scores and has no way back.
std::shared_ptr<const Program> compile_scores(const MethodContext& context);
/// A program with a way back, for batches of that many pictures.
std::shared_ptr<const Program> compile_gradient(const MethodContext& context, std::int64_t batch,
                                                Rule rule = Rule::Gradient, const std::string& source = {});

/// How many pictures to take at a time of so many: 5 to 10, such that the fewest places of the last batch
/// stay empty.
std::int64_t batch_for(std::int64_t samples);
/// MethodOptions::samples, or the method's own number.
std::int64_t samples_of(const MethodContext& context, std::string_view method);

/// Fills the seed for every picture of the batch: 1 at the class, -1 at the one that it is set against.
void seed_target(Session& session, const ScoreTarget& target);
/// InputError when a class of the target does not exist.
void check_target(const ScoreTarget& target, std::int64_t classes);
/// The value of the target: S_c, or S_c - S_against.
double value_of(std::span<const double> scores, const ScoreTarget& target);

/// The baseline of a network input [C,H,W].
Tensor baseline_of(const Tensor& input, Baseline baseline, const Preprocessing& preprocessing);

/// Looks at many pictures in batches of the session's program. `make(i, picture)` fills the i-th network
/// input; `use(i, n)` is called with its place n in the batch when the session holds its results. The way
/// back is run where the program has one.
void look_at_many(Session& session, std::int64_t count, const ScoreTarget& target,
                  const std::function<void(std::int64_t i, std::span<float> picture)>& make,
                  const std::function<void(std::int64_t i, std::int64_t n)>& use,
                  const SampleProgress& progress = {});

/// The gradient of the n-th picture of the session's batch.
std::span<const float> gradient_at(const Session& session, std::int64_t n);

}  // namespace fovea
