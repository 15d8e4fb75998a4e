#include "fovea/error.hpp"
#include "fovea/explain.hpp"
#include "fovea/localize.hpp"
#include "support/temporary_folder.hpp"

#include <gtest/gtest.h>

namespace fovea::test {
namespace {

TEST(OptionNames, of_programs_come_back) {
  for (const Rule rule : {Rule::Gradient, Rule::Deconvnet, Rule::Guided, Rule::LrpEpsilon, Rule::LrpAlphaBeta,
                          Rule::LrpComposite, Rule::LrpGamma, Rule::LrpEpsilonGammaBox,
                          Rule::LrpEpsilonPlusFlat, Rule::LrpEpsilonPlusWSquare, Rule::LrpEpsilonAlpha2Beta1,
                          Rule::LrpEpsilonAlpha2Beta1Flat, Rule::Excitation})
    EXPECT_EQ(parse_rule(name_of(rule)), rule);
  for (const std::string& name : precision_names())
    EXPECT_EQ(name_of(parse_precision(name)), name);
  for (const std::string& name : backend_names())
    EXPECT_EQ(name_of(parse_backend(name)), name);
}

TEST(OptionNames, of_methods_come_back) {
  for (const std::string& name : channel_merge_names())
    EXPECT_EQ(name_of(parse_channel_merge(name)), name);
  for (const std::string& name : baseline_names())
    EXPECT_EQ(name_of(parse_baseline(name)), name);
  for (const std::string& name : box_rule_names())
    EXPECT_EQ(name_of(parse_box_rule(name)), name);
}

TEST(OptionNames, unknown_ones_are_errors_that_list_all_or_what_is_near) {
  EXPECT_EQ(message_of<InputError>([] { parse_rule("guide"); }),
            "unknown rule 'guide'; did you mean 'guided'?");
  EXPECT_EQ(message_of<InputError>([] { parse_precision("f16"); }),
            "unknown precision 'f16': expected one of f32, f64, bf16, mixed; did you mean 'bf16'?");
  EXPECT_EQ(message_of<InputError>([] { parse_baseline(""); }),
            "unknown baseline '': expected one of black, mean, blurred");
}

}  // namespace
}  // namespace fovea::test
