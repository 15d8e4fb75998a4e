#include "report/ascent_fields.hpp"

#include "report/option_fields.hpp"

#include <limits>

namespace fovea {
ClassModelOptions read_ascent_options(JsonFields& fields) {
  using Method = ClassModelOptions::Method;
  ClassModelOptions ascent;
  const std::string method = fields.word_if_given("method", {"regularized", "paper", "fourier"});
  if (method == "paper") {
    ascent.method = Method::Paper;
    ascent.l2 = 1.0;
  } else if (method == "fourier") {
    ascent.method = Method::Fourier;
  }
  take(ascent.steps, fields.whole_number_if_given("steps", 1, 1000000));
  ascent.step = number_within(fields, "step", 1e-12, 1e12);
  take(ascent.l2, number_within(fields, "l2", 0, 1e12));
  take(ascent.jitter, number_within(fields, "jitter", 0, 0.5));
  take(ascent.blur, number_within(fields, "blur", 0, 0.1));
  take(ascent.coarse, number_within(fields, "coarse", 0, 0.1));
  take(ascent.zoom, number_within(fields, "zoom", 1, 4));
  take(ascent.rotate, number_within(fields, "rotate", 0, 180));
  take(ascent.seed, fields.whole_number_if_given("seed", 0, std::numeric_limits<std::int64_t>::max()));
  if (ascent.method == Method::Paper && (ascent.zoom != 1 || ascent.rotate != 0))
    fields.fail(ascent.zoom != 1 ? "zoom" : "rotate", "the method paper does not move the picture");
  return ascent;
}

}  // namespace fovea
