#include "model_builder.hpp"

#include "onnx/import/picture_form.hpp"

namespace fovea::onnx_import {
namespace {

/// A model of an input "x" and the nodes that a test adds before finish(), which ends it in a convolution of
/// [4,channels,3,3].
ImportBuilder model_of(const Dims& dims, int type = onnx::TensorProto::FLOAT) {
  ImportBuilder m;
  m.input("x", dims, type);
  return m;
}

ImportBuilder finish(ImportBuilder m, const std::string& value, std::int64_t channels) {
  m.weight("w", {4, channels, 3, 3}, std::vector<float>(static_cast<std::size_t>(36 * channels), 0.5F));
  m.node("Conv", {value, "w"}, {"c"}, {}, "conv").node("GlobalAveragePool", {"c"}, {"pooled"});
  m.node("Flatten", {"pooled"}, {"y"}).output("y");
  return m;
}

/// "HWC 3 16x0", or "none".
std::string form_of(const ImportBuilder& m) {
  const auto file = m.file();
  const PictureForm* form = file->picture_form(0);
  if (!form)
    return "none";
  std::string axes;
  for (const auto& axis : form->axes)
    for (PictureAxis what : axis)
      axes += "NCHW"[static_cast<std::size_t>(what)];
  return fmt::format("{}{} {} {}x{}{}", axes, form->axes.size() == 2 ? " flat" : "", form->channels,
                     form->height, form->width, form->is_integer ? " integer" : "");
}

TEST(PictureForm, ChannelsAreThoseOfTheFirstConvolution) {
  EXPECT_EQ(form_of(finish(model_of({-1, -2, -3, -4}), "x", 3)), "NCHW 3 0x0");
  EXPECT_EQ(form_of(finish(model_of({-1, -2, -3, -4}), "x", 1)), "NCHW 1 0x0");
  EXPECT_EQ(form_of(finish(model_of({-1, -2, 16, 20}), "x", 4)), "NCHW 4 16x20");
  EXPECT_EQ(form_of(finish(model_of({1, 3, 16, -1}), "x", 3)), "NCHW 3 16x0");
  EXPECT_EQ(form_of(finish(model_of({-1, -2, -3, -4}), "x", 12)), "none");
}

TEST(PictureForm, ALayoutIsWhatTheConvolutionTakes) {
  const auto last = [](const Dims& dims) {
    return form_of(
        finish(model_of(dims).node("Transpose", {"x"}, {"t"}, {{"perm", Dims({0, 3, 1, 2})}}), "t", 3));
  };
  EXPECT_EQ(last({-1, -2, -3, -4}), "NHWC 3 0x0");
  EXPECT_EQ(last({1, 3, 16, 3}), "NHWC 3 3x16") << "both axes could hold the channels";
  EXPECT_EQ(last({1, 16, 16, -1}), "NHWC 3 16x16");
  EXPECT_EQ(last({-1, -2, -3, 3}), "NHWC 3 0x0") << "three channels, not three pixels in a row";
  EXPECT_EQ(form_of(finish(model_of({1, 3, 16, 3}), "x", 3)), "NCHW 3 16x3");
}

TEST(PictureForm, IsFoundThroughPreprocessing) {
  const auto through = [](auto&& add) {
    ImportBuilder m = model_of({-1, -2, -3, -4});
    add(m);
    return form_of(finish(std::move(m), "p", 3));
  };
  EXPECT_EQ(through([](ImportBuilder& m) {
              m.weight("mean", {3}, {1, 2, 3}).node("Sub", {"x", "mean"}, {"s"});
              m.node("Transpose", {"s"}, {"p"}, {{"perm", Dims({0, 3, 1, 2})}});
            }),
            "NHWC 3 0x0");
  EXPECT_EQ(through([](ImportBuilder& m) {
              m.weight("std", {1, 3, 1, 1}, {1, 2, 3}).node("Div", {"x", "std"}, {"s"});
              m.list("pads", {0, 0, 1, 1, 0, 0, 1, 1}).node("Pad", {"s", "pads"}, {"i"});
              m.node("Identity", {"i"}, {"p"});
            }),
            "NCHW 3 0x0");
  EXPECT_EQ(through([](ImportBuilder& m) {
              m.list("bgr", {2, 1, 0}).node("Gather", {"x", "bgr"}, {"p"}, {{"axis", 1}});
            }),
            "NCHW 3 0x0");
  EXPECT_EQ(through([](ImportBuilder& m) {
              m.node("Split", {"x"}, {"r", "g", "b"}, {{"axis", 3}});
              m.node("Concat", {"b", "g", "r"}, {"s"}, {{"axis", 3}});
              m.node("Transpose", {"s"}, {"p"}, {{"perm", Dims({0, 3, 1, 2})}});
            }),
            "NHWC 3 0x0");
  EXPECT_EQ(through([](ImportBuilder& m) {
              m.weight("one", {3}, {1, 2, 3});
              m.node("BatchNormalization", {"x", "one", "one", "one", "one"}, {"p"});
            }),
            "NCHW 3 0x0");
  EXPECT_EQ(through([](ImportBuilder& m) {
              m.node("Concat", {"x", "x", "x"}, {"p"}, {{"axis", 1}});
            }),
            "NCHW 1 0x0");
}

TEST(PictureForm, RankAndTypeMayBeMissing) {
  ImportBuilder m = finish(model_of({}), "x", 3);
  m.graph().mutable_input(0)->mutable_type()->mutable_tensor_type()->clear_shape();
  EXPECT_EQ(form_of(m), "NCHW 3 0x0");
  m.graph().mutable_input(0)->mutable_type()->mutable_tensor_type()->clear_elem_type();
  EXPECT_EQ(form_of(m), "NCHW 3 0x0");
  EXPECT_EQ(m.import({.height = 8, .width = 9}).shape(0), Shape({1, 3, 8, 9}));
  ImportBuilder grey = model_of({});
  grey.graph().mutable_input(0)->mutable_type()->mutable_tensor_type()->clear_shape();
  grey.list("axis", {1}).node("Unsqueeze", {"x", "axis"}, {"u"});
  EXPECT_EQ(form_of(finish(grey, "u", 1)), "NHW 1 0x0");
}

TEST(PictureForm, ThreeAxesAreGreyOrOnePicture) {
  const auto unsqueezed = [](const Dims& dims, std::int64_t axis, std::int64_t channels) {
    ImportBuilder m = model_of(dims);
    m.list("axis", {axis}).node("Unsqueeze", {"x", "axis"}, {"u"});
    return form_of(finish(std::move(m), "u", channels));
  };
  EXPECT_EQ(unsqueezed({-1, 28, 20}, 1, 1), "NHW 1 28x20");
  EXPECT_EQ(unsqueezed({3, 28, 20}, 0, 3), "CHW 3 28x20");
  EXPECT_EQ(unsqueezed({-1, -2, -3}, 0, 3), "CHW 3 0x0");
  ImportBuilder one_last = model_of({-1, -2, 3});
  one_last.list("axis", {0}).node("Unsqueeze", {"x", "axis"}, {"u"});
  one_last.node("Transpose", {"u"}, {"t"}, {{"perm", Dims({0, 3, 1, 2})}});
  EXPECT_EQ(form_of(finish(one_last, "t", 3)), "HWC 3 0x0");
  ImportBuilder dense = model_of({-1, 28, 28});
  dense.node("Flatten", {"x"}, {"y"}).output("y");
  EXPECT_EQ(form_of(dense), "NHW 1 28x28");
  ImportBuilder signal = model_of({-1, 4, 100});
  signal.weight("w", {2, 4, 3}, std::vector<float>(24, 1)).node("Conv", {"x", "w"}, {"y"}).output("y");
  EXPECT_EQ(form_of(signal), "none");
}

TEST(PictureForm, FlatOnesAreSquareOrWhatTheirReshapeSays) {
  const auto dense = [](std::int64_t count, int type = onnx::TensorProto::FLOAT) {
    return form_of(model_of({-1, count}, type).node("Identity", {"x"}, {"y"}).output("y"));
  };
  EXPECT_EQ(dense(784), "NCHW flat 1 28x28");
  EXPECT_EQ(dense(3072), "NCHW flat 3 32x32");
  EXPECT_EQ(dense(785), "none");
  EXPECT_EQ(dense(4), "none") << "four measurements, not four pixels";
  EXPECT_EQ(dense(64, onnx::TensorProto::INT64), "none") << "words";
  EXPECT_EQ(dense(64, onnx::TensorProto::UINT8), "NCHW flat 1 8x8 integer");
  const auto reshaped = [](const Dims& target, const Dims& perm) {
    ImportBuilder m = model_of({-1, 600});
    m.list("target", target).node("Reshape", {"x", "target"}, {"r"});
    m.node("Transpose", {"r"}, {"t"}, {{"perm", perm}});
    return form_of(finish(std::move(m), "t", 3));
  };
  EXPECT_EQ(reshaped({-1, 3, 20, 10}, {0, 1, 2, 3}), "NCHW flat 3 20x10");
  EXPECT_EQ(reshaped({-1, 20, 10, 3}, {0, 3, 1, 2}), "NHWC flat 3 20x10");
  EXPECT_EQ(reshaped({1, 20, -1, 3}, {0, 3, 1, 2}), "NHWC flat 3 20x10");
}

/// The convolution receives equal numbers from [N,C,H,W], whatever form the file takes.
TEST(PictureForm, CanonicalPicturesBecomeTheFilesForm) {
  const auto picture = [] {
    std::vector<float> values(600);
    for (std::size_t i = 0; i < values.size(); ++i)
      values[i] = static_cast<float>(i % 37);
    return floats({1, 3, 20, 10}, values);
  }();
  const auto value = [&](ImportBuilder m, const std::string& name) {
    const ir::Graph graph = import_graph(
        *m.file(),
        {.wanted = {name}, .picture = ImportOptions::Picture::Canonical, .floating_picture = true});
    return to_vector<float>(run(graph, {picture}).front());
  };
  const std::vector<float> expected = to_vector<float>(picture);
  ImportBuilder last = model_of({1, 20, 10, 3}, onnx::TensorProto::UINT8);
  last.node("Cast", {"x"}, {"f"}, {{"to", 1}})
      .node("Transpose", {"f"}, {"t"}, {{"perm", Dims({0, 3, 1, 2})}});
  EXPECT_EQ(value(finish(last, "t", 3), "t"), expected);
  ImportBuilder flat = model_of({-1, 600});
  flat.list("target", {-1, 20, 10, 3}).node("Reshape", {"x", "target"}, {"r"});
  flat.node("Transpose", {"r"}, {"t"}, {{"perm", Dims({0, 3, 1, 2})}});
  EXPECT_EQ(value(finish(flat, "t", 3), "t"), expected);
  ImportBuilder one = model_of({3, 20, 10});
  one.list("axis", {0}).node("Unsqueeze", {"x", "axis"}, {"u"});
  EXPECT_EQ(value(finish(one, "u", 3), "u"), expected);
}

/// Sums with whole constants, which a file may have before its Cast, are floating too; a quotient of whole
/// numbers would be another one, so that is refused.
TEST(PictureForm, WholeNumbersAreSummedWithWholeConstants) {
  const auto through = [](const char* op) {
    ImportBuilder m = model_of({1, 3, 8, 8}, onnx::TensorProto::INT32);
    *m.graph().add_initializer() = int_tensor("k", {}, {2});
    m.node(op, {"x", "k"}, {"d"}, {}, "d").node("Cast", {"d"}, {"f"}, {{"to", 1}});
    return import_graph(*finish(m, "f", 3).file(), {.wanted = {"d"}, .floating_picture = true});
  };
  const Tensor black = floats({1, 3, 8, 8}, std::vector<float>(192, 0));
  EXPECT_EQ(to_vector<float>(run(through("Sub"), {black}).front())[0], -2);
  EXPECT_EQ(to_vector<float>(run(through("Add"), {black}).front())[0], 2);
  EXPECT_THROW(through("Div"), ModelError);
}

TEST(PictureForm, WholeNumbersStayFloatingThroughCasts) {
  ImportBuilder m = model_of({1, 3, 8, 8}, onnx::TensorProto::UINT8);
  m.node("Cast", {"x"}, {"i"}, {{"to", 6}}).node("Cast", {"i"}, {"f"}, {{"to", 1}});
  const auto file = finish(m, "f", 3).file();
  const ir::Graph floating = import_graph(*file, {.floating_picture = true});
  EXPECT_EQ(floating.type(floating.inputs()[0]).dtype, DType::F32);
  EXPECT_EQ(operators(floating).find("Cast"), std::string::npos);
  EXPECT_EQ(import_graph(*file, {}).type(0).dtype, DType::I64);
}

}  // namespace
}  // namespace fovea::onnx_import
