#include "explain/method_options.hpp"

#include "fovea/error.hpp"
#include "small_transformer.hpp"

#include <gtest/gtest.h>

#include <cstring>

namespace fovea {
namespace {

using test::built;
using test::explained;
using test::photo;
using test::small_network;

/// Options in which the one of that name has another value than in `base`.
MethodOptions changed(MethodOptions base, MethodOption option) {
  switch (option) {
  case MethodOption::Samples:
    base.samples += 3;
    break;
  case MethodOption::Smooth:
    base.smooth += 3;
    break;
  case MethodOption::Noise:
    base.noise *= 2;
    break;
  case MethodOption::Baseline:
    base.baseline = Baseline::Black;
    break;
  case MethodOption::Layer:
    base.layer = "c1";
    break;
  case MethodOption::Merge:
    base.merge = ChannelMerge::L2;
    break;
  case MethodOption::Window:
    base.window *= 2;
    break;
  case MethodOption::Stride:
    base.stride *= 2;
    break;
  case MethodOption::Cells:
    base.cells += 2;
    break;
  case MethodOption::Keep:
    base.keep /= 2;
    break;
  case MethodOption::Heads:
    base.heads = HeadFusion::Maximum;
    break;
  case MethodOption::Discard:
    base.discard = 0.4;
    break;
  case MethodOption::Residual:
    base.residual = 0.2;
    break;
  case MethodOption::Blocks:
    base.blocks = 1;
    break;
  case MethodOption::References:
    base.references = {std::string(FOVEA_TEST_DATA) + "/image/lossy.webp"};
    break;
  case MethodOption::Segments:
    base.segments += 2;
    break;
  case MethodOption::Seed:
    base.seed += 1;
    break;
  }
  return base;
}

bool same(const Tensor& a, const Tensor& b) {
  return a.shape() == b.shape() && std::memcmp(a.raw(), b.raw(), a.bytes()) == 0;
}

/// A method that reads an option without saying so, or says that it reads another, fails here.
void expect_table_is_true(const MethodOptions& base) {
  const Model with_layers = built(small_network(24, 20));
  const Image picture = photo(20, 24);
  for (const std::string& method : method_names()) {
    const Model network = test::network_for(method, with_layers);
    std::int64_t target = 0;
    const auto map_of = [&](const MethodOptions& options) {
      return explained(network, picture, {.target = target}, {.method = method, .method_options = options});
    };
    Explanation before = map_of(base);
    while (before.levels({.percentile = 100}).is_flat() && ++target < 5)  // which no option would change
      before = map_of(base);
    ASSERT_LT(target, 5) << method;
    for (const std::string& name : method_option_names()) {
      const MethodOption option = parse_method_option(name);
      const Explanation after = map_of(changed(base, option));
      EXPECT_EQ(!same(before.map, after.map) || !same(before.relevance, after.relevance),
                uses_option(method, option, base.smooth > 0))
          << method << " and --" << name << ", smooth " << base.smooth;
    }
  }
}

TEST(MethodOptions, EachMethodUsesTheOnesThatItSays) {
  expect_table_is_true({.samples = 13, .cells = 4, .segments = 4, .seed = 1});
}

TEST(MethodOptions, NoiseAndSeedAreThoseOfSmoothedMethods) {
  expect_table_is_true({.samples = 13, .smooth = 2, .cells = 4, .segments = 4, .seed = 1});
}

TEST(MethodOptions, HaveNames) {
  EXPECT_EQ(name_of(MethodOption::Window), "window");
  EXPECT_EQ(parse_method_option("seed"), MethodOption::Seed);
  EXPECT_THROW(parse_method_option("colour"), InputError);
  EXPECT_THROW(uses_option("none-such", MethodOption::Seed, false), InputError);
}

}  // namespace
}  // namespace fovea
