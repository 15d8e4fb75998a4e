#include "fovea/networks.hpp"
#include "onnx/model_builder.hpp"
#include "support/temporary_folder.hpp"

namespace fovea::test {
namespace {

TEST(PictureSizeText, OneSideOrTwo) {
  const auto square = parse_picture_size("224"), wide = parse_picture_size("128x256");
  ASSERT_TRUE(square && wide);
  EXPECT_EQ(square->height, 224);
  EXPECT_EQ(square->width, 224);
  EXPECT_EQ(wide->height, 128);
  EXPECT_EQ(wide->width, 256);
  for (const char* text : {"", "x", "0", "65537", "-3", "12x", "x12", "1x2x3", "12 ", "1e2"})
    EXPECT_FALSE(parse_picture_size(text)) << text;
}

TEST(PreprocessingSpec, SingleValuesReplaceThePresets) {
  PreprocessingSpec spec;
  EXPECT_TRUE(spec.empty());
  spec.preset = "caffe";
  spec.mean = {7};
  spec.crop = 28;
  EXPECT_FALSE(spec.empty());
  const Preprocessing chosen = spec.applied_to(preprocessing_preset("tf"));
  EXPECT_EQ(chosen.channel_order, ChannelOrder::BGR);
  EXPECT_EQ(chosen.mean, (std::array<double, 4>{7, 7, 7, 7}));
  EXPECT_EQ(chosen.crop, 28);
  EXPECT_EQ(chosen.scale, 1);
  spec = {};
  spec.std = {1, 2, 3};
  spec.channel_order = "BGR";
  const Preprocessing other = spec.applied_to(preprocessing_preset("torchvision"));
  EXPECT_EQ(other.std, (std::array<double, 4>{1, 2, 3, 1}));
  EXPECT_EQ(other.mean[0], 0.485);
  EXPECT_EQ(other.channel_order, ChannelOrder::BGR);
}

TEST(PreprocessingSpec, FaultsNameTheField) {
  const auto field_of = [](const PreprocessingSpec& spec) { return spec.fault() ? spec.fault()->field : ""; };
  PreprocessingSpec spec;
  EXPECT_EQ(field_of(spec), "");
  spec.mean = {1, 2};
  EXPECT_EQ(field_of(spec), "mean");
  spec.mean = {std::numeric_limits<double>::infinity()};
  EXPECT_EQ(field_of(spec), "mean");
  spec.mean = {};
  spec.std = {1, 0, 1};
  EXPECT_EQ(field_of(spec), "std");
  spec.std = {};
  spec.scale = -1;
  EXPECT_EQ(field_of(spec), "scale");
}

/// A file with a convolution of three channels, whose picture has this size.
class NetworkFile : public testing::Test {
protected:
  std::string file(std::int64_t height, std::int64_t width) const {
    onnx_import::ImportBuilder builder;
    builder.input("image", {1, 3, height, width}).weight("W", {2, 3, 1, 1}, {1, 2, 3, 4, 5, 6});
    builder.node("Conv", {"image", "W"}, {"maps"}).node("GlobalAveragePool", {"maps"}, {"means"});
    builder.node("Flatten", {"means"}, {"scores"}).output("scores");
    store(folder.file("net.onnx"), builder.model.SerializeAsString());
    return folder.file("net.onnx");
  }
  NetworkRequest request(std::int64_t height, std::int64_t width) const {
    NetworkRequest request;
    request.found.path = file(height, width);
    return request;
  }
  TemporaryFolder folder;
};

TEST_F(NetworkFile, WhatIsSaidComesBeforeWhatIsKnown) {
  NetworkRequest wanted = request(8, 8);
  EXPECT_EQ(Network::load(wanted).preprocessing_source, "preset torchvision (default)");
  wanted.found.origin = FoundNetwork::Origin::Known;
  wanted.found.name = "net-7";
  wanted.found.preprocessing.preset = "caffe";
  const Network known = Network::load(wanted);
  EXPECT_EQ(known.preprocessing_source, "the list of networks (net-7)");
  EXPECT_EQ(known.preprocessing.channel_order, ChannelOrder::BGR);
  wanted.found.origin = FoundNetwork::Origin::Registered;
  EXPECT_EQ(Network::load(wanted).preprocessing_source, "what 'net-7' was registered with");
  wanted.preprocessing.preset = "tf";
  const Network said = Network::load(wanted);
  EXPECT_EQ(said.preprocessing_source, "preset tf");
  EXPECT_EQ(said.preprocessing.scale, 1 / 127.5);
  wanted.preprocessing.scale = -1;
  EXPECT_THROW(Network::load(wanted), InputError);
}

TEST_F(NetworkFile, WhatIsAssumedIsNoted) {
  NetworkRequest wanted = request(8, 8);
  EXPECT_EQ(Network::load(wanted).notes,
            (std::vector<Note>{{NoteKind::PreprocessingAssumed, {}, {"torchvision"}}}));
  wanted.preprocessing.resize = 9;  // says nothing of scale and mean
  EXPECT_EQ(Network::load(wanted).notes.size(), 1U);
  wanted.preprocessing.mean = {0.5};
  EXPECT_TRUE(Network::load(wanted).notes.empty());
  wanted.preprocessing = {};
  wanted.preprocessing.preset = "torchvision";
  EXPECT_TRUE(Network::load(wanted).notes.empty());
  wanted.found.origin = FoundNetwork::Origin::Bundled;
  store(folder.file("labels.txt"), "tench\nchurch, church building\n");
  wanted.labels = folder.file("labels.txt");
  EXPECT_EQ(Network::load(wanted).notes,
            (std::vector<Note>{{NoteKind::BundledNetwork, {2}, {"tench", "church"}}}));
}

TEST_F(NetworkFile, LabelsAreTheRequestsElseTheRegisteredOnes) {
  NetworkRequest wanted = request(8, 8);
  EXPECT_TRUE(Network::load(wanted).labels.empty());
  store(folder.file("registered.txt"), "a\nb\n");
  store(folder.file("own.txt"), "c\nd\n");
  wanted.found.labels = folder.file("registered.txt");
  EXPECT_EQ(Network::load(wanted).labels.name(1), "b");
  wanted.labels = folder.file("own.txt");
  const Network network = Network::load(wanted);
  EXPECT_EQ(network.labels.name(1), "d");
  EXPECT_EQ(network.labels_path, folder.file("own.txt"));
  store(folder.file("own.txt"), "c\nd\xff\n");
  EXPECT_EQ(Network::load(wanted).warnings.size(), 1U);
}

/// Names in the model's own file may be wrong; a file of labels that does not fit is the user's mistake.
TEST_F(NetworkFile, LabelsThatDoNotFitAreAWarningOrAnError) {
  NetworkRequest wanted = request(8, 8);
  Network network = Network::load(wanted);
  EXPECT_EQ(network.label_warning(2), "");
  network.labels = Labels::parse("a\nb\nc\n", "names");
  EXPECT_EQ(network.label_warning(3), "");
  EXPECT_EQ(network.label_warning(2), folder.file("net.onnx") + ": 3 labels for 2 classes");
  network.labels_path = "names.txt";
  EXPECT_EQ(message_of<InputError>([&] { network.label_warning(2); }), "names.txt: 3 labels for 2 classes");
}

TEST(ScoreWarning, IsOfScoresThatLookLikeProbabilitiesWhereTheActivationIsAssumed) {
  const std::vector<double> probabilities = {0.2, 0.5, 0.3}, logits = {-1, 4};
  EXPECT_NE(score_warning({Activation::Softmax, true}, probabilities), "");
  EXPECT_EQ(score_warning({Activation::Softmax, false}, probabilities), "");
  EXPECT_EQ(score_warning({Activation::Softmax, true}, logits), "");
}

TEST_F(NetworkFile, SizesOfFixedAndOpenPictures) {
  NetworkRequest wanted = request(8, 6);
  EXPECT_EQ(Network::load(wanted).size.width, 6);
  wanted.size = "8x6";
  EXPECT_EQ(Network::load(wanted).size.height, 8);
  wanted.size = "8";
  EXPECT_THROW(Network::load(wanted), InputError);

  const Model open = Model::load(file(-1, -1));
  EXPECT_EQ(picture_size(open, "16x32").width, 32);
  EXPECT_EQ(picture_size(open, "", 224).height, 224);
  EXPECT_EQ(picture_size(open, "16x32").note, std::nullopt);
  EXPECT_THROW(picture_size(open, ""), InputError);
}

}  // namespace
}  // namespace fovea::test
