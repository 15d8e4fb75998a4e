#pragma once

#include "fovea.h"
#include "fovea/library.hpp"

#include <span>
#include <string>
#include <vector>

namespace fovea::c_api {

/// Notes in the form of fovea.h. The rows point into the table, which is therefore not copied.
class NoteTable {
public:
  explicit NoteTable(std::vector<Note> notes);
  NoteTable(const NoteTable&) = delete;
  NoteTable& operator=(const NoteTable&) = delete;

  std::span<const fovea_note> rows() const { return rows_; }

private:
  std::vector<Note> notes_;
  std::vector<std::string> kinds_, texts_;       ///< one for each note
  std::vector<std::vector<const char*>> names_;  ///< pointers to the names of each note
  std::vector<fovea_note> rows_;
};

}  // namespace fovea::c_api
