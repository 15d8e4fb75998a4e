#include "base/enum_names.hpp"

#include "fovea/classes.hpp"
#include "fovea/preprocessing.hpp"
#include "support/temporary_folder.hpp"

#include <gtest/gtest.h>

namespace fovea::test {
namespace {

enum class Colour { Red, Green, Blue };
constexpr EnumNames<Colour, 2> kColours = {{{Colour::Red, "red"}, {Colour::Green, "green"}}};

TEST(EnumNames, lead_from_values_to_names_and_back) {
  EXPECT_EQ(enum_name(kColours, Colour::Green), "green");
  EXPECT_EQ(enum_value(kColours, "colour", "red"), Colour::Red);
  EXPECT_EQ(all_names(kColours), (std::vector<std::string>{"red", "green"}));
  EXPECT_THROW(enum_name(kColours, Colour::Blue), InternalError);
}

TEST(EnumNames, an_unknown_name_is_an_error_that_lists_all) {
  EXPECT_EQ(message_of<InputError>([&] { enum_value(kColours, "colour", "Red"); }),
            "unknown colour 'Red': expected one of red, green; did you mean 'red'?");
  for (const char* name : {"blue", ""})
    EXPECT_EQ(message_of<InputError>([&] { enum_value(kColours, "colour", name); }),
              "unknown colour '" + std::string(name) + "': expected one of red, green");
}

TEST(EnumNames, of_activations_and_channel_orders_come_back) {
  for (const Activation value :
       {Activation::Softmax, Activation::Sigmoid, Activation::None, Activation::Given})
    EXPECT_EQ(parse_activation(name_of(value)), value);
  for (const ChannelOrder value : {ChannelOrder::RGB, ChannelOrder::BGR})
    EXPECT_EQ(parse_channel_order(name_of(value)), value);
  EXPECT_EQ(parse_channel_order("BgR"), ChannelOrder::BGR);
  EXPECT_THROW(parse_channel_order("rbg"), InputError);
  EXPECT_THROW(parse_activation("relu"), InputError);
}

}  // namespace
}  // namespace fovea::test
