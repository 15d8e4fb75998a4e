#include "c_api/many_pictures.hpp"

#include "base/check.hpp"
#include "networks/preprocessing_json.hpp"

#include <limits>
#include <set>

namespace fovea::c_api {

ManyPictures ManyPictures::read(JsonFields& fields) {
  ManyPictures pictures;
  pictures.given = fields.texts_if_given("images");
  if (pictures.given.empty())
    fields.fail("images", "is missing: expected a list of pictures and folders");
  pictures.images = expand_folders(pictures.given);
  pictures.preprocessing = networks::read_preprocessing(fields);
  pictures.workers = static_cast<int>(fields.whole_number_if_given("workers", 0, 1024).value_or(0));
  pictures.threads = static_cast<int>(fields.whole_number_if_given("threads", 0, kMaxThreads).value_or(0));
  return pictures;
}

ExplainOptions explain_options(const fovea_model& model, const ManyPictures& pictures,
                               const std::vector<std::string>& methods, const MethodOptions& method_options,
                               Crops crops) {
  ExplainOptions options;
  options.method = methods.front();
  options.further_methods.assign(methods.begin() + 1, methods.end());
  options.method_options = method_options;
  options.crops = crops;
  options.preprocessing = model.preprocessing(pictures.preprocessing).preprocessing;
  options.labels = model.names;
  options.program = model.program_options(0, 0, pictures.partition().threads);
  return options;
}

std::vector<std::string> read_methods(JsonFields& fields, const std::vector<std::string>& otherwise) {
  std::vector<std::string> methods = fields.texts_if_given("methods");
  if (methods.empty())
    methods = otherwise;
  const std::set<std::string> different(methods.begin(), methods.end());
  if (different.size() != methods.size())
    fields.fail("methods", "a method is named twice");
  for (const std::string& method : methods)
    method_info(method);  // throws for an unknown one
  return methods;
}

std::optional<std::int64_t> read_target_class(JsonFields& fields) {
  return fields.whole_number_if_given("target", 0, std::numeric_limits<std::int64_t>::max());
}

void check_class(std::optional<std::int64_t> target, const Program& program) {
  FOVEA_CHECK(!target || *target < program.classes(), "class {} is out of range: the model has {} classes",
              *target, program.classes());
}

std::function<void(std::int64_t, std::int64_t, const std::string&)> CallerEvents::on_progress() {
  return [this](std::int64_t done, std::int64_t total, const std::string&) {
    if (progress && progress(done, total, user) != 0)
      throw Cancelled();
  };
}

std::function<void(const std::string&)> CallerEvents::on_failure() {
  return [this](const std::string& message) { failures.push_back(message); };
}

}  // namespace fovea::c_api
