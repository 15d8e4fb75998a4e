#include "base/check.hpp"
#include "explain/explainer_impl.hpp"
#include "explain/session_batches.hpp"
#include "fovea/image.hpp"

namespace fovea {

Explainer::Compiled::Compiled(const Model& model, const ExplainOptions& given)
    : options(given.method_options), crops(given.crops),
      preprocessing(given.preprocessing
                        ? *given.preprocessing
                        : model.preprocessing().value_or(preprocessing_preset("torchvision"))),
      region(given.region) {
  FOVEA_CHECK(given.batch >= 0, "a batch of {} pictures is not possible", given.batch);
  check_method_options(options);
  ProgramOptions program = given.program;
  program.batch = given.batch > 0 ? given.batch : crop_count(crops);
  program.sum_over_region = region.has_value();
  if (const ImageInput input = model.image_input();
      (input.height == 0 && program.height == 0) || (input.width == 0 && program.width == 0)) {
    const std::int64_t side = side_of_network(model);
    program.height = program.height > 0 ? program.height : side;
    program.width = program.width > 0 ? program.width : side;
  }
  if (const std::int64_t channels = model.image_input().channels;
      channels == 1 || channels == 3 || channels == 4)
    program.input_range = input_range(preprocessing, channels);
  const MethodContext context{model, preprocessing, program, options};
  std::vector<std::string> names = given.further_methods;
  if (!given.method.empty())
    names.insert(names.begin(), given.method);
  FOVEA_CHECK(!given.method.empty() || names.empty(), "further methods without a first one");
  for (const std::string& name : names)
    add_method(name, context);
  passes = compile_passes(context, passes.passes);
  const std::string output = program.outputs.empty() ? std::string() : program.outputs.front();
  labels = given.labels               ? *given.labels
           : !program.targets.empty() ? labels_of(program.targets)
           : output.empty()           ? model.labels()
                                      : model.labels_of(output);
  if (!given.labels && program.targets.empty() && !region &&
      passes.program->head().activation != Activation::None)
    labels = labels.of_two_classes();
  size = input_size(*passes.program);
}

void Explainer::Compiled::add_method(const std::string& name, const MethodContext& context) {
  const Method& method = find_method(name);
  ReadyMethod ready{&method, {}, {}};
  if (method.compile)
    ready.sampling = method.compile(context, method.info);
  else if (options.smooth > 0)
    ready.sampling = compile_smoothed(context, method);
  else
    ready.passes = add_passes(passes.passes, method.passes);
  if (method.compile && options.smooth > 0)
    ready.sampling = smoothed(std::move(ready.sampling), options);
  infos.push_back(method.info);
  methods.push_back(std::move(ready));
}

}  // namespace fovea
