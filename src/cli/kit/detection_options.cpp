#include "cli/kit/detection_options.hpp"

#include "cli/kit/output.hpp"
#include "cli/kit/usage_error.hpp"
#include "cli/kit/user_settings.hpp"
#include "report/detection_report.hpp"

namespace fovea::cli {

void DetectionArguments::add_to(Command verb) {
  verb = verb.in_group("Detectors");
  verb.add_option("--decoder", decoder,
                  "the form of the network's boxes (default: the only one that fits the outputs' shapes)")
      .check(one_of(decoder_names()));
  verb.add_option("--boxes", boxes,
                  "what four numbers of a box are, for decoders with boxes and scores apart (default: the "
                  "decoder's own)")
      .check(one_of(box_form_names()));
  verb.add_option("--min-score", min_score, "leave out boxes of smaller scores")
      .check(between(0.0, 1.0))
      .shows_default();
  verb.add_option(
          "--max-overlap", max_overlap,
          "of two boxes of a class whose intersection over union is larger, leave out the one of smaller "
          "score (default: 0.45; 1 for networks that give each object once)")
      .check(between(0.0, 1.0));
  verb.add_option("--most", most, "the largest number of boxes of a photo")
      .check(whole_number(1, 100000))
      .shows_default();
}

Network load_detector(const ModelOptions& options) {
  if (options.model.empty() && !user_setting("model"))
    throw UsageError(
        "-m: name a detector, an ONNX file: the bundled network is a classifier and finds no boxes");
  Network network = load_network_silently(options);
  std::erase_if(network.notes, [](const Note& note) { return note.kind == NoteKind::PreprocessingAssumed; });
  say_notes(network.notes);
  return network;
}

Detector detector_of(const Network& loaded, const ModelOptions& model, const DetectionArguments& arguments,
                     int threads) {
  DetectorOptions options;
  options.decoder = arguments.decoder;
  if (!arguments.boxes.empty())
    options.boxes = parse_box_form(arguments.boxes);
  if (!loaded.labels_path.empty())
    options.labels = loaded.labels;
  options.preprocessing = model.preprocessing;
  options.min_score = arguments.min_score;
  options.max_overlap = arguments.max_overlap;
  options.most = arguments.most;
  options.program = model.compute_options();
  options.program.threads = threads;
  options.program.height = loaded.size.height;
  options.program.width = loaded.size.width;
  Detector detector(loaded.model, options);
  say_notes(detector.program().report().notes);
  say_note(detector_note(detector));
  return detector;
}

}  // namespace fovea::cli
