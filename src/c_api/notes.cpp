#include "c_api/notes.hpp"

namespace fovea::c_api {

NoteTable::NoteTable(std::vector<Note> notes) : notes_(std::move(notes)), texts_(to_strings(notes_)) {
  kinds_.reserve(notes_.size());  // so that pointers into the short strings stay valid
  for (const Note& note : notes_) {
    kinds_.emplace_back(name_of(note.kind));
    std::vector<const char*>& names = names_.emplace_back();
    for (const std::string& name : note.names)
      names.push_back(name.c_str());
  }
  for (std::size_t i = 0; i < notes_.size(); ++i)
    rows_.push_back({kinds_[i].c_str(), texts_[i].c_str(), notes_[i].counts.data(), notes_[i].counts.size(),
                     names_[i].data(), names_[i].size()});
}

}  // namespace fovea::c_api
