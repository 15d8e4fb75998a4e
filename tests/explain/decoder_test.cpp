/// Decoders of detectors' outputs, worked by hand, and the targets that belong to their boxes.
#include "explain/decoder.hpp"

#include "fovea/error.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace fovea {
namespace {

const InputSize kSquare{3, 32, 32};  // cells: 16 of stride 8, 4 of stride 16, 1 of stride 32

TensorInfo info(const std::string& name, const Shape& shape, DType type = DType::F32) {
  return {name, type, shape, {}};
}

FittedDecoder fit(const std::vector<TensorInfo>& outputs, const std::string& name = {},
                  std::int64_t labels = 0, std::optional<BoxForm> boxes = {},
                  const InputSize& size = kSquare) {
  return fit_decoder(outputs, size, name, boxes, labels);
}

std::string fit_error(const std::vector<TensorInfo>& outputs, const std::string& name = {},
                      std::int64_t labels = 0, std::optional<BoxForm> boxes = {}) {
  try {
    fit(outputs, name, labels, boxes);
  } catch (const InputError& error) {
    return error.what();
  }
  return "nothing was thrown";
}

/// Zeros, except for the numbers of one candidate.
Tensor rows(const Shape& shape, std::int64_t candidate, const std::vector<float>& numbers) {
  Tensor tensor(DType::F32, shape);
  for (std::size_t i = 0; i < numbers.size(); ++i)
    tensor.data<float>()[static_cast<std::size_t>(candidate * shape[2]) + i] = numbers[i];
  return tensor;
}
Tensor columns(const Shape& shape, std::int64_t candidate, const std::vector<float>& numbers) {
  Tensor tensor(DType::F32, shape);
  for (std::size_t i = 0; i < numbers.size(); ++i)
    tensor.data<float>()[i * static_cast<std::size_t>(shape[2]) + static_cast<std::size_t>(candidate)] =
        numbers[i];
  return tensor;
}

void expect_box(const RealBox& box, double x0, double y0, double x1, double y1) {
  EXPECT_NEAR(box.x0, x0, 1e-4);
  EXPECT_NEAR(box.y0, y0, 1e-4);
  EXPECT_NEAR(box.x1, x1, 1e-4);
  EXPECT_NEAR(box.y1, y1, 1e-4);
}

/// The cell in column 2 of row 1 of the 4 x 4 grid is number 6; centre (2.5, 1.25) * 8, size (2, 1) * 8.
TEST(Decoder, of_yolox_adds_cells_and_multiplies_by_strides) {
  const FittedDecoder fitted = fit({info("output", {1, 21, 7})});
  EXPECT_EQ(fitted.decoder->info.name, "yolox");
  EXPECT_EQ(fitted.classes(), 2);
  const Tensor output = rows({1, 21, 7}, 6, {0.5F, 0.25F, std::log(2.0F), 0, 0.8F, 0.5F, 0.9F});
  const std::vector<Candidate> found = decode(fitted, output, output, 0.1);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].class_index, 1);
  EXPECT_EQ(found[0].number, 6);
  EXPECT_NEAR(found[0].score, 0.72, 1e-6);
  expect_box(found[0].box, 12, 6, 28, 14);
  EXPECT_EQ(fitted.score_expression(6, 1), "'output'[0, 6, 4] * 'output'[0, 6, 6]");
  EXPECT_EQ(fitted.side_expression(6, BoxSide::Left),
            "8 * ('output'[0, 6, 0] + 2) - 4 * exp('output'[0, 6, 2])");
  EXPECT_EQ(fitted.side_expression(6, BoxSide::Bottom),
            "8 * ('output'[0, 6, 1] + 1) + 4 * exp('output'[0, 6, 3])");
}

/// Number 18 is cell (0, 1) of the grid of stride 16, number 20 the one cell of stride 32.
TEST(Decoder, of_yolox_knows_the_grids_of_larger_strides) {
  const FittedDecoder fitted = fit({info("output", {1, 21, 7})});
  Tensor output = rows({1, 21, 7}, 18, {0.5F, 0.5F, 0, 0, 1, 1, 0});
  expect_box(decode(fitted, output, output, 0.5).at(0).box, 0, 16, 16, 32);
  output = rows({1, 21, 7}, 20, {0.5F, 0.5F, std::log(0.5F), std::log(0.25F), 1, 1, 0});
  expect_box(decode(fitted, output, output, 0.5).at(0).box, 8, 12, 24, 20);
}

/// A picture of 64 x 32 has grids of 8 x 4, 4 x 2 and 2 x 1 cells.
TEST(Decoder, of_yolox_takes_pictures_that_are_not_square) {
  const FittedDecoder fitted = fit({info("output", {1, 42, 7})}, {}, 0, {}, {3, 32, 64});
  const Tensor output = rows({1, 42, 7}, 15, {0, 0, 0, 0, 1, 1, 0});  // column 7 of row 1
  expect_box(decode(fitted, output, output, 0.5).at(0).box, 52, 4, 60, 12);
}

TEST(Decoder, of_yolov5_has_centres_and_sizes_in_pixels) {
  const FittedDecoder fitted = fit({info("output0", {1, 63, 8})});
  EXPECT_EQ(fitted.decoder->info.name, "yolov5");
  const Tensor output = rows({1, 63, 8}, 60, {10, 20, 8, 4, 0.5F, 0.1F, 0.6F, 0.2F});
  const std::vector<Candidate> found = decode(fitted, output, output, 0.25);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].class_index, 1);
  EXPECT_NEAR(found[0].score, 0.3, 1e-6);
  expect_box(found[0].box, 6, 18, 14, 22);
  EXPECT_EQ(fitted.side_expression(60, BoxSide::Right), "'output0'[0, 60, 0] + 0.5 * 'output0'[0, 60, 2]");
}

TEST(Decoder, of_yolov8_reads_columns_without_objectness) {
  const FittedDecoder fitted = fit({info("output0", {1, 6, 21})});
  EXPECT_EQ(fitted.decoder->info.name, "yolov8");
  EXPECT_EQ(fitted.classes(), 2);
  const Tensor output = columns({1, 6, 21}, 3, {16, 12, 8, 16, 0.7F, 0.2F});
  const std::vector<Candidate> found = decode(fitted, output, output, 0.25);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].class_index, 0);
  EXPECT_NEAR(found[0].score, 0.7, 1e-6);
  expect_box(found[0].box, 12, 4, 20, 20);
  EXPECT_EQ(fitted.score_expression(3, 1), "'output0'[0, 5, 3]");
  EXPECT_EQ(fitted.side_expression(3, BoxSide::Top), "'output0'[0, 1, 3] - 0.5 * 'output0'[0, 3, 3]");
}

const std::vector<TensorInfo> kApart = {info("logits", {1, 5, 3}), info("pred_boxes", {1, 5, 4})};

/// Softmax of 1, 0 and -1: 0.6652, 0.2447, 0.0900; the last is "no object".
TEST(Decoder, of_detr_takes_the_softmax_without_its_last_class) {
  const FittedDecoder fitted = fit(kApart, "detr");
  EXPECT_EQ(fitted.classes(), 2);
  const Tensor boxes = rows({1, 5, 4}, 2, {0.5F, 0.25F, 0.25F, 0.5F});
  const std::vector<Candidate> found = decode(fitted, boxes, rows({1, 5, 3}, 2, {1, 0, -1}), 0.5);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_NEAR(found[0].score, 0.66524, 1e-5);
  expect_box(found[0].box, 12, 0, 20, 16);
  EXPECT_EQ(fitted.score_expression(2, 0), "'logits'[0, 2, 0]");
  EXPECT_EQ(fitted.side_expression(2, BoxSide::Left),
            "32 * ('pred_boxes'[0, 2, 0] - 0.5 * 'pred_boxes'[0, 2, 2])");
  EXPECT_TRUE(decode(fitted, boxes, rows({1, 5, 3}, 2, {0, 0, 9}), 0.4).empty()) << "no object";
}

TEST(Decoder, of_rt_detr_takes_sigmoids) {
  const FittedDecoder fitted = fit(kApart, "rt-detr");
  EXPECT_EQ(fitted.classes(), 3);
  const std::vector<Candidate> found =
      decode(fitted, rows({1, 5, 4}, 4, {0.5F, 0.5F, 1, 1}), rows({1, 5, 3}, 4, {-2, -1, 2}), 0.6);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].class_index, 2);
  EXPECT_NEAR(found[0].score, 1 / (1 + std::exp(-2.0)), 1e-6);
  expect_box(found[0].box, 0, 0, 32, 32);
}

TEST(Decoder, of_ssd_leaves_out_the_background) {
  const FittedDecoder fitted = fit(kApart, "ssd");
  const Tensor boxes = rows({1, 5, 4}, 1, {0.25F, 0.5F, 0.75F, 1});
  const std::vector<Candidate> found = decode(fitted, boxes, rows({1, 5, 3}, 1, {0.5F, 0.1F, 0.4F}), 0.3);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].class_index, 1);
  EXPECT_NEAR(found[0].score, 0.4, 1e-6);
  expect_box(found[0].box, 8, 16, 24, 32);
  EXPECT_EQ(fitted.score_expression(1, 1), "'logits'[0, 1, 2]");
  EXPECT_EQ(fitted.side_expression(1, BoxSide::Right), "32 * ('pred_boxes'[0, 1, 2])");
}

TEST(Decoder, takes_another_form_of_boxes) {
  const Tensor scores = rows({1, 5, 3}, 1, {0, 0.9F, 0});
  const Tensor boxes = rows({1, 5, 4}, 1, {8, 16, 24, 32});
  const FittedDecoder corners = fit(kApart, "ssd", 0, BoxForm::CornersPixels);
  expect_box(decode(corners, boxes, scores, 0.5).at(0).box, 8, 16, 24, 32);
  EXPECT_EQ(corners.side_expression(1, BoxSide::Top), "'pred_boxes'[0, 1, 1]");
  const FittedDecoder centres = fit(kApart, "ssd", 0, BoxForm::CentrePixels);
  expect_box(decode(centres, boxes, scores, 0.5).at(0).box, -4, 0, 20, 32);
  EXPECT_NE(fit_error({info("output", {1, 21, 7})}, {}, 0, BoxForm::CornersPixels)
                .find("the boxes of the decoder 'yolox' have one form only"),
            std::string::npos);
}

TEST(Decoder, is_chosen_by_shapes_and_by_the_number_of_class_names) {
  const std::string several = fit_error(kApart);
  EXPECT_NE(several.find(
                "the outputs ('logits' 1x5x3, 'pred_boxes' 1x5x4) may be those of several decoders: choose "
                "detr, rt-detr, ssd with --decoder"),
            std::string::npos)
      << several;
  EXPECT_EQ(fit(kApart, {}, 3).decoder->info.name, "rt-detr");
  EXPECT_NE(fit_error(kApart, {}, 2).find("choose detr, ssd"), std::string::npos);
  const std::string none = fit_error({info("output", {1, 20, 7})});
  EXPECT_NE(
      none.find(
          "the outputs ('output' 1x20x7) are not those of a detector of this kind, for a picture of 32x32: "
          "yolox: [1,21,5+C]; yolov5: [1,63,5+C]; yolov8: [1,4+C,21]; detr: [1,N,4] and [1,N,C+1]"),
      std::string::npos)
      << none;
  EXPECT_NE(fit_error({info("output", {1, 21, 7})}, {}, 80)
                .find("the network has 2 classes by decoder yolox, and the labels are 80 names"),
            std::string::npos);
  EXPECT_NE(fit_error(kApart, "rt-detr", 1).find("3 classes by decoder rt-detr, and the labels are 1 name"),
            std::string::npos);
  EXPECT_NE(fit_error({info("output", {1, 21, 7})}, "yolo9").find("unknown decoder 'yolo9'"),
            std::string::npos);
  EXPECT_NE(fit_error({info("output", {1, 20, 7})}, "yolox").find("yolox: [1,21,5+C]"), std::string::npos);
  EXPECT_NE(fit_error({info("output", {1, 21, 5})}).find("are not those"), std::string::npos) << "no class";
  EXPECT_EQ(fit({info("o", {1, 20, 7})}, "yolov5").candidates, 20) << "named, it takes any number";
}

TEST(Decoder, says_how_it_was_found) {
  EXPECT_EQ(fit({info("output", {1, 21, 7})}).source, DecoderSource::Shapes);
  EXPECT_EQ(fit(kApart, {}, 3).source, DecoderSource::ShapesAndLabels);
  EXPECT_EQ(fit(kApart, "ssd").source, DecoderSource::Name);
}

TEST(Decoder, that_does_not_fit_is_refused_with_those_that_do) {
  const std::string named = fit_error({info("output", {1, 21, 7})}, "yolov8");
  EXPECT_NE(named.find("yolov8: [1,4+C,21]; try --decoder yolox"), std::string::npos) << named;
  const std::string boxes = fit_error({info("output", {1, 21, 7})}, "yolox", 0, BoxForm::CornersPixels);
  EXPECT_NE(boxes.find("--boxes"), std::string::npos) << boxes;
  EXPECT_NE(boxes.find("detr, rt-detr, ssd"), std::string::npos) << boxes;
  for (const Shape& shape : {Shape{1, 20, 6}, Shape{20, 7}}) {
    const std::string suppressed = fit_error({info("output", shape)});
    EXPECT_NE(suppressed.find("cut the network before it"), std::string::npos) << suppressed;
  }
  try {
    fit({info("output", {1, 21, 9})}, {}, 0, {}, {3, 40, 40});
    FAIL() << "the grid of stride 16 does not divide 40";
  } catch (const InputError& error) {
    const std::string text = error.what();
    EXPECT_NE(text.find("yolox: [1,N,5+C] for sides that are multiples of 32"), std::string::npos) << text;
  }
}

/// What `decode` throws; "" if nothing.
std::string decode_error(const FittedDecoder& fitted, const Tensor& boxes, const Tensor& scores) {
  try {
    decode(fitted, boxes, scores, 0.25);
  } catch (const InputError& error) {
    return error.what();
  }
  return "";
}

TEST(Decoder, of_another_network_is_an_error) {
  const Tensor corners = rows({1, 5, 4}, 1, {0.25F, 0.5F, 0.75F, 1});
  const FittedDecoder ssd = fit(kApart, "ssd");
  EXPECT_EQ(decode_error(ssd, corners, rows({1, 5, 3}, 1, {-3, 5.998F, 1})),
            "decoder 'ssd' gives a score of 5.998, but scores are 0 to 1; try --decoder detr or rt-detr");
  EXPECT_NE(decode_error(ssd, corners, rows({1, 5, 3}, 1, {4, -3, -2})), "") << "negative";
  EXPECT_EQ(decode_error(ssd, corners, rows({1, 5, 3}, 1, {0, 1.0005F, 0})), "") << "rounded";
  const std::string inverted =
      decode_error(ssd, rows({1, 5, 4}, 1, {0.75F, 0.5F, 0.5F, 0.25F}), rows({1, 5, 3}, 1, {0, 0.9F, 0}));
  EXPECT_NE(inverted.find("x 24 to 16 and y 16 to 8, whose sides are in the wrong order; try --decoder detr"),
            std::string::npos)
      << inverted;
  Tensor logarithms(DType::F32, {1, 21, 7});
  for (std::int64_t i = 0; i < 21; ++i)
    logarithms.data<float>()[static_cast<std::size_t>(7 * i + 2)] = -1;
  EXPECT_EQ(decode_error(fit({info("output", {1, 21, 7})}, "yolov5"), logarithms, logarithms),
            "decoder 'yolov5' gives 21 of 21 boxes with sides in the wrong order; try --decoder yolox")
      << "though no score is large";
  const Tensor fractions = columns({1, 6, 21}, 3, {0.5F, 0.4F, 0.25F, 0.125F, 0.1F, 0.2F});
  const std::string tiny = decode_error(fit({info("output0", {1, 6, 21})}), fractions, fractions);
  EXPECT_NE(tiny.find("gives no box larger than 0.25 pixels of 32 x 32"), std::string::npos) << tiny;
  const FittedDecoder rt_detr = fit(kApart, "rt-detr");
  EXPECT_NE(decode_error(rt_detr, corners, rows({1, 5, 3}, 1, {0, 0.9F, 0})).find("takes sigmoids"),
            std::string::npos);
  const FittedDecoder yolox = fit({info("output", {1, 21, 7})});
  const Tensor decoded = rows({1, 21, 7}, 6, {16, 8, 200, 150, 0.9F, 0.9F, 0});
  const std::string far = decode_error(yolox, decoded, decoded);
  EXPECT_NE(far.find("far outside the input of 32 x 32; try --decoder yolov5"), std::string::npos) << far;
}

TEST(Decoder, finds_the_boxes_among_more_outputs_by_shape_and_name) {
  const std::vector<TensorInfo> outputs = {info("count", {1}), info("scores", {1, 5, 4}),
                                           info("boxes", {1, 5, 4})};
  const FittedDecoder fitted = fit(outputs, "ssd");
  EXPECT_EQ(fitted.boxes_output, 2U);
  EXPECT_EQ(fitted.scores_output, 1U);
}

TEST(Decoder, refuses_values_that_are_not_finite) {
  const FittedDecoder fitted = fit({info("output", {1, 21, 7})});
  const Tensor output = rows({1, 21, 7}, 6, {0, 0, 0, 0, 1, NAN, 0});
  EXPECT_THROW(decode(fitted, output, output, 0.1), InputError);
}

/// Boxes of 10 x 10; moved by 2 they overlap by 80 / 120 = 0.667, by 5 by 50 / 150 = 0.333.
TEST(Suppression, keeps_the_best_of_boxes_that_overlap_within_a_class) {
  const auto box = [](double x, std::int64_t class_index, double score, std::int64_t number) {
    return Candidate{{x, 0, x + 10, 10}, class_index, score, number};
  };
  const std::vector<Candidate> all = {box(2, 0, 0.6, 0), box(0, 0, 0.9, 1), box(5, 0, 0.5, 2),
                                      box(1, 1, 0.7, 3), box(40, 0, 0.9, 4)};
  const auto numbers = [](const std::vector<Candidate>& kept) {
    std::vector<std::int64_t> result;
    for (const Candidate& one : kept)
      result.push_back(one.number);
    return result;
  };
  EXPECT_EQ(numbers(suppress(all, 0.5, 100)), (std::vector<std::int64_t>{1, 4, 3, 2}));
  EXPECT_EQ(numbers(suppress(all, 0.3, 100)), (std::vector<std::int64_t>{1, 4, 3}));
  EXPECT_EQ(numbers(suppress(all, 1, 100)), (std::vector<std::int64_t>{1, 4, 3, 0, 2}));
  EXPECT_EQ(numbers(suppress(all, 0.5, 2)), (std::vector<std::int64_t>{1, 4}));
  // What is left out leaves nothing out itself: 5 overlaps 2 by 0.538, and only 2 overlaps 0 by more than
  // 0.5.
  EXPECT_EQ(numbers(suppress({box(0, 0, 0.9, 0), box(2, 0, 0.8, 1), box(5, 0, 0.7, 2)}, 0.5, 9)),
            (std::vector<std::int64_t>{0, 2}));
}

}  // namespace
}  // namespace fovea
