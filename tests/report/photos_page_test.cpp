#include "report/photos_page.hpp"

#include "fovea/error.hpp"
#include "support/temporary_folder.hpp"
#include "support/work_counter.hpp"

#include <gtest/gtest.h>

namespace fovea::test {
namespace {

const std::string kSource = FOVEA_SOURCE_DIR;

/// The bundled network, one thread, no class models and no objects.
class PhotosPage : public testing::Test {
protected:
  PhotosPage() {
    NetworkRequest request;
    request.found.path = kSource + "/models/imagenette-resnet.onnx";
    network_ = Network::load(request);
    explainers_.emplace(ReportExplainers{
        Explainer(network_->model, {.preprocessing = network_->preprocessing, .program = {.threads = 1}}),
        {}});
    options_.file = folder_.file("page.html");
    options_.class_models = 0;
    events_.progress = [this](std::int64_t done, std::int64_t total, const std::string& what) {
      EXPECT_EQ(total, static_cast<std::int64_t>(photos_.size()));
      EXPECT_EQ(what, photos_[static_cast<std::size_t>(done)]);
    };
    events_.failed = [this](const std::string& message) { failures_.push_back(message); };
  }

  ReportOutcome write(const std::vector<std::string>& photos, const std::vector<std::string>& others = {}) {
    photos_ = photos;
    return write_photos_page(photos, others, *network_, *explainers_, options_, events_);
  }

  TemporaryFolder folder_;
  std::optional<Network> network_;
  std::optional<ReportExplainers> explainers_;
  ReportOptions options_;
  ReportEvents events_;
  std::vector<std::string> photos_, failures_;
};

TEST_F(PhotosPage, shows_photos_and_lists_what_is_left_out) {
  store(folder_.file("broken.jpg"), "no picture");
  const ReportOutcome outcome =
      write({kSource + "/samples/golf-ball.jpg", folder_.file("broken.jpg"), kSource + "/samples/church.jpg"},
            {folder_.file("notes.txt")});
  EXPECT_TRUE(outcome.is_written);
  EXPECT_EQ(outcome.photos, 2U);
  EXPECT_EQ(outcome.failed, 1U);
  EXPECT_EQ(outcome.left_out, 2U);
  ASSERT_EQ(failures_.size(), 1U);
  EXPECT_EQ(failures_.front().find(folder_.file("broken.jpg")), 0U);
  const std::string page = load(options_.file);
  for (const char* text : {"golf-ball.jpg", "church.jpg", "notes.txt", "not a picture, by its name",
                           "imagenette-resnet: maps", "2 photos by imagenette-resnet.onnx; 2 files left out"})
    EXPECT_NE(page.find(text), std::string::npos) << text;
}

TEST_F(PhotosPage, explains_the_class_that_is_asked_for) {
  options_.target = 3;
  std::vector<double> scores;
  events_.scored = [&](const std::vector<double>& all) { scores = all; };
  EXPECT_EQ(write({kSource + "/samples/golf-ball.jpg"}).photos, 1U);
  EXPECT_EQ(scores.size(), 10U);
  EXPECT_NE(load(options_.file).find("\"explained\":[{\"class\":3,"), std::string::npos);
}

TEST_F(PhotosPage, is_not_there_when_it_cannot_be_written) {
  options_.file = folder_.file("no such folder/page.html");
  EXPECT_THROW(write({kSource + "/samples/golf-ball.jpg"}), OutputError);
}

/// Maps by three methods of the centre, and the object in the whole photo: each of the two framings runs
/// forward once, and all maps of one come from its one backward run.
TEST_F(PhotosPage, decodes_each_photo_once_and_runs_forward_once_for_each_framing) {
  const ExplainOptions options{.further_methods = {"guided", "grad-cam"},
                               .preprocessing = network_->preprocessing,
                               .program = {.threads = 1}};
  ExplainOptions of_objects{.preprocessing = network_->preprocessing, .program = {.threads = 1}};
  explainers_.emplace(ReportExplainers{Explainer(network_->model, options),
                                       Explainer(network_->model, object_explain_options(of_objects))});
  const std::string photo = kSource + "/samples/golf-ball.jpg";
  ReportOutcome outcome;
  EXPECT_EQ(counts_of([&] { outcome = write({photo}); }), (CountedWork{1, 2, 2, 2}));
  EXPECT_EQ(outcome.photos, 1U);
  EXPECT_EQ(counts_of([&] {
              outcome = write({photo, kSource + "/samples/church.jpg"});
            }),
            (CountedWork{2, 4, 4, 4}));
  EXPECT_EQ(outcome.photos, 2U);
  options_.top = 2;  // another class takes another run of each framing
  EXPECT_EQ(counts_of([&] { write({photo}); }), (CountedWork{1, 2, 4, 4}));
}

}  // namespace
}  // namespace fovea::test
