#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

/// The library as a whole: its log, its version, and the notes that compiled programs carry.
namespace fovea {

/// The subject of a log line; each level includes the ones before it.
enum class LogLevel {
  Summary,  ///< what was imported, and the resulting program
  Detail,   ///< each pass and its time, the memory plan, nodes that run their reference kernel
};

/// Receives one line, without its end.
using LogFunction = std::function<void(LogLevel level, std::string_view line)>;

/// Sets the function that receives log lines while programs are compiled, for the whole process; it is called
/// on the compiling thread. An empty function, the default, turns the log off. Any thread may call this at
/// any time: calls of the log function do not overlap, and when set_log returns, the previous function is not
/// called any more. The function must neither compile nor set the log. Without a log nothing is measured or
/// written.
void set_log(LogFunction log, LogLevel level = LogLevel::Detail);

/// The version of the library, its build, and the environment it runs in.
struct BuildInfo {
  std::string version;           ///< of fovea: "0.1.0"
  std::string compiler;          ///< "g++ 12.2.0"
  std::string build_type;        ///< CMake's word: "Release"; with sanitizers, "Debug, sanitizers thread"
  std::string onednn;            ///< version of the oneDNN that is loaded
  std::string instruction_set;   ///< the best that oneDNN uses on this processor: "AVX2", "AVX-512 with AMX"
  std::string opencv;            ///< version of the OpenCV that is loaded
  std::int64_t first_opset = 0;  ///< ONNX operator sets that are read, from this
  std::int64_t last_opset = 0;   ///< to this
};

BuildInfo build_info();

/// The kind of a note. Each kind defines the contents of `Note::names` and `Note::counts`, in this order;
/// docs/notes.md has the same as a table.
enum class NoteKind {
  /// The scores are the values before the final activations. names: each activation, as "Softmax 'prob'"
  /// (several for a network with several heads); counts: the number of their classes that are not in the
  /// output.
  ScoresBeforeActivation,
  /// The scores are the values before the output's bounds, 0 and 1 or 0 and 100. names: the output.
  ScoresBeforeBounds,
  /// No scores stand behind the output's probabilities, so these are explained. names: the output, the
  /// activation that they are computed from.
  ProbabilitiesExplained,
  /// The output is computed from probabilities but is none itself. names: as for ProbabilitiesExplained.
  NumbersExplained,
  /// The scores are the values before a final Relu. names: its node.
  ScoresBeforeFinalRelu,
  /// The network ends without an activation. names: the activation that is assumed; counts: the scores.
  ActivationAssumed,
  /// A single score became two classes; the other class has its negative.
  TwoClassesOfScore,
  /// A single probability p became two classes; the other class has 1 - p.
  TwoClassesOfProbability,
  /// Nodes that a rule for rectifiers acted on. names: the rule, the operators acted on, the operators left
  /// alone; counts: how many operators it acted on, then the nodes of each operator.
  RuleActed,
  /// A rule for rectifiers met no rectifier. names: the rule, the operators left alone; counts: the nodes of
  /// each.
  RuleMetNothing,
  /// How a rule of relevance propagation treated nodes. names: the rule, then a treatment and an operator for
  /// each count; an empty treatment means that relevance is routed as the gradient is. counts: nodes.
  RelevanceTreated,
  /// Gradients pass straight through roundings. counts: the roundings.
  StraightThroughRounding,
  /// A layer's name is that of a value, which was taken, and of other nodes. names: the name, operator and
  /// node of the value, then value and operator of some other nodes; counts: the other nodes.
  NameOfValueAndNodes,
  /// A layer's name is that of several nodes, of which the first was taken. names: the name, then value and
  /// operator of the first and of some other nodes; counts: all nodes.
  NameOfSeveralNodes,
  /// The picture has no axis of channels. names: the input.
  GreyInput,
  /// The picture is a vector. names: the input; counts: channels, height, width.
  FlatInput,
  /// The picture consists of whole numbers. names: the input.
  IntegerInput,
  /// Parts of the file that are not needed were left out. names: the wanted output, then outputs, unsupported
  /// nodes and unreadable values; counts: the number of each of the three.
  LeftOut,
  /// All nodes run reference kernels. names: the reason of each backend that refused.
  ReferenceKernels,
  /// The output holds no class scores. names: the reason.
  NoClassScores,
  /// The file leaves the picture's size open, and one was chosen that the layers fit. names: the input;
  /// counts: the side.
  SizeFromLayers,
  /// No network was named, and the bundled one was taken. names: its classes; counts: how many it has.
  BundledNetwork,
  /// Nothing says how pictures are prepared for the network, and a convention was assumed. names: the
  /// convention's name.
  PreprocessingAssumed,
  /// No installed font has some characters of a figure's texts. names: the characters, or the first of them,
  /// and the Debian package of a font that has them, empty where none is known; counts: the characters.
  MissingGlyphs,
};

/// Something unusual about a model or a program that its user should know. Programs read the fields;
/// `to_string` is for people.
struct Note {
  NoteKind kind{};
  std::vector<std::int64_t> counts = {};
  std::vector<std::string> names = {};
  bool operator==(const Note&) const = default;
};

/// "scores-before-activation", "rule-acted", ...
std::string_view name_of(NoteKind kind);
/// InputError that lists all names for any other text.
NoteKind parse_note_kind(std::string_view name);
/// In the order of the enumeration.
std::vector<std::string> note_kind_names();

/// The note as an English sentence without a full stop. InputError for a note with fewer names or counts than
/// its kind has.
std::string to_string(const Note& note);
std::vector<std::string> to_strings(const std::vector<Note>& notes);

}  // namespace fovea
