// Usage: example_cv_mat MODEL.onnx PHOTO OUT.png
// For programs built on OpenCV: a cv::Mat of 8-bit BGR in, the saliency map laid over it as a cv::Mat out.
#include <fovea/error.hpp>
#include <fovea/explain.hpp>

#include <cstdio>
#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>

namespace {

/// OpenCV keeps blue first and may pad its rows; fovea has red first and no padding.
fovea::Image from_mat(const cv::Mat& bgr) {
  fovea::Image image = fovea::Image::blank(bgr.cols, bgr.rows, 3, 0);
  cv::Mat rgb(bgr.size(), CV_8UC3, image.pixels.data());  // a view: cvtColor writes into the image
  cv::cvtColor(bgr, rgb, cv::COLOR_BGR2RGB);
  return image;
}

cv::Mat to_mat(fovea::Image image) {
  const cv::Mat rgb(static_cast<int>(image.height), static_cast<int>(image.width), CV_8UC3,
                    image.pixels.data());
  cv::Mat bgr;
  cv::cvtColor(rgb, bgr, cv::COLOR_RGB2BGR);
  return bgr;
}

/// The photo with the map over the part that the network saw: its centre crop.
cv::Mat with_map(fovea::Explainer& explain, const cv::Mat& photo) {
  const fovea::Explanation map = explain(from_mat(photo));
  const cv::Mat overlay = to_mat(map.overlay());
  const cv::Rect seen(static_cast<int>(map.region.x), static_cast<int>(map.region.y),
                      static_cast<int>(map.region.width), static_cast<int>(map.region.height));
  cv::Mat result = photo.clone();
  cv::Mat part = result(seen);
  cv::resize(overlay, part, seen.size(), 0, 0, cv::INTER_LINEAR);
  return result;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) {
    std::fprintf(stderr, "usage: %s MODEL.onnx PHOTO OUT.png\n", argv[0]);
    return 2;
  }
  try {
    // A program of one's own has its photo from a camera, a video or cv::imread.
    const cv::Mat photo = to_mat(fovea::read_image(argv[2]));
    fovea::Explainer explain(fovea::Model::load(argv[1]));
    fovea::write_png(argv[3], from_mat(with_map(explain, photo)));
    return 0;
  } catch (const fovea::Error& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}
