#pragma once

#include "c_api/model.hpp"
#include "c_api/notes.hpp"

#include <cstdint>
#include <memory>

struct fovea_session {
  explicit fovea_session(std::shared_ptr<const fovea::Explainer> compiled)
      : shared(std::move(compiled)), explain(*shared), notes(explain.notes()) {}

  bool has_method() const { return !explain.method_infos().empty(); }
  /// The session that gives the scores.
  fovea::Session& scores() { return explain.session(); }

  std::shared_ptr<const fovea::Explainer> shared;  ///< kept for sessions that are yet to come
  fovea::Explainer explain;
  fovea::c_api::NoteTable notes;
  fovea_session_info info = {};
};

namespace fovea::c_api {

/// InputError unless each target is a class of the session or -1; null: no targets.
void check_targets(const fovea_session& session, const std::int64_t* targets, std::int64_t count);

}  // namespace fovea::c_api
