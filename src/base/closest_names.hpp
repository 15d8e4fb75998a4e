#pragma once

#include <compare>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// Comparing a name that somebody typed with the names that there are: the one place that decides what a
/// message offers instead.
namespace fovea {

/// Lower case, with every run of blanks, '_' and '-' as one space, so that "Border_Collie" is "border
/// collie".
std::string fold_name(std::string_view text);

/// How a typed name fits a name, best first.
struct NameMatch {
  enum class Kind {
    Same,        ///< the same but for case, blanks, '_' and '-'
    Words,       ///< whole words of the name: "cat" in "Egyptian cat"
    Beginning,   ///< the name begins with it
    WordBegins,  ///< a word of the name begins with it: "cat" in "a caterpillar"
    Near,        ///< few letters differ
    Far,
  };
  Kind kind = Kind::Far;
  std::size_t distance = 0;  ///< `edit_distance` to the name or, for a single word, to the nearest word
  friend auto operator<=>(const NameMatch&, const NameMatch&) = default;
};

/// Compares two folded names. An empty `wanted` fits nothing.
NameMatch match_name(std::string_view wanted, std::string_view name);

/// The names that may have been meant, best first: those that are not NameMatch::Kind::Far.
std::vector<std::string> near_names(std::string_view wanted, std::span<const std::string> names,
                                    std::size_t most = 3);

/// "; did you mean 'grad-cam' or 'grad-cam++'?", the end of a message; empty if no name is near.
std::string did_you_mean(std::string_view wanted, std::span<const std::string> names);

/// The message for a name that is none of `names`: "unknown method 'gradcam'; did you mean 'grad-cam'?". It
/// lists all names if none is near or if they are few.
std::string unknown_name(std::string_view what, std::string_view wanted, std::span<const std::string> names);

/// The names closest to the wanted one, best first, for messages: "'conv1', 'conv10'". Empty if there are no
/// names.
std::string closest_names(std::string_view wanted, std::span<const std::string> names, std::size_t most = 5);

}  // namespace fovea
