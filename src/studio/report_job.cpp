#include "studio/report_job.hpp"

#include "base/file_name_part.hpp"
#include "base/read_file.hpp"
#include "base/unfinished.hpp"
#include "fovea/error.hpp"
#include "report/option_fields.hpp"
#include "report/photos_page.hpp"
#include "studio/code_text.hpp"
#include "studio/commands.hpp"
#include "studio/explanations.hpp"
#include "studio/request_fields.hpp"

#include <fmt/ranges.h>

#include <algorithm>
#include <filesystem>
#include <set>

namespace fovea::studio {
namespace {

namespace fs = std::filesystem;

struct ReportRequest {
  std::shared_ptr<const StudioModel> model;
  std::vector<StudioPhoto> photos;
  std::vector<std::string> methods;
  Crops crops = Crops::One;
  std::int64_t class_models = 8;
};

ReportRequest read_report(Studio& studio, JsonFields& fields) {
  ReportRequest request;
  request.model = read_model(studio, fields);
  for (const std::string& id : fields.texts_if_given("photos"))
    request.photos.push_back(studio.photos().get(id));
  if (request.photos.empty())
    fields.fail("photos", "is missing or empty: name the photos of the page");
  request.methods = fields.texts_if_given("methods");
  if (request.methods.empty())
    request.methods = {"gradient"};
  for (const std::string& method : request.methods) {
    method_info(method);
    if (std::count(request.methods.begin(), request.methods.end(), method) > 1)
      fields.fail("methods", fmt::format("names '{}' twice", method));
  }
  request.crops = read_crops(fields, Crops::One);
  request.class_models = fields.whole_number_if_given("classModels", 0, 1000).value_or(request.class_models);
  return request;
}

/// A folder with a link of its own name to each photo, which is gone with this object, or with the process.
class PhotoFolder {
public:
  explicit PhotoFolder(const std::string& parent) {
    std::string pattern = parent + "/fovea-report-XXXXXX";
    const UnfinishedLock lock = hold_unfinished();
    if (!mkdtemp(pattern.data()))
      throw OutputError("cannot make a folder for the report", parent);
    path_ = pattern;
    note_unfinished(path_);
  }
  ~PhotoFolder() {
    const UnfinishedLock lock = hold_unfinished();
    std::error_code ignored;
    fs::remove_all(path_, ignored);
    forget_unfinished(path_);
  }
  PhotoFolder(const PhotoFolder&) = delete;
  PhotoFolder& operator=(const PhotoFolder&) = delete;

  std::string file(const std::string& name) const { return path_ + "/" + name; }

  /// The path of a link to the photo. Photos of one name get numbers.
  std::string link(const StudioPhoto& photo) {
    const UnfinishedLock lock = hold_unfinished();  // nothing is made in a folder that is being removed
    const std::string folder = path_ + fmt::format("/{}", ++links_);
    fs::create_directory(folder);
    std::string name = fs::path(photo.name).filename().string();
    if (name.empty() || name == "." || name == "..")
      name = "photo";
    const std::string made = folder + "/" + name;
    fs::create_symlink(fs::absolute(photo.path), made);
    return made;
  }

private:
  std::string path_;
  int links_ = 0;
};

std::string command_line(const ReportRequest& request) {
  WrappedList line("fovea report", " ", " ");
  for (const StudioPhoto& photo : request.photos)
    line.add(shell_file(file_of(photo)));
  if (const Named names = named(*request.model); !names.shell_model.empty())
    line.add(names.shell_model.substr(1));
  line.add(fmt::format("--methods {}", fmt::join(request.methods, ",")));
  line.add(fmt::format("--class-models {}", request.class_models));
  line.add("-o report.html");
  return line.text();
}

nlohmann::ordered_json run(Studio& studio, const ReportRequest& request, JobControl& control) {
  PhotoFolder folder(studio.options().temporary_folder);
  std::vector<std::string> photos;
  for (const StudioPhoto& photo : request.photos)
    photos.push_back(folder.link(photo));
  const StudioModel& model = *request.model;
  ExplainOptions options = explain_options(studio, model, {request.methods.front(), {}, request.crops});
  options.further_methods.assign(request.methods.begin() + 1, request.methods.end());
  ReportNetwork network{model.network,
                        {Explainer(model.network.model, options),
                         Explainer(model.network.model, object_explain_options(options))},
                        model.name,
                        {},
                        program_options(studio, model)};
  for (Explainer* explain : {&network.explainers.maps, &*network.explainers.objects})
    explain->cancel_with(control.stop());
  ReportOptions page;
  page.file = folder.file("report.html");
  page.class_models = request.class_models;
  page.command_line = command_line(request);
  auto failures = nlohmann::ordered_json::array();
  ReportEvents events;
  events.progress = [&](std::int64_t done, std::int64_t total, const std::string& what) {
    if (control.stop().stop_requested())
      throw Cancelled();
    control.progress(done, total, fs::path(what).filename().string());
  };
  events.failed = [&](const std::string& message) { failures.push_back(studio.readable(message)); };
  const ReportOutcome outcome = write_photos_page(photos, {}, {std::move(network)}, page, events);
  if (control.stop().stop_requested())
    throw Cancelled();
  if (!outcome.is_written || outcome.photos == 0)
    throw InputError(failures.empty() ? "no photo could be put on the page"
                                      : failures.front().get<std::string>());
  constexpr std::size_t most = std::size_t{1} << 30;
  control.add_file("report.html", {"text/html; charset=utf-8", read_file(page.file, most)});
  return {{"file", fmt::format("/api/jobs/{}/report.html", control.id())},
          {"photos", outcome.photos},
          {"failures", failures}};
}

}  // namespace

JobWork start_report(Studio& studio, JsonFields& fields) {
  const ReportRequest request = read_report(studio, fields);
  return [&studio, request](JobControl& control) { return run(studio, request, control); };
}

}  // namespace fovea::studio
