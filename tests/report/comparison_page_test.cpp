#include "report/comparison_page.hpp"

#include "batch/merge_runs.hpp"
#include "fovea/error.hpp"
#include "support/onnx_builder.hpp"
#include "support/temporary_folder.hpp"

#include <algorithm>
#include <filesystem>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace fovea::test {
namespace {

using Json = nlohmann::ordered_json;

const std::string kSource = FOVEA_SOURCE_DIR;

/// The bundled networks, one thread each, two methods.
class ComparisonPage : public testing::Test {
protected:
  ComparisonPage() {
    options_.page.file = folder_.file("compare.html");
    options_.layers = 0;
  }

  ReportNetwork network(const std::string& file, const std::optional<Labels>& labels = {}) const {
    NetworkRequest request;
    request.found.path = kSource + "/models/" + file;
    Network loaded = Network::load(request);
    if (labels)
      loaded.labels = *labels;
    ExplainOptions options{.further_methods = {"grad-cam"},
                           .preprocessing = loaded.preprocessing,
                           .labels = loaded.labels,
                           .program = {.threads = 1}};
    options.program.height = loaded.size.height;
    options.program.width = loaded.size.width;
    return {loaded, {Explainer(loaded.model, options), {}}, "", {}, {}};
  }
  ReportNetwork robust() const { return network("imagenette-resnet.onnx"); }
  ReportNetwork plain() const { return network("imagenette-resnet-plain.onnx"); }

  RunDescription description(const ComparisonRun& run, const Shard& shard) const {
    return {options_.page.file, shard, TableFormat::None, run.settings(), {{"fovea", "1"}}, true};
  }
  void do_photos(const ComparisonRun& run, const PictureInputs& inputs, const Shard& shard,
                 ResultStore& store) const {
    EXPECT_TRUE(run_many_photos({inputs, shard, workers_, [&] { return run.worker(); }}, store));
  }
  NetworkComparisonOutcome compare(const ReportNetwork& first, const ReportNetwork& second,
                                   const std::vector<std::string>& photos) const {
    const ComparisonRun run({first, second}, options_, events_);
    ResultStore store(description(run, {}), EarlierResults::Discard);
    do_photos(run, PictureInputs(photos), {}, store);
    NetworkComparisonOutcome outcome = run.write(store, {});
    store.finish_final_step();
    return outcome;
  }
  Json json() const { return Json::parse(load(folder_.file("compare.json"))); }

  std::string all_files() const {
    std::string bytes;
    for (const std::string& file : comparison_files(options_.page.file))
      bytes += load(file);
    return bytes;
  }

  TemporaryFolder folder_;
  NetworkComparisonOptions options_;
  ReportEvents events_;
  std::size_t workers_ = 1;
  const std::string golf_ = kSource + "/samples/golf-ball.jpg", church_ = kSource + "/samples/church.jpg",
                    parachute_ = kSource + "/samples/parachute.jpg";
};

TEST_F(ComparisonPage, finds_equal_networks_equal) {
  options_.layers = 3;
  options_.gate = {.min_correlation = 1,
                   .min_photo_correlation = 1,
                   .min_similarity = 1,
                   .min_overlap = 1,
                   .max_changed = 0};
  const NetworkComparisonOutcome outcome = compare(robust(), robust(), {golf_, church_});
  EXPECT_TRUE(passed(outcome.gate));
  EXPECT_EQ(outcome.gate.size(), 9U) << "one for all photos, and four for each method";
  EXPECT_EQ(outcome.results.changed().count, 0);
  for (const MethodSummary& method : outcome.methods)
    EXPECT_NEAR(method.rank.mean, 1, 1e-12) << method.name;
  ASSERT_EQ(outcome.results.layers.means.size(), 3U) << outcome.results.layers.why_none;
  EXPECT_EQ(outcome.results.layers.photos, 2);
  for (const LayerAgreement& layer : outcome.results.layers.means)
    EXPECT_EQ(layer.activation.relative_difference, 0.0);
  const std::string page = load(options_.page.file);
  for (const char* text : {"imagenette-resnet.onnx (1)", "imagenette-resnet.onnx (2)", "Gate: passed",
                           "2 photos by", "both networks have the same list"})
    EXPECT_NE(page.find(text), std::string::npos) << text;
}

TEST_F(ComparisonPage, tells_robust_and_plain_network_apart) {
  options_.layers = 4;
  options_.gate = {.min_correlation = 0.9};
  const NetworkComparisonOutcome outcome = compare(robust(), plain(), {golf_, church_, parachute_});
  EXPECT_FALSE(passed(outcome.gate));
  EXPECT_LT(outcome.methods[0].rank.mean, 0.7);
  ASSERT_FALSE(outcome.results.layers.means.empty()) << outcome.results.layers.why_none;
  EXPECT_LT(*outcome.results.layers.means.front().gradient.correlation, 0.999);
  const Json found = json();
  EXPECT_FALSE(found["gate"]["passed"]);
  std::vector<double> lowest;
  for (const Json& photo : found["results"]) {
    double least = 2;
    for (const auto& [name, method] : photo["methods"].items())
      least = std::min(least, method["rank"].get<double>());
    lowest.push_back(least);
  }
  ASSERT_EQ(lowest.size(), 3U);
  EXPECT_TRUE(std::is_sorted(lowest.begin(), lowest.end()));
}

/// The same network whose second copy has its classes named in another order: what was golf ball is a church
/// by name, so answers change although the numbers are the same.
TEST_F(ComparisonPage, matches_classes_by_name_and_not_by_place) {
  const ReportNetwork first = robust();
  std::vector<Label> names;
  for (std::int64_t i = 0; i < first.network.labels.size(); ++i)
    names.push_back(first.network.labels[first.network.labels.size() - 1 - i]);
  const NetworkComparisonOutcome outcome =
      compare(first, network("imagenette-resnet.onnx", Labels(names)), {golf_, church_});
  EXPECT_EQ(outcome.results.classes.matched(), 10);
  EXPECT_EQ(outcome.results.changed().count, 2);
  const PhotoComparison& golf = outcome.results.photos.front();
  EXPECT_EQ(golf.guess[0].index, golf.guess[1].index);
  EXPECT_EQ(golf.target[1]->index, 9 - golf.target[0]->index);
  EXPECT_LT(*golf.lowest_correlation(), 0.99) << "maps of two classes";
}

/// A linear classifier of `side` pixels whose weights are constant on 16 x 16 cells of the picture: its maps
/// are the same picture for every multiple of 16.
std::string linear_network(const std::string& path, std::int64_t side) {
  std::vector<float> weights;
  for (std::int64_t c = 0; c < 3; ++c)
    for (std::int64_t y = 0; y < side; ++y)
      for (std::int64_t x = 0; x < side; ++x)
        for (std::int64_t k = 0; k < 3; ++k)
          weights.push_back(static_cast<float>((y * 16 / side * 16 + x * 16 / side) * (k + 3) * 7 % 257 + 1) *
                            static_cast<float>(c + 1));
  ModelBuilder builder;
  builder.input("x", {1, 3, side, side}).output("scores").weight("w", {3 * side * side, 3}, weights);
  builder.node("Flatten", {"x"}, {"flat"}).node("Gemm", {"flat", "w"}, {"scores"});
  return builder.save(path);
}

TEST_F(ComparisonPage, compares_maps_of_different_sizes_in_the_same_places) {
  std::vector<ReportNetwork> networks;
  for (const std::int64_t side : {16, 48}) {
    NetworkRequest request;
    request.found.path = linear_network(folder_.file(std::to_string(side) + ".onnx"), side);
    const Network loaded = Network::load(request);
    networks.push_back({loaded,
                        {Explainer(loaded.model, {.crops = Crops::Whole, .program = {.threads = 1}}), {}},
                        "",
                        {},
                        {}});
  }
  options_.layers = 2;
  options_.target = 1;
  const NetworkComparisonOutcome outcome = compare(networks[0], networks[1], {golf_});
  const MapAgreement& agreement = outcome.results.photos[0].methods[0].agreement;
  EXPECT_EQ(agreement.grid.height, 16);
  EXPECT_EQ(agreement.grid.width, 16);
  EXPECT_NEAR(*agreement.rank, 1, 1e-9);
  EXPECT_NEAR(agreement.overlap, 1, 1e-9);
  EXPECT_NE(outcome.results.layers.why_none.find("no layers of the same shape"), std::string::npos)
      << outcome.results.layers.why_none;
}

TEST_F(ComparisonPage, explains_the_answer_of_a_network_without_the_class) {
  const ReportNetwork first = robust();
  std::vector<Label> names;
  for (std::int64_t i = 0; i < first.network.labels.size(); ++i)
    names.push_back(first.network.labels.name(i) == "golf ball" ? Label{"n99999999", "dimple"}
                                                                : first.network.labels[i]);
  const NetworkComparisonOutcome outcome =
      compare(first, network("imagenette-resnet.onnx", Labels(names)), {golf_, church_});
  EXPECT_EQ(outcome.results.classes.matched(), 9);
  const PhotoComparison &golf = outcome.results.photos[0], &church = outcome.results.photos[1];
  EXPECT_TRUE(golf.is_changed);
  EXPECT_TRUE(golf.methods.empty());
  EXPECT_FALSE(church.is_changed);
  EXPECT_EQ(church.methods.size(), 2U);
  EXPECT_NE(load(options_.page.file).find("has no such class"), std::string::npos);
  options_.target = golf.guess[0].index;
  const std::string message = message_of<InputError>(
      [&] { compare(first, network("imagenette-resnet.onnx", Labels(names)), {golf_}); });
  EXPECT_NE(message.find("golf ball"), std::string::npos) << message;
}

TEST_F(ComparisonPage, lists_broken_photos_and_goes_on) {
  store(folder_.file("broken.jpg"), "no picture");
  const NetworkComparisonOutcome outcome = compare(robust(), plain(), {folder_.file("broken.jpg"), golf_});
  EXPECT_EQ(outcome.results.failures(), 1U);
  EXPECT_EQ(outcome.results.changed().of, 1);
  EXPECT_EQ(json()["failed"], 1);
  EXPECT_NE(load(folder_.file("compare.csv")).find("broken.jpg,,,"), std::string::npos);
  EXPECT_NE(load(options_.page.file).find("Files left out"), std::string::npos);
}

TEST_F(ComparisonPage, is_not_written_without_a_photo_that_can_be_compared) {
  store(folder_.file("broken.jpg"), "no picture");
  EXPECT_THROW(compare(robust(), plain(), {folder_.file("broken.jpg")}), InputError);
  EXPECT_FALSE(std::filesystem::exists(options_.page.file));
}

TEST_F(ComparisonPage, measures_the_energy_in_boxes_and_right_answers) {
  store(folder_.file("truth.csv"), "file,class_index,x0,y0,x1,y1\ngolf-ball.jpg,8,120,70,345,300\n");
  options_.places = ObjectTruths(folder_.file("truth.csv"), {}, 0);
  options_.page.truth = class_truth(folder_.file("truth.csv"), {golf_, church_});
  options_.gate = {.max_accuracy_drop = 0, .max_energy_drop = 0};
  const NetworkComparisonOutcome outcome = compare(robust(), robust(), {golf_, church_});
  EXPECT_TRUE(passed(outcome.gate));
  EXPECT_EQ(outcome.results.accuracy(0).of, 1);
  const auto& energy = outcome.results.photos[0].methods[0].energy;
  ASSERT_TRUE(energy[0] && energy[1]);
  EXPECT_GT(*energy[0], 0.3);
  EXPECT_EQ(energy[0], energy[1]);
  EXPECT_FALSE(outcome.results.photos[1].methods[0].energy[0]) << "no box is known there";
}

TEST_F(ComparisonPage, is_the_same_of_a_comparison_at_once_which_may_write_nothing) {
  store(folder_.file("broken.jpg"), "no picture");
  const std::vector<std::string> photos = {golf_, folder_.file("broken.jpg"), church_};
  options_.layers = 2;
  compare(robust(), plain(), photos);
  const std::string expected = all_files();
  std::vector<std::string> failures;
  events_.failed = [&](const std::string& message) { failures.push_back(message); };
  const ComparisonRun run({robust(), plain()}, options_, events_);
  run.compare(photos, {}, 2);
  EXPECT_TRUE(all_files() == expected);
  ASSERT_EQ(failures.size(), 1U);
  EXPECT_NE(failures[0].find("broken.jpg"), std::string::npos) << failures[0];
  for (const std::string& file : comparison_files(options_.page.file))
    std::filesystem::remove(file);
  NetworkComparisonOptions without_page = options_;
  without_page.page.file.clear();
  const ComparisonRun numbers({robust(), plain()}, without_page, events_);
  EXPECT_EQ(numbers.compare(photos, {}, 1).results.photos.size(), 3U);
  for (const std::string& file : comparison_files(options_.page.file))
    EXPECT_FALSE(std::filesystem::exists(file)) << file;
}

TEST_F(ComparisonPage, has_the_same_bytes_with_any_number_of_workers_and_of_merged_shards) {
  const std::vector<std::string> photos = {golf_, church_, parachute_, golf_};
  options_.layers = 2;
  for (const bool split : {false, true}) {
    options_.page.split = split;
    workers_ = 1;
    compare(robust(), plain(), photos);
    const std::string expected = all_files();
    workers_ = 3;
    compare(robust(), plain(), photos);
    EXPECT_TRUE(all_files() == expected) << "split: " << split;
    const ComparisonRun run({robust(), plain()}, options_, events_);
    std::filesystem::remove(folder_.file("compare.manifest.json"));
    for (const std::int64_t number : {2, 1}) {
      ResultStore store(description(run, {number, 2}), EarlierResults::Discard);
      do_photos(run, PictureInputs(photos), {number, 2}, store);
    }
    for (const std::string& file : comparison_files(options_.page.file))
      std::filesystem::remove(file);
    EXPECT_TRUE(merge_runs({folder_.path()}, options_.page.file, {{"fovea", "1"}}).needs_final_step);
    ResultStore store(description(run, {}), EarlierResults::Resume);
    EXPECT_EQ(run.write(store, {}).results.photos.size(), 4U);
    store.finish_final_step();
    EXPECT_TRUE(all_files() == expected) << "of shards, split: " << split;
  }
}

}  // namespace
}  // namespace fovea::test
