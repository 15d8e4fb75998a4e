#include "fovea/preprocessing.hpp"

#include "base/check.hpp"

namespace fovea {

Preprocessing preprocessing_preset(std::string_view name) {
  Preprocessing preset;
  if (name == "torchvision") {
    preset.mean = {0.485, 0.456, 0.406, 0};
    preset.std = {0.229, 0.224, 0.225, 1};
    return preset;
  }
  if (name == "caffe") {
    preset.scale = 1;
    preset.mean = {123, 117, 104, 0};
    preset.channel_order = ChannelOrder::BGR;
    return preset;
  }
  if (name == "tf") {
    preset.scale = 1 / 127.5;
    preset.mean = {1, 1, 1, 1};
    return preset;
  }
  FOVEA_CHECK(name == "none", "unknown preprocessing '{}': expected torchvision, caffe, tf or none", name);
  return preset;
}

}  // namespace fovea
