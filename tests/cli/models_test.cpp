#include "cli/models_fixture.hpp"

namespace fovea::test {
namespace {

TEST_F(Models, AKnownNetworkThatIsNotHereSaysHowToGetIt) {
  const std::string photo = sample("golf-ball.jpg"), out = folder.file("out");
  const std::string hint = "run 'fovea models pull bundled'";
  expect_error(models({"path", "bundled"}), 1, {"bundled: ", hint});
  expect_error(fovea({"saliency", photo, "-m", "bundled", "-o", out}, options), 1, {hint});
  for (const std::vector<std::string>& arguments :
       {std::vector<std::string>{"info", "bundled"},
        {"bench", "bundled"},
        {"forward", "bundled", "--input", "x.npy", "-o", out + ".npy"},
        {"gradient", "bundled", "--input", "x.npy", "--class", "0", "-o", out + ".npy"}})
    expect_error(fovea(arguments, options), 1, {hint});
  EXPECT_EQ(server.requests().size(), 0U) << "nothing is fetched unasked";
}

TEST_F(Models, AnUnknownNameIsAnsweredWithTheNearest) {
  expect_error(fovea({"info", "bundeld"}, options), 1,
               {"bundeld: cannot be opened: No such file or directory", "'bundled'"});
  expect_error(models({"path", "bundeld"}), 1, {"no network is called 'bundeld'", "'bundled'"});
  expect_error(models({"remove", "bundeld"}), 1, {"no network is called 'bundeld'"});
  const Outcome path = fovea({"info", folder.file("bundeld")}, options);
  expect_error(path, 1, {"No such file"});
  EXPECT_FALSE(contains(path.err, "nearest")) << "a path is no name: " << path.err;
}

TEST_F(Models, ANetworkThatWasPulledIsUsedByItsName) {
  const std::string photo = sample("golf-ball.jpg");
  EXPECT_EQ(models({"pull", "bundled"}).code, 0);
  EXPECT_EQ(models({"path", "bundled"}).out, cached("bundled-7.onnx") + "\n");
  const Outcome by_name = fovea({"classify", photo, "-m", "bundled"}, options);
  EXPECT_EQ(by_name.code, 0) << by_name.err;
  EXPECT_EQ(by_name.out, fovea({"classify", photo}).out);
  const Outcome info = fovea({"info", "bundled-7", "--json"}, options);
  ASSERT_EQ(info.code, 0) << info.err;
  const auto json = nlohmann::json::parse(info.out);
  EXPECT_EQ(json["path"], cached("bundled-7.onnx"));
  EXPECT_EQ(json["preprocessing_source"], "the model file") << "which knows better than the list";
  // Past the model, to the array that is not there.
  const std::string x = folder.file("x.npy"), y = folder.file("y.npy");
  expect_error(fovea({"forward", "bundled", "--input", x, "-o", y}, options), 1, {x});
  expect_error(fovea({"gradient", "bundled", "--input", x, "--class", "0", "-o", y}, options), 1, {x});
  EXPECT_EQ(fovea({"bench", "bundled", "--iterations", "1", "--warm-up", "1"}, options).code, 0);
}

TEST_F(Models, TheListsPreprocessingIsUsedWhereTheFileHasNone) {
  const std::string plain = load(data("networks/plain.onnx"));
  nlohmann::json other = list();
  other["networks"][0]["bytes"] = plain.size();
  store(folder.file("list.json"), other.dump());
  std::filesystem::create_directories(cached(""));
  store(cached("bundled-7.onnx"), plain);
  const Outcome info = fovea({"info", "bundled", "--json"}, options);
  ASSERT_EQ(info.code, 0) << info.err;
  const auto json = nlohmann::json::parse(info.out);
  EXPECT_EQ(json["preprocessing_source"], "the list of networks (bundled-7)");
  EXPECT_EQ(json["preprocessing"]["channel_order"], "BGR");
  EXPECT_EQ(json["preprocessing"]["scale"], 1);

  const std::string photo = sample("golf-ball.jpg");
  const auto classify = [&](std::vector<std::string> more) {
    more.insert(more.begin(), {"classify", photo, "-m"});
    const Outcome outcome = fovea(more, options);
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    return outcome.out;
  };
  const std::string file = cached("bundled-7.onnx"), by_name = classify({"bundled"});
  EXPECT_EQ(by_name, classify({file, "--preprocess", "caffe"}));
  EXPECT_NE(by_name, classify({file}));
  EXPECT_EQ(classify({"bundled", "--preprocess", "tf"}), classify({file, "--preprocess", "tf"}));
}

TEST_F(Models, AFileOfThatNameWins) {
  EXPECT_EQ(models({"add", bundled(), "--name", "mine"}).code, 0);
  store(folder.file("mine"), "no network");
  options.folder = folder.path();
  expect_error(fovea({"info", "mine"}, options), 1, {"mine: "});
  std::filesystem::remove(folder.file("mine"));
  std::filesystem::create_directory(folder.file("mine"));
  EXPECT_EQ(fovea({"info", "mine"}, options).code, 0) << "a folder is no model";
}

TEST_F(Models, ListTellsWhatIsHere) {
  EXPECT_EQ(models({"pull", "bundled"}).code, 0);
  EXPECT_EQ(models({"add", bundled(), "--name", "mine", "--preprocess", "tf"}).code, 0);
  const Outcome text = models({"list"});
  EXPECT_EQ(text.code, 0) << text.err;
  EXPECT_TRUE(contains(text.out, "bundled-7 ")) << text.out;
  EXPECT_TRUE(contains(text.out, "mine ")) << text.out;
  const Outcome outcome = models({"list", "--json"});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  const auto json = nlohmann::json::parse(outcome.out);
  ASSERT_EQ(json.size(), 4U);
  EXPECT_EQ(json[0]["name"], "bundled-7");
  EXPECT_EQ(json[0]["aliases"][0], "bundled");
  EXPECT_EQ(json[0]["state"], "pulled");
  EXPECT_EQ(json[0]["path"], cached("bundled-7.onnx"));
  EXPECT_EQ(json[1]["state"], "not pulled");
  EXPECT_EQ(json[3]["name"], "mine");
  EXPECT_EQ(json[3]["path"], bundled());
  EXPECT_EQ(json[3]["preprocessing"]["preset"], "tf");
}

TEST_F(Models, ARegisteredNetworkHasItsLabelsAndPreprocessing) {
  const std::string labels = folder.file("labels.txt"), network = folder.file("net.onnx");
  store(labels, "a\nb\nc\nd\ne\nf\ng\nh\nthe golf ball\nj\n");
  store(network, load(bundled()));
  options.folder = folder.path();  // relative paths are made absolute
  const Outcome added =
      models({"add", "net.onnx", "--labels", "labels.txt", "--resize", "160", "--channel-order", "BGR"});
  EXPECT_EQ(added.code, 0) << added.err;
  EXPECT_EQ(added.out, "net stands for " + network + "\n");
  options.folder = "";
  EXPECT_EQ(models({"path", "net"}).out, network + "\n");
  const std::string photo = sample("golf-ball.jpg");
  const Outcome by_name = fovea({"classify", photo, "-m", "net"}, options);
  EXPECT_EQ(by_name.code, 0) << by_name.err;
  EXPECT_TRUE(contains(by_name.out, "the golf ball")) << by_name.out;
  EXPECT_EQ(by_name.out,
            fovea({"classify", photo, "--labels", labels, "--resize", "160", "--channel-order", "bgr"}).out);
  const auto info = nlohmann::json::parse(fovea({"info", "net", "--json"}, options).out);
  EXPECT_EQ(info["preprocessing_source"], "what 'net' was registered with");
  EXPECT_EQ(info["preprocessing"]["resize_short_side"], 160);
  EXPECT_NEAR(info["preprocessing"]["mean"][0].get<double>(), 0.485, 1e-9) << "the file's, which stays";

  EXPECT_EQ(models({"remove", "net"}).code, 0);
  EXPECT_TRUE(std::filesystem::exists(network));
  expect_error(models({"path", "net"}), 1, {"no network is called 'net'"});
}

TEST_F(Models, LabelsThatDoNotFitAreAnErrorThatNamesTheirFile) {
  store(folder.file("few.txt"), "a\nb\n");
  EXPECT_EQ(models({"add", bundled(), "--name", "mine", "--labels", folder.file("few.txt")}).code, 0);
  expect_error(fovea({"classify", sample("golf-ball.jpg"), "-m", "mine"}, options), 1,
               {folder.file("few.txt") + ": 2 labels for 10 classes"});
}

TEST_F(Models, WhatCannotBeRegistered) {
  expect_error(models({"add", folder.file("missing.onnx")}), 1, {"missing.onnx", "No such file"});
  store(folder.file("text.onnx"), "no network");
  expect_error(models({"add", folder.file("text.onnx"), "--name", "mine"}), 1, {"text.onnx: "});
  expect_error(models({"add", bundled(), "--name", "bundled"}), 1, {"'bundled' is the name of a known"});
  expect_error(models({"add", bundled(), "--name", "../x"}), 2, {"'../x' cannot be a network's name"});
  expect_error(models({"add", bundled(), "--std", "0"}), 2, {"--std: deviations must be positive"});
  expect_error(models({"add", bundled(), "--labels", folder.file("none.txt")}), 1, {"none.txt"});
  EXPECT_FALSE(std::filesystem::exists(folder.file("data")));
}

TEST_F(Models, ASidecarWithWrongFieldsNamesFileAndField) {
  std::filesystem::create_directories(folder.file("data/fovea/models"));
  const auto refused = [&](const std::string& text, const std::vector<std::string>& parts) {
    store(sidecar("mine"), text);
    std::vector<std::string> all = parts;
    all.push_back(sidecar("mine") + ": ");
    expect_error(fovea({"info", "mine"}, options), 1, all);
  };
  const std::string path = R"({"path": ")" + bundled() + R"(")";
  refused("{", {"is not JSON: line 1"});
  refused("[]", {"expected a JSON object, found a array"});
  refused("{}", {"field 'path': is missing"});
  refused(R"({"path": 7})", {"field 'path': expected a text, found a number"});
  refused(R"({"path": "x.onnx"})", {"field 'path': expected an absolute path"});
  refused(R"({"path": "/no/such.onnx"})", {"field 'path': there is no file '/no/such.onnx'"});
  refused(path + R"(, "label": "x"})",
          {"field 'label': is not known; there are labels, path, preprocessing"});
  refused(path + R"(, "labels": "x"})", {"field 'labels': expected an absolute path"});
  refused(path + R"(, "preprocessing": []})", {"field 'preprocessing': expected an object"});
  const auto bad = [&](const std::string& inside, const std::string& message) {
    refused(path + R"(, "preprocessing": {)" + inside + "}}", {"field 'preprocessing." + message});
  };
  bad(R"("preset": "keras")", "preset': expected one of torchvision, caffe, tf, none, found 'keras'");
  bad(R"("resize": 0)", "resize': expected 1 to 65536, found 0");
  bad(R"("resize": 1.5)", "resize': expected a whole number, found 1.5");
  bad(R"("mean": [1, 2])", "mean': expected 1, 3 or 4 numbers, found 2");
  bad(R"("mean": ["1"])", "mean': expected numbers, found a string");
  bad(R"("std": 0)", "std': deviations must be positive");
  bad(R"("scale": "1")", "scale': expected a number, found a string");
  bad(R"("channel_order": "grb")", "channel_order': expected one of rgb, bgr");
  bad(R"("size": 1)", "size': is not known");

  // The others are listed, and the broken one can be got rid of.
  const Outcome list = models({"list"});
  EXPECT_EQ(list.code, 1);
  EXPECT_TRUE(contains(list.err, sidecar("mine"))) << list.err;
  EXPECT_TRUE(contains(list.out, "bundled-7 ")) << list.out;
  EXPECT_EQ(models({"remove", "mine"}).code, 0);
  EXPECT_EQ(models({"list"}).code, 0);
}

TEST_F(Models, AWrongListNamesFileAndField) {
  const auto refused = [&](const nlohmann::json& wrong, const std::string& part) {
    store(folder.file("list.json"), wrong.dump());
    expect_error(models({"list"}), 1, {folder.file("list.json") + ": ", part});
  };
  nlohmann::json wrong = list();
  wrong["networks"][1]["sha256"] = "12";
  refused(wrong, "field 'networks[1].sha256': expected 64 hexadecimal digits");
  wrong = list();
  wrong["networks"][1]["name"] = "../../x";
  refused(wrong, "field 'networks[1].name'");
  wrong = list();
  wrong["networks"][1]["name"] = "bundled";
  refused(wrong, "field 'networks[1].name': 'bundled' stands for another network, too");
  wrong = list();
  wrong["networks"][0]["bytes"] = -1;
  refused(wrong, "field 'networks[0].bytes'");
  set("FOVEA_MODELS_LIST", folder.file("none.json"));
  expect_error(models({"list"}), 1, {"none.json: cannot read"});
}

TEST_F(Models, RemoveDeletesWhatWasPulled) {
  EXPECT_EQ(models({"pull", "text"}).code, 0);
  EXPECT_EQ(models({"remove", "text"}).code, 0);
  EXPECT_EQ(cache(), std::vector<std::string>{});
  expect_error(models({"remove", "text"}), 1, {"there is nothing to remove"});
}

TEST_F(Models, TheListOfTheProgramKnowsTheNetworksOfTheZoo) {
  set("FOVEA_MODELS_LIST", "");
  const auto json = nlohmann::json::parse(models({"list", "--json"}).out);
  const auto find = [&](const std::string& alias) {
    for (const auto& network : json)
      for (const auto& name : network["aliases"])
        if (name == alias)
          return network;
    ADD_FAILURE() << alias;
    return nlohmann::json();
  };
  const auto resnet152 = find("resnet152");
  EXPECT_EQ(resnet152["name"], "resnet152-v1-7");
  EXPECT_EQ(resnet152["bytes"], 241816206);
  EXPECT_EQ(resnet152["sha256"], "b0ec92437bf8c9d0739bf9bafdea9638e13f9e3c1e2fb766ad546cc182fd3f6d");
  EXPECT_EQ(resnet152["preprocessing"]["preset"], "torchvision");
  for (const char* alias : {"resnet18", "resnet34", "resnet50", "resnet101", "vgg16", "vgg19", "squeezenet",
                            "mobilenet", "densenet121", "shufflenet"})
    EXPECT_FALSE(find(alias)["preprocessing"].empty()) << alias;
  for (const char* alias : {"alexnet", "caffenet", "googlenet", "inception"})
    EXPECT_EQ(find(alias)["preprocessing"]["preset"], "caffe") << alias;
}

}  // namespace
}  // namespace fovea::test
