#include "cli/page_blocks.hpp"

#include "fovea/build_info.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <ctime>

namespace fovea::cli {
namespace {

std::string now() {
  return fmt::format("{:%Y-%m-%d %H:%M} UTC", fmt::gmtime(std::time(nullptr)));
}

}  // namespace

std::string block_text(const nlohmann::ordered_json& block) {
  return block.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

void add_head(Page& page, const std::string& summary) {
  const std::string made = fmt::format("Made by fovea {} on {}.", build_info().version, now());
  page.add_block("head", block_text({{"summary", summary}, {"made", made}}));
}

void add_facts(Page& page, const std::string& title, const Facts& facts) {
  nlohmann::ordered_json block = {{"title", title}, {"rows", nlohmann::ordered_json::array()}};
  for (const auto& [what, text] : facts)
    block["rows"].push_back(nlohmann::ordered_json::array({what, text}));
  page.add_block("facts", block_text(block));
}

void add_plot(Page& page, const std::string& title, const std::string& svg) {
  page.add_block("plot", block_text({{"title", title}, {"svg", svg}}));
}

Facts run_facts(const std::string& command_line, double seconds) {
  const BuildInfo info = build_info();
  return {{"Command line", command_line},
          {"fovea", fmt::format("{}, {}, oneDNN {} with {}", info.version, info.build_type, info.onednn,
                                info.instruction_set)},
          {"Time", fmt::format("{}, took {:.1f} s", now(), seconds)}};
}

}  // namespace fovea::cli
