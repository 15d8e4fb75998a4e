#include "base/log.hpp"
#include "fovea/library.hpp"
#include "fovea/program.hpp"
#include "support/onnx_builder.hpp"
#include "support/pattern.hpp"
#include "support/temporary_folder.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <mutex>
#include <thread>

namespace fovea::test {
namespace {

struct Line {
  LogLevel level;
  std::string text;
};

/// Listens as long as it lives.
class Listener {
public:
  explicit Listener(LogLevel level) {
    set_log([this](LogLevel of, std::string_view text) { lines_.push_back({of, std::string(text)}); }, level);
  }
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;
  ~Listener() { set_log({}); }

  const std::vector<Line>& lines() const { return lines_; }
  std::ptrdiff_t count(const std::string& expression) const {
    const Pattern pattern(expression);
    return std::count_if(lines_.begin(), lines_.end(),
                         [&](const Line& line) { return pattern.is_in(line.text); });
  }

private:
  std::vector<Line> lines_;
};

void compile(BackendKind backend, Direction direction = Direction::ForwardAndBackward) {
  Program::compile(Model::load(std::string(FOVEA_TEST_DATA) + "/networks/attention.onnx"),
                   {.direction = direction, .backend = backend, .threads = 1});
}

TEST(Log, tells_of_each_part_of_compiling) {
  const Listener listener(LogLevel::Detail);
  compile(BackendKind::OneDnn);
  EXPECT_EQ(listener.count("^imported .*/attention\\.onnx: [1-9][0-9]* nodes \\([0-9.]+ ms\\)$"), 1);
  EXPECT_EQ(listener.count("^pass fold_constants: [1-9][0-9]* nodes, then [1-9][0-9]* \\([0-9.]+ ms\\)$"), 2);
  EXPECT_EQ(listener.count("^pass fuse_conv: "), 1);
  EXPECT_EQ(listener.count("^differentiated by rule gradient: "), 1);
  EXPECT_EQ(listener.count("^memory plan: [1-9][0-9]* bytes a session, "), 1);
  EXPECT_EQ(listener.count("^compiled .*/attention\\.onnx for onednn: "), 1);
  EXPECT_EQ(listener.lines().back().level, LogLevel::Summary);
}

TEST(Log, names_every_node_that_falls_back) {
  const Listener listener(LogLevel::Detail);
  const TemporaryFolder folder;
  ModelBuilder builder;
  builder.input("x", {1, 3, 4, 4}).output("scores").weight("w", {48, 2}, std::vector<float>(96, 0.5F));
  builder.node("Sin", {"x"}, {"waves"})
      .node("Flatten", {"waves"}, {"flat"})
      .node("MatMul", {"flat", "w"}, {"scores"});
  const auto program = Program::compile(Model::load(builder.save(folder.file("model.onnx"))), {.threads = 1});
  EXPECT_GT(program->report().fallback_nodes, 0);
  EXPECT_EQ(listener.count("^node '.+' \\(.+\\): no kernel of oneDNN's, runs its reference kernel$"),
            program->report().fallback_nodes);
}

TEST(Log, has_two_levels) {
  const Listener listener(LogLevel::Summary);
  compile(BackendKind::Reference);
  ASSERT_EQ(listener.lines().size(), 2U);
  EXPECT_EQ(listener.count("^imported "), 1);
  EXPECT_EQ(listener.count("^compiled .* for reference: "), 1);
}

TEST(Log, is_off_unless_it_is_set) {
  EXPECT_FALSE(is_logged(LogLevel::Summary));
  std::vector<std::string> lines;
  set_log([&](LogLevel, std::string_view text) { lines.emplace_back(text); }, LogLevel::Summary);
  EXPECT_TRUE(is_logged(LogLevel::Summary));
  EXPECT_FALSE(is_logged(LogLevel::Detail));
  set_log({});
  EXPECT_FALSE(is_logged(LogLevel::Summary));
  compile(BackendKind::Reference);
  EXPECT_TRUE(lines.empty());
}

/// Lines come whole and one after the other; none comes once the log has been taken away.
TEST(Log, is_shared_by_threads) {
  std::vector<std::string> lines;  // no lock of its own
  set_log([&](LogLevel, std::string_view text) { lines.emplace_back(text); }, LogLevel::Summary);
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([] {
      for (int i = 0; i < 5; ++i)
        compile(BackendKind::Reference, Direction::Forward);
    });
  for (std::thread& thread : threads)
    thread.join();
  set_log({});
  EXPECT_EQ(lines.size(), 4U * 5U * 2U);
}

}  // namespace
}  // namespace fovea::test
