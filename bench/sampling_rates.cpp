// How much of the engine's rate the sampling methods keep:
//
//     sampling_rates MODEL.onnx [--threads N] [--rounds N]
//
// For each method, samples a second beside the bare passes that the engine runs at the same batch: forward
// and backward for SmoothGrad, integrated gradients and class models, forward alone for RISE and occlusion.
// The two are timed in turns; the last column is the median of their ratio, of which 100 % would mean that
// making the pictures and summing the results cost nothing.
#include "rounds.hpp"

#include "explain/method.hpp"
#include "fovea/explain.hpp"
#include "fovea/features.hpp"

#include <fmt/format.h>

#include <cmath>
#include <cstdlib>
#include <memory>
#include <string>

namespace {

using namespace fovea;

struct Settings {
  std::string model;
  int threads = 0, rounds = 5;
};

/// A network input of waves, in no way special to a network.
void fill_with_waves(std::span<float> values) {
  for (std::size_t i = 0; i < values.size(); ++i)
    values[i] = std::sin(0.1F * static_cast<float>(i % 4096));
}

/// Runs the bare passes of a program for so many samples.
class BarePasses {
public:
  explicit BarePasses(const std::shared_ptr<const Program>& program) : session_(program) {
    fill_with_waves(session_.input().data<float>());
  }
  std::int64_t batch() const { return session_.program().options().batch; }
  void run(std::int64_t batches) {
    for (std::int64_t i = 0; i < batches; ++i) {
      session_.forward();
      if (session_.program().backward_passes() == 0)
        continue;
      session_.seed_classes(std::vector<std::int64_t>(static_cast<std::size_t>(batch()), 0));
      session_.backward();
    }
  }

private:
  Session session_;
};

void print_row(const std::string& name, std::int64_t samples, std::int64_t batch, const bench::Pair& times,
               std::int64_t bare_samples) {
  const double method = static_cast<double>(samples) / bench::median(times.first);
  const double bare = static_cast<double>(bare_samples) / bench::median(times.second);
  const double share = static_cast<double>(samples) / static_cast<double>(bare_samples) / times.ratio();
  fmt::print("{:<22}{:>8}{:>7}{:>14.1f}{:>14.1f}{:>9.0f} %\n", name, samples, batch, method, bare,
             100 * share);
}

void compare_method(const Model& model, const Settings& settings, const std::string& name,
                    std::int64_t samples) {
  ExplainOptions options;
  options.method = name;
  options.method_options.samples = samples;
  options.program.threads = settings.threads;
  Explainer explain(model, options);
  std::int64_t total = samples;
  explain.report_progress([&](std::int64_t, std::int64_t count) { total = count; });
  const InputSize size{explain.program().inputs().front().shape[1],
                       explain.program().inputs().front().shape[2],
                       explain.program().inputs().front().shape[3]};
  Tensor input(DType::F32, {size.channels, size.height, size.width});
  fill_with_waves(input.data<float>());
  explain.attribute(input, {0, {}});  // also says how many samples there are

  ProgramOptions bare = options.program;
  bare.batch = name == "occlusion" ? 10 : batch_for(name == "integrated-gradients" ? total + 2 : total);
  bare.direction = name == "rise" || name == "occlusion" ? Direction::Forward : Direction::ForwardAndBackward;
  BarePasses passes(compile_for_pictures(model, bare));
  const std::int64_t batches = std::max<std::int64_t>(total / passes.batch(), 1);
  const bench::Pair times(
      [&] {
        explain.attribute(input, {0, {}});
      },
      [&] { passes.run(batches); }, settings.rounds);
  print_row(name, total, passes.batch(), times, batches * passes.batch());
}

void compare_class_models(const Model& model, const Settings& settings, ClassModelOptions::Method method,
                          const std::string& name, int pictures) {
  ProgramOptions options;
  options.threads = settings.threads;
  options.batch = pictures;
  const auto program = compile_for_pictures(model, options);
  Session session(program);
  BarePasses passes(program);
  ClassModelOptions ascent;
  ascent.method = method;
  DiversityOptions diversity;
  diversity.pictures = pictures;
  diversity.strength = 0;
  const bench::Pair times(
      [&] {
        if (pictures == 1)
          class_model(session, {}, ascent);
        else
          class_models(session, {}, ascent, diversity);
      },
      [&] { passes.run(ascent.steps); }, settings.rounds);
  print_row(name, ascent.steps * pictures, pictures, times, ascent.steps * pictures);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    fmt::print(stderr, "usage: sampling_rates MODEL.onnx [--threads N] [--rounds N]\n");
    return 2;
  }
  Settings settings{argv[1]};
  for (int i = 2; i + 1 < argc; i += 2)
    (std::string(argv[i]) == "--threads" ? settings.threads : settings.rounds) = std::atoi(argv[i + 1]);
  try {
    const Model model = Model::load(settings.model);
    fmt::print("{:<22}{:>8}{:>7}{:>14}{:>14}{:>11}\n", "method", "samples", "batch", "samples/s", "engine/s",
               "share");
    compare_method(model, settings, "smoothgrad", 50);
    compare_method(model, settings, "integrated-gradients", 50);
    compare_method(model, settings, "rise", 500);
    compare_method(model, settings, "occlusion", 0);
    using Ascent = ClassModelOptions::Method;
    compare_class_models(model, settings, Ascent::Regularized, "class model", 1);
    compare_class_models(model, settings, Ascent::Regularized, "8 class models", 8);
    compare_class_models(model, settings, Ascent::Fourier, "class model, Fourier", 1);
  } catch (const std::exception& error) {
    fmt::print(stderr, "{}\n", error.what());
    return 1;
  }
}
