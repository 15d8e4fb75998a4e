#pragma once

#include "c_api/guard.hpp"
#include "fovea/image.hpp"
#include "fovea/segment.hpp"
#include "fovea/tensor.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

struct fovea_result {
  struct Array {
    fovea_array view = {};
    std::shared_ptr<const void> elements;
  };
  std::map<std::string, Array, std::less<>> arrays;
  std::map<std::string, std::string, std::less<>> texts;

  /// Adds an array of a copy of the elements, whose number the shape gives.
  void add(const std::string& name, std::vector<std::int64_t> shape, std::vector<std::uint8_t> elements);
  void add(const std::string& name, std::vector<std::int64_t> shape, std::vector<std::int64_t> elements);
  void add(const std::string& name, std::vector<std::int64_t> shape, std::vector<double> elements);
  /// Adds a tensor of F32.
  void add(const std::string& name, const fovea::Tensor& tensor);
  /// Adds a picture as [height,width,3], and a mask as [height,width].
  void add(const std::string& name, const fovea::Image& image);
  void add(const std::string& name, const fovea::Mask& mask);
  void add(const std::string& name, std::span<const fovea::Box> boxes);
  void add(const std::string& name, double number) { add(name, {}, std::vector<double>{number}); }
  void add(const std::string& name, std::int64_t number) { add(name, {}, std::vector<std::int64_t>{number}); }
  void add_text(const std::string& name, std::string text) { texts[name] = std::move(text); }
  /// Adds a JSON list of texts.
  void add_list(const std::string& name, std::span<const std::string> list);

private:
  template <class T>
  void keep(const std::string& name, fovea_type type, std::vector<std::int64_t> shape,
            std::vector<T> elements);
};

namespace fovea::c_api {

/// A view of a tensor of F32, of rank 4 at most.
fovea_array array_of(const Tensor& tensor);

/// Runs `body`, which fills a result, and gives the result to the caller. The address of the result is
/// checked before anything runs.
template <class Body>
fovea_status give_result(fovea_result** result, Body&& body) {
  return guarded([&] {
    fovea_result*& out = not_null(result, "result");
    auto made = std::make_unique<fovea_result>();
    body(*made);
    out = made.release();
  });
}

}  // namespace fovea::c_api
