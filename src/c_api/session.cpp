#include "c_api/session.hpp"
#include "base/check.hpp"
#include "c_api/guard.hpp"
#include "c_api/model.hpp"
#include "c_api/options.hpp"
#include "explain/session_batches.hpp"
#include "fovea/error.hpp"
#include "networks/preprocessing_json.hpp"

#include <algorithm>
#include <cstddef>
#include <functional>
#include <span>
#include <tuple>

using namespace fovea::c_api;

namespace fovea::c_api {
namespace {

fovea::ExplainOptions explain_options_of(const fovea_model& model, const fovea_session_options* given) {
  constexpr std::size_t first_size = offsetof(fovea_session_options, options);
  const fovea_session_options options = complete_options(given, first_size, "fovea_session_options");
  for (const auto& [name, value, most] :
       {std::tuple{"batch", options.batch, fovea::kMaxBatch},
        std::tuple{"height", options.height, fovea::kMaxInputSide},
        std::tuple{"width", options.width, fovea::kMaxInputSide},
        std::tuple{"threads", std::int64_t(options.threads), std::int64_t(fovea::kMaxThreads)}})
    FOVEA_CHECK(value >= 0 && value <= most, "options.{} is {}, expected 0 to {}", name, value, most);
  FOVEA_CHECK(!options.method || *options.method, "options.method is an empty text");
  JsonFields fields = read_options(options.options);
  PreprocessingSpec preprocessing = networks::read_preprocessing(fields);
  if (options.preprocessing) {
    preprocessing_preset(options.preprocessing);  // throws for an unknown name
    preprocessing.preset = options.preprocessing;
  }
  ExplainOptions explain;
  explain.method = options.method ? options.method : "";
  explain.further_methods = fields.texts_if_given("further_methods");
  explain.method_options = read_all_method_options(fields);
  explain.crops = read_crops(fields, Crops::One);
  if (const std::optional<std::string> region = fields.text_if_given("region"))
    explain.region = read_score_region(*region);
  fields.expect_no_others();
  explain.preprocessing = model.preprocessing(preprocessing).preprocessing;
  explain.labels = model.names;
  explain.batch = std::max<std::int64_t>(options.batch, 1);
  explain.program = model.program_options(options.height, options.width, options.threads);
  return explain;
}

/// Elements of an array that holds so many for each of `count` pictures; InputError where no array can.
std::size_t elements_of(std::int64_t count, std::int64_t each) {
  constexpr auto most = static_cast<std::int64_t>(PTRDIFF_MAX / sizeof(float));
  FOVEA_CHECK(each == 0 || count <= most / each,
              "{} pictures of {} numbers each are more than memory can hold", count, each);
  return static_cast<std::size_t>(count * each);
}

/// Number of pictures of an input of that shape.
std::int64_t count_of(const fovea_session& session, const std::int64_t* shape) {
  const fovea_session_info& info = session.info;
  not_null(shape, "shape");
  FOVEA_CHECK(shape[0] >= 1 && shape[1] == info.channels && shape[2] == info.height && shape[3] == info.width,
              "the input is [{},{},{},{}], expected [N,{},{},{}] with N at least 1", shape[0], shape[1],
              shape[2], shape[3], info.channels, info.height, info.width);
  return shape[0];
}

/// Runs the session on all pictures, a batch at a time; places beyond the last picture repeat it.
/// `use(first, held)` is called when the session holds the scores of `held` pictures, from `first` on.
void for_each_batch(fovea_session& session, const float* input, std::int64_t count,
                    const std::function<void(std::int64_t first, std::int64_t held)>& use) {
  fovea::Session& scores = session.scores();
  const std::int64_t batch = session.info.batch;
  auto destination = scores.input().data<float>();
  const std::size_t picture = destination.size() / static_cast<std::size_t>(batch);
  for (std::int64_t first = 0; first < count; first += batch) {
    const std::int64_t held = std::min(batch, count - first);
    for (std::int64_t n = 0; n < batch; ++n)
      std::copy_n(input + static_cast<std::size_t>(first + std::min(n, held - 1)) * picture, picture,
                  destination.begin() + n * static_cast<std::ptrdiff_t>(picture));
    scores.forward();
    use(first, held);
  }
}

/// The class that is asked for, or for -1 the best one of the n-th picture of the batch.
std::int64_t chosen_class(fovea_session& session, const std::int64_t* target, std::int64_t n) {
  if (target && *target != -1)
    return *target;
  const std::vector<double> scores = fovea::scores_of(session.scores(), n);
  return std::max_element(scores.begin(), scores.end()) - scores.begin();
}

}  // namespace

void check_targets(const fovea_session& session, const std::int64_t* targets, std::int64_t count) {
  for (std::int64_t i = 0; targets && i < count; ++i)
    FOVEA_CHECK(targets[i] >= -1 && targets[i] < session.info.classes,
                "class {} is out of range: the model has {} classes", targets[i], session.info.classes);
}

}  // namespace fovea::c_api

fovea_status fovea_session_create(const fovea_model* model, const fovea_session_options* options,
                                  fovea_session** session) {
  return guarded([&] {
    const fovea_model& from = not_null(model, "model");
    fovea_session*& out = not_null(session, "session");
    auto made = std::make_unique<fovea_session>(from.explainer(explain_options_of(from, options)));
    const fovea::InputSize size = fovea::input_size(made->scores());
    const fovea::Program& program = made->explain.program();
    made->info = {program.options().batch, size.channels, size.height, size.width, program.classes()};
    out = made.release();
  });
}

fovea_status fovea_session_describe(const fovea_session* session, fovea_session_info* info) {
  return guarded([&] { not_null(info, "info") = not_null(session, "session").info; });
}

fovea_status fovea_session_notes(const fovea_session* session, const fovea_note** notes, size_t* count) {
  return guarded([&] {
    const std::span<const fovea_note> rows = not_null(session, "session").notes.rows();
    const fovea_note*& out = not_null(notes, "notes");
    not_null(count, "count") = rows.size();
    out = rows.data();
  });
}

fovea_status fovea_session_on_progress(fovea_session* session, fovea_progress progress, void* user) {
  return guarded([&] {
    fovea::Explainer& explain = not_null(session, "session").explain;
    if (!progress)
      return explain.report_progress({});
    explain.report_progress([progress, user](std::int64_t done, std::int64_t total) {
      if (progress(done, total, user) != 0)
        throw fovea::Cancelled();
    });
  });
}

fovea_status fovea_session_scores(fovea_session* session, const float* input, const int64_t shape[4],
                                  float* scores, size_t scores_size) {
  return guarded([&] {
    fovea_session& self = not_null(session, "session");
    const std::int64_t count = count_of(self, shape), classes = self.info.classes;
    not_null(input, "input");
    check_array(scores, "scores", scores_size, elements_of(count, classes));
    for_each_batch(self, input, count, [&](std::int64_t first, std::int64_t held) {
      std::copy_n(self.scores().output().data<float>().begin(), held * classes, scores + first * classes);
    });
  });
}

fovea_status fovea_session_probabilities(fovea_session* session, const float* input, const int64_t shape[4],
                                         double* probabilities, size_t probabilities_size) {
  return guarded([&] {
    fovea_session& self = not_null(session, "session");
    const std::int64_t count = count_of(self, shape), classes = self.info.classes;
    not_null(input, "input");
    check_array(probabilities, "probabilities", probabilities_size, elements_of(count, classes));
    FOVEA_CHECK(self.scores().program().head().activation != fovea::Activation::None,
                "the network has no probabilities: its activation is none");
    for_each_batch(self, input, count, [&](std::int64_t first, std::int64_t held) {
      for (std::int64_t n = 0; n < held; ++n) {
        const std::vector<double> all = fovea::class_scores_of(self.scores(), n).probabilities;
        std::copy(all.begin(), all.end(), probabilities + (first + n) * classes);
      }
    });
  });
}

fovea_status fovea_session_gradient(fovea_session* session, const float* input, const int64_t shape[4],
                                    const int64_t* targets, float* gradient, size_t gradient_size) {
  return guarded([&] {
    fovea_session& self = not_null(session, "session");
    if (!self.has_method() || !self.explain.is_plain_gradient())
      throw UsageError(
          "the session was not made for gradients: its method must be gradient, deconvnet or guided");
    const std::int64_t count = count_of(self, shape);
    not_null(input, "input");
    const std::int64_t picture = self.info.channels * self.info.height * self.info.width;
    check_array(gradient, "gradient", gradient_size, elements_of(count, picture));
    check_targets(self, targets, count);
    std::vector<std::int64_t> classes(static_cast<std::size_t>(self.info.batch));
    for_each_batch(self, input, count, [&](std::int64_t first, std::int64_t held) {
      for (std::int64_t n = 0; n < self.info.batch; ++n) {
        const std::int64_t place = std::min(n, held - 1);
        classes[static_cast<std::size_t>(n)] =
            chosen_class(self, targets ? targets + first + place : nullptr, place);
      }
      self.scores().seed_classes(classes);
      self.scores().backward();
      std::copy_n(self.scores().gradient().data<float>().begin(), held * picture, gradient + first * picture);
    });
  });
}

void fovea_session_free(fovea_session* session) {
  delete session;
}
