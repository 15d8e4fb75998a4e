// Fuzzes networks: loads an ONNX file, compiles it forward and backward for both backends and, where that is
// little work, runs it. Any exception but fovea::Error ends the process.
#include "fovea/error.hpp"
#include "fovea/export.hpp"
#include "fovea/model.hpp"
#include "fovea/program.hpp"
#include "fuzz/input_file.hpp"

#include <numeric>

namespace {

using namespace fovea;

/// Programs beyond these limits are compiled, but not run.
constexpr std::int64_t kMostMultiplyAdds = 1'000'000;
constexpr std::size_t kMostBytes = std::size_t{4} << 20;
/// The memory limit of loading and compiling: LoadOptions::max_memory.
constexpr std::int64_t kMostMemory = std::int64_t{32} << 20;

/// The operation on a model, chosen by its producer's name: a text without a meaning, so that mutations can
/// change it.
struct Choice {
  explicit Choice(const std::string& producer)
      : number(std::accumulate(producer.begin(), producer.end(), 0U,
                               [](unsigned sum, char c) { return sum + static_cast<unsigned char>(c); })) {}
  unsigned take(unsigned count) {
    const unsigned taken = number % count;
    number /= count;
    return taken;
  }
  unsigned number;
};

void fill(Tensor& tensor) {
  const auto elements = static_cast<std::size_t>(tensor.elements());
  switch (tensor.dtype()) {
  case DType::F32:
    for (std::size_t i = 0; i < elements; ++i)
      tensor.data<float>()[i] = static_cast<float>(i % 7) * 0.5F - 1;
    break;
  case DType::F64:
    for (std::size_t i = 0; i < elements; ++i)
      tensor.data<double>()[i] = static_cast<double>(i % 7) * 0.5 - 1;
    break;
  case DType::I32:
    for (std::size_t i = 0; i < elements; ++i)
      tensor.data<std::int32_t>()[i] = static_cast<std::int32_t>(i % 3);
    break;
  case DType::I64:
    for (std::size_t i = 0; i < elements; ++i)
      tensor.data<std::int64_t>()[i] = static_cast<std::int64_t>(i % 3);
    break;
  case DType::Bool:
    for (std::size_t i = 0; i < elements; ++i)
      tensor.data<bool>()[i] = i % 2 == 0;
    break;
  }
}

void run(const Model& model, const ProgramOptions& options) {
  const auto program = Program::compile(model, options);
  const ProgramReport& report = program->report();
  if (report.multiply_adds > kMostMultiplyAdds || report.arena_bytes > kMostBytes ||
      report.weight_bytes > kMostBytes)
    return;
  Session session(program);
  for (std::size_t i = 0; i < program->inputs().size(); ++i)
    fill(session.input(i));
  session.forward();
  if (options.direction == Direction::Forward || program->classes() < 1)
    return;
  if (options.head == ProgramOptions::Head::Classes && !program->further_scores()) {
    const Tensor scores = session.output().cast(DType::F64);
    (void)program->head().probabilities(
        scores.data<double>().first(static_cast<std::size_t>(program->classes())));
  }
  session.seed_classes(std::vector<std::int64_t>(static_cast<std::size_t>(options.batch), 0));
  session.backward();
  (void)session.gradient();
}

/// Both backends report the same error only if it is the model's.
void run_everywhere(const Model& model, ProgramOptions options) {
  for (const BackendKind backend : {BackendKind::OneDnn, BackendKind::Reference}) {
    options.backend = backend;
    try {
      run(model, options);
    } catch (const Error&) {
    }
  }
}

/// As `fovea gradient` and the methods do.
void explain(const Model& model, Choice choice) {
  constexpr Rule rules[] = {Rule::Gradient,
                            Rule::Deconvnet,
                            Rule::Guided,
                            Rule::LrpEpsilon,
                            Rule::LrpComposite,
                            Rule::LrpAlphaBeta,
                            Rule::Excitation,
                            Rule::LrpGamma,
                            Rule::LrpEpsilonGammaBox,
                            Rule::LrpEpsilonPlusFlat,
                            Rule::LrpEpsilonPlusWSquare,
                            Rule::LrpEpsilonAlpha2Beta1,
                            Rule::LrpEpsilonAlpha2Beta1Flat};
  ProgramOptions options{.batch = 1 + choice.take(2), .height = 8, .width = 8, .threads = 1};
  const ImageInput picture = model.image_input();
  options.height = picture.height > 0 ? picture.height : 8;
  options.width = picture.width > 0 ? picture.width : 8;
  options.rule = rules[choice.take(std::size(rules))];
  options.input_range = {{-2}, {3}};
  options.head = choice.take(2) == 0 ? ProgramOptions::Head::Classes : ProgramOptions::Head::Scores;
  run_everywhere(model, options);
  switch (choice.take(4)) {
  case 0:
    (void)layers(model, options.height, options.width);
    break;
  case 1:
    (void)layers_with_weights(model, options);
    break;
  case 2:
    (void)last_spatial_layer(model, options);
    break;
  default:
    ExplanationOptions written;
    written.height = options.height;
    written.width = options.width;
    written.rule = options.rule;
    (void)export_explanation(model, written);
  }
}

/// As `fovea forward` does, with small extents where the file leaves them open.
void compute(const Model& model) {
  ProgramOptions options{.direction = Direction::Forward, .threads = 1};
  options.input_layout = ProgramOptions::InputLayout::AsInFile;
  options.head = ProgramOptions::Head::AsInFile;
  for (const ModelPort& port : model.inputs()) {
    std::vector<std::int64_t> dims = port.dims;
    for (std::int64_t& extent : dims)
      extent = extent < 0 ? 3 : extent;
    options.input_shapes.push_back({port.name, Shape(dims)});
  }
  run_everywhere(model, options);
}

void use(const std::string& path) {
  LoadOptions limits;
  limits.max_memory = kMostMemory;
  const Model model = Model::load(path, limits);
  try {
    explain(model, Choice(model.producer()));
  } catch (const Error&) {
    compute(model);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const fuzz::InputFile file("model.onnx");
  static const bool has_weights =
      (test::store(file.folder().file("weights.bin"), std::string(256, '?')), true);
  (void)has_weights;
  try {
    use(file.hold(fuzz::text_of(data, size)));
  } catch (const Error&) {
  }
  return 0;
}
