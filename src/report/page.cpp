#include "report/page.hpp"

#include "base/check.hpp"
#include "base/leftovers.hpp"
#include "base/read_file.hpp"
#include "base/replacement.hpp"
#include "base/unfinished.hpp"
#include "base/utf8.hpp"
#include "base/write_all.hpp"
#include "report/web_texts.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <fcntl.h>
#include <filesystem>
#include <unistd.h>

namespace fovea {
namespace {

namespace fs = std::filesystem;

/// Pictures come from the page or from beside it, styles and script from the page; there is nothing else.
constexpr const char* kPolicy =
    "default-src 'none'; img-src data: file: 'self'; style-src 'unsafe-inline'; script-src 'unsafe-inline'";

std::string head_of(std::string_view title) {
  return fmt::format(R"(<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="{}">
<meta name="generator" content="fovea">
<title>{}</title>
<style>
{}</style>
</head>
<body>
<noscript>This page shows its results by a script, which this browser does not run.</noscript>
)",
                     kPolicy, html_text(title), page_style());
}

/// The kind of a picture's file.
struct PictureKind {
  const char* media_type;
  const char* extension;
};

PictureKind kind_of(std::string_view bytes) {
  if (bytes.substr(0, 4) == "\x89PNG")
    return {"image/png", ".png"};
  if (bytes.substr(0, 4) == "RIFF")
    return {"image/webp", ".webp"};
  return {"image/jpeg", ".jpg"};
}

/// A name as it may stand in a URL.
std::string url_part(std::string_view text) {
  std::string result;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '_' || c == '.' || c == '~';
    result += plain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return result;
}

}  // namespace

std::string json_for_html(std::string_view json) {
  std::string result;
  result.reserve(json.size());
  for (const char c : valid_utf8(json))
    if (c == '<')  // only strings hold it
      result += "\\u003c";
    else
      result += c;
  return result;
}

std::string base64(std::string_view bytes) {
  static constexpr char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string result;
  result.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const std::size_t count = std::min<std::size_t>(bytes.size() - i, 3);
    std::uint32_t group = 0;
    for (std::size_t k = 0; k < 3; ++k)
      group = group << 8 | (k < count ? static_cast<unsigned char>(bytes[i + k]) : 0U);
    for (std::size_t k = 0; k < 4; ++k)
      result += k <= count ? digits[group >> (18 - 6 * k) & 63U] : '=';
  }
  return result;
}

std::string picture_url(std::string_view bytes) {
  return fmt::format("data:{};base64,{}", kind_of(bytes).media_type, base64(bytes));
}

std::string html_text(std::string_view text) {
  std::string result;
  for (const char c : valid_utf8(text))
    switch (c) {
    case '&':
      result += "&amp;";
      break;
    case '<':
      result += "&lt;";
      break;
    case '>':
      result += "&gt;";
      break;
    case '"':
      result += "&quot;";
      break;
    default:
      result += c;
    }
  return result;
}

std::string folder_beside(const std::string& page) {
  return fs::path(page).replace_extension().string() + "_files";
}

PictureBeside picture_beside(const std::string& page, const std::string& name, std::string_view bytes) {
  const std::string file = name + kind_of(bytes).extension;
  return {file, url_part(fs::path(folder_beside(page)).filename().string()) + "/" + url_part(file)};
}

Page::Page(const std::string& path, std::string_view title, Pictures pictures)
    : path_(path), pictures_(pictures), file_(path), folder_(folder_beside(path)) {
  file_.write(head_of(title));
}

Page::~Page() {
  if (lock_ >= 0)
    ::close(lock_);
  if (unfinished_.empty())
    return;
  std::error_code ignored;
  fs::remove_all(unfinished_, ignored);
  forget_unfinished(unfinished_);
}

std::string Page::add_picture(const std::string& name, const std::string& bytes) {
  if (pictures_ == Pictures::Inside)
    return picture_url(bytes);
  const auto [file, url] = picture_beside(path_, name, bytes);
  {
    const std::lock_guard lock(mutex_);
    if (unfinished_.empty()) {
      const std::string wanted = unfinished_folder_name(folder_);
      std::error_code error;
      const UnfinishedLock hold = hold_unfinished();
      note_unfinished(wanted);
      if (!fs::create_directory(wanted, error)) {
        forget_unfinished(wanted);
        throw_write_error(wanted, error ? error.value() : EEXIST);
      }
      unfinished_ = wanted;
      lock_ = ::open(wanted.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
      if (lock_ >= 0)
        lock_unfinished(lock_);
    }
    names_.push_back(file);
  }
  write_file_atomically((fs::path(unfinished_) / file).string(), bytes);
  return url;
}

void Page::keep_picture(const std::string& file) {
  kept_.insert(file);
}

void Page::add_block(std::string_view kind, std::string_view json) {
  file_.write(fmt::format("<script type=\"application/json\" data-kind=\"{}\">{}</script>\n", kind,
                          json_for_html(json)));
}

void Page::finish() {
  file_.write("<script>\n(() => {\n\"use strict\";\n" + page_script() +
              "})();\n</script>\n</body>\n</html>\n");
  const std::set<std::string> earlier = pictures_of_earlier_page();
  const UnfinishedLock hold = hold_unfinished();  // an interrupt comes before or after page and pictures
  if (!unfinished_.empty()) {
    place_pictures();
    forget_unfinished(unfinished_);
    unfinished_.clear();
  }
  file_.commit();
  if (!earlier.empty())
    remove_from_folder(earlier);
}

std::set<std::string> Page::pictures_of_earlier_page() const {
  std::set<std::string> pictures;
  std::error_code error;
  if (!fs::is_directory(folder_, error) || !fs::is_regular_file(path_, error) || !is_result_file(path_))
    return pictures;
  const std::string page = read_file(path_, std::size_t{4} << 30);
  const std::string beginning = '"' + url_part(fs::path(folder_).filename().string()) + "/";
  std::set<std::string> named;
  for (std::size_t at = page.find(beginning); at != std::string::npos; at = page.find(beginning, at)) {
    at += beginning.size();
    named.insert(page.substr(at, page.find('"', at) - at));
  }
  for (fs::directory_iterator at(folder_, error), end; !error && at != end; at.increment(error)) {
    const std::string name = at->path().filename().string();
    if (named.count(url_part(name)) > 0)
      pictures.insert(name);
  }
  return pictures;
}

void Page::remove_from_folder(std::set<std::string> pictures) const {
  for (const std::string& name : names_)
    pictures.erase(name);
  for (const std::string& name : kept_)
    pictures.erase(name);
  std::error_code ignored;
  for (const std::string& name : pictures)
    fs::remove(fs::path(folder_) / name, ignored);
  ::rmdir(folder_.c_str());  // which refuses a folder that holds something
}

void Page::place_pictures() {
  if (::rename(unfinished_.c_str(), folder_.c_str()) == 0)
    return;
  if (errno != ENOTEMPTY && errno != EEXIST)
    throw_write_error(folder_, errno);
  std::error_code error;  // an earlier page's folder, which may hold something else
  for (const std::string& name : names_) {
    fs::rename(fs::path(unfinished_) / name, fs::path(folder_) / name, error);
    if (error)
      throw_write_error((fs::path(folder_) / name).string(), error.value());
  }
  fs::remove_all(unfinished_, error);
}

}  // namespace fovea
