#include "fovea/model.hpp"

#include "engine/metadata.hpp"
#include "fovea/error.hpp"
#include "fovea/program.hpp"
#include "onnx/model_builder.hpp"
#include "support/temporary_folder.hpp"

#include <cmath>
#include <cstring>

namespace fovea::test {
namespace {

using onnx_import::ImportBuilder;
using onnx_import::to_vector;

Model load(const ImportBuilder& builder) {
  const TemporaryFolder folder;
  store(folder.file("model.onnx"), builder.model.SerializeAsString());
  return Model::load(folder.file("model.onnx"));
}

/// The part of an error's message after the path.
template <class F>
std::string error_of(F&& f) {
  try {
    f();
  } catch (const ModelError& error) {
    return error.detail();
  }
  return "nothing was thrown";
}

ImportBuilder relu_model(const onnx_import::Dims& dims, int type = onnx::TensorProto::FLOAT) {
  ImportBuilder builder;
  builder.input("image", dims, type).node("Relu", {"image"}, {"scores"}).output("scores");
  return builder;
}

TEST(Model, finds_its_picture) {
  const ImageInput fixed = load(relu_model({2, 3, 5, 7})).image_input();
  EXPECT_EQ(fixed.name, "image");
  EXPECT_EQ(fixed.channels, 3);
  EXPECT_EQ(fixed.height, 5);
  EXPECT_EQ(fixed.width, 7);
  const ImageInput open = load(relu_model({-1, 1, -2, -3})).image_input();
  EXPECT_EQ(open.channels, 1);
  EXPECT_EQ(open.height, 0);
  EXPECT_EQ(open.width, 0);
}

TEST(Model, says_why_its_input_is_no_picture) {
  const auto error = [](const ImportBuilder& builder) {
    return error_of([&] { load(builder).image_input(); });
  };
  EXPECT_EQ(error(relu_model({2, 3})),
            "input 'image' (float32 [2,3]) is not a picture: expected [N, 1 to 4 channels, height, width], "
            "[N, height, width, 1 to 4 channels] or a grey [N, height, width]");
  EXPECT_NE(error(relu_model({1, 5, 8, 8})).find("is not a picture"), std::string::npos);
  EXPECT_NE(error(relu_model({1, -1, 8, 8})).find("is not a picture"), std::string::npos);
  EXPECT_NE(error(relu_model({1, 3, 8, 8}, onnx::TensorProto::BOOL)).find("bool [1,3,8,8]"),
            std::string::npos);
  ImportBuilder two;
  two.input("a", {1, 3, 8, 8}).input("b", {1, 3, 8, 8}).node("Add", {"a", "b"}, {"scores"}).output("scores");
  EXPECT_EQ(error(two), "expected one picture input, found 2 inputs ('a', 'b'): give all but the picture a "
                        "value in the file, an "
                        "initializer of that name");
}

TEST(Model, asks_for_a_size_that_the_file_leaves_open) {
  const Model model = load(relu_model({-1, 3, -2, -3}));
  EXPECT_EQ(error_of([&] { Program::compile(model); }), "the size of input 'image' is open: give one");
  EXPECT_EQ(error_of([&] { Program::compile(model, {.height = 4}); }),
            "the size of input 'image' is open: give one");
  const auto program = Program::compile(model, {.batch = 2, .height = 4, .width = 6});
  EXPECT_EQ(program->inputs().front().shape, Shape({2, 3, 4, 6}));
}

/// A dense layer behind the picture fits one size only; a pooling layer fits many.
TEST(Model, knows_the_size_that_its_layers_fit) {
  ImportBuilder dense;
  dense.input("image", {-1, 3, -2, -3}).output("scores").node("Flatten", {"image"}, {"flat"});
  dense.weight("w", {3 * 32 * 32, 2}, std::vector<float>(3 * 32 * 32 * 2, 1));
  dense.node("MatMul", {"flat", "w"}, {"scores"});
  dense.weight("k", {3, 3, 1, 1}, std::vector<float>(9, 1));
  EXPECT_EQ(side_of_network(load(dense)), 32);
  EXPECT_EQ(side_of_network(load(relu_model({-1, 3, -2, -3}))), 0);
  EXPECT_EQ(side_of_network(load(relu_model({1, 3, 32, 32}))), 0);
}

/// Missing declarations of the output follow from the layers.
TEST(Model, completes_its_first_output) {
  ImportBuilder builder;
  builder.input("image", {-1, 3, -2, -3}).node("GlobalAveragePool", {"image"}, {"p"});
  builder.node("Flatten", {"p"}, {"scores"}).output("scores");
  builder.graph().mutable_output(0)->clear_type();
  const ModelPort output = load(builder).outputs().front();
  EXPECT_EQ(output.element_type, "float32");
  EXPECT_EQ(output.dims, (std::vector<std::int64_t>{-1, 3}));
  EXPECT_EQ(load(relu_model({-1, 3, -2, -3})).outputs().front().dims,
            (std::vector<std::int64_t>{-1, 3, -1, -1}));
}

/// Pictures of whole numbers are fed as they are, and differentiated as floating ones.
TEST(Program, takes_pictures_of_whole_numbers) {
  ImportBuilder builder;
  builder.input("image", {1, 5, 5, 3}, onnx::TensorProto::UINT8).output("scores");
  builder.weight("scale", {3}, {1, 2, 3}).node("Cast", {"image"}, {"f"}, {{"to", 1}});
  builder.node("Mul", {"f", "scale"}, {"m"}).node("Flatten", {"m"}, {"scores"});
  const Model model = load(builder);
  EXPECT_TRUE(model.image_input().is_integer);
  ASSERT_TRUE(model.preprocessing());
  EXPECT_EQ(model.preprocessing()->scale, 1);
  const auto program = Program::compile(model);
  ASSERT_EQ(program->report().notes.size(), 1U);
  EXPECT_EQ(program->report().notes[0], (Note{NoteKind::IntegerInput, {}, {"image"}}));
  Session session(program);
  EXPECT_EQ(session.input().shape(), Shape({1, 3, 5, 5}));
  session.input().data<float>()[25] = 255;  // the second channel of the first pixel
  session.forward();
  EXPECT_EQ(session.output().data<float>()[1], 510);
  session.seed_classes(std::vector<std::int64_t>{1});
  session.backward();
  EXPECT_EQ(session.gradient().data<float>()[25], 2);
}

TEST(Program, refuses_options_that_make_no_sense) {
  const Model model = load(relu_model({1, 3, 4, 4}));
  EXPECT_EQ(error_of([&] { Program::compile(model, {.batch = 0}); }),
            "a batch of 0 pictures is not possible");
  EXPECT_EQ(error_of([&] { Program::compile(model, {.threads = -1}); }), "-1 threads are not possible");
  EXPECT_EQ(error_of([&] { Program::compile(model, {.height = -5}); }), "a picture of 0x-5 is not possible");
  EXPECT_EQ(error_of([&] { Program::compile(model, {.batch = 65537}); }),
            "a batch of 65537 pictures is not possible: at most 65536");
  EXPECT_EQ(error_of([&] { Program::compile(model, {.threads = 1000000000}); }),
            "1000000000 threads are not possible: at most 1024, or 0 for all processors");
  EXPECT_EQ(error_of([&] { Program::compile(model, {.width = std::int64_t(1) << 40}); }),
            "a picture of 1099511627776x0 is not possible: sides are at most 65536");
  EXPECT_EQ(error_of([&] {
              Program::compile(model, {.precision = Precision::F64, .backend = BackendKind::OneDnn});
            }),
            "the oneDNN backend does not compute in float64");
  EXPECT_EQ(error_of([&] {
              Program::compile(model, {.precision = Precision::BF16, .backend = BackendKind::Reference});
            }),
            "the reference backend computes in float32 and float64 only");
  EXPECT_EQ(error_of([&] { Program::compile(model, {.layer = "nothing"}); }),
            "there is no value or node named 'nothing'; the nearest are 'scores'");
}

TEST(Program, differentiates_a_layer_in_between) {
  ImportBuilder builder;
  builder.input("image", {1, 1, 2, 2})
      .weight("w", {1, 1, 1, 1}, {3})
      .node("Conv", {"image", "w"}, {"layer"})
      .node("Relu", {"layer"}, {"r"})
      .node("Exp", {"r"}, {"scores"})
      .output("scores");
  for (BackendKind backend : {BackendKind::Reference, BackendKind::OneDnn}) {
    const auto program =
        Program::compile(load(builder), {.rule = Rule::Guided, .backend = backend, .layer = "layer"});
    EXPECT_EQ(program->report().rule_hits, 0);
    EXPECT_EQ(program->outputs().front().name, "layer");
    EXPECT_EQ(program->classes(), 4);
    Session session(program);
    session.forward();
    session.seed().data<float>()[2] = 2;
    session.backward();
    EXPECT_EQ(session.gradient().data<float>()[2], 6);
    EXPECT_EQ(session.gradient().data<float>()[1], 0);
  }
}

/// A node's name stands for its first output, unless a value has that name.
TEST(Program, differentiates_what_a_named_node_writes) {
  ImportBuilder builder;
  builder.input("image", {1, 1, 2, 2})
      .node("Relu", {"image"}, {"first"}, {}, "relu")
      .node("Exp", {"first"}, {"second"}, {}, "first")
      .node("Neg", {"second"}, {"scores"}, {}, "negative")
      .output("scores");
  const auto value = [&](const std::string& target) {
    Session session(Program::compile(load(builder), {.layer = target}));
    session.input().data<float>()[3] = 2;
    session.forward();
    return session.output().data<float>()[3];
  };
  EXPECT_FLOAT_EQ(value("relu"), 2);
  EXPECT_FLOAT_EQ(value("first"), 2) << "the value of that name";
  EXPECT_FLOAT_EQ(value("negative"), -std::exp(2.0F));
  const std::string error = error_of([&] { value("secnod"); });
  EXPECT_EQ(error.find("there is no value or node named 'secnod'; the nearest are 'second', "), 0U) << error;
}

/// Scores before the Softmax, unless they are wanted behind it; a target is taken as it is.
TEST(Program, removes_a_final_softmax) {
  ImportBuilder builder;
  builder.input("image", {1, 1, 1, 3})
      .node("Flatten", {"image"}, {"flat"})
      .node("Softmax", {"flat"}, {"prob"}, {{"axis", 1}})
      .output("prob");
  const auto sum = [&](const ProgramOptions& options) {
    Session session(Program::compile(load(builder), options));
    for (float& value : session.input().data<float>())
      value = 2;
    session.forward();
    const auto y = session.output().data<float>();
    return y[0] + y[1] + y[2];
  };
  EXPECT_FLOAT_EQ(sum({}), 6);
  EXPECT_FLOAT_EQ(sum({.head = ProgramOptions::Head::AsInFile}), 1);
  EXPECT_FLOAT_EQ(sum({.layer = "prob"}), 1);
  EXPECT_EQ(Program::compile(load(builder))->report().notes,
            (std::vector<Note>{{NoteKind::ScoresBeforeActivation, {0}, {"Softmax 'prob'"}}}));
}

TEST(Program, counts_what_it_does) {
  ImportBuilder builder;
  builder.input("image", {1, 2, 4, 4})
      .weight("w", {3, 2, 3, 3}, std::vector<float>(54, 1))
      .node("Conv", {"image", "w"}, {"c"})
      .node("Relu", {"c"}, {"scores"})
      .output("scores");
  const auto program = Program::compile(load(builder), {.batch = 2, .rule = Rule::Deconvnet});
  EXPECT_EQ(program->report().multiply_adds, 2 * 3 * 4 * 18);
  EXPECT_EQ(program->report().rule_hits, 1);
  EXPECT_EQ(program->report().notes,
            (std::vector<Note>{{NoteKind::RuleActed, {1, 1}, {"deconvnet", "Relu"}}}));
  EXPECT_LE(program->report().arena_bytes, program->report().unplanned_bytes);
  EXPECT_EQ(program->report().fallback_nodes, 0);
}

TEST(Program, says_what_a_rule_left_alone) {
  ImportBuilder builder(14);
  builder.input("image", {1, 1, 2, 2})
      .node("Relu", {"image"}, {"r"})
      .node("HardSwish", {"r"}, {"h"})
      .node("HardSwish", {"h"}, {"h2"})
      .node("Sigmoid", {"h2"}, {"gate"})
      .node("Mul", {"h2", "gate"}, {"scores"})
      .output("scores");
  const auto note = [](const ImportBuilder& model, Rule rule) {
    const auto notes = Program::compile(load(model), {.rule = rule})->report().notes;
    return notes.empty() ? std::string() : to_string(notes.front());
  };
  EXPECT_EQ(note(builder, Rule::Guided), "rule guided acted on 1 Relu; left alone: 2 HardSwish, 1 Sigmoid");
  EXPECT_EQ(note(builder, Rule::Gradient), "");
  ImportBuilder leaky;
  leaky.input("image", {1, 1, 2, 2}).node("LeakyRelu", {"image"}, {"scores"}).output("scores");
  EXPECT_EQ(note(leaky, Rule::Deconvnet),
            "rule deconvnet met no Relu: the result is the plain gradient; left alone: 1 LeakyRelu");
}

/// [N,H,W,C]: the program takes [N,C,H,W] unless told otherwise, and nothing is transposed twice.
TEST(Program, takes_channels_last_either_way) {
  ImportBuilder builder;
  builder.input("image", {-1, 6, -2, 3})
      .weight("w", {2, 3, 3, 1}, {1, 2, 3, 4, 5, 6, 7, 8, 9, -1, 2, -3, 4, -5, 6, -7, 8, -9})
      .node("Transpose", {"image"}, {"first"}, {{"perm", onnx_import::Dims{0, 3, 1, 2}}})
      .node("Conv", {"first", "w"}, {"c"})
      .node("Relu", {"c"}, {"r"})
      .node("GlobalAveragePool", {"r"}, {"p"})
      .node("Flatten", {"p"}, {"scores"})
      .output("scores");
  const Model model = load(builder);
  const ImageInput picture = model.image_input();
  EXPECT_EQ(picture.layout, PictureLayout::ChannelsLast);
  EXPECT_EQ(picture.channels, 3);
  EXPECT_EQ(picture.height, 6);
  EXPECT_EQ(picture.width, 0);
  EXPECT_EQ(error_of([&] { Program::compile(model); }), "the size of input 'image' is open: give one");

  const auto run = [&](ProgramOptions::InputLayout layout, const Tensor& pictures, Shape& shape) {
    const auto program = Program::compile(model, {.batch = 2, .width = 5, .input_layout = layout});
    shape = program->inputs().front().shape;
    Session session(program);
    std::memcpy(session.input().raw(), pictures.raw(), pictures.bytes());
    session.forward();
    session.seed_classes(std::vector<std::int64_t>{1, 0});
    session.backward();
    return std::pair(session.output().clone(), session.gradient().clone());
  };
  constexpr std::int64_t N = 2, C = 3, H = 6, W = 5;
  Tensor last(DType::F32, {N, H, W, C}), first(DType::F32, {N, C, H, W});
  const auto moved = [&](Tensor& to, const Tensor& from) {  // from channels last to channels first
    for (std::int64_t n = 0; n < N; ++n)
      for (std::int64_t c = 0; c < C; ++c)
        for (std::int64_t i = 0; i < H * W; ++i)
          to.data<float>()[static_cast<std::size_t>((n * C + c) * H * W + i)] =
              from.data<float>()[static_cast<std::size_t>((n * H * W + i) * C + c)];
  };
  for (std::size_t i = 0; i < last.data<float>().size(); ++i)
    last.data<float>()[i] = static_cast<float>((i * 37) % 23) - 11.0F;
  moved(first, last);
  Shape shape;
  const auto [scores, gradient] = run(ProgramOptions::InputLayout::ChannelsFirst, first, shape);
  EXPECT_EQ(shape, Shape({N, C, H, W}));
  const auto [same_scores, in_file] = run(ProgramOptions::InputLayout::AsInFile, last, shape);
  EXPECT_EQ(shape, Shape({N, H, W, C}));
  EXPECT_EQ(to_vector<float>(scores), to_vector<float>(same_scores));
  Tensor expected(DType::F32, {N, C, H, W});
  moved(expected, in_file);
  EXPECT_EQ(to_vector<float>(gradient), to_vector<float>(expected));
  EXPECT_NE(to_vector<float>(gradient), std::vector<float>(static_cast<std::size_t>(N * C * H * W), 0.0F));
  const auto program = Program::compile(model, {.width = 5});
  EXPECT_EQ(program->dump().find("= Transpose("), std::string::npos) << program->dump();
}

TEST(Metadata, reads_preprocessing) {
  std::vector<std::string> warnings;
  EXPECT_FALSE(preprocessing_from_metadata({{"author", "somebody"}}, warnings));
  const auto full = preprocessing_from_metadata(
      {{"mean", "0.1, 0.2,0.3"}, {"std", "0.5"}, {"resize_short_side", "232"}, {"channel_order", "BGR"}},
      warnings);
  ASSERT_TRUE(full);
  EXPECT_EQ(full->mean, (std::array<double, 4>{0.1, 0.2, 0.3, 0}));
  EXPECT_EQ(full->std, (std::array<double, 4>{0.5, 0.5, 0.5, 0.5}));
  EXPECT_EQ(full->resize_short_side, 232);
  EXPECT_EQ(full->channel_order, ChannelOrder::BGR);
  const auto part = preprocessing_from_metadata({{"channel_order", "RGB"}}, warnings);
  ASSERT_TRUE(part);
  EXPECT_EQ(part->std, (std::array<double, 4>{1, 1, 1, 1}));
}

TEST(Metadata, of_pixels_up_to_255_is_told_by_its_size) {
  const auto scale_of = [](const std::string& mean, const std::string& std) {
    std::vector<std::string> warnings;
    const auto found = preprocessing_from_metadata({{"mean", mean}, {"std", std}}, warnings);
    EXPECT_EQ(warnings.size(), found ? 0U : 1U);
    return found ? found->scale : 0;
  };
  EXPECT_EQ(scale_of("123.675,116.28,103.53", "58.395,57.12,57.375"), 1);
  EXPECT_EQ(scale_of("123,117,104", "1"), 1);
  EXPECT_EQ(scale_of("0", "255"), 1);
  EXPECT_EQ(scale_of("0.485,0.456,0.406", "0.229,0.224,0.225"), 1.0 / 255);
  EXPECT_EQ(scale_of("0", "1"), 1.0 / 255);
  EXPECT_EQ(scale_of("123,117,104", "0.25"), 0) << "of two kinds";
  EXPECT_EQ(scale_of("0.5", "127.5"), 0) << "of two kinds";
}

TEST(Metadata, reads_lists_as_json_writes_them) {
  std::vector<std::string> warnings;
  const auto found = preprocessing_from_metadata({{"mean", " [0.485, 0.456, 0.406]\n"}}, warnings);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->mean, (std::array<double, 4>{0.485, 0.456, 0.406, 0}));
  const Labels labels = labels_from_metadata({{"labels", R"( ["a cat", 'its "dog"', "\"o\\"] )"}}, warnings);
  ASSERT_EQ(labels.size(), 3);
  EXPECT_EQ(labels[0].name, "a cat");
  EXPECT_EQ(labels[1].name, "its \"dog\"");
  EXPECT_EQ(labels[2].name, "\"o\\");
  EXPECT_TRUE(warnings.empty());
}

TEST(Metadata, of_other_programs_is_left_aside_with_a_warning) {
  for (const char* text : {"{\"a\": 0}", "[", "[]", "[\"a\", 1]", "[\"a\"", "[\"a\"] x", "[\"a\",]", "{"}) {
    std::vector<std::string> warnings;
    EXPECT_TRUE(labels_from_metadata({{"labels", text}}, warnings).empty()) << text;
    EXPECT_EQ(warnings.size(), 1U) << text;
  }
  ImportBuilder builder = relu_model({1, 3, 4, 4});
  for (const auto& [key, value] : {std::pair{"std", "{\"all\": 0.5}"}, std::pair{"labels", "{}"}}) {
    auto& entry = *builder.model.add_metadata_props();
    entry.set_key(key);
    entry.set_value(value);
  }
  EXPECT_EQ(load(builder).warnings().size(), 2U);
  EXPECT_FALSE(load(builder).preprocessing());
}

TEST(Metadata, says_what_makes_no_sense) {
  const auto error = [](const std::string& key, const std::string& value) {
    std::vector<std::string> warnings;
    EXPECT_FALSE(preprocessing_from_metadata({{key, value}}, warnings));
    return warnings.size() == 1 ? warnings[0] : "";
  };
  EXPECT_EQ(error("mean", "0.1,x"), "metadata 'mean': 'x' is not a number");
  EXPECT_EQ(error("mean", ""), "metadata 'mean': expected 1, 3 or 4 numbers, found ''");
  for (const char* text : {"1,2", "1,2,3,4,5"})
    EXPECT_EQ(error("mean", text),
              fmt::format("metadata 'mean': expected 1, 3 or 4 numbers, found '{}'", text));
  EXPECT_EQ(error("mean", "nan"), "metadata 'mean': 'nan' is not a number");
  EXPECT_EQ(error("std", "0.5,0,1"), "metadata 'std': 0 is not positive");
  EXPECT_EQ(error("resize_short_side", "0"), "metadata 'resize_short_side': '0' is not a size in pixels");
  EXPECT_EQ(error("resize_short_side", "1e9"), "metadata 'resize_short_side': '1e9' is not a size in pixels");
  EXPECT_EQ(error("channel_order", "rgb"), "metadata 'channel_order': expected RGB or BGR, found 'rgb'");
}

TEST(Metadata, reads_labels_and_finds_their_wordnet_ids) {
  std::vector<std::string> warnings;
  EXPECT_TRUE(labels_from_metadata({}, warnings).empty());
  const Labels labels = labels_from_metadata({{"labels", "flamingo\nno such thing\ncrane\n"}}, warnings);
  ASSERT_EQ(labels.size(), 3);
  EXPECT_EQ(labels[0].name, "flamingo");
  EXPECT_EQ(labels[0].wordnet_id, "n02007558");
  EXPECT_EQ(labels[1].wordnet_id, "");
}

TEST(Model, takes_imagenet_s_labels_for_a_thousand_classes) {
  ImportBuilder builder;
  builder.input("image", {1, 1, 2, 2}).weight("w", {1000, 4}, std::vector<float>(4000, 1));
  builder.node("Flatten", {"image"}, {"flat"}).node("Gemm", {"flat", "w"}, {"scores"}, {{"transB", 1}});
  auto& output = *builder.graph().add_output();
  output.set_name("scores");
  output.mutable_type()->mutable_tensor_type()->set_elem_type(onnx::TensorProto::FLOAT);
  for (std::int64_t extent : {1, 1000})
    output.mutable_type()->mutable_tensor_type()->mutable_shape()->add_dim()->set_dim_value(extent);
  EXPECT_EQ(load(builder).labels()[130].name, "flamingo");
  auto& entry = *builder.model.add_metadata_props();
  entry.set_key("labels");
  entry.set_value("a\nb");
  EXPECT_EQ(load(builder).labels().size(), 2);
  EXPECT_TRUE(load(relu_model({1, 3, 4, 4})).labels().empty());
}

}  // namespace
}  // namespace fovea::test
