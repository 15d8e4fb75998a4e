#include "report/unused_options.hpp"

#include "explain/method_options.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace fovea {
namespace {

/// "a", "a and b", "a, b and c"
std::string joined_methods(std::span<const std::string> names, const char* last) {
  std::string text;
  for (std::size_t i = 0; i < names.size(); ++i)
    text += (i == 0 ? "" : i + 1 == names.size() ? fmt::format(" {} ", last) : ", ") + names[i];
  return text;
}

std::vector<std::string> users_of(MethodOption option) {
  std::vector<std::string> users;
  for (std::string& name : method_names())
    if (uses_option(name, option, false))
      users.push_back(std::move(name));
  return users;
}

}  // namespace

std::vector<std::string> unused_options(std::span<const std::string> methods,
                                        const std::function<bool(const std::string& name)>& is_given,
                                        bool is_smoothed) {
  std::vector<std::string> sentences;
  for (const std::string& name : method_option_names()) {
    if (!is_given(name))
      continue;
    const MethodOption option = parse_method_option(name);
    if (std::any_of(methods.begin(), methods.end(),
                    [&](const std::string& method) { return uses_option(method, option, is_smoothed); }))
      continue;
    const std::vector<std::string> users = users_of(option);
    const bool takes_noise = option == MethodOption::Noise || option == MethodOption::Seed;
    sentences.push_back(fmt::format("--{} has no effect on {}: {} use{} it{}", name,
                                    joined_methods(methods, "or"), joined_methods(users, "and"),
                                    users.size() == 1 ? "s" : "",
                                    takes_noise ? ", and so does any method with --smooth" : ""));
  }
  return sentences;
}

}  // namespace fovea
