#include "base/enum_names.hpp"
#include "explain/decoder.hpp"

namespace fovea {
namespace {

constexpr EnumNames<BoxForm, 4> kBoxForms = {{{BoxForm::CentrePixels, "centre-pixels"},
                                              {BoxForm::CentreFractions, "centre-fractions"},
                                              {BoxForm::CornersPixels, "corners-pixels"},
                                              {BoxForm::CornersFractions, "corners-fractions"}}};
constexpr EnumNames<BoxSide, 4> kSides = {
    {{BoxSide::Left, "left"}, {BoxSide::Top, "top"}, {BoxSide::Right, "right"}, {BoxSide::Bottom, "bottom"}}};

}  // namespace

const std::vector<Decoder>& decoder_table() {
  const Preprocessing yolox{.scale = 1, .channel_order = ChannelOrder::BGR, .fit = Fit::LetterboxCorner};
  const Preprocessing yolo{.fit = Fit::Letterbox};
  Preprocessing squeezed = preprocessing_preset("torchvision");
  squeezed.fit = Fit::Squeeze;
  using Layout = CandidateLayout;
  using Count = CandidateCount;
  static const std::vector<Decoder> table = {
      {{"yolox", "[1,N,5+C], raw: offsets from the cells of strides 8, 16 and 32, objectness, classes"},
       Layout::Rows,
       true,
       true,
       BoxForm::CentrePixels,
       ClassNumbers::Probabilities,
       Count::Cells,
       0.45,
       yolox},
      {{"yolov5", "[1,N,5+C]: centre and size in pixels, objectness, classes; three for each cell"},
       Layout::Rows,
       true,
       false,
       BoxForm::CentrePixels,
       ClassNumbers::Probabilities,
       Count::ThreeForEachCell,
       0.45,
       yolo},
      {{"yolov8", "[1,4+C,N]: centre and size in pixels, classes (YOLOv8, v9, 11)"},
       Layout::Columns,
       false,
       false,
       BoxForm::CentrePixels,
       ClassNumbers::Probabilities,
       Count::Cells,
       0.45,
       yolo},
      {{"detr", "[1,N,4] centre and size as fractions; [1,N,C+1] logits, the last of \"no object\""},
       Layout::Apart,
       false,
       false,
       BoxForm::CentreFractions,
       ClassNumbers::SoftmaxNothingLast,
       Count::Any,
       1,
       squeezed},
      {{"rt-detr", "[1,N,4] centre and size as fractions; [1,N,C] logits of a sigmoid"},
       Layout::Apart,
       false,
       false,
       BoxForm::CentreFractions,
       ClassNumbers::Logits,
       Count::Any,
       1,
       squeezed},
      {{"ssd", "[1,N,4] corners as fractions; [1,N,1+C] probabilities, the first of the background"},
       Layout::Apart,
       false,
       false,
       BoxForm::CornersFractions,
       ClassNumbers::NothingFirst,
       Count::Any,
       0.45,
       squeezed},
  };
  return table;
}

std::string_view describe(DecoderSource source) {
  switch (source) {
  case DecoderSource::Name:
    return "by its name";
  case DecoderSource::Shapes:
    return "by the shapes of the outputs";
  case DecoderSource::ShapesAndLabels:
    break;
  }
  return "by the shapes of the outputs and the number of class names";
}

const std::vector<DecoderInfo>& decoders() {
  static const std::vector<DecoderInfo> infos = [] {
    std::vector<DecoderInfo> list;
    for (const Decoder& decoder : decoder_table())
      list.push_back(decoder.info);
    return list;
  }();
  return infos;
}

std::vector<std::string> decoder_names() {
  std::vector<std::string> names;
  for (const DecoderInfo& info : decoders())
    names.emplace_back(info.name);
  return names;
}

std::string_view name_of(BoxForm form) {
  return enum_name(kBoxForms, form);
}
BoxForm parse_box_form(std::string_view name) {
  return enum_value(kBoxForms, "form of boxes", name);
}
std::vector<std::string> box_form_names() {
  return all_names(kBoxForms);
}
std::string_view name_of(BoxSide side) {
  return enum_name(kSides, side);
}
BoxSide parse_box_side(std::string_view name) {
  return enum_value(kSides, "side of a box", name);
}
std::vector<std::string> box_side_names() {
  return all_names(kSides);
}

}  // namespace fovea
