#include "base/byte_size.hpp"
#include "base/lower_case.hpp"
#include "base/physical_memory.hpp"
#include "base/unfinished.hpp"
#include "cli/kit/interrupts.hpp"
#include "cli/kit/model_options.hpp"
#include "cli/kit/networks.hpp"
#include "cli/kit/output.hpp"
#include "cli/kit/picture_arguments.hpp"
#include "cli/kit/preprocessing_options.hpp"
#include "cli/kit/usage_error.hpp"
#include "cli/kit/verbose.hpp"
#include "cli/kit/viewer.hpp"
#include "cli/verbs/verbs.hpp"
#include "fovea/batch.hpp"
#include "fovea/error.hpp"
#include "fovea/networks.hpp"
#include "studio/all_routes.hpp"
#include "studio/failure.hpp"
#include "studio/http/server.hpp"
#include "studio/studio.hpp"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <stop_token>
#include <string>
#include <system_error>
#include <thread>
#include <utility>

namespace fovea::cli {
namespace {

using namespace std::chrono_literals;

struct ServeArguments {
  ModelOptions model;
  PictureArguments images;
  int port = 0;
  std::string address = "127.0.0.1";
  bool open = false;
  std::string max_upload = "1GiB";
  std::string memory;
  int jobs = 1;
};

/// With less, even the results that the page shows at once would not be kept.
constexpr std::int64_t kLeastMemory = std::int64_t{64} << 20;

std::int64_t bytes_of(const std::string& option, const std::string& text) {
  try {
    return parse_bytes(text);
  } catch (const InputError& error) {
    throw UsageError(fmt::format("{}: {}", option, error.what()));
  }
}

studio::StudioOptions studio_options(const ServeArguments& arguments) {
  studio::StudioOptions options;
  options.limits.max_upload = bytes_of("--max-upload", arguments.max_upload);
  options.limits.memory = arguments.memory.empty() ? std::min(options.limits.memory, physical_memory() / 2)
                                                   : bytes_of("--memory", arguments.memory);
  if (!arguments.memory.empty() && options.limits.memory < kLeastMemory)
    throw UsageError(
        fmt::format("--memory is {}, which is too little: give it at least 64MiB", arguments.memory));
  options.limits.jobs = static_cast<std::size_t>(arguments.jobs);
  options.load = arguments.model.memory.load_options();
  options.program = arguments.model.compute_options();
  std::error_code ignored;
  if (const auto folder = std::filesystem::temp_directory_path(ignored); !folder.empty())
    options.temporary_folder = folder.string();
  return options;
}

NetworkRequest network_request(const ModelOptions& model) {
  check_preprocessing_options(model.preprocessing);
  NetworkRequest request;
  request.found = find_network(model.model);
  request.labels = model.labels;
  request.preprocessing = model.preprocessing;
  if (const std::optional<UserSetting> preset = user_preset(model.preprocessing))
    request.preprocessing.preset = preset->value;
  request.size = model.size;
  request.scores = model.scores;
  request.activation = model.chosen_activation();
  return request;
}

void add_model(studio::Studio& studio, const ModelOptions& model) {
  NetworkRequest request = network_request(model);
  const bool is_bundled = request.found.origin == FoundNetwork::Origin::Bundled;
  const std::string name = request.found.name.empty()
                               ? std::filesystem::path(request.found.path).filename().string()
                               : request.found.name;
  studio.models().add(std::move(request),
                      is_bundled ? studio::ModelOrigin::Bundled : studio::ModelOrigin::Named, name);
}

/// InputError for a file that is named as a picture and is none.
void check_named(const studio::Studio& studio, const std::vector<std::string>& names) {
  for (const std::string& name : names) {
    std::error_code ignored;
    if (!std::filesystem::is_regular_file(name, ignored) || lower_case(name).ends_with(".onnx"))
      continue;
    try {
      studio.check_picture(name);
    } catch (const studio::RequestError&) {  // a picture, but a large one: the page says so
    }
  }
}

/// The pictures of the command line, or the program's samples.
void add_photos(studio::Studio& studio, const std::vector<std::string>& images) {
  for (const std::string& path : images) {
    if (const std::string why = why_no_pictures(path); !why.empty())
      throw InputError(why, path);
    std::error_code ignored;
    if (!std::filesystem::exists(path, ignored))
      throw InputError("there is no such file or folder", path);
    studio.photos().add(path, studio::PhotoOrigin::Named);
  }
  if (!images.empty())
    return;
  for (const std::string& path : expand_folders({bundled_samples()}))
    studio.photos().add(path, studio::PhotoOrigin::Sample);
}

/// Ends the program soon, even if a step of a network takes long. Temporary files of jobs that are still
/// running go first.
void end_within(std::chrono::milliseconds patience) {
  std::thread([patience] {
    std::this_thread::sleep_for(patience);
    const UnfinishedLock lock = remove_unfinished();
    std::_Exit(0);
  }).detach();
}

/// Compiles what the page asks for first, while a browser is still opening it. What fails here is said to the
/// page.
void warm_up(const studio::Routes& routes, studio::Studio& studio, const std::stop_token& stop) {
  const auto photos = studio.photos().list(0, 1);
  const auto models = studio.models().list();
  if (photos.empty() || models.empty())
    return;
  const auto ask = [&](const char* path, studio::NamedTexts query) {
    studio::Request request{"GET", path, std::move(query)};
    request.gone = stop;
    routes.handle(request);
  };
  const std::string& model = models.front()->id;
  const std::string& photo = photos.front().id;
  ask("/api/predictions", {{"model", model}, {"photo", photo}});
  ask("/api/map", {{"model", model}, {"photo", photo}, {"method", "grad-cam"}});
}

int serve(ServeArguments arguments) {
  start_log(arguments.model.verbose);
  std::optional<Viewer> viewer;
  if (arguments.open)
    viewer.emplace();
  const std::vector<std::string> images = arguments.images.expand(arguments.model.model);
  studio::Studio studio(studio_options(arguments));
  add_model(studio, arguments.model);
  check_named(studio, arguments.images.paths);
  add_photos(studio, images);
  const studio::Routes routes = all_routes(studio);
  studio::ServerOptions options;
  options.address = arguments.address;
  options.port = arguments.port;
  options.limits.max_upload = studio.options().limits.max_upload;
  const InterruptScope interrupt;
  studio::Server server(
      routes, [&studio] { return studio.make_upload(); }, options);
  if (server.is_public())
    say("fovea: warning: other machines can reach {}: whoever reads the network's traffic can read the "
        "token and the photos\n",
        arguments.address);
  print("fovea studio: {}\n", server.url());
  if (const std::string url = server.url_elsewhere(); !url.empty())
    print("on other machines: {}\n", url);
  if (lost_output() != 0)
    return 1;
  const std::jthread warmer([&](const std::stop_token& stop) { warm_up(routes, studio, stop); });
  if (viewer)
    viewer->open(server.url());
  while (!interrupt.asked())
    std::this_thread::sleep_for(20ms);
  end_within(700ms);
  studio.stop();
  server.stop();
  return 0;
}

}  // namespace

void add_serve(Command app) {
  auto arguments = std::make_shared<ServeArguments>();
  Command verb = app.add_command(
      "serve", "Open the studio: a page of this machine that shows what a network sees while you ask it");
  arguments->images.add_to(verb, "pictures, or folders of pictures (default: the program's samples)");
  verb.add_option("--port", arguments->port, "the port to listen on; 0: any that is free")
      .check(whole_number(0, 65535))
      .shows_default();
  verb.add_option("--listen", arguments->address,
                  "the address to listen on; 0.0.0.0: all of this machine, so that others can open the page, "
                  "too")
      .check(not_empty())
      .shows_default();
  verb.add_flag("--open", arguments->open, "open the page in the desktop's browser");
  verb.add_option("--max-upload", arguments->max_upload,
                  "the largest file that the page may send, e.g. 200MB")
      .check(not_empty())
      .shows_default();
  verb.add_option(
          "--memory", arguments->memory,
          "memory for results, photos, compiled networks and jobs, of which the least recently used go "
          "first (default: 2GiB, at most half of the machine's)")
      .check(not_empty());
  verb.add_option("--jobs", arguments->jobs,
                  "number of long jobs that run at the same time: class models, sampling methods, reports")
      .check(whole_number(1, 64))
      .shows_default();
  arguments->model.add_to(verb);
  verb.add_example("fovea serve --open", "the bundled network and photos, in the browser");
  verb.add_example("fovea serve photos/ -m net.onnx", "a network and photos of your own");
  verb.runs([arguments] { return serve(*arguments); });
}

}  // namespace fovea::cli
