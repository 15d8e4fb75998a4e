#pragma once

#include "fovea/program.hpp"

#include <nlohmann/json.hpp>

#include <functional>
#include <memory>
#include <string>
#include <vector>

/// Measurement of a model's speed and memory.
namespace fovea {

/// The times of several runs, in seconds.
class RunTimes {
public:
  void add(double seconds) { seconds_.push_back(seconds); }
  std::size_t count() const { return seconds_.size(); }
  /// `part` is 0..1. InputError where there are none.
  double quantile(double part) const;
  double median() const { return quantile(0.5); }
  double sum() const;

private:
  std::vector<double> seconds_;
};

struct Benchmark {
  std::shared_ptr<const Program> program;
  double load_seconds = 0, compile_seconds = 0;
  double first_seconds = 0;  ///< from the start of loading to the end of the first run
  RunTimes forward, backward,
      both;  ///< of the measured iterations; backward is 0 for programs without a backward pass
  std::vector<StepProfile> profile;  ///< of these iterations
  std::size_t peak_bytes = 0;        ///< the peak memory of the process so far; 0: unknown

  bool has_backward() const;
  std::int64_t multiply_adds() const;  ///< of one iteration, forward and backward
  double images_per_second() const;
  double gflops_per_second() const;
  /// The fraction of the measured time within steps; the rest is the session's overhead.
  double step_share() const;
  /// The fraction of the steps' fastest times that convolutions and matrix products take.
  double product_share() const;
};

struct BenchmarkRuns {
  int iterations = 20;  ///< measured iterations, at least 1
  int warm_up = 3;      ///< iterations before these, at least 1
};

/// Loads and compiles a model and runs it on noise, its backward pass from class 0. Errors as for Model::load
/// and Program::compile.
Benchmark run_benchmark(const std::string& path, const LoadOptions& load,
                        const std::function<ProgramOptions(const Model&)>& options,
                        const BenchmarkRuns& runs);

/// The results as JSON. `model` is the displayed name. Times are in milliseconds; the tables of
/// `profile_json` are optional.
nlohmann::ordered_json benchmark_json(const Benchmark& benchmark, const std::string& model,
                                      bool with_profile);
/// The results as lines of text. Names from files are made safe for a terminal.
std::string benchmark_text(const Benchmark& benchmark, const std::string& model, bool with_profile);

}  // namespace fovea
