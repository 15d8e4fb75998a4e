#include "cli/download.hpp"

#include "fovea/error.hpp"

#include <curl/curl.h>
#include <fmt/format.h>

#include <array>
#include <chrono>
#include <exception>
#include <memory>

namespace fovea::cli {
namespace {

using Clock = std::chrono::steady_clock;

/// A transfer as its callbacks see it.
struct Transfer {
  const Download& wanted;
  CURL* handle;
  Clock::time_point last = Clock::now();  ///< when a byte came
  bool begun = false;
  std::exception_ptr failure =
      {};  ///< C code lies between a callback and `download`: nothing is thrown across it
};

long response_code(CURL* handle) {
  long code = 0;
  curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &code);
  return code;
}

extern "C" std::size_t take_bytes(char* bytes, std::size_t, std::size_t count, void* user) {
  auto& transfer = *static_cast<Transfer*>(user);
  try {
    constexpr long partial_content = 206;
    if (!transfer.begun && transfer.wanted.begin > 0 && response_code(transfer.handle) != partial_content)
      transfer.wanted.start_over();
    transfer.begun = true;
    transfer.wanted.take({bytes, count});
    transfer.last = Clock::now();
    return count;
  } catch (...) {
    transfer.failure = std::current_exception();
    return 0;
  }
}

/// Called at least once a second; other than 0: end the transfer. libcurl's own limit of speed looks at means
/// of several seconds.
extern "C" int is_out_of_patience(void* user, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  const auto& transfer = *static_cast<const Transfer*>(user);
  return Clock::now() - transfer.last > transfer.wanted.patience ? 1 : 0;
}

/// The protocols that a redirect may lead to: a file asked for over HTTPS does not come over plain HTTP.
void restrict_protocols(CURL* handle, bool plain) {
#if LIBCURL_VERSION_NUM >= 0x075500
  const char* const names = plain ? "http,https" : "https";
  curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, names);
  curl_easy_setopt(handle, CURLOPT_REDIR_PROTOCOLS_STR, names);
#else
  const long names = plain ? CURLPROTO_HTTP | CURLPROTO_HTTPS : CURLPROTO_HTTPS;
  curl_easy_setopt(handle, CURLOPT_PROTOCOLS, names);
  curl_easy_setopt(handle, CURLOPT_REDIR_PROTOCOLS, names);
#endif
}

std::string reason(CURLcode code, const Transfer& transfer, const std::string& detail) {
  switch (code) {
  case CURLE_HTTP_RETURNED_ERROR: {
    const long status = response_code(transfer.handle);
    return fmt::format("the server answers {}{}", status, status == 404 ? " (not found)" : "");
  }
  case CURLE_ABORTED_BY_CALLBACK:
    return fmt::format("nothing has come for {} s", transfer.wanted.patience.count());
  case CURLE_UNSUPPORTED_PROTOCOL:  // of a redirect, since the URL's own was looked at before
    return fmt::format("a redirect is not followed: {}", detail);
  case CURLE_PARTIAL_FILE:
    return "the connection ended before the file did";
  default:
    return detail.empty() ? curl_easy_strerror(code) : detail;
  }
}

/// libcurl's own global state, for as long as the program runs.
void start_curl() {
  static const CURLcode code = curl_global_init(CURL_GLOBAL_DEFAULT);
  if (code != CURLE_OK)
    throw InternalError(fmt::format("internal error: libcurl cannot start: {}", curl_easy_strerror(code)));
}

}  // namespace

void download(const Download& wanted) {
  start_curl();
  const std::unique_ptr<CURL, void (*)(CURL*)> handle(curl_easy_init(), curl_easy_cleanup);
  if (!handle)
    throw InternalError("internal error: libcurl has no handle to give");
  Transfer transfer{wanted, handle.get()};
  std::array<char, CURL_ERROR_SIZE> detail = {};

  CURL* const curl = handle.get();
  curl_easy_setopt(curl, CURLOPT_URL, wanted.url.c_str());
  restrict_protocols(curl, wanted.url.rfind("http:", 0) == 0);
  curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 1L);
  curl_easy_setopt(curl, CURLOPT_MAXREDIRS, 5L);
  curl_easy_setopt(curl, CURLOPT_FAILONERROR, 1L);
  curl_easy_setopt(curl, CURLOPT_USERAGENT, "fovea/" FOVEA_VERSION);
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
  curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, is_out_of_patience);
  curl_easy_setopt(curl, CURLOPT_XFERINFODATA, &transfer);
  curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, detail.data());
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_bytes);
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, &transfer);
  // Not CURLOPT_RESUME_FROM, which is an error where the server sends the whole file.
  const std::string range = fmt::format("{}-", wanted.begin);
  if (wanted.begin > 0)
    curl_easy_setopt(curl, CURLOPT_RANGE, range.c_str());

  const CURLcode code = curl_easy_perform(curl);
  if (transfer.failure)
    std::rethrow_exception(transfer.failure);
  if (code != CURLE_OK)
    throw InputError("cannot be downloaded: " + reason(code, transfer, detail.data()), wanted.url);
}

}  // namespace fovea::cli
