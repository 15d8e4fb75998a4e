#include "base/fitting_name.hpp"

#include "base/fingerprint.hpp"

namespace fovea {

std::string fitting_name(const std::string& name) {
  if (name.size() <= kMostNameBytes)
    return name;
  const std::string end = "-" + Fingerprint().add(name).text();
  std::size_t size = kMostNameBytes - end.size();
  while (size > 0 && (static_cast<unsigned char>(name[size]) & 0xC0) == 0x80)  // within a character
    --size;
  return name.substr(0, size) + end;
}

}  // namespace fovea
