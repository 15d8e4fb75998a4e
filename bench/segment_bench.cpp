// The cost of localisation beyond the network: seeds, colour models, cut, components, on one thread; OpenCV's
// grabCut beside it. Arguments that are no options of Google Benchmark are photos; without any, the samples.
#include <fovea/image.hpp>
#include <fovea/localize.hpp>
#include <fovea/segment.hpp>

#include "segment/grid_cut.hpp"

#include <benchmark/benchmark.h>

#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace {

/// Edge strength under a bump in the middle: scattered, like a saliency map.
fovea::Tensor scattered_map(const fovea::Image& photo) {
  fovea::Tensor map(fovea::DType::F32, {photo.height, photo.width});
  const auto values = map.data<float>();
  for (std::int64_t y = 0; y < photo.height; ++y)
    for (std::int64_t x = 0; x < photo.width; ++x) {
      const std::uint8_t* p = photo.at(x, y);
      const std::uint8_t* right = photo.at(std::min(x + 1, photo.width - 1), y);
      const std::uint8_t* below = photo.at(x, std::min(y + 1, photo.height - 1));
      int edge = 1;
      for (int c = 0; c < 3; ++c)
        edge = std::max({edge, std::abs(p[c] - right[c]), std::abs(p[c] - below[c])});
      const double u = 2.0 * static_cast<double>(x) / static_cast<double>(photo.width) - 1;
      const double v = 2.0 * static_cast<double>(y) / static_cast<double>(photo.height) - 1;
      values[static_cast<std::size_t>(y * photo.width + x)] =
          static_cast<float>(edge * std::exp(-3 * (u * u + v * v)));
    }
  return map;
}

struct Case {
  fovea::Image photo;
  fovea::Tensor map;
  fovea::Trimap seeds;
  fovea::StarForest star;
  std::optional<fovea::Segmentation> result;
};

std::vector<std::uint8_t> colours_of(const Case& c, fovea::Seed kind) {
  std::vector<std::uint8_t> colours;
  for (std::size_t i = 0; i < c.seeds.pixels.size(); ++i)
    if (c.seeds.pixels[i] == kind)
      colours.insert(colours.end(), &c.photo.pixels[3 * i], &c.photo.pixels[3 * i] + 3);
  return colours;
}

/// The flow network that `segment` solves: unaries of both models, contrast at eight neighbours, hard seeds.
fovea::GridProblem network_of(const Case& c) {
  constexpr double scale = 1 << 16;
  const std::int64_t width = c.photo.width;
  const auto size = static_cast<std::size_t>(width * c.photo.height);
  fovea::GridProblem problem{width, c.photo.height, {}, {}, {}, {}};
  std::vector<float> object(size);
  std::vector<float> ground(size);
  c.result->foreground.negative_log(c.photo.pixels, object);
  c.result->background.negative_log(c.photo.pixels, ground);
  problem.source.assign(size, 0);
  problem.sink.assign(size, 0);
  for (std::size_t i = 0; i < size; ++i) {
    const double cost = scale * std::clamp(ground[i] - object[i], -4000.0F, 4000.0F);
    (cost > 0 ? problem.source : problem.sink)[i] = static_cast<std::int32_t>(std::lround(std::abs(cost)));
    if (c.seeds.pixels[i] == fovea::Seed::Unknown)
      continue;
    problem.source[i] = c.seeds.pixels[i] == fovea::Seed::Foreground ? fovea::kMaxCapacity : 0;
    problem.sink[i] = c.seeds.pixels[i] == fovea::Seed::Background ? fovea::kMaxCapacity : 0;
  }
  for (std::size_t e = 0; e < 4; ++e) {
    const auto [dx, dy] = fovea::kGridSteps[e];
    problem.forward[e].assign(size, 0);
    for (std::int64_t y = 0; y + dy < c.photo.height; ++y)
      for (std::int64_t x = std::max<std::int64_t>(-dx, 0); x + std::max<std::int64_t>(dx, 0) < width; ++x) {
        double squared = 0;
        for (int k = 0; k < 3; ++k)
          squared += std::pow(c.photo.at(x, y)[k] - c.photo.at(x + dx, y + dy)[k], 2);
        problem.forward[e][static_cast<std::size_t>(y * width + x)] =
            static_cast<std::int32_t>(scale * 50 * std::exp(-squared / 2000) /
                                      std::hypot(static_cast<double>(dx), static_cast<double>(dy)));
      }
  }
  return problem;
}

void run_grab_cut(const Case& c, int iterations) {
  const cv::Size size(static_cast<int>(c.photo.width), static_cast<int>(c.photo.height));
  const cv::Mat photo(size, CV_8UC3, const_cast<std::uint8_t*>(c.photo.pixels.data()));
  cv::Mat mask(size, CV_8U, cv::Scalar(cv::GC_PR_BGD));
  for (std::size_t i = 0; i < c.seeds.pixels.size(); ++i)
    if (c.seeds.pixels[i] != fovea::Seed::Unknown)
      mask.data[i] = c.seeds.pixels[i] == fovea::Seed::Foreground ? cv::GC_FGD : cv::GC_BGD;
  cv::Mat background;
  cv::Mat foreground;
  cv::grabCut(photo, mask, {}, background, foreground, iterations, cv::GC_INIT_WITH_MASK);
  benchmark::DoNotOptimize(mask.data);
}

/// Strokes as a user paints them first on a sample, brush radius 4, at 500 x 375 pixels.
struct Stroke {
  fovea::Seed kind;
  std::int64_t x0, y0, x1, y1;
};

const std::vector<std::pair<std::string, std::vector<Stroke>>> kStrokes = {
    {"golf-ball.jpg",
     {{fovea::Seed::Foreground, 180, 180, 320, 200},
      {fovea::Seed::Background, 40, 60, 460, 60},
      {fovea::Seed::Background, 60, 340, 450, 340}}},
    {"church.jpg",
     {{fovea::Seed::Foreground, 190, 60, 190, 300},
      {fovea::Seed::Foreground, 260, 200, 420, 270},
      {fovea::Seed::Background, 50, 60, 100, 200},
      {fovea::Seed::Background, 300, 80, 470, 100},
      {fovea::Seed::Background, 40, 345, 460, 345}}},
    {"parachute.jpg",
     {{fovea::Seed::Foreground, 130, 130, 370, 130},
      {fovea::Seed::Background, 40, 60, 100, 40},
      {fovea::Seed::Background, 420, 60, 460, 250},
      {fovea::Seed::Background, 60, 250, 180, 340}}}};

fovea::Trimap painted(const std::vector<Stroke>& strokes) {
  constexpr std::int64_t radius = 4, steps = 400;
  fovea::Trimap seeds = fovea::Trimap::blank(500, 375);
  for (const Stroke& stroke : strokes)
    for (std::int64_t i = 0; i <= steps; ++i)
      for (std::int64_t dy = -radius; dy <= radius; ++dy)
        for (std::int64_t dx = -radius; dx <= radius; ++dx)
          if (dx * dx + dy * dy <= radius * radius)
            seeds.at(stroke.x0 + (stroke.x1 - stroke.x0) * i / steps + dx,
                     stroke.y0 + (stroke.y1 - stroke.y0) * i / steps + dy) = stroke.kind;
  return seeds;
}

void add(const std::string& name, std::function<void()> run) {
  benchmark::RegisterBenchmark(name.c_str(),
                               [run = std::move(run)](benchmark::State& state) {
                                 for (auto _ : state)
                                   run();
                               })
      ->Unit(benchmark::kMillisecond)
      ->UseRealTime();
}

void add_case(const std::string& path) {
  Case& c = *new Case{fovea::read_image(path), {}, {}, {}, {}};  // lives as long as the program
  c.map = scattered_map(c.photo);
  c.seeds = fovea::seeds_from_map(c.map);
  c.star = fovea::geodesic_forest(c.photo, fovea::points_of(c.seeds, fovea::Seed::Foreground));
  c.result = fovea::segment(c.photo, c.seeds);
  const std::string file = path.substr(path.rfind('/') + 1);
  add("seeds/" + file, [&c] { fovea::seeds_from_map(c.map); });
  add("fit_both_mixtures/" + file, [&c] {
    fovea::GaussianMixture::fit(colours_of(c, fovea::Seed::Foreground));
    fovea::GaussianMixture::fit(colours_of(c, fovea::Seed::Background));
  });
  add("negative_log_once/" + file, [&c] {
    std::vector<float> costs(c.seeds.pixels.size());
    c.result->foreground.negative_log(c.photo.pixels, costs);
  });
  add("grid_cut/" + file, [problem = network_of(c)] { fovea::solve_grid_cut(problem); });
  add("components/" + file, [&c] { fovea::sizeable_components_box(c.result->mask); });
  add("geodesic_forest/" + file,
      [&c] { fovea::geodesic_forest(c.photo, fovea::points_of(c.seeds, fovea::Seed::Foreground)); });
  add("segment/" + file, [&c] { fovea::segment(c.photo, c.seeds); });
  add("segment_5_cuts/" + file, [&c] { fovea::segment(c.photo, c.seeds, {.iterations = 5}); });
  add("segment_with_star/" + file, [&c] { fovea::segment(c.photo, c.seeds, {}, {.star = c.star}); });
  add("map_to_box/" + file,
      [&c] { fovea::largest_component_box(fovea::segment(c.photo, fovea::seeds_from_map(c.map)).mask); });
  add("opencv_grab_cut_1/" + file, [&c] { run_grab_cut(c, 1); });
  add("opencv_grab_cut_5/" + file, [&c] { run_grab_cut(c, 5); });
}

/// What the studio answers a stroke with: five cuts of a whole photo under a star, from strokes to box.
void add_strokes(const std::string& file, const std::vector<Stroke>& strokes) {
  const fovea::Image photo = fovea::resize(fovea::read_image(FOVEA_SOURCE_DIR "/samples/" + file), 500, 375);
  for (const int threads : {1, 2})
    add("strokes_to_box/threads_" + std::to_string(threads) + "/" + file,
        [photo, seeds = painted(strokes), threads] {
          fovea::LocalizeOptions options = fovea::stroke_localize_options();
          options.segment.threads = threads;
          fovea::localize(photo, seeds, options);
        });
}

}  // namespace

int main(int argc, char** argv) {
  cv::setNumThreads(1);
  benchmark::Initialize(&argc, argv);
  std::vector<std::string> photos(argv + 1, argv + argc);
  if (photos.empty())
    for (const char* name : {"golf-ball.jpg", "church.jpg", "parachute.jpg"})
      photos.push_back(std::string(FOVEA_SOURCE_DIR "/samples/") + name);
  for (const std::string& path : photos)
    add_case(path);
  for (const auto& [file, strokes] : kStrokes)
    add_strokes(file, strokes);
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
