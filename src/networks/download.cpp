#include "networks/download.hpp"

#include "base/shared_library.hpp"
#include "fovea/error.hpp"

#include <curl/curl.h>
#include <fmt/format.h>

#include <array>
#include <chrono>
#include <exception>
#include <memory>

namespace fovea::networks {
namespace {

using Clock = std::chrono::steady_clock;

/// libcurl's functions. The library is loaded by the first download, since it brings about 25 others: no
/// other work needs any of them.
struct Curl {
  decltype(&curl_easy_init) init;
  decltype(&curl_easy_cleanup) cleanup;
  decltype(&curl_easy_setopt) set;
  decltype(&curl_easy_getinfo) get;
  decltype(&curl_easy_perform) perform;
  decltype(&curl_easy_strerror) message;

  /// Loads and starts it, for as long as the program runs.
  Curl() {
    const SharedLibrary library("libcurl.so.4", "libcurl4");
    library.find(init, "curl_easy_init");
    library.find(cleanup, "curl_easy_cleanup");
    library.find(set, "curl_easy_setopt");
    library.find(get, "curl_easy_getinfo");
    library.find(perform, "curl_easy_perform");
    library.find(message, "curl_easy_strerror");
    decltype(&curl_global_init) start = nullptr;
    library.find(start, "curl_global_init");
    if (const CURLcode code = start(CURL_GLOBAL_DEFAULT); code != CURLE_OK)
      throw InternalError(fmt::format("internal error: libcurl cannot start: {}", message(code)));
  }
};

const Curl& curl() {
  static const Curl instance;
  return instance;
}

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
  curl().get(handle, CURLINFO_RESPONSE_CODE, &code);
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
  curl().set(handle, CURLOPT_PROTOCOLS_STR, names);
  curl().set(handle, CURLOPT_REDIR_PROTOCOLS_STR, names);
#else
  const long names = plain ? CURLPROTO_HTTP | CURLPROTO_HTTPS : CURLPROTO_HTTPS;
  curl().set(handle, CURLOPT_PROTOCOLS, names);
  curl().set(handle, CURLOPT_REDIR_PROTOCOLS, names);
#endif
}

std::string reason(CURLcode code, const Transfer& transfer, const std::string& detail) {
  switch (code) {
  case CURLE_HTTP_RETURNED_ERROR: {
    const long status = response_code(transfer.handle);
    return fmt::format("the server answers {}{}", status, status == 404 ? " (not found)" : "");
  }
  case CURLE_ABORTED_BY_CALLBACK:
    return fmt::format("no data for {} s", transfer.wanted.patience.count());
  case CURLE_UNSUPPORTED_PROTOCOL:  // of a redirect, since the URL's own was looked at before
    return fmt::format("a redirect is not followed: {}", detail);
  case CURLE_PARTIAL_FILE:
    return "the connection ended before the file did";
  default:
    return detail.empty() ? curl().message(code) : detail;
  }
}

}  // namespace

void download(const Download& wanted) {
  const std::unique_ptr<CURL, void (*)(CURL*)> handle(curl().init(), curl().cleanup);
  if (!handle)
    throw InternalError("internal error: libcurl has no handle to give");
  Transfer transfer{wanted, handle.get()};
  std::array<char, CURL_ERROR_SIZE> detail = {};

  const auto set = [&](CURLoption option, auto value) { curl().set(handle.get(), option, value); };
  set(CURLOPT_URL, wanted.url.c_str());
  restrict_protocols(handle.get(), wanted.url.rfind("http:", 0) == 0);
  set(CURLOPT_FOLLOWLOCATION, 1L);
  set(CURLOPT_MAXREDIRS, 5L);
  set(CURLOPT_FAILONERROR, 1L);
  set(CURLOPT_USERAGENT, "fovea/" FOVEA_VERSION);
  set(CURLOPT_NOSIGNAL, 1L);
  set(CURLOPT_NOPROGRESS, 0L);
  set(CURLOPT_XFERINFOFUNCTION, is_out_of_patience);
  set(CURLOPT_XFERINFODATA, &transfer);
  set(CURLOPT_ERRORBUFFER, detail.data());
  set(CURLOPT_WRITEFUNCTION, take_bytes);
  set(CURLOPT_WRITEDATA, &transfer);
  // Not CURLOPT_RESUME_FROM, which is an error where the server sends the whole file.
  const std::string range = fmt::format("{}-", wanted.begin);
  if (wanted.begin > 0)
    set(CURLOPT_RANGE, range.c_str());

  const CURLcode code = curl().perform(handle.get());
  if (transfer.failure)
    std::rethrow_exception(transfer.failure);
  if (code != CURLE_OK)
    throw InputError("cannot be downloaded: " + reason(code, transfer, detail.data()), wanted.url);
}

}  // namespace fovea::networks
