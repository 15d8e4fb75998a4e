// Fuzzes the readers of small files. The first byte of an input chooses the reader, the rest is the file. Any
// exception but fovea::Error ends the process.
#include "base/json_fields.hpp"
#include "fovea/classes.hpp"
#include "fovea/error.hpp"
#include "fovea/evaluate_localization.hpp"
#include "fovea/tensor.hpp"
#include "fuzz/input_file.hpp"
#include "networks/preprocessing_json.hpp"

#include <cstdlib>

namespace {

using fovea::fuzz::InputFile;

void read_array(std::string_view bytes) {
  static const InputFile file("array.npy");
  const fovea::Tensor tensor = fovea::read_npy(file.hold(bytes));
  fovea::write_npy(file.path(), tensor.cast(fovea::DType::F32));
}

void read_labels(std::string_view bytes) {
  const fovea::Labels labels = fovea::Labels::parse(bytes, "labels");
  for (std::int64_t i = 0; i < labels.size(); ++i)
    (void)labels.name(i);
  (void)labels.find(bytes.substr(0, 8), labels.size() + 1);
}

void read_truth(std::string_view bytes) {
  static const InputFile file("truth.csv");
  auto images = fovea::read_truth_csv(file.hold(bytes));
  (void)fovea::fingerprint(images);
  fovea::resolve_classes(images, fovea::Labels::imagenet(), fovea::Labels::imagenet().size());
}

/// One XML, as all that its folder holds.
void read_annotation(std::string_view bytes) {
  static const InputFile file("photo_1.xml");
  file.hold(bytes);
  fovea::DevkitFiles files;
  files.annotations = file.folder().path();
  auto images = fovea::read_devkit_truth(files);
  fovea::resolve_classes(images, fovea::Labels::imagenet(), fovea::Labels::imagenet().size());
}

/// Reads the bytes as each of the lists of a devkit.
void read_lists(std::string_view bytes) {
  static const InputFile file("list.txt");
  const std::string& path = file.hold(bytes);
  fovea::DevkitFiles files;
  files.annotations = file.folder().path();
  files.list = path;
  (void)fovea::read_devkit_truth(files);
  files.class_numbers = files.synsets = path;
  (void)fovea::read_devkit_truth(files);
}

/// A sidecar: one object of every kind of field.
void read_sidecar(std::string_view bytes) {
  static const InputFile file("network.json");
  auto fields = fovea::JsonFields::read(file.hold(bytes));
  (void)fields.text_if_given("labels");
  (void)fields.texts_if_given("aliases");
  (void)fields.number_if_given("top1");
  (void)fields.whole_number_if_given("bytes", 1, INT64_MAX);
  (void)fovea::networks::to_json(fovea::networks::read_preprocessing(fields)).dump();
  for (auto& network : fields.objects("networks")) {
    (void)network.text("name");
    (void)fovea::networks::read_preprocessing(network);
    network.expect_no_others();
  }
  fields.expect_no_others();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static void (*const readers[])(std::string_view) = {read_array,      read_labels, read_truth,
                                                      read_annotation, read_lists,  read_sidecar};
  if (size == 0)
    return 0;
  const std::string_view bytes = fovea::fuzz::text_of(data, size);
  try {
    readers[data[0] % std::size(readers)](bytes.substr(1));
  } catch (const fovea::Error&) {
  }
  return 0;
}
