#pragma once

#include <cstddef>

namespace fovea {

/// Asks the system to back memory that is not touched yet by large pages, where it has them: touching tens of
/// megabytes page by page takes longer than filling them. Nothing for less than a few megabytes.
void ask_for_large_pages(void* begin, std::size_t bytes);

}  // namespace fovea
