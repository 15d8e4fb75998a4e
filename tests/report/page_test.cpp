#include "fovea/error.hpp"
#include "report/page.hpp"
#include "support/pattern.hpp"
#include "support/temporary_folder.hpp"

#include <gtest/gtest.h>

namespace fovea::test {
namespace {

const std::string kPng = "\x89PNG\r\n\x1a\n...", kJpeg = "\xff\xd8\xff...", kWebp = "RIFF....WEBP";

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

/// The examples of RFC 4648, section 10, and bytes that are no text.
TEST(Base64, IsThatOfTheRfc) {
  EXPECT_EQ(base64(""), "");
  EXPECT_EQ(base64("f"), "Zg==");
  EXPECT_EQ(base64("fo"), "Zm8=");
  EXPECT_EQ(base64("foo"), "Zm9v");
  EXPECT_EQ(base64("foob"), "Zm9vYg==");
  EXPECT_EQ(base64("fooba"), "Zm9vYmE=");
  EXPECT_EQ(base64("foobar"), "Zm9vYmFy");
  EXPECT_EQ(base64(std::string("\xff\xfe\x00\xfb", 4)), "//4A+w==");
}

TEST(Page, TextStaysText) {
  EXPECT_EQ(html_text(R"(<b>"a" & 'b'</b>)"), "&lt;b&gt;&quot;a&quot; &amp; 'b'&lt;/b&gt;");
  EXPECT_EQ(json_for_html(R"({"name":"</script><!--"})"), R"({"name":"\u003c/script>\u003c!--"})");
}

TEST(Page, HoldsItsBlocksAndPictures) {
  const TemporaryFolder folder;
  const std::string path = folder.file("a.html");
  Page page(path, "<title>", Page::Pictures::Inside);
  EXPECT_EQ(page.add_picture("one", kPng), "data:image/png;base64," + base64(kPng));
  EXPECT_EQ(page.add_picture("two", kJpeg), "data:image/jpeg;base64," + base64(kJpeg));
  EXPECT_EQ(page.add_picture("three", kWebp), "data:image/webp;base64," + base64(kWebp));
  page.add_block("head", R"({"summary":"</script>"})");
  page.add_block("table", R"({"title":"t"})");
  page.finish();
  EXPECT_EQ(folder.count(), 1U);
  const std::string html = load(path);
  EXPECT_TRUE(has(html, "<title>&lt;title&gt;</title>"));
  EXPECT_TRUE(has(html, R"(data-kind="head">{"summary":"\u003c/script>"}</script>)"));
  EXPECT_LT(html.find("data-kind=\"head\""), html.find("data-kind=\"table\""));
  EXPECT_TRUE(html.ends_with("</html>\n"));
  // Style and script are in the page, and nothing in it is to be fetched.
  EXPECT_TRUE(has(html, "function showPage()"));
  EXPECT_TRUE(has(html, ".toolbar {"));
  EXPECT_FALSE(Pattern(R"re((src|href)="?https?:)re").is_in(html));
  EXPECT_TRUE(has(html, "default-src 'none'"));
}

TEST(Page, NothingIsThereBeforeItIsFinished) {
  const TemporaryFolder folder;
  store(folder.file("a.html"), "old");
  {
    Page page(folder.file("a.html"), "a", Page::Pictures::Beside);
    page.add_picture("one", kPng);
    page.add_block("head", "{}");
  }
  EXPECT_EQ(load(folder.file("a.html")), "old");
  EXPECT_EQ(folder.count(), 1U);
}

TEST(Page, PicturesBesideAreFiles) {
  const TemporaryFolder folder;
  Page page(folder.file("my report.html"), "a", Page::Pictures::Beside);
  EXPECT_EQ(page.add_picture("00001-a b%", kPng), "my%20report_files/00001-a%20b%25.png");
  EXPECT_EQ(page.add_picture("two", kJpeg), "my%20report_files/two.jpg");
  page.finish();
  EXPECT_EQ(folder.count(), 2U);
  EXPECT_EQ(load(folder.file("my report_files/00001-a b%.png")), kPng);
  EXPECT_EQ(load(folder.file("my report_files/two.jpg")), kJpeg);

  // A later page takes the place of those of the same name and leaves others alone.
  store(folder.file("my report_files/mine.txt"), "mine");
  Page again(folder.file("my report.html"), "a", Page::Pictures::Beside);
  again.add_picture("two", kJpeg + "new");
  again.finish();
  EXPECT_EQ(load(folder.file("my report_files/two.jpg")), kJpeg + "new");
  EXPECT_EQ(load(folder.file("my report_files/mine.txt")), "mine");
}

TEST(Page, ErrorsNameTheFile) {
  const TemporaryFolder folder;
  EXPECT_THROW(Page(folder.file("none/a.html"), "a", Page::Pictures::Inside), OutputError);
  store(folder.file("a_files"), "a file");
  Page page(folder.file("a.html"), "a", Page::Pictures::Beside);
  page.add_picture("one", kPng);
  EXPECT_THROW(page.finish(), OutputError);
}

TEST(Page, PicturesOfAnEarlierPageAreRemoved) {
  const TemporaryFolder folder;
  const auto write = [&](const std::vector<std::string>& names, Page::Pictures place) {
    Page page(folder.file("a b.html"), "a", place);
    for (const std::string& name : names)
      page.add_block("photo", "{\"map\": \"" + page.add_picture(name, "\x89PNG") + "\"}");
    page.finish();
  };
  const std::string pictures = folder.file("a b_files");
  write({"cat 1", "dog"}, Page::Pictures::Beside);
  store(pictures + "/mine.png", "");
  write({"dog", "fox"}, Page::Pictures::Beside);
  EXPECT_TRUE(std::filesystem::exists(pictures + "/dog.png"));
  EXPECT_TRUE(std::filesystem::exists(pictures + "/fox.png"));
  EXPECT_TRUE(std::filesystem::exists(pictures + "/mine.png")) << "no picture of the page";
  EXPECT_FALSE(std::filesystem::exists(pictures + "/cat 1.png"));
  std::filesystem::remove(pictures + "/mine.png");
  write({"dog"}, Page::Pictures::Inside);
  EXPECT_FALSE(std::filesystem::exists(pictures));
}

}  // namespace
}  // namespace fovea::test
