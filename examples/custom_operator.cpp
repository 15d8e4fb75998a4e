// Usage: example_custom_operator MODEL.onnx PHOTO
// An operator of one's own: every Relu of the network becomes a softplus, log(1 + exp(beta x)) / beta,
// forward and backward. Nodes of a domain that fovea does not know are taken in the same way. Exit code 1
// when the network sees something else then.
#include <fovea/error.hpp>
#include <fovea/explain.hpp>

#include <algorithm>
#include <cmath>
#include <cstdio>

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fprintf(stderr, "usage: %s MODEL.onnx PHOTO\n", argv[0]);
    return 2;
  }
  try {
    fovea::CustomOperator softplus{.domain = "", .type = "Relu"};  // or "com.example", "Softplus2d"
    softplus.forward = [](const fovea::CustomForward& call) {
      const double beta = call.node.attributes.number("beta", 50);  // the node's, if it has one
      const auto x = call.inputs[0].values;
      for (std::size_t i = 0; i < x.size(); ++i)  // written so that no exponential grows beyond bounds
        call.output.values[i] = std::max(x[i], 0.0) + std::log1p(std::exp(-beta * std::abs(x[i]))) / beta;
    };
    softplus.backward = [](const fovea::CustomBackward& call) {
      const double beta = call.node.attributes.number("beta", 50);
      const auto x = call.inputs[0].values, dy = call.dy.values;
      for (std::size_t i = 0; i < x.size(); ++i)
        call.dx[0].values[i] = dy[i] / (1 + std::exp(-beta * x[i]));
    };

    std::int64_t seen[2] = {};
    for (const bool own : {false, true}) {
      fovea::LoadOptions options;
      if (own)
        options.operators = {softplus};
      fovea::Explainer explain(fovea::Model::load(argv[1], options));
      const fovea::Explanation map = explain(fovea::read_image(argv[2]));
      float largest = 0;
      for (const float value : map.map.data<float>())
        largest = std::max(largest, value);
      std::printf("%s: %s, score %.4f, largest derivative %.4f\n", own ? "softplus" : "relu",
                  map.label.c_str(), map.target.score, largest);
      seen[own ? 1 : 0] = map.target.index;
    }
    return seen[0] == seen[1] ? 0 : 1;
  } catch (const fovea::Error& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}
