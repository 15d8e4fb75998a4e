#include "cli/kit/progress_bar.hpp"

#include "base/utf8.hpp"
#include "cli/kit/display.hpp"
#include "cli/kit/output.hpp"
#include "cli/kit/terminal.hpp"
#include "fovea/batch.hpp"

#include <unistd.h>

namespace fovea::cli {

ProgressBar::ProgressBar(std::int64_t total, const std::string& unit)
    : is_shown_(has_progress()), begin_(std::chrono::steady_clock::now()), last_(begin_) {
  state_.total = total;
  state_.unit = unit;
}

ProgressBar::~ProgressBar() {
  clear();
}

void ProgressBar::update(std::int64_t done, const std::string& text) {
  using namespace std::chrono_literals;
  const auto now = std::chrono::steady_clock::now();
  if (!has_begun_)
    state_.begun = done;
  has_begun_ = true;
  if (!is_shown_ || state_.total < 2 || now - begin_ < 1s || now - last_ < 100ms)
    return;
  last_ = now;
  state_.done = done;
  state_.text = shown(text);
  state_.seconds = std::chrono::duration<double>(now - begin_).count();
  // A line as wide as the terminal would move some terminals on to the next one.
  show_progress_line(progress_line(state_, terminal_width(STDERR_FILENO) - 1));
}

void ProgressBar::clear() {
  clear_progress_line();
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
