#include "studio/all_routes.hpp"

#include "base/closest_names.hpp"
#include "base/json.hpp"

#include <charconv>
#include <chrono>

namespace fovea::studio {
namespace {

using namespace std::chrono_literals;

/// How often a listener hears something when nothing happens, so that a connection which is gone is noticed.
constexpr auto kHeartbeat = 5s;

/// A whole number that is all of the text, or none.
std::optional<std::int64_t> whole_number(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size() ? std::optional(number) : std::nullopt;
}

Response add_job(Studio& studio, const Request& request) {
  JsonFields fields = request.fields();
  const std::string kind = fields.text("kind");
  const auto at = studio.job_kinds().find(kind);
  if (at == studio.job_kinds().end()) {
    std::vector<std::string> kinds;
    for (const auto& [name, start] : studio.job_kinds())
      kinds.push_back(name);
    fields.fail("kind", unknown_name("kind", kind, kinds));
  }
  const bool is_unattended = fields.flag_if_given("unattended").value_or(false);
  JobWork work = at->second(studio, fields);
  fields.expect_no_others();
  return Response::json(studio.jobs().json(*studio.jobs().add(kind, is_unattended, std::move(work))), 202);
}

Response job_list(Studio& studio) {
  auto list = nlohmann::ordered_json::array();
  for (const auto& job : studio.jobs().list())
    list.push_back(studio.jobs().json(*job));
  return Response::json({{"jobs", list}});
}

std::string text_of(const JobEvent& event) {
  return fmt::format("id: {}\nevent: {}\ndata: {}\n\n", event.id, event.name,
                     event.data.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
}

Response job_events(Studio& studio, const Request& request) {
  const auto job = studio.jobs().get(request.parameter("job"));
  const std::int64_t last = whole_number(request.header("last-event-id")).value_or(0);
  // Browsers ask again when a stream ends, and stop asking at this answer.
  if (job->has_ended() && job->wait_for_events(last, 0ms, {}).empty())
    return Response::empty();
  Response response;
  response.type = "text/event-stream";
  response.headers = {{"Cache-Control", "no-store"}};
  response.stream = [job, gone = request.gone, last](const SendPart& send) {
    const JobQueue::Listener listener(job);
    std::int64_t heard = last;
    while (!gone.stop_requested()) {
      const std::vector<JobEvent> events = job->wait_for_events(heard, kHeartbeat, gone);
      std::string text = events.empty() ? ": still here\n\n" : "";
      bool has_ended = events.empty() && job->has_ended();
      for (const JobEvent& event : events) {
        text += text_of(event);
        heard = event.id;
        has_ended |= event.name != "progress" && event.name != "frame";
      }
      if (!send(text) || has_ended)
        return;
    }
  };
  return response;
}

Response job_frame(Studio& studio, const Request& request) {
  const auto job = studio.jobs().get(request.parameter("job"));
  JsonFields fields = request.query_fields();
  std::string display = fields.word_if_given("display", {"fitted", "pixels"});
  display = display.empty() ? "fitted" : display;
  fields.expect_no_others();
  const std::string& wanted = request.parameter("frame");
  const std::optional<std::int64_t> number = whole_number(wanted);
  if (wanted != "last" && (!number || *number < 0))
    throw not_found("frame", wanted, "frames are numbered from 0; the newest is 'last'");
  Response response;
  response.type = "image/png";
  const JobFrame frame = number ? job->nearest_frame(static_cast<std::size_t>(*number)) : job->frame({});
  response.body = frame.png(display);
  return response;
}

/// A page that a job wrote brings its own scripts and styles. It is shown in an origin of its own, where it
/// can reach nothing of the studio.
constexpr const char* kOwnPagePolicy =
    "default-src 'none'; img-src data: blob:; style-src 'unsafe-inline'; script-src 'unsafe-inline'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox allow-scripts allow-downloads";

Response job_file(Studio& studio, const Request& request) {
  JobFile file = studio.jobs().get(request.parameter("job"))->file(request.parameter("file"));
  Response response;
  if (file.type.starts_with("text/html"))
    response.headers.emplace_back("Content-Security-Policy", kOwnPagePolicy);
  response.type = std::move(file.type);
  response.body = std::move(file.bytes);
  return response;
}

}  // namespace

void add_jobs_routes(Routes& routes, Studio& studio) {
  routes.add(
      "POST", "/api/jobs", [&](const Request& request) { return add_job(studio, request); }, Body::Json);
  routes.add("GET", "/api/jobs", [&](const Request&) { return job_list(studio); });
  routes.add("GET", "/api/jobs/{job}", [&](const Request& request) {
    return Response::json(studio.jobs().json(*studio.jobs().get(request.parameter("job"))));
  });
  routes.add("DELETE", "/api/jobs/{job}", [&](const Request& request) {
    studio.jobs().remove(request.parameter("job"));
    return Response::empty();
  });
  routes.add("POST", "/api/jobs/{job}/stop", [&](const Request& request) {
    studio.jobs().get(request.parameter("job"))->finish();
    return Response::empty();
  });
  routes.add("GET", "/api/jobs/{job}/events",
             [&](const Request& request) { return job_events(studio, request); });
  routes.add("GET", "/api/jobs/{job}/frames/{frame}",
             [&](const Request& request) { return job_frame(studio, request); });
  routes.add("GET", "/api/jobs/{job}/{file}",
             [&](const Request& request) { return job_file(studio, request); });
}

}  // namespace fovea::studio
