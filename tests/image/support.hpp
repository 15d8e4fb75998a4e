#pragma once

#include "fovea/image.hpp"
#include "fovea/tensor.hpp"
#include "support/temporary_folder.hpp"

#include <gtest/gtest.h>

#include <sstream>
#include <string>
#include <vector>

namespace fovea::test {

inline std::string data(const std::string& name) {
  return std::string(FOVEA_TEST_DATA "/image/") + name;
}

/// A stored [H,W,3] or [H,W] array of bytes as a picture.
inline Image golden(const std::string& name) {
  const Tensor array = read_npy(data(name));
  const std::int64_t channels = array.shape().rank() == 3 ? array.shape()[2] : 1;
  Image image{array.shape()[1], array.shape()[0], channels, {}};
  for (const std::int64_t value : array.data<std::int64_t>())
    image.pixels.push_back(static_cast<std::uint8_t>(value));
  return image;
}

inline void expect_same(const Image& found, const Image& expected) {
  ASSERT_EQ(found.width, expected.width);
  ASSERT_EQ(found.height, expected.height);
  ASSERT_EQ(found.channels, expected.channels);
  ASSERT_EQ(found.pixels.size(), expected.pixels.size());
  for (std::size_t i = 0; i < found.pixels.size(); ++i)
    ASSERT_EQ(int{found.pixels[i]}, int{expected.pixels[i]}) << "at byte " << i;
}

/// The numbers of a CSV file, without its first line.
inline std::vector<std::vector<std::int64_t>> read_rows(const std::string& name) {
  std::istringstream lines(load(data(name)));
  std::string line;
  std::getline(lines, line);
  std::vector<std::vector<std::int64_t>> rows;
  while (std::getline(lines, line)) {
    std::istringstream fields(line);
    rows.emplace_back();
    for (std::string field; std::getline(fields, field, ',');)
      rows.back().push_back(std::stoll(field));
  }
  EXPECT_FALSE(rows.empty()) << name;
  return rows;
}

/// A picture without a pattern that a mistake could hide in.
inline Image sample(std::int64_t width, std::int64_t height, std::int64_t channels) {
  Image image = Image::blank(width, height, channels, 0);
  for (std::size_t i = 0; i < image.pixels.size(); ++i)
    image.pixels[i] = static_cast<std::uint8_t>(i * i * 31 + i * 7 + 3);
  return image;
}

}  // namespace fovea::test
