#include "evaluate/gate.hpp"

#include "evaluate/comparison_results.hpp"
#include "fovea/error.hpp"
#include "support/temporary_folder.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>

namespace fovea::test {
namespace {

PhotoComparison photo(const std::string& image, double rank, bool is_changed) {
  PhotoComparison result;
  result.image = image;
  result.is_changed = is_changed;
  result.target = {Prediction{1, 2.5, 0.75}, Prediction{1, 2.25, 0.5}};
  result.guess = {Prediction{1, 2.5, 0.75}, Prediction{is_changed ? 0 : 1, 2.5, 0.75}};
  MethodComparison method;
  method.agreement.rank = rank;
  method.agreement.similarity = rank / 2;
  method.agreement.overlap = rank / 4;
  method.energy = {0.5, 0.375};
  result.methods = {method};
  return result;
}

/// Four photos by one method, and one that failed: a changed prediction, correlations 1, 0.75, 0.5 and 0.25.
ComparisonResults four_photos() {
  ComparisonResults results;
  results.networks[0].labels = results.networks[1].labels =
      Labels(std::vector<Label>{{"", "cat"}, {"", "dog, hound"}});
  results.methods = {"grad-cam"};
  results.classes.second_of = {0, 1};
  results.photos = {photo("a.jpg", 1, false), photo("b.jpg", 0.25, true), photo("c.jpg", 0.75, false),
                    photo("d.jpg", 0.5, false)};
  PhotoComparison failed;
  failed.image = "e.jpg";
  failed.error = "e.jpg: cut short";
  results.photos.push_back(failed);
  return results;
}

TEST(Gate, measures_what_its_thresholds_ask_for) {
  const ComparisonResults results = four_photos();
  const std::vector<GateCheck> checks = check_gate(results, summarize(results),
                                                   {.min_correlation = 0.6,
                                                    .min_photo_correlation = 0.3,
                                                    .min_similarity = 0.3,
                                                    .min_overlap = 0.2,
                                                    .max_changed = 0.2,
                                                    .max_energy_drop = 0.125});
  ASSERT_EQ(checks.size(), 6U);
  EXPECT_EQ(checks[0].text(), "--max-changed 20 %: 25 %, 1 of 4 photos");
  EXPECT_FALSE(checks[0].passed());
  EXPECT_EQ(checks[1].text(), "--min-correlation 0.6: 0.625, Grad-CAM");
  EXPECT_TRUE(checks[1].passed());
  EXPECT_EQ(checks[2].text(), "--min-photo-correlation 0.3: 0.25, Grad-CAM");
  EXPECT_FALSE(checks[2].passed());
  EXPECT_DOUBLE_EQ(*checks[3].measured, 0.3125);
  EXPECT_TRUE(checks[3].passed());
  EXPECT_DOUBLE_EQ(*checks[4].measured, 0.15625);
  EXPECT_FALSE(checks[4].passed());
  EXPECT_DOUBLE_EQ(*checks[5].measured, 0.125);
  EXPECT_TRUE(checks[5].passed()) << "the threshold itself is kept";
  EXPECT_FALSE(passed(checks));
}

TEST(Gate, without_thresholds_is_passed) {
  EXPECT_TRUE(check_gate(four_photos(), summarize(four_photos()), {}).empty());
  EXPECT_TRUE(passed({}));
}

TEST(Gate, a_threshold_itself_is_kept_up_to_rounding) {
  GateCheck check;
  check.threshold = 0.3;
  check.measured = 0.1 + 0.2 - 1e-15;
  EXPECT_TRUE(check.passed());
  check.measured = 0.2999;
  EXPECT_FALSE(check.passed());
  check.bound = GateCheck::Bound::AtMost;
  EXPECT_TRUE(check.passed());
  check.measured = 0.3001;
  EXPECT_FALSE(check.passed());
}

TEST(Gate, that_fails_by_little_shows_by_how_much) {
  GateCheck check;
  check.threshold = 0.8913;
  check.measured = 0.89128;
  EXPECT_EQ(check.measured_text(), "0.89128");
  check.measured = 0.89134;
  EXPECT_EQ(check.measured_text(), "0.8913");
}

TEST(Gate, fails_where_there_is_nothing_to_measure) {
  ComparisonResults results = four_photos();
  for (PhotoComparison& each : results.photos)
    for (MethodComparison& method : each.methods)
      method.agreement.rank.reset();
  const std::vector<GateCheck> checks = check_gate(results, summarize(results), {.min_correlation = -1});
  ASSERT_EQ(checks.size(), 1U);
  EXPECT_FALSE(checks[0].passed());
  EXPECT_EQ(checks[0].measured_text(), "nothing was measured");
}

TEST(Gate, counts_accuracy_over_photos_with_a_class_in_both) {
  ComparisonResults results = four_photos();
  results.photos[0].is_right = {true, true};
  results.photos[1].is_right = {true, false};
  results.photos[2].is_right = {true, std::nullopt};
  const std::vector<GateCheck> checks = check_gate(results, summarize(results), {.max_accuracy_drop = 0.4});
  ASSERT_EQ(checks.size(), 1U);
  EXPECT_DOUBLE_EQ(*checks[0].measured, 0.5);
  EXPECT_FALSE(checks[0].passed());
}

TEST(ParseShare, takes_per_cent_and_fractions) {
  EXPECT_DOUBLE_EQ(parse_share("1%", "--max-changed"), 0.01);
  EXPECT_DOUBLE_EQ(parse_share("0.01", "--max-changed"), 0.01);
  EXPECT_DOUBLE_EQ(parse_share("100%", "--max-changed"), 1);
  EXPECT_DOUBLE_EQ(parse_share("0", "--max-changed"), 0);
  for (const char* text : {"", "%", "2", "-1%", "101%", "1 %", "1%%", "nan", "inf", "one"})
    EXPECT_NE(message_of<InputError>([&] { (void)parse_share(text, "--max-changed"); }).find("--max-changed"),
              std::string::npos)
        << text;
}

TEST(ComparisonResults, are_ordered_by_the_lowest_correlation) {
  ComparisonResults results = four_photos();
  results.photos[2].methods[0].agreement.rank.reset();
  std::string order;
  for (const PhotoComparison* each : results.worst_first())
    order += each->image.substr(0, 1);
  EXPECT_EQ(order, "bdac") << "a photo without a correlation comes last, one that failed not at all";
  EXPECT_EQ(results.failures(), 1U);
}

TEST(ComparisonResults, are_summed_up_for_each_method) {
  const std::vector<MethodSummary> methods = summarize(four_photos());
  ASSERT_EQ(methods.size(), 1U);
  EXPECT_DOUBLE_EQ(methods[0].rank.mean, 0.625);
  EXPECT_EQ(methods[0].rank.count, 4);
  EXPECT_DOUBLE_EQ(*methods[0].lowest_rank, 0.25);
  EXPECT_EQ(methods[0].lowest_image, "b.jpg");
  EXPECT_DOUBLE_EQ(methods[0].energy[1].mean, 0.375);
}

TEST(ComparisonResults, have_as_many_fields_in_each_line) {
  ComparisonResults results = four_photos();
  results.photos[3].methods.clear();
  results.photos[3].target[1].reset();
  const std::string csv = comparison_csv(results);
  std::size_t lines = 0;
  for (std::size_t begin = 0; begin < csv.size(); ++lines) {
    const std::size_t end = csv.find('\n', begin);
    EXPECT_EQ(std::count(csv.begin() + static_cast<std::ptrdiff_t>(begin),
                         csv.begin() + static_cast<std::ptrdiff_t>(end), ','),
              19)
        << csv.substr(begin, end - begin);
    begin = end + 1;
  }
  EXPECT_EQ(lines, 6U);
  EXPECT_NE(
      csv.find("\nb.jpg,grad-cam,1,dog,cat,dog,dog,0.75,0.5,2.5,2.25,0.25,,0.125,0.0625,0.5,0.375,0,0,\n"),
      std::string::npos)
      << csv;
}

TEST(ComparisonResults, fit_a_terminal_of_80_columns) {
  const ComparisonResults results = four_photos();
  const std::string text =
      comparison_text(results, summarize(results),
                      check_gate(results, summarize(results), {.min_correlation = 0.9, .max_changed = 0.01}));
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = text.find('\n', begin);
    EXPECT_LE(end - begin, 80U) << text.substr(begin, end - begin);
    begin = end + 1;
  }
  EXPECT_NE(text.find("failed  --max-changed 1 %: 25 %, 1 of 4 photos\n"), std::string::npos) << text;
}

/// The field of a column in each row of a CSV without quoted fields.
std::vector<std::string> column(const std::string& csv, const std::string& name) {
  std::vector<std::string> values;
  std::size_t at = 0;
  std::istringstream lines(csv);
  for (std::string line; std::getline(lines, line);) {
    std::vector<std::string> fields;
    std::istringstream rest(line);
    for (std::string field; std::getline(rest, field, ',');)
      fields.push_back(field);
    if (values.empty())
      at = static_cast<std::size_t>(std::find(fields.begin(), fields.end(), name) - fields.begin());
    values.push_back(at < fields.size() ? fields[at] : "");
  }
  return values;
}

TEST(ComparisonResults, count_and_name_maps_that_are_zero_everywhere) {
  ComparisonResults results = four_photos();
  EXPECT_TRUE(zero_map_sentences(summarize(results)).empty());
  results.photos[1].methods[0].is_zero = {false, true};
  results.photos[3].methods[0].is_zero = {true, true};
  const std::vector<MethodSummary> methods = summarize(results);
  EXPECT_EQ(
      zero_map_sentences(methods),
      (std::vector<std::string>{"Grad-CAM: 1 map is zero everywhere in the first network, that of d.jpg",
                                "Grad-CAM: 2 maps are zero everywhere in the second network, the first "
                                "of them that of b.jpg"}));
  const nlohmann::ordered_json json = comparison_json(results, methods, {});
  EXPECT_EQ(json["methods"]["grad-cam"]["zero"], (nlohmann::ordered_json{1, 2}));
  EXPECT_EQ(json["methods"]["grad-cam"]["zero_images"].dump(), R"([["d.jpg"],["b.jpg","d.jpg"]])");
  EXPECT_NE(comparison_text(results, methods, {}).find("2 maps are zero everywhere in the second network"),
            std::string::npos);
  // The photos that differ most first: b, d, c and a, then the one that failed.
  const std::string csv = comparison_csv(results);
  EXPECT_EQ(column(csv, "zero_a"), (std::vector<std::string>{"zero_a", "0", "1", "0", "0", ""}));
  EXPECT_EQ(column(csv, "zero_b"), (std::vector<std::string>{"zero_b", "1", "1", "0", "0", ""}));
}

}  // namespace
}  // namespace fovea::test
