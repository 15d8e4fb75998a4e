#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace fovea {

/// A text, such as a class name, as a part of a file name: letters and digits of any script are kept, and
/// each run of blanks, ASCII punctuation, control characters, marks of direction and bytes that are not UTF-8
/// becomes one '-', but none at the ends. At most `most_bytes` long, without a cut character. `otherwise` if
/// nothing is left; a name that Windows reserves ("con") gets a '_' at its end.
std::string file_name_part(std::string_view text, std::string_view otherwise, std::size_t most_bytes = 120);

}  // namespace fovea
