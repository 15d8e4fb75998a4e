#include "base/json_fields.hpp"

#include "fovea/error.hpp"
#include "support/temporary_folder.hpp"

namespace fovea::test {
namespace {

class Fields : public testing::Test {
protected:
  JsonFields read(const std::string& text) const {
    store(folder.file("a.json"), text);
    return JsonFields::read(folder.file("a.json"));
  }
  template <class Work>
  std::string error_of(const std::string& text, const Work& work) const {
    try {
      JsonFields fields = read(text);
      work(fields);
    } catch (const InputError& error) {
      const std::string path = folder.file("a.json") + ": ", message = error.what();
      return message.rfind(path, 0) == 0 ? message.substr(path.size()) : "another file: " + message;
    }
    return "nothing was thrown";
  }
  TemporaryFolder folder;
};

TEST_F(Fields, TypesAndRanges) {
  JsonFields fields =
      read(R"({"t": "text", "w": "BGR", "i": 7, "n": 2.5, "one": 3, "l": [1, 2], "o": {"x": 1}})");
  EXPECT_EQ(fields.text("t"), "text");
  EXPECT_EQ(fields.word_if_given("w", {"rgb", "bgr"}), "bgr");
  EXPECT_EQ(fields.whole_number("i", 1, 7), 7);
  EXPECT_EQ(fields.number_if_given("n"), 2.5);
  EXPECT_EQ(fields.numbers_if_given("one"), std::vector<double>{3});
  EXPECT_EQ(fields.numbers_if_given("l"), (std::vector<double>{1, 2}));
  EXPECT_FALSE(fields.text_if_given("nowhere"));
  EXPECT_TRUE(fields.object_if_given("o")->whole_number_if_given("x", 0, 1));
  fields.expect_no_others();
}

TEST_F(Fields, ErrorsNameTheField) {
  const auto whole = [](JsonFields& f) { (void)f.whole_number("i", 1, 7); };
  EXPECT_EQ(error_of(R"({"i": 8})", whole), "field 'i': expected 1 to 7, found 8");
  EXPECT_EQ(error_of(R"({"i": 18446744073709551615})", whole),
            "field 'i': expected 1 to 7, found 18446744073709551615");
  EXPECT_EQ(error_of(R"({"i": 1.5})", whole), "field 'i': expected a whole number, found 1.5");
  EXPECT_EQ(error_of("{}", whole), "field 'i': is missing");
  EXPECT_EQ(error_of(R"({"o": {"x": "a"}})",
                     [](JsonFields& f) { (void)f.object_if_given("o")->number_if_given("x"); }),
            "field 'o.x': expected a number, found a string");
  EXPECT_EQ(error_of(R"({"l": [{}, 3]})", [](JsonFields& f) { (void)f.objects("l"); }),
            "field 'l[1]': expected an object, found a number");
  EXPECT_EQ(error_of(R"({"i": 1, "j": 2})",
                     [&](JsonFields& f) {
                       whole(f);
                       f.expect_no_others();
                     }),
            "field 'j': is not known; there are i");
}

TEST_F(Fields, FlagsAndTexts) {
  JsonFields fields = JsonFields::parse(R"({"f": true, "t": "x", "n": 1})", "options");
  EXPECT_EQ(fields.flag_if_given("f"), true);
  EXPECT_EQ(fields.flag_if_given("g"), std::nullopt);
  EXPECT_TRUE(fields.is_text("t"));
  EXPECT_FALSE(fields.is_text("n"));
  EXPECT_FALSE(fields.is_text("u"));
  EXPECT_EQ(error_of(R"({"f": 1})", [](JsonFields& f) { (void)f.flag_if_given("f"); }),
            "field 'f': expected true or false, found a number");
  EXPECT_THROW(JsonFields::parse("[]", "options"), InputError);
}

JsonFields texts(const std::vector<std::pair<std::string, std::string>>& fields) {
  return JsonFields::of_texts(fields, "query");
}

TEST(TextFields, BecomeWhatIsAskedFor) {
  JsonFields fields = texts(
      {{"n", "-0.5"}, {"i", "7"}, {"t", "7"}, {"f", "1"}, {"g", "false"}, {"l", "1,2.5"}, {"s", "a,b"}});
  EXPECT_EQ(fields.number_if_given("n"), -0.5);
  EXPECT_EQ(fields.number_if_given("i"), 7.0);
  EXPECT_EQ(fields.whole_number("i", 0, 7), 7);
  EXPECT_EQ(fields.text("t"), "7");
  EXPECT_TRUE(fields.is_text("t"));
  EXPECT_EQ(fields.flag_if_given("f"), true);
  EXPECT_EQ(fields.flag_if_given("g"), false);
  EXPECT_EQ(fields.numbers_if_given("l"), (std::vector<double>{1, 2.5}));
  EXPECT_EQ(fields.texts_if_given("s"), (std::vector<std::string>{"a", "b"}));
  EXPECT_TRUE(fields.has("n"));
  EXPECT_FALSE(fields.has("nowhere"));
  EXPECT_FALSE(fields.number_if_given("nowhere"));
}

TEST(TextFields, RefuseWhatTheyAreNot) {
  const auto error_of = [](const std::string& value, const auto& work) -> std::string {
    try {
      JsonFields fields = texts({{"x", value}});
      work(fields);
    } catch (const InputError& error) {
      return error.what();
    }
    return "nothing was thrown";
  };
  const auto whole = [](JsonFields& f) { (void)f.whole_number_if_given("x", 1, 7); };
  const auto number = [](JsonFields& f) { (void)f.number_if_given("x"); };
  EXPECT_EQ(error_of("8", whole), "query: field 'x': expected 1 to 7, found 8");
  EXPECT_EQ(error_of("1.5", whole), "query: field 'x': expected a whole number, found 1.5");
  EXPECT_EQ(error_of("7\xff", whole), "query: field 'x': expected a whole number, found '7\xff'");
  EXPECT_EQ(error_of("99999999999999999999", whole),
            "query: field 'x': expected a whole number, found 1e+20");
  for (const std::string text : {"", " 1", "1 ", "0x10", "nan", "inf", "1e999", "--1"})
    EXPECT_EQ(error_of(text, number), "query: field 'x': expected a number, found '" + text + "'");
  EXPECT_EQ(error_of("yes", [](JsonFields& f) { (void)f.flag_if_given("x"); }),
            "query: field 'x': expected true or false, found 'yes'");
  EXPECT_EQ(error_of("1,,2", [](JsonFields& f) { (void)f.numbers_if_given("x"); }),
            "query: field 'x': expected numbers, found ''");
  EXPECT_EQ(error_of("1", [](JsonFields& f) { (void)f.object_if_given("x"); }),
            "query: field 'x': expected an object, found a string");
  EXPECT_EQ(error_of("1", [](JsonFields& f) { f.expect_no_others(); }),
            "query: field 'x': is not known; there are ");
  EXPECT_THROW(texts({{"x", "1"}, {"x", "2"}}), InputError);
}

TEST(JsonPairs, AreListsOfTwoNumbers) {
  JsonFields fields =
      JsonFields::parse(R"({"p": [[1, 2.5], [-3, 4]], "none": [], "flat": [1, 2], "long": [[1, 2, 3]],
      "text": [["1", 2]], "n": null})",
                        "body");
  EXPECT_EQ(fields.pairs("p"), (std::vector<std::pair<double, double>>{{1, 2.5}, {-3, 4}}));
  EXPECT_TRUE(fields.pairs("none").empty());
  for (const char* bad : {"flat", "long", "text", "n", "missing"})
    EXPECT_THROW(fields.pairs(bad), InputError) << bad;
  EXPECT_TRUE(fields.is_null("n"));
  EXPECT_FALSE(fields.is_null("p"));
  EXPECT_FALSE(fields.is_null("missing"));
}

TEST_F(Fields, WhatIsNoJson) {
  const auto nothing = [](JsonFields&) {};
  EXPECT_EQ(error_of("{\n\"a\": }", nothing), "is not JSON: line 2 cannot be read");
  EXPECT_EQ(error_of("[1]", nothing), "expected a JSON object, found a array");
  EXPECT_EQ(error_of(R"({"a": 1e999})", nothing), "is not JSON: it holds a number that is out of range");
  EXPECT_EQ(error_of(std::string(200000, '['), nothing), "its JSON nests deeper than 64 levels");
}

TEST(JsonText, IsValidUtf8WithoutControlCharacters) {
  EXPECT_EQ(json_text({{"a", "\xff\x1b"}}), "{\n  \"a\": \"\xef\xbf\xbd\\u001b\"\n}");
}

}  // namespace
}  // namespace fovea::test
