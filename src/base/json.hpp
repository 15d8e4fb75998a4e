#pragma once

#include "fovea/library.hpp"

#include <nlohmann/json.hpp>

#include <span>
#include <string>

namespace fovea {

/// Parses the contents of a file. InputError naming the file and the line if they are not JSON, nest deeper
/// than 64 levels (code that walks through JSON may use a stack frame for each) or hold a number out of
/// range.
nlohmann::ordered_json parse_json(const std::string& text, const std::string& path);

/// JSON in the form for files and standard output: valid UTF-8, without characters that a terminal
/// interprets.
std::string json_text(const nlohmann::ordered_json& json);

/// A number in a form that `number_from` reads back exactly: infinities and NaN, which JSON lacks, as texts.
nlohmann::ordered_json exact_number(double number);
/// nlohmann::json::exception for JSON that `exact_number` does not write.
double number_from(const nlohmann::ordered_json& json);

/// The kind, counts and names of each note.
nlohmann::ordered_json notes_json(std::span<const Note> notes);

}  // namespace fovea
