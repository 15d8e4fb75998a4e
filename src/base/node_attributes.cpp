#include "base/check.hpp"
#include "fovea/custom.hpp"

#include <array>

namespace fovea {
namespace {

constexpr std::array kTypes = {"an integer",        "a number",        "a text",  "a list of integers",
                               "a list of numbers", "a list of texts", "a tensor"};

}  // namespace

template <class T>
T NodeAttributes::get(std::string_view name, T otherwise) const {
  const auto found = values_.find(name);
  if (found == values_.end())
    return otherwise;
  const T* value = std::get_if<T>(&found->second);
  FOVEA_CHECK(value, "attribute '{}': expected {}, found {}", name, kTypes[Value(T()).index()],
              kTypes[found->second.index()]);
  return *value;
}

std::int64_t NodeAttributes::integer(std::string_view name, std::int64_t otherwise) const {
  return get(name, otherwise);
}
double NodeAttributes::number(std::string_view name, double otherwise) const {
  return get(name, otherwise);
}
std::string NodeAttributes::text(std::string_view name, std::string otherwise) const {
  return get(name, std::move(otherwise));
}
std::vector<std::int64_t> NodeAttributes::integers(std::string_view name,
                                                   std::vector<std::int64_t> otherwise) const {
  return get(name, std::move(otherwise));
}
std::vector<double> NodeAttributes::numbers(std::string_view name, std::vector<double> otherwise) const {
  return get(name, std::move(otherwise));
}
std::vector<std::string> NodeAttributes::texts(std::string_view name,
                                               std::vector<std::string> otherwise) const {
  return get(name, std::move(otherwise));
}
Tensor NodeAttributes::tensor(std::string_view name, Tensor otherwise) const {
  return get(name, std::move(otherwise));
}

}  // namespace fovea
