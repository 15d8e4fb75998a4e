#include "cli/kit/progress_bar.hpp"

#include "cli/kit/output.hpp"
#include "fovea/batch.hpp"

#include <unistd.h>

namespace fovea::cli {

ProgressBar::ProgressBar(std::int64_t total)
    : total_(total), terminal_(::isatty(STDERR_FILENO) == 1), begin_(std::chrono::steady_clock::now()),
      last_(begin_) {}

ProgressBar::~ProgressBar() {
  clear();
}

void ProgressBar::update(std::int64_t done, const std::string& text) {
  using namespace std::chrono_literals;
  const auto now = std::chrono::steady_clock::now();
  if (!terminal_ || total_ < 2 || now - begin_ < 1s || now - last_ < 100ms)
    return;
  last_ = now;
  constexpr std::int64_t width = 24;
  const std::int64_t filled = width * done / total_;
  say("\r\033[K[{}{}] {}/{} {:.60}", std::string(static_cast<std::size_t>(filled), '#'),
      std::string(static_cast<std::size_t>(width - filled), '.'), done, total_, text);
  drawn_ = true;
}

void ProgressBar::clear() {
  if (drawn_)
    say("\r\033[K");
  drawn_ = false;
}

std::function<void(std::int64_t, std::int64_t, const std::string&)> ProgressDisplay::progress() {
  return [this](std::int64_t done, std::int64_t total, const std::string& what) {
    if (!bar_ || total != total_)
      bar_.emplace(total);
    total_ = total;
    bar_->update(done, what);
  };
}

std::function<void(const std::string&)> ProgressDisplay::failed() {
  return [this](const std::string& message) {
    if (bar_)
      bar_->clear();
    say("fovea: error: {}\n", message);
  };
}

int run_files(const std::vector<std::string>& paths, std::size_t workers,
              const std::function<FileWorker()>& make_worker) {
  ProgressBar bar(static_cast<std::int64_t>(paths.size()));
  FileBatchOptions options;
  options.workers = workers;
  options.before = [&](std::size_t i) { bar.update(static_cast<std::int64_t>(i), paths[i]); };
  options.failed = [&](std::size_t, const std::string& message) {
    bar.clear();
    say("fovea: error: {}\n", message);
  };
  return for_each_file(paths, make_worker, options) == 0 ? 0 : 1;
}

}  // namespace fovea::cli
