#pragma once

#include "fovea/program.hpp"

#include <nlohmann/json.hpp>

#include <functional>
#include <memory>
#include <string>
#include <vector>

/// How fast a model runs, and how much memory it takes.
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
  double first_seconds = 0;          ///< from the begin of loading to the end of the first run
  RunTimes forward, backward, both;  ///< of the measured iterations; backward is 0 where there is none
  std::vector<StepProfile> profile;  ///< of these iterations
  std::size_t peak_bytes = 0;        ///< the most memory that the process has held so far; 0: not known

  bool has_backward() const;
  std::int64_t multiply_adds() const;  ///< of one iteration, forward and backward
  double images_per_second() const;
  double gflops_per_second() const;
  /// The part of the measured time that passes within steps; the rest is the session's own.
  double step_share() const;
  /// The part of the steps' fastest times that convolutions and matrix products take.
  double product_share() const;
};

struct BenchmarkRuns {
  int iterations = 20;  ///< that are measured, at least 1
  int warm_up = 3;      ///< before these, at least 1
};

/// Loads and compiles a model and runs it on noise, its backward pass from class 0. Errors as Model::load and
/// Program::compile have them.
Benchmark run_benchmark(const std::string& path, const LoadOptions& load,
                        const std::function<ProgramOptions(const Model&)>& options,
                        const BenchmarkRuns& runs);

/// `model` is its name for the reader. Times in milliseconds; with the tables of `profile_json` on request.
nlohmann::ordered_json benchmark_json(const Benchmark& benchmark, const std::string& model,
                                      bool with_profile);
/// The same as lines of text. Names from files are made safe for a terminal.
std::string benchmark_text(const Benchmark& benchmark, const std::string& model, bool with_profile);

}  // namespace fovea
