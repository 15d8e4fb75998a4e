#include "cli/kit/common_options.hpp"

#include "base/output_name.hpp"
#include "base/replacement.hpp"
#include "cli/kit/command.hpp"
#include "cli/kit/display.hpp"
#include "cli/kit/standard_streams.hpp"
#include "cli/kit/usage_error.hpp"
#include "fovea/error.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <sys/stat.h>
#include <system_error>
#include <utility>
#include <vector>

namespace fovea::cli {
namespace {

namespace fs = std::filesystem;

/// The values of the options that name what is written, or of those that name what is read.
std::vector<std::string> values_of(const CLI::App& command, const OfferOf& offer_of, bool written) {
  std::vector<std::string> values;
  for (const CLI::Option* option : command.get_options())
    if (const Offer& offer = offer_of(option); offer.is_written == written && !offer.names_runs)
      for (const std::string& value : option->results())
        values.push_back(offer.is_named ? split_named_file(value).path : value);
  return values;
}

void prepare_streams(const CLI::App& command, const OfferOf& offer_of) {
  std::vector<std::string> reading;
  bool is_written = false, takes_archives = false;
  for (const CLI::Option* option : command.get_options())
    for (const std::string& value : option->results())
      if (value == kStandardOutput)
        is_written = true;
      else if (value == kStandardInput && (reading.empty() || reading.back() != option->get_name())) {
        reading.push_back(option->get_name());
        takes_archives = offer_of(option).takes_archives;
      }
  if (reading.size() > 1)
    throw UsageError(fmt::format("{} cannot both be read from standard input: name a file for one of them",
                                 fmt::join(reading, " and ")));
  if (is_written)
    keep_standard_output_for_file();
  if (!reading.empty())
    keep_standard_input(takes_archives ? PipedArchives::Streamed : PipedArchives::Kept);
}

/// The files that a command reads, by device and inode.
class FilesRead {
public:
  explicit FilesRead(std::vector<std::string> names) : names_(std::move(names)) {}

  bool contain(const std::string& path) {
    std::call_once(is_looked_up_, [this] {
      for (const std::string& name : names_)
        if (const auto file = identity_of(name))
          files_.insert(*file);
    });
    const auto file = identity_of(path);
    return file && files_.count(*file) > 0;
  }

private:
  using Identity = std::pair<dev_t, ino_t>;

  static std::optional<Identity> identity_of(const std::string& path) {
    struct stat status = {};
    return ::stat(path.c_str(), &status) == 0 ? std::optional(Identity(status.st_dev, status.st_ino))
                                              : std::nullopt;
  }

  std::vector<std::string> names_;
  std::once_flag is_looked_up_;
  std::set<Identity> files_;
};

/// OutputError for an existing file that is another's, or that this command reads.
void check_output(const std::string& path, FilesRead& files_read) {
  if (files_read.contain(path))
    throw OutputError("is read by the same command: name another file", path);
  if (!is_result_file(path))
    throw OutputError("exists and is not a result of fovea: name another file, or replace it with --force",
                      path);
}

/// Keeps existing files that are no results of earlier runs.
void protect_files(const CLI::App& command, const OfferOf& offer_of) {
  const auto files_read = std::make_shared<FilesRead>(values_of(command, offer_of, false));
  set_replacement_check([files_read](const std::string& path) { check_output(path, *files_read); });
  std::error_code ignored;
  for (const std::string& output : values_of(command, offer_of, true))
    if (fs::is_regular_file(output, ignored) && output != kStandardOutput)
      check_output(output, *files_read);
}

}  // namespace

void CommonOptions::add_to(Command command, bool writes_files) {
  if (writes_files)
    command.add_flag("-f,--force", replaces_files,
                     "replace existing files that are not results of fovea, and files that are read");
  command = command.in_group("Display");
  command.add_flag("-q,--quiet", is_quiet, "show no notes and no progress, only warnings and errors");
  command.add_flag("--no-progress", hides_progress, "show no progress");
  command
      .add_option("--color", colour,
                  "colours: auto, on terminals unless the variable NO_COLOR is set; always; or never")
      .check(one_of({"auto", "always", "never"}))
      .shows_default();
}

void apply_common_options(const CLI::App& command, const CommonOptions& options, const OfferOf& offer_of) {
  set_display(
      {options.is_quiet, !options.is_quiet && !options.hides_progress, parse_colour_use(options.colour)});
  prepare_streams(command, offer_of);
  if (command.get_option_no_throw("--force") != nullptr && !options.replaces_files)
    protect_files(command, offer_of);
}

}  // namespace fovea::cli
