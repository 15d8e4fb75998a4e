#include "base/check.hpp"
#include "explain/method.hpp"
#include "explain/session_batches.hpp"
#include "image/regions.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <set>
#include <vector>

/// XRAI (Kapishnikov et al. 2019): integrated gradients from a black and a white baseline, summed up over
/// regions of the picture. Regions of several segmentations are ranked by the mean attribution of what each
/// adds to the ones before it. The paper's segmentation (Felzenszwalb & Huttenlocher) is replaced by a
/// watershed (image/regions.hpp).
namespace fovea {
namespace {

constexpr std::int64_t kPixelsOfRegion = 170, kScales = 6;
/// By which regions are enlarged, as a share of the picture's shorter side: the paper's 5 of 224 pixels.
constexpr double kMargin = 5.0 / 224;

/// Numbers of regions, each half of the one before.
std::vector<std::int64_t> scales(const Shape& picture, std::int64_t segments) {
  const std::int64_t pixels = picture[1] * picture[2];
  std::int64_t count = segments > 0 ? segments : std::max<std::int64_t>(pixels / kPixelsOfRegion, 2);
  std::vector<std::int64_t> counts;
  for (std::int64_t i = 0; i < kScales && count >= 2; ++i, count /= 2)
    counts.push_back(count);
  return counts;
}

std::vector<Region> all_regions(const Tensor& input, const Preprocessing& preprocessing,
                                std::int64_t segments) {
  const Shape& shape = input.shape();
  const Image picture = denormalize(input.data<float>().data(), preprocessing, shape[0], shape[2], shape[1]);
  const auto margin =
      static_cast<std::int64_t>(std::lround(kMargin * static_cast<double>(std::min(shape[1], shape[2]))));
  std::vector<Region> regions;
  for (const std::int64_t count : scales(shape, segments))
    for (const Region& region : watershed_regions(picture, count))
      regions.push_back(grown(region, shape[2], shape[1], margin));
  return regions;
}

/// The largest value of each pixel's channels.
std::vector<double> maximum_of_channels(const std::vector<double>& values, std::size_t pixels) {
  std::vector<double> largest(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(pixels));
  for (std::size_t i = pixels; i < values.size(); ++i)
    largest[i % pixels] = std::max(largest[i % pixels], values[i]);
  return largest;
}

/// The mean attribution of the pixels that a region adds to those taken before; none if it adds no pixel.
std::optional<double> gain_of(const Region& region, const std::vector<double>& attribution,
                              const std::vector<bool>& taken) {
  double sum = 0, pixels = 0;
  for (const std::uint32_t pixel : region)
    if (!taken[pixel]) {
      sum += attribution[pixel];
      ++pixels;
    }
  return pixels > 0 ? std::optional(sum / pixels) : std::nullopt;
}

/// Every pixel gets the mean attribution of what the region that took it added. Gains are computed again
/// only for regions that share pixels with the one just taken.
Tensor rank_regions(const std::vector<Region>& regions, const std::vector<double>& attribution,
                    const Shape& picture) {
  Tensor map(DType::F32, {1, picture[1], picture[2]});
  std::vector<bool> taken(attribution.size(), false);
  std::vector<std::vector<std::size_t>> holders(attribution.size());  // the regions of each pixel
  std::vector<std::optional<double>> gains;
  for (std::size_t r = 0; r < regions.size(); ++r) {
    gains.push_back(gain_of(regions[r], attribution, taken));
    for (const std::uint32_t pixel : regions[r])
      holders[pixel].push_back(r);
  }
  for (;;) {
    // An empty gain is less than any other.
    const auto best = std::max_element(gains.begin(), gains.end());
    if (best == gains.end() || !*best)
      return map;
    const double gain = **best;
    std::set<std::size_t> changed;
    for (const std::uint32_t pixel : regions[static_cast<std::size_t>(best - gains.begin())])
      if (!taken[pixel]) {
        taken[pixel] = true;
        map.data<float>()[pixel] = static_cast<float>(gain);
        changed.insert(holders[pixel].begin(), holders[pixel].end());
      }
    for (const std::size_t r : changed)
      gains[r] = gain_of(regions[r], attribution, taken);
  }
}

Tensor plain_picture(const Shape& shape, const Preprocessing& preprocessing, std::uint8_t level) {
  Tensor picture(DType::F32, shape);
  normalize(Image::blank(shape[2], shape[1], 3, level), preprocessing, shape[0],
            picture.data<float>().data());
  return picture;
}

/// The mean of integrated gradients from black and from white.
std::vector<double> attribution_of(Session& session, const Tensor& input, const Preprocessing& preprocessing,
                                   std::int64_t steps, const ExplainedScore& target,
                                   const SampleProgress& progress) {
  std::vector<double> mean(input.data<float>().size(), 0);
  for (std::int64_t i = 0; i < 2; ++i) {
    const Tensor baseline = plain_picture(input.shape(), preprocessing, i == 0 ? 0 : 255);
    const auto of_both = [&](std::int64_t done, std::int64_t total) {
      if (progress)
        progress(i * total + done, 2 * total);
    };
    const Attribution found =
        integrate(session, input, straight_path(input, baseline), steps, target, of_both);
    std::transform(mean.begin(), mean.end(), found.relevance.data<float>().begin(), mean.begin(),
                   [](double sum, float value) { return sum + static_cast<double>(value) / 2; });
  }
  return mean;
}

SamplingMethod compile(const MethodContext& context, const MethodInfo& info) {
  const std::int64_t steps = samples_of(context, info), segments = context.options.segments;
  auto program = compile_gradient(context, batch_for(steps + 2));
  const InputSize size = input_size(*program);
  FOVEA_CHECK(segments == 0 || (segments >= 2 && segments <= size.height * size.width),
              "{} segments of pictures of {}x{} pixels, for xrai: expected 2 to {}", segments, size.width,
              size.height, size.height * size.width);
  const auto start = [program, steps, segments,
                      preprocessing = context.preprocessing](Sessions& sessions) -> Attribute {
    auto session = sessions.add(program);
    return [=](const Tensor& input, const ExplainedScore& target, const SampleProgress& progress) {
      const std::vector<double> attribution =
          maximum_of_channels(attribution_of(*session, input, preprocessing, steps, target, progress),
                              static_cast<std::size_t>(input.shape()[1] * input.shape()[2]));
      return Attribution{
          rank_regions(all_regions(input, preprocessing, segments), attribution, input.shape()), {}};
    };
  };
  return {{program}, start};
}

std::string regions_in_words(const MethodOptions& options, std::int64_t samples) {
  return fmt::format("{} steps from black and from white; {}", samples,
                     options.segments > 0 ? fmt::format("up to {} regions", options.segments)
                                          : std::string("regions of about 170 pixels and more"));
}

}  // namespace

std::vector<Method> xrai_methods() {
  return {{{"xrai", "XRAI", "kapishnikov2019xrai", "integrated gradients, summed up over regions", 50,
            MethodInfo::Values::PerPixel,
            "The brighter a region, the more its pixels raise the score on average, compared with black and "
            "white.",
            "2n + 2n"},
           {},
           nullptr,
           compile,
           regions_in_words,
           {MethodOption::Segments}}};
}

}  // namespace fovea
