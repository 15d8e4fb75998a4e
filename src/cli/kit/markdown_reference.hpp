#pragma once

#include "cli/kit/description.hpp"

/// The reference of the command line as one page of Markdown, docs/cli.md.
namespace fovea::cli {

/// One section for each command with its usage, arguments and options. An option that several commands
/// describe in the same words appears once, in a section of its own that the commands link to. The text
/// depends on the description alone, so a test compares it with the page in docs/.
std::string markdown_reference(const CommandDescription& program);

}  // namespace fovea::cli
